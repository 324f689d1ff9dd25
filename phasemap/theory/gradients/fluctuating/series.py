"""A(s, s) of the additive network at all lags at once, from the eigenfunctions of a Schroedinger operator.

Without an output gate of its own dynamics the march is a wave equation with the potential -P(t):

    A(s, s) = exp(-2 s) sum_n 2 psi_n(0)**2 sinh(2 kappa_n s) / kappa_n,     (-d2/dt2 - P) psi_n = -kappa_n**2 psi_n

(sin for positive energies), psi_n normalised on the whole line. Only even functions count. On a finite window the sum
over the continuum converges slowly at short lags, where the march is better, and exponentially at long ones.
"""

import numpy as np

from phasemap.kernels.dynamic.window import Grid
from phasemap.model.results import FloatArray

# Lags (gated membrane times) from which on the sum over the continuum has converged to rounding.
FIRST_LAG = 16.0


def logarithm(product: FloatArray, nodes: Grid, window: float, lags: FloatArray) -> FloatArray:
    """ln A(s, s) at lags (n,) >= FIRST_LAG, in units of the gated membrane time; product: P on the grid (n_nodes,)."""
    root = np.sqrt(nodes.weights)
    # Symmetric form: values times the root of the weights.
    basis = root[:, None] * nodes.to_values
    matrix = (basis * (nodes.rates / window**2)) @ basis.T - np.diag(product)
    energies, vectors = np.linalg.eigh(matrix)
    at_zero = vectors[0] / root[0] / np.sqrt(2.0 * window)
    top = np.sqrt(max(-energies[0], 0.0))
    total = np.zeros_like(lags)
    for energy, value in zip(energies, at_zero, strict=True):
        k = np.sqrt(abs(energy))
        argument = 2.0 * k * lags
        if energy < 0.0:
            wave = 0.5 * (np.exp(2.0 * (k - top) * lags) - np.exp(-2.0 * (k + top) * lags)) / k
        else:
            wave = 2.0 * lags * np.sinc(argument / np.pi) * np.exp(-2.0 * top * lags)
        total += 2.0 * value**2 * wave
    return np.asarray(np.log(total) + 2.0 * (top - 1.0) * lags)
