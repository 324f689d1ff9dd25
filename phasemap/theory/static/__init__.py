"""Static mean field: fixed points and their stability."""
