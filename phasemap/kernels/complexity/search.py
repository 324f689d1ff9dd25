"""All saddles of the count at a point of parameter space, and the gain at which its exponent vanishes.

Plain Python, as in `continuation`.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from phasemap.kernels.complexity.continuation import (
    End,
    FloatArray,
    Found,
    Valued,
    follow_gain,
    follow_steepness,
    gain_at,
    start_counted,
    start_stable,
)
from phasemap.kernels.complexity.moments import COUNTED, SIZE, STABLE
from phasemap.kernels.complexity.saddle import lagrangian
from phasemap.kernels.complexity.static_branch import lower_root, lowest_gain, upper_root

# Where a search began: ln g, value there, found?
_Begun = tuple[float, float, bool]
# Steepness up to which a saddle is found from the static mean field; beyond, it is followed.
_STEEP = 100.0
# Gains over the lowest one of the upper fixed point at which the two sheets of the saddle are begun, in turn.
_NEAR, _NEAR_LAST, _FAR, _FAR_LAST, _FACTOR = 1.02, 2.0, 2.5, 6.0, 1.08
# Below this steepness the zero state's own branch is the only one; above this level of alpha^2 (1 - s)(5 - 7 s), where
# the count begins in one piece at 4, the two sheets are one.
_SHALLOW, _ONE_SHEET = 2.3, 8.0


class _Tolerances(NamedTuple):
    """Newton's method for the zero of the exponent."""

    difference: float = 1e-4  # in ln g of the derivative: its error is the square, and only slows the method down
    steps: int = 20  # most: six are usual
    small: float = 1e-13  # value at which it stops: rounding of a saddle
    accepted: float = 1e-10  # value with which it is a zero: ln g is known as well
    least_gain: float = 1e-3  # where the way down in gain ends: no exponent is positive there


_AT = _Tolerances()


def onset_level(alpha: float, beta: float) -> float:
    """alpha^2 (1 - s)(5 - 7 s), s = sigma_r at rest: up to 4 the zero state's own branch has a positive exponent."""
    s = float(expit(-beta))
    return alpha * alpha * (1.0 - s) * (5.0 - 7.0 * s)


def sheets(alpha: float, beta: float) -> int:
    """How many sheets of the saddle may coexist."""
    return 2 if alpha > _SHALLOW and onset_level(alpha, beta) < _ONE_SHEET else 1


def _start(kind: int, ln_g: float, alpha: float, beta: float, lowest: float, theta: FloatArray) -> Valued:
    delta_phi, delta_h = upper_root(ln_g, alpha, beta, lowest)
    if not (delta_phi > 0.0 and delta_h > 0.0):  # behind a gate that is closed to the last digit
        return math.nan, False
    if kind == COUNTED:
        value, good = start_counted(gain_at(ln_g), alpha, beta, delta_phi, delta_h, theta)
    else:
        value, good = start_stable(gain_at(ln_g), alpha, beta, delta_phi, delta_h, theta)
    return value, good


def _begin(kind: int, ln_g: float, alpha: float, beta: float, far: bool, theta: FloatArray) -> _Begun:
    """A saddle at ln g or, where none is found, at a larger gain; (its ln g, value, found?)."""
    low, lowest = lowest_gain(alpha, beta)
    factor, last = (_FAR, _FAR_LAST) if far else (_NEAR, _NEAR_LAST)
    if ln_g >= low + math.log(factor):
        value, good = _start(kind, ln_g, alpha, beta, lowest, theta)
        if good:
            return ln_g, value, True
    while factor < last:
        begin = low + math.log(factor)
        factor *= _FACTOR
        if begin > ln_g:
            value, good = _start(kind, begin, alpha, beta, lowest, theta)
            if good:
                return begin, value, True
    return ln_g, math.nan, False


def find_saddle(
    kind: int, g: float, alpha: float, beta: float, far: bool, theta: FloatArray, stop_below_zero: bool
) -> Found:
    """The saddle at a point on one of its sheets, 0 <= alpha < inf.

    far:             whether to begin at a gain far above the lowest one, which decides the sheet where there are two.
    theta:           (7,) filled with the saddle that was reached.
    stop_below_zero: whether a negative value at a larger gain will do.

    Returns (gain reached, value there, one of FOUND, NEGATIVE, VANISHED, LOST).
    """
    steepness = min(alpha, _STEEP)
    ln_g = math.log(g)
    begin, value, good = _begin(kind, ln_g, steepness, beta, far, theta)
    if good and steepness < alpha:
        value, good = follow_steepness(kind, gain_at(begin), steepness, alpha, beta, theta, value)
    if not good:
        return gain_at(begin), value, End.LOST
    if begin == ln_g:
        return g, value, End.FOUND
    reached, value, how = follow_gain(kind, begin, ln_g, alpha, beta, theta, stop_below_zero)
    return g if how == End.FOUND else gain_at(reached), value, how


