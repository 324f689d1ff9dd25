"""One process at a time writes a result."""
