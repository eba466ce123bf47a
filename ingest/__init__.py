"""From the knowledge base to a searchable index: sources, chunks, vectors, builds."""