def best_saddle(kind: int, g: float, alpha: float, beta: float, theta: FloatArray, stop_below_zero: bool) -> Found:
    """The saddle with the largest value at a point; arguments and result as in `find_saddle`."""
    reached, value, how = find_saddle(kind, g, alpha, beta, False, theta, stop_below_zero)
    if sheets(alpha, beta) == 2:
        other = np.empty(SIZE)
        far_reached, far_value, far_how = find_saddle(kind, g, alpha, beta, True, other, stop_below_zero)
        better = far_how == End.FOUND and (how != End.FOUND or far_value > value)
        # A sheet that ended below zero, or in the zero state, is an answer; one that was lost is none.
        if better or (how == End.LOST and far_how != End.LOST):
            theta[:] = other
            return far_reached, far_value, far_how
    return reached, value, how


def gain_slope(g: float, alpha: float, beta: float, theta: FloatArray) -> float:
    """d Sigma / d ln g at a saddle: the partial derivative, as the value is stationary there."""
    gradient, hessian = np.empty(SIZE), np.empty((SIZE, SIZE))
    above = lagrangian(COUNTED, g * math.exp(_AT.difference), alpha, beta, theta, 1.0, 1.0, gradient, hessian)
    below = lagrangian(COUNTED, g * math.exp(-_AT.difference), alpha, beta, theta, 1.0, 1.0, gradient, hessian)
    return float(above - below) / (2.0 * _AT.difference)


def zero_of_exponent(alpha: float, beta: float, far: bool, theta: FloatArray) -> Found:
    """The gain at which the exponent vanishes on one sheet of the saddle.

    theta: (7,) filled with the saddle there.

    Returns (gain, value there, one of FOUND, VANISHED, LOST); not found: where the saddle ended, and its last value.
    """
    g, value, how = find_saddle(COUNTED, _AT.least_gain, alpha, beta, far, theta, True)
    if how != End.NEGATIVE:
        return g, value, how
    ln_g = math.log(g)
    for _ in range(_AT.steps):
        if abs(value) < _AT.small:
            break
        slope = gain_slope(gain_at(ln_g), alpha, beta, theta)
        if slope == 0.0:
            return gain_at(ln_g), value, End.LOST
        following = ln_g - value / slope
        ln_g, value, how = follow_gain(COUNTED, ln_g, following, alpha, beta, theta, False)
        if how != End.FOUND:
            return gain_at(ln_g), value, End.LOST
    return gain_at(ln_g), value, End.FOUND if abs(value) < _AT.accepted else End.LOST


def onset(alpha: float, beta: float, theta: FloatArray) -> Found:
    """The smallest gain with a positive exponent, 0 <= alpha < inf; arguments and result as in `zero_of_exponent`.

    VANISHED: it is 1 / sigma_r at rest, where the zero state loses its stability.
    """
    g, value, how = zero_of_exponent(alpha, beta, False, theta)
    if sheets(alpha, beta) == 2:
        other = np.empty(SIZE)
        far_g, far_value, far_how = zero_of_exponent(alpha, beta, True, other)
        if far_how == End.FOUND and (how != End.FOUND or far_g < g):
            theta[:] = other
            return far_g, far_value, far_how
    return g, value, how


def lower_root_start(g: float, alpha: float, beta: float, theta: FloatArray) -> tuple[float, int]:
    """The saddle of stable fixed points next to the lower static one: (value, FOUND or LOST); theta (7,) filled.

    Below the fold it is followed from there.
    """
    steepness = min(alpha, _STEEP)
    low, lowest = lowest_gain(steepness, beta)
    ln_g = math.log(g)
    begin = max(ln_g, low + math.log(_NEAR))
    root = lower_root(begin, steepness, beta, lowest)
    if not (root[0] > 0.0 and root[1] > 0.0):
        return math.nan, End.LOST
    value, good = start_stable(gain_at(begin), steepness, beta, root[0], root[1], theta)
    if good and steepness < alpha:
        value, good = follow_steepness(STABLE, gain_at(begin), steepness, alpha, beta, theta, value)
    if not good:
        return math.nan, End.LOST
    _, value, how = follow_gain(STABLE, begin, ln_g, alpha, beta, theta, False)
    return value, how
