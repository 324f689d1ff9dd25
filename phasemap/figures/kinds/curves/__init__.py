"""Curves over an axis: a parameter, time, lag, or index."""
