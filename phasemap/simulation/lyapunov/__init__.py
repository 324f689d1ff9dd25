"""Lyapunov exponents of one network: tangent flow, orthonormalisation, spectra with errors, dimension."""
