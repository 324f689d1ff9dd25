"""Topological complexity: how many fixed points there are at N -> infinity (theory notes, section 8)."""
