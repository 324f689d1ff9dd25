"""Compiled kernels of the mean field of transients."""
