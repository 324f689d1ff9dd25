"""From the ensemble of paths to networks without matrices, where no window of time holds the state."""
