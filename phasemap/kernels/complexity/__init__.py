"""Kernels of the annealed count of fixed points: averages over the counted units, and the saddle."""
