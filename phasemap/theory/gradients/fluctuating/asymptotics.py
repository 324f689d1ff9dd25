"""The last law of the adjoint variance along a fluctuating state: rate and amplitude from eigenfunctions.

With L(lambda) = (1 + lambda)**2 - d2/dt2 - P - p [(1 + lambda tau)**2 - tau**2 d2/dt2]**-1 Q on the difference t of the
lags, a Laplace transform over their mean turns the march into L(lambda) A = delta(t). At the Lyapunov exponent L has a
null vector k, and its transpose a null vector l (the eigenfunction of docs/theory.md, section 6), so that

    A(s, s) -> 2 k(0) l(0) / <l, L' k> exp(2 lambda s),     L' = dL/dlambda,

with the scalar product over the whole line; without output gate k = l and the amplitude is k(0)**2 / (1 + lambda).
"""

from typing import NamedTuple

import numpy as np

from phasemap.kernels.dynamic.lyapunov import Linearisation
from phasemap.kernels.dynamic.window import Grid, propagator
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.correlations import resample
from phasemap.theory.dynamic.lyapunov import Exponent


class _Tolerances(NamedTuple):
    """How the leading eigenvector is found."""

    shift: float = 1e-14  # of the matrix, relative to its largest entry, so that it can be inverted


_TOLERANCES = _Tolerances()


_INVERSE_STEPS = 4


def amplitude(linear: Linearisation, given: tuple[Grid, float], found: Exponent) -> float:
    """Amplitude of exp(2 lambda s) in A(s, s), in units of the gated membrane time.

    linear: coefficients on the grid and window `given`.  found: exponent and eigenfunction, on a grid of their own.
    """
    nodes, window = found.grid, found.window
    p, c, q = (resample(*given, values, nodes, window) for values in (linear.p, linear.c, linear.q))
    own = Linearisation(p, c, q, linear.tau, linear.moving)
    matrix, derivative = _operators(own, nodes, window, found.value)
    right = _null_vector(matrix, found.state)
    # The scalar product has the weights of the grid: the transpose in values is W^-1 M^T W.
    weights = nodes.weights
    left = _null_vector(matrix.T, found.state * weights) / weights
    norm = 2.0 * window * float((weights * left) @ (derivative @ right))
    return 2.0 * float(right[0] * left[0]) / norm


def _operators(linear: Linearisation, nodes: Grid, window: float, rate: float) -> tuple[FloatArray, FloatArray]:
    """L(lambda) and its derivative in lambda as matrices (n, n) of values on the grid."""
    n = len(nodes.t)
    shift = 1.0 + rate
    curvature = (nodes.to_values * (nodes.rates / window**2)) @ nodes.to_modes
    matrix = shift**2 * np.eye(n) + curvature - np.diag(linear.p)
    derivative = 2.0 * shift * np.eye(n)
    if linear.moving:
        gate = np.empty((n, n))
        gate_shift = 1.0 + rate * linear.tau
        propagator(nodes, window, gate_shift, linear.tau, gate)
        matrix -= linear.q[:, None] * gate * linear.c
        derivative += 2.0 * linear.tau * gate_shift * linear.q[:, None] * (gate @ gate) * linear.c
    return matrix, derivative


def _null_vector(matrix: FloatArray, start: FloatArray) -> FloatArray:
    """The vector that the matrix sends to zero, by inverse iteration."""
    vector = start / np.abs(start).max()
    nearly = matrix + _TOLERANCES.shift * np.abs(matrix).max() * np.eye(len(vector))
    for _ in range(_INVERSE_STEPS):
        vector = np.linalg.solve(nearly, vector)
        vector = vector / vector[np.abs(vector).argmax()]
    return np.asarray(vector)
