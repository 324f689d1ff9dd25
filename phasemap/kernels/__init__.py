"""Compiled loops: numbers and arrays in, numbers and status codes out."""
