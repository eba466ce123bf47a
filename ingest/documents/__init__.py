"""A user's own documents: read by format, cut by structure, kept in builds of their own."""
