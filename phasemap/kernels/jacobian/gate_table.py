"""Tables of the update gate's averages T_k(zeta) at one lambda, filled where they are asked for.

Cubic Hermite interpolation in log zeta from exact values and slopes; a distribution of one or two values of sigma_z is
summed directly.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.jacobian.gate_moments import gate_moments

# log zeta from e^-26 (nothing changes below: T_k is constant there up to 1e-5) to e^24, in steps of 0.15.
_LOWEST = -26.0
_STEP = 0.15
_SIZE = 334


@njit(**KERNEL)
def empty_table():
    """A table without entries: rows (T_0, T_1, T_2 and their slopes in log zeta), NaN where not yet known."""
    return np.full((_SIZE, 6), np.nan)


@njit(**INNER)
def _fill(table, i, x, y, gate):
    zeta = math.exp(_LOWEST + i * _STEP)
    t0, t1, t2, d0, d1, d2 = gate_moments(x, y, zeta, gate)
    table[i, 0] = t0
    table[i, 1] = t1
    table[i, 2] = t2
    table[i, 3] = d0 * zeta
    table[i, 4] = d1 * zeta
    table[i, 5] = d2 * zeta


@njit(**INNER)
def _cell(table, zeta, x, y, gate):
    position = (math.log(max(zeta, 1e-300)) - _LOWEST) / _STEP
    # Written so that NaN, which a diverging iteration may ask for, lands inside the table too.
    position = min(position, _SIZE - 1.001) if position >= 0.0 else 0.0
    i = int(position)
    if math.isnan(table[i, 0]):
        _fill(table, i, x, y, gate)
    if math.isnan(table[i + 1, 0]):
        _fill(table, i + 1, x, y, gate)
    return i, position - i


@njit(**INNER)
def _hermite(table, i, p, k):
    """Value and slope in log zeta of T_k at fraction p of cell i."""
    left = table[i, k]
    right = table[i + 1, k]
    a = _STEP * table[i, k + 3]
    b = _STEP * table[i + 1, k + 3]
    c2 = 3.0 * (right - left) - 2.0 * a - b
    c3 = 2.0 * (left - right) + a + b
    return left + p * (a + p * (c2 + p * c3)), (a + p * (2.0 * c2 + p * 3.0 * c3)) / _STEP


@njit(**KERNEL)
def second_moment(table, zeta, x, y, gate):
    """T_2(zeta) and its derivative with respect to zeta."""
    if gate.nodes.size <= 2:
        value = 0.0
        slope = 0.0
        for k in range(gate.nodes.size):
            s = gate.nodes[k]
            ratio = s * s / ((x + s) * (x + s) + y * y + zeta * s * s)
            value += gate.weights[k] * ratio
            slope -= gate.weights[k] * ratio * ratio
        return value, slope
    i, p = _cell(table, zeta, x, y, gate)
    value, slope = _hermite(table, i, p, 2)
    return value, slope / max(zeta, math.exp(_LOWEST))


@njit(**KERNEL)
def all_moments(table, zeta, x, y, gate):
    """(T_0, T_1, T_2, dT_0, dT_1, dT_2) at zeta, derivatives with respect to zeta."""
    if gate.nodes.size <= 2:
        return gate_moments(x, y, zeta, gate)
    i, p = _cell(table, zeta, x, y, gate)
    inverse = 1.0 / max(zeta, math.exp(_LOWEST))
    t0, d0 = _hermite(table, i, p, 0)
    t1, d1 = _hermite(table, i, p, 1)
    t2, d2 = _hermite(table, i, p, 2)
    return t0, t1, t2, d0 * inverse, d1 * inverse, d2 * inverse
