"""The spectrum of the Jacobian: support, Dyson equations, resolvent."""
