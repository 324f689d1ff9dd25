"""The upper fixed point of the static mean field without inputs, where the search for the saddle begins.

With y = g_h sqrt(Delta_h) everything is explicit (docs/theory.md, section 2):

    Delta_phi = <tanh(y xi)^2>,   R = <sigma_r^2> at variance Delta_phi,
    Delta_h = Delta_phi R,        g_h = y / sqrt(Delta_h)
"""

import math
from typing import NamedTuple

from numba import njit

from phasemap.kernels.averages.gaussian import activation_averages, gate_averages
from phasemap.kernels.compilation import INNER, KERNEL

# Range of ln y that is searched from above, and the steps of the search.
_HIGHEST, _LOWEST, _STEP = 9.0, -14.0, 0.05
_GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)


class _Tolerances(NamedTuple):
    """Of the lowest gain of the upper branch."""

    rise: float = 1e-12  # of ln g that is one: rounding is less
    minimum: float = 1e-7  # of ln y at the fold: ln g is known to its square


_AT = _Tolerances()


@njit(**INNER)
def _at_rest(alpha, beta):
    return 1.0 / (1.0 + math.exp(beta)) if alpha < math.inf else 0.5


@njit(**KERNEL)
def log_gain(ln_y, alpha, beta):
    """(ln g_h, Delta_phi, Delta_h) of the fixed point with y = exp(ln_y)."""
    y = math.exp(ln_y)
    q = activation_averages(1.0, 0.0, y * y)[0]
    R = gate_averages(alpha, beta, _at_rest(alpha, beta), q)[1]
    return ln_y - 0.5 * math.log(q * R), q, q * R


@njit(**KERNEL)
def lowest_gain(alpha, beta):
    """(ln g_h, ln y) where the upper branch ends: at a fold, or (at the lowest y) in the zero state."""
    ln_y = _HIGHEST
    here = log_gain(ln_y, alpha, beta)[0]
    while ln_y > _LOWEST:
        following = log_gain(ln_y - _STEP, alpha, beta)[0]
        if following > here + _AT.rise:
            break
        ln_y, here = ln_y - _STEP, following
    if ln_y <= _LOWEST:
        return here, ln_y
    a, b = ln_y - _STEP, ln_y + _STEP
    while b - a > _AT.minimum:
        c, d = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
        if log_gain(c, alpha, beta)[0] < log_gain(d, alpha, beta)[0]:
            b = d
        else:
            a = c
    ln_y = 0.5 * (a + b)
    return log_gain(ln_y, alpha, beta)[0], ln_y


@njit(**KERNEL)
def upper_root(ln_g, alpha, beta, lowest):
    """(Delta_phi, Delta_h) of the upper fixed point at a gain; lowest: ln y at the end of its branch."""
    a, b = lowest, _HIGHEST
    while log_gain(b, alpha, beta)[0] < ln_g and b < 60.0:
        b += 3.0
    for _ in range(60):
        c = 0.5 * (a + b)
        if log_gain(c, alpha, beta)[0] < ln_g:
            a = c
        else:
            b = c
    _, q, delta_h = log_gain(0.5 * (a + b), alpha, beta)
    return q, delta_h


@njit(**KERNEL)
def lower_root(ln_g, alpha, beta, lowest):
    """(Delta_phi, Delta_h) of the lower fixed point at a gain, zeros where there is none; lowest: ln y at the fold."""
    a, b = _LOWEST, lowest
    if b <= a or log_gain(a, alpha, beta)[0] <= ln_g:
        return 0.0, 0.0
    for _ in range(60):
        c = 0.5 * (a + b)
        if log_gain(c, alpha, beta)[0] > ln_g:
            a = c
        else:
            b = c
    _, q, delta_h = log_gain(0.5 * (a + b), alpha, beta)
    return q, delta_h
