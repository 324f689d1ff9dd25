"""What every cell shares in the static mean field: fixed points, folds, phases."""
