"""The product's functions for other programs, defined once for LangChain, MCP and the HTTP API."""
