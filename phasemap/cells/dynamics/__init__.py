"""Dynamic mean field of the cells in discrete time: autocovariance and exponent per step, from ensembles of units."""
