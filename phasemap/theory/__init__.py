"""The theory of infinitely large networks, one file per idea."""
