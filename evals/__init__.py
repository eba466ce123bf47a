"""Evals: cases in two languages, asked through the user's own door, measured, and compared pairwise."""
