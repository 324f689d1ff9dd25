"""Sampled paths of the single-unit process, and perturbations along them."""
