"""Captions made from the file, which one could print: subject, model, lines, networks, numerics, source."""
