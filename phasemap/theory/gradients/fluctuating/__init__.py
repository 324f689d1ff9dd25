"""Gradients along fluctuating states of the mean field."""
