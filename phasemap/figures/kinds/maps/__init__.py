"""Planes of two parameters."""
