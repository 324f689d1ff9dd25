"""Everything that is drawn; reads stored results and computes no physics."""
