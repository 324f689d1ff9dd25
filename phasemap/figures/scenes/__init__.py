"""What a figure shows, as plain arrays, and how it is taken from a result."""
