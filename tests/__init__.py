"""The tests; a package, so that they can share samples and damages."""
