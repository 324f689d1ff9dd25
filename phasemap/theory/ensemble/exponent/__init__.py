"""The maximum Lyapunov exponent of an ensemble of paths."""
