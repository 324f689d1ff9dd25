"""Averages of the activation at a fixed bias, for many variances at once, as Chebyshev series.

With c = g sqrt(variance) the averages of tanh(c xi + b) depend on c and b alone. Between their limits for c -> 0 and
for c -> infinity (powers of 1 / c) they are smooth functions of y = (c - 1) / (c + 1) in [-1, 1], once multiplied by
the powers of 1 + c that these limits call for: 64 terms give 12 digits of each for |b| <= 2, and fewer will do
near b = 0.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.averages.gaussian import activation_averages, slope_square_moments
from phasemap.kernels.compilation import INNER, KERNEL

TERMS = 64
LARGEST_BIAS = 2.0
# Rows: (<tanh^2> - tanh^2 b) (1 + c)^2 / c^2, d<tanh^2>/d(c^2) (1 + c)^3, <sech^4> (1 + c), <xi^2 sech^4> (1 + c)^3.
SQUARE, SQUARE_SLOPE, SLOPE_SQUARE, SLOPE_MOMENT = range(4)
ROWS = 4
_ROUNDING = 1e-14
_ANGLES = np.pi * (np.arange(TERMS) + 0.5) / TERMS
_TRANSFORM = np.cos(np.arange(TERMS)[:, None] * _ANGLES[None]) * (2.0 / TERMS)
# Below this c the excess of <tanh^2> over tanh^2 b is integrated from its derivative: the difference would cancel.
_SMALL = 0.3
_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(8)


@njit(**INNER)
def _excess(b, c):
    """(<tanh^2(c xi + b)> - tanh^2 b) / c^2."""
    if c > _SMALL:
        return (activation_averages(1.0, b, c * c)[0] - math.tanh(b) ** 2) / (c * c)
    total = 0.0
    for k in range(_GAUSS_NODES.size):
        total += 0.5 * _GAUSS_WEIGHTS[k] * activation_averages(1.0, b, 0.5 * (1.0 + _GAUSS_NODES[k]) * c * c)[2]
    return total


@njit(**KERNEL)
def activation_series(b):
    """Coefficients (ROWS, even number of terms, at most TERMS) at bias b, down to rounding."""
    at_nodes = np.empty((ROWS, TERMS))
    for j in range(TERMS):
        y = math.cos(_ANGLES[j])
        c = (1.0 + y) / (1.0 - y)
        near = 1.0 + c
        moments = slope_square_moments(1.0, b, c * c, 0.0, 1.0)
        at_nodes[SQUARE, j] = _excess(b, c) * near**2
        at_nodes[SQUARE_SLOPE, j] = activation_averages(1.0, b, c * c)[2] * near**3
        at_nodes[SLOPE_SQUARE, j] = moments[0] * near
        at_nodes[SLOPE_MOMENT, j] = moments[1] * near**3
    coefficients = np.zeros((ROWS, TERMS))
    for row in range(ROWS):
        for k in range(TERMS):
            for j in range(TERMS):
                coefficients[row, k] += _TRANSFORM[k, j] * at_nodes[row, j]
        coefficients[row, 0] *= 0.5
    terms = 4
    for k in range(TERMS):
        for row in range(ROWS):
            if abs(coefficients[row, k]) > _ROUNDING * abs(coefficients[row, 0]) and k >= terms:
                terms = k + 2 - k % 2
    return coefficients[:, : min(terms, TERMS)].copy()


@njit(**KERNEL)
def sum_series(coefficients, c, out):
    """The series of one row at many c (n,), by Clenshaw's recurrence over all of them at once: fills out (n,)."""
    n = c.shape[0]
    work = np.zeros((3, n))
    y, b1, b2 = work[0], work[1], work[2]
    for i in range(n):
        y[i] = (c[i] - 1.0) / (c[i] + 1.0)
    for k in range(coefficients.shape[0] - 1, 2, -2):
        for i in range(n):
            b2[i] = 2.0 * y[i] * b1[i] - b2[i] + coefficients[k]
        for i in range(n):
            b1[i] = 2.0 * y[i] * b2[i] - b1[i] + coefficients[k - 1]
    for i in range(n):
        last = 2.0 * y[i] * b1[i] - b2[i] + coefficients[1]
        out[i] = y[i] * last - b1[i] + coefficients[0]
