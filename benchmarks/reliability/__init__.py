"""Faults, bad input and growth: the figures of docs/reliability.md."""
