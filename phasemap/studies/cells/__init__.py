"""Discrete cells: one point, the map over two gains, weights read and drawn."""
