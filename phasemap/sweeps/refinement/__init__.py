"""Adaptive refinement of maps."""
