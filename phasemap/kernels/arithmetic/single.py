"""Functions in single precision: half the bytes and half the terms of those in `elementary`, for averages of samples.

Constants are single too: a double one would make the whole expression double.
"""

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER

_ONE, _TWO, _HALF = np.float32(1.0), np.float32(2.0), np.float32(0.5)
_LOG2_E = np.float32(1.4426950408889634)
# ln 2 split so that k * _LN2_HIGH is exact for every exponent k of a single.
_LN2_HIGH = np.float32(0.693359375)
_LN2_LOW = np.float32(-2.12194440e-4)
# Adding and subtracting 1.5 * 2**23 rounds to the nearest integer without a branch.
_ROUND = np.float32(12582912.0)
_P3, _P4, _P5, _P6, _P7 = (np.float32(1.0 / factorial) for factorial in (6.0, 24.0, 120.0, 720.0, 5040.0))
# From here on tanh is one.
_FLAT = np.float32(9.1)
# Within, powers of two are numbers that keep their digits.
_LOWEST, _HIGHEST = np.float32(-86.0), np.float32(87.0)


@njit(**INNER)
def _split_single(x):
    """(2**k, expm1(r)) with x = k ln 2 + r, |r| <= ln(2) / 2."""
    k = (x * _LOG2_E + _ROUND) - _ROUND
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = _P7
    p = p * r + _P6
    p = p * r + _P5
    p = p * r + _P4
    p = p * r + _P3
    p = p * r + _HALF
    p = p * r + _ONE
    return np.int32((np.int32(k) + np.int32(127)) << np.int32(23)).view(np.float32), p * r


@njit(**INNER)
def tanh_single(x):
    """Hyperbolic tangent; a few units in the last place of a single, also for small arguments."""
    y = min(max(x, -_FLAT), _FLAT)
    scale, remainder = _split_single(y + y)
    expm1 = scale * remainder + (scale - _ONE)
    return expm1 / (expm1 + _TWO)


@njit(**INNER)
def expm1_single(x):
    """e**x - 1, with full relative accuracy near zero; saturates where a single would overflow."""
    scale, remainder = _split_single(min(max(x, _LOWEST), _HIGHEST))
    return scale * remainder + (scale - _ONE)


@njit(**INNER)
def logistic_single(x):
    """1 / (1 + e**-x); relative accuracy also where it is small, down to e**-87."""
    scale, remainder = _split_single(min(max(-x, _LOWEST), _HIGHEST))
    return _ONE / (_ONE + (scale + scale * remainder))
