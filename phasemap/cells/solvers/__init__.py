"""Solvers of the registry: points of a cell's parameter space to numbers."""
