"""The product's functions, topics and samples over the Model Context Protocol."""
