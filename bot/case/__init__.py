"""A conversation as a case: what was said, shown, found, ruled out and done, and where it is kept."""
