"""Eigenvalues, in the plane and as distributions."""
