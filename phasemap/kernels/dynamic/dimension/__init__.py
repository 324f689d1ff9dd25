"""Kernels of the dimension of activity."""
