"""Numerical methods that know no physics: zero sets, continuation, sections, acceleration."""
