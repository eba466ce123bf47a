"""Questions about a mixed set of documents: which they answer, which they do not, and how well that is told apart."""
