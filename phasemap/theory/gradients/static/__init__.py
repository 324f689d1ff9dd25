"""Gradients at fixed points of the mean field."""
