"""Steps in gate time, and their derivative: what networks without a matrix, and dense ones beside them, advance by."""
