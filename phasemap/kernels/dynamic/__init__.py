"""Correlation functions and exponents of the mean-field process at a constant update gate."""
