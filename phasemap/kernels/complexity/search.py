"""All saddles of the count at a point of parameter space, and the gain at which its exponent vanishes."""

import math

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.complexity.branch import End, follow_gain, follow_steepness, start_counted, start_stable
from phasemap.kernels.complexity.moments import COUNTED, SIZE, STABLE
from phasemap.kernels.complexity.saddle import lagrangian
from phasemap.kernels.complexity.static_branch import lower_root, lowest_gain, upper_root

# Steepness up to which a saddle is found from the static mean field; beyond, it is followed.
_STEEP = 100.0
# Gains over the lowest one of the upper fixed point at which the two sheets of the saddle are begun, in turn.
_NEAR, _NEAR_LAST, _FAR, _FAR_LAST, _FACTOR = 1.02, 2.0, 2.5, 6.0, 1.08
# Below this steepness the zero state's own branch is the only one; above this level of alpha^2 (1 - s)(5 - 7 s), where
# the count begins in one piece at 4, the two sheets are one.
_SHALLOW, _ONE_SHEET = 2.3, 8.0
# Newton's method for the zero of the exponent: step of the derivative in ln g, steps, where it stops, what it accepts.
_DIFFERENCE, _MOST, _SMALL, _ACCEPTED = 1e-4, 20, 1e-13, 1e-10


@njit(**KERNEL)
def onset_level(alpha, beta):
    """alpha^2 (1 - s)(5 - 7 s), s = sigma_r at rest: up to 4 the zero state's own branch has a positive exponent."""
    s = 1.0 / (1.0 + math.exp(beta))
    return alpha * alpha * (1.0 - s) * (5.0 - 7.0 * s)


@njit(**KERNEL)
def sheets(alpha, beta):
    """How many sheets of the saddle may coexist."""
    return 2 if alpha > _SHALLOW and onset_level(alpha, beta) < _ONE_SHEET else 1


@njit(**INNER)
def _start(kind, ln_g, alpha, beta, lowest, theta):
    delta_phi, delta_h = upper_root(ln_g, alpha, beta, lowest)
    if kind == COUNTED:
        return start_counted(math.exp(ln_g), alpha, beta, delta_phi, delta_h, theta)
    return start_stable(math.exp(ln_g), alpha, beta, delta_phi, delta_h, theta)


@njit(**INNER)
def _begin(kind, ln_g, alpha, beta, far, theta):
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


@njit(**KERNEL)
def find_saddle(kind, g, alpha, beta, far, theta, stop_below_zero):
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
        value, good = follow_steepness(kind, math.exp(begin), steepness, alpha, beta, theta, value)
    if not good:
        return math.exp(begin), value, End.LOST
    if begin == ln_g:
        return g, value, End.FOUND
    reached, value, how = follow_gain(kind, begin, ln_g, alpha, beta, theta, stop_below_zero)
    return g if how == End.FOUND else math.exp(reached), value, how


@njit(**KERNEL)
def best_saddle(kind, g, alpha, beta, theta, stop_below_zero):
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


@njit(**KERNEL)
def gain_slope(g, alpha, beta, theta):
    """d Sigma / d ln g at a saddle: the partial derivative, as the value is stationary there."""
    gradient, hessian = np.empty(SIZE), np.empty((SIZE, SIZE))
    above = lagrangian(COUNTED, g * math.exp(_DIFFERENCE), alpha, beta, theta, 1.0, 1.0, gradient, hessian)
    below = lagrangian(COUNTED, g * math.exp(-_DIFFERENCE), alpha, beta, theta, 1.0, 1.0, gradient, hessian)
    return (above - below) / (2.0 * _DIFFERENCE)


@njit(**KERNEL)
def zero_of_exponent(alpha, beta, far, theta):
    """The gain at which the exponent vanishes on one sheet of the saddle.

    theta: (7,) filled with the saddle there.

    Returns (gain, value there, one of FOUND, VANISHED, LOST); not found: where the saddle ended, and its last value.
    """
    g, value, how = find_saddle(COUNTED, 1e-3, alpha, beta, far, theta, True)
    if how != End.NEGATIVE:
        return g, value, how
    ln_g = math.log(g)
    for _ in range(_MOST):
        if abs(value) < _SMALL:
            break
        following = ln_g - value / gain_slope(math.exp(ln_g), alpha, beta, theta)
        ln_g, value, how = follow_gain(COUNTED, ln_g, following, alpha, beta, theta, False)
        if how != End.FOUND:
            return math.exp(ln_g), value, End.LOST
    return math.exp(ln_g), value, End.FOUND if abs(value) < _ACCEPTED else End.LOST


@njit(**KERNEL)
def onset(alpha, beta, theta):
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


@njit(**KERNEL)
def lower_root_start(g, alpha, beta, theta):
    """The saddle of stable fixed points next to the lower static one: (value, FOUND or LOST); theta (7,) filled.

    Below the fold it is followed from there.
    """
    steepness = min(alpha, _STEEP)
    low, lowest = lowest_gain(steepness, beta)
    ln_g = math.log(g)
    begin = max(ln_g, low + math.log(_NEAR))
    root = lower_root(begin, steepness, beta, lowest)
    if root[0] <= 0.0:
        return math.nan, End.LOST
    value, good = start_stable(math.exp(begin), steepness, beta, root[0], root[1], theta)
    if good and steepness < alpha:
        value, good = follow_steepness(STABLE, math.exp(begin), steepness, alpha, beta, theta, value)
    if not good:
        return math.nan, End.LOST
    _, value, how = follow_gain(STABLE, begin, ln_g, alpha, beta, theta, False)
    return value, how
