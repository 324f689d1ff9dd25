"""Compiled kernels of the adjoint mean field."""
