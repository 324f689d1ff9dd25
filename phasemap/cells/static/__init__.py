"""Fixed points of a cell's mean field, the phases that they decide, and the zero state."""
