"""One layer with its own matrices: its steps, and what it does by itself."""
