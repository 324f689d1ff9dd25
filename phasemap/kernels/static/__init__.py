"""Fixed points of the static mean field, their stability, and conditions that critical surfaces solve."""
