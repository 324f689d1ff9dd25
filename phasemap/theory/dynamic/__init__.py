"""Dynamic mean field at a constant update gate: fluctuating states, their correlations and exponents."""
