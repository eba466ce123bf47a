"""The HTTP API: JSON in, JSON out, in the contract's forms."""
