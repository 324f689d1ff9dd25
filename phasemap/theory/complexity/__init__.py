"""Topological complexity: how many fixed points there are at N -> infinity (docs/theory.md, section 8)."""
