"""Kernels of the discrete cells."""
