"""Dimension of activity in the mean field: the participation ratio of covariances."""
