"""Initial weights at a wanted place of the phase diagram."""
