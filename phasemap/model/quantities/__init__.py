"""Quantities that theory and networks share: what they are called, and what they depend on."""
