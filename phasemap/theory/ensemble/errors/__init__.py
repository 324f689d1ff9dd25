"""Errors of the numbers of an ensemble."""
