"""Sizes, fonts, colours and scales."""
