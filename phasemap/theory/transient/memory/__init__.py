"""How long a trace lasts and what clears it, in the limit of infinitely many units (docs/memory.md)."""
