"""The conditions that critical surfaces solve.

Along a surface of fixed points two functions of the parameters and of q = <phi^2> vanish: the mismatch of the
fixed-point condition (`phasemap.kernels.static.roots.mismatch`), and one that says what is critical about the point.
"""

import math

from numba import njit

from phasemap.kernels.averages.gaussian import gate_averages
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.static.problem import problem_of_row
from phasemap.kernels.static.roots import mismatch
from phasemap.kernels.static.stability import constant_gate_edge, growth, linear_response, new_profile, static_gain

# What is critical: the slope of the mismatch, S - 1, f S - 1, lambda_e - level, the pinning ratio - level.
FOLD, GAIN, MARGINAL, EDGE, PINNING = range(5)

# Stands for the pinning ratio where there is none, up to S = 1: on the side on which it is as S -> 1, so that there is
# no zero. Behind a hard gate it is 0 there, behind a smooth one 1, however steep.
_STABLE = -0.5


@njit(**INNER)
def _bounded(x):
    """A gain on (0, inf) as (x - 1) / (x + 1), which changes sign at 1."""
    return 1.0 - 2.0 / (1.0 + x)


@njit(**INNER)
def _pinning(p, response, profile, level, f):
    """Pinning ratio above (> 0) or below (< 0) a level, for S > 1; finite as S -> 1.

    lambda_e > rate where the growth at that rate is above one: the edge itself is not needed. f: the mismatch, which
    leaves out of all gains what the state is short of a fixed point (q / A = (1 - f) / (1 + f)): next to the onset of
    chaos S - 1 is as small as q^2, and would change its sign within a step of a numerical derivative.
    """
    short = (1.0 - f) / (1.0 + f)
    gain = short * static_gain(p, response, profile)
    if not gain > 1.0:
        return _STABLE if math.isinf(p.alpha_z) else -_STABLE
    if math.isinf(gain):
        return -_STABLE
    rate = level * constant_gate_edge(p, response, gain)
    return _bounded(short * growth(p, response, profile, rate)) / _bounded(gain)


@njit(**KERNEL)
def critical_pair(p, kind, level, scale, y):
    """(mismatch, criticality) at the coordinate y of q."""
    f, slope = mismatch(p, scale, y)
    if kind == FOLD:
        return f, slope
    q = scale * math.expm1(math.log1p(1.0 / scale) * y)
    profile = new_profile(p)
    response = linear_response(p, q, profile)
    if kind == EDGE:
        return f, _bounded(growth(p, response, profile, level))
    if kind == PINNING:
        return f, _pinning(p, response, profile, level, f)
    gain = static_gain(p, response, profile)
    return f, _bounded(gain if kind == GAIN else response.open_fraction * gain)


@njit(**KERNEL)
def zero_state_terms(table, out):
    """Averages that decide on the zero state: fills out (n, 4) with g^2 R, R' / R, P / R and g^2 R_+.

    R = <sigma_r^2> at q = 0 (over the static input to the output gate), R' its derivative in the variance,
    P = <sigma_r'^2>; R_+ is the limit of R for q -> 0, which differs where a hard gate has its threshold at rest.
    """
    for i in range(table.shape[0]):
        p = problem_of_row(table[i])
        s = p.rest_r
        square, slope_square, derivative = s * s, 0.0, 0.0
        if p.v_r > 0.0:
            averages = gate_averages(p.alpha_r, p.offset_r, p.rest_r, p.v_r)
            square, slope_square, derivative = averages[1], averages[2], averages[4]
        elif p.alpha_r < math.inf:
            slope_square = (p.alpha_r * s * (1.0 - s)) ** 2
            derivative = p.alpha_r**2 * square * (1.0 - s) * (2.0 - 3.0 * s)
        at_threshold = math.isinf(p.alpha_r) and p.v_r == 0.0 and p.offset_r == 0.0
        out[i, 0] = p.g * p.g * square
        out[i, 1] = derivative / square if square > 0.0 else 0.0
        out[i, 2] = slope_square / square if square > 0.0 else 0.0
        out[i, 3] = p.g * p.g * (0.5 if at_threshold else square)
