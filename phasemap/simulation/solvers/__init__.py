"""Solvers of the registry that simulate networks, one file each."""
