"""Paths of the single-unit process: rings of time, covariances, random numbers, sampling."""
