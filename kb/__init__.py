"""The knowledge base: articles, samples, grammar, and what checks them."""
