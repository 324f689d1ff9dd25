"""The curve of fluctuating solutions along the gain, through its folds."""
