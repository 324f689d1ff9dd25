"""From the static mean field to a saddle of the count, and along it in the gain and in the gate's steepness."""

import math
from enum import IntEnum

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.complexity.moments import COUNTED, M_PHI, Q_PHI, Q_PSI, SIZE, STABLE, log_partition
from phasemap.kernels.complexity.nodes import activation_nodes, gate_nodes
from phasemap.kernels.complexity.saddle import newton


class End(IntEnum):
    """How a search for a saddle ended: control flow between kernels and those who call them, stored nowhere."""

    FOUND = 0  # at a saddle
    NEGATIVE = 1  # where the exponent is negative already
    VANISHED = 2  # where the saddle has shrunk into the zero state
    LOST = 3  # without a result


# Steps of (x, t, u) to themselves, and where they begin.
_ITERATIONS, _FIRST_X, _FIRST_T, _FIRST_U = 40, 0.3, 0.02, 1.0
# Newton's method stops at a step this small, or after this many.
_TOLERANCE, _MOST = 1e-11, 40
# Steps in ln g, the longest into negative values (a saddle may end there), and factors of the steepness.
_LONGEST_STEP, _SHORTEST_STEP, _CLOSE = 0.03, 1e-7, 2e-3
_FACTOR, _SMALLEST_FACTOR = 2.0, 1.01
# A step that changes ln q_psi by more (of all fixed points, of stable ones) has jumped to the zero state. A saddle with
# g^2 q_psi below the next number has shrunk into it where it ends, one below the last in any case.
_JUMP, _STABLE_JUMP, _SHRUNK, _GONE = 1.0, 0.3, 1e-3, 5e-5
# Steps in ln S on the way from the static mean field to S = 1.
_GAIN_STEP, _SHORTEST_GAIN_STEP = 0.25, 1e-4


@njit(**KERNEL)
def free_parameters(alpha):
    """(entries of theta that are free, those of the determinant alone): without a gate q_phi, m_phi, t, u drop out."""
    free, determinant = np.ones(SIZE, dtype=np.bool_), np.zeros(SIZE, dtype=np.bool_)
    determinant[4:] = True
    if alpha == 0.0:
        for i in (Q_PHI, M_PHI, 5, 6):
            free[i] = False
            determinant[i] = False
    return free, determinant


@njit(**INNER)
def _iterate_determinant(theta, h_nodes, r_nodes, gated):
    """The stationary (x, t, u) of log |det|, as the limit of x (<p^2/W> + <f^2..><s^2..>) and so on."""
    slope, curvature = np.empty(SIZE), np.empty((SIZE, SIZE))
    for _ in range(_ITERATIONS):
        log_partition(COUNTED, theta, h_nodes, r_nodes, slope, curvature)
        if not gated:
            theta[4] = math.log(2.0 * slope[4])
            continue
        x, t, u = math.exp(theta[4]), math.exp(theta[5]), math.exp(theta[6])
        p2, f2, s2 = 2.0 * slope[4] / x, 2.0 * slope[5] / t, 2.0 * slope[6] / u
        theta[4], theta[5], theta[6] = math.log(x * (p2 + f2 * s2)), math.log(x * s2), math.log(x * f2)


@njit(**KERNEL)
def static_determinant(g, alpha, beta, delta_phi, delta_h, theta):
    """theta (7,) at a fixed point of the static mean field with S > 1: m = 0, and the stationary (x, t, u).

    Returns (log |det| per unit, whether to believe it).
    """
    theta[:] = 0.0
    theta[Q_PSI], theta[Q_PHI] = math.log(delta_h), math.log(delta_phi)
    theta[4] = math.log(_FIRST_X)
    theta[5], theta[6] = (-math.inf, -math.inf) if alpha == 0.0 else (math.log(_FIRST_T), math.log(_FIRST_U))
    h_nodes = activation_nodes(g, delta_h, 0.25 * alpha, 1.0)
    _iterate_determinant(theta, h_nodes, gate_nodes(alpha, beta, delta_phi, 1.0), alpha > 0.0)
    _, determinant = free_parameters(alpha)
    value, _, good = newton(COUNTED, g, alpha, beta, theta, determinant, 1.0, _TOLERANCE, _MOST)
    return value, good


@njit(**KERNEL)
def solve(kind, g, alpha, beta, theta):
    """Newton's method over all of theta (7,), in place: (value, whether it may be believed)."""
    free, _ = free_parameters(alpha)
    value, _, good = newton(kind, g, alpha, beta, theta, free, 1.0, _TOLERANCE, _MOST)
    return value, good


@njit(**KERNEL)
def start_counted(g, alpha, beta, delta_phi, delta_h, theta):
    """The saddle of all fixed points next to the static mean field; (value, found?)."""
    _, good = static_determinant(g, alpha, beta, delta_phi, delta_h, theta)
    if not good:
        return math.nan, False
    return solve(COUNTED, g, alpha, beta, theta)


@njit(**KERNEL)
def start_stable(g, alpha, beta, delta_phi, delta_h, theta):
    """The saddle of stable fixed points, S lowered from that of the static mean field to 1; (value, found?)."""
    theta[:] = 0.0
    theta[Q_PSI], theta[Q_PHI] = math.log(delta_h), math.log(delta_phi)
    slope, curvature = np.empty(SIZE), np.empty((SIZE, SIZE))
    h_nodes, r_nodes = activation_nodes(g, delta_h, 0.0, 1.0), gate_nodes(alpha, beta, delta_phi, 1.0)
    # With l = 1e-9 the slopes of log Z are the means of p^2, f^2, s^2.
    theta[4] = 1e-9
    log_partition(STABLE, theta, h_nodes, r_nodes, slope, curvature)
    theta[5], theta[6] = -slope[6] * 1e9, -slope[5] * 1e9
    if alpha == 0.0:
        theta[5], theta[6] = 0.0, 0.0
    ln_gain, step, value = math.log(-slope[4] + theta[5] * theta[6]), _GAIN_STEP, 0.0
    free, _ = free_parameters(alpha)
    trial = np.empty(SIZE)
    while ln_gain != 0.0:
        following = ln_gain - math.copysign(min(step, abs(ln_gain)), ln_gain)
        trial[:] = theta
        found, _, good = newton(STABLE, g, alpha, beta, trial, free, math.exp(following), _TOLERANCE, _MOST)
        if good and abs(trial[Q_PSI] - theta[Q_PSI]) < _STABLE_JUMP:
            theta[:], ln_gain, value = trial, following, found
            step = min(1.5 * step, _GAIN_STEP)
        else:
            step *= 0.5
            if step < _SHORTEST_GAIN_STEP:
                return value, False
    return value, True


@njit(**INNER)
def _predict(theta, before, share, trial):
    """A secant step in the entries that are finite: theta + share (theta - before)."""
    for i in range(SIZE):
        trial[i] = theta[i]
        if share > 0.0 and math.isfinite(theta[i]):
            trial[i] += share * (theta[i] - before[i])


@njit(**KERNEL)
def follow_gain(kind, ln_g, target, alpha, beta, theta, stop_below_zero):
    """Follow the saddle `theta` (7,) from ln g to a target, in place.

    stop_below_zero: whether to stop where the value is negative, short of the target.

    Returns (ln g reached, value there, one of FOUND, NEGATIVE, VANISHED, LOST).
    """
    step, last, jump = _LONGEST_STEP, 0.0, _JUMP if kind == COUNTED else _STABLE_JUMP
    value, good = solve(kind, math.exp(ln_g), alpha, beta, theta)
    before, trial = theta.copy(), np.empty(SIZE)
    while good and ln_g != target:
        if stop_below_zero and value < 0.0:
            return ln_g, value, End.NEGATIVE
        length = min(step, abs(target - ln_g))
        following = target if length == abs(target - ln_g) else ln_g + math.copysign(length, target - ln_g)
        _predict(theta, before, length / last if last > 0.0 else 0.0, trial)
        found, converged = solve(kind, math.exp(following), alpha, beta, trial)
        overshot = stop_below_zero and found < 0.0 and length > _CLOSE
        if converged and abs(trial[Q_PSI] - theta[Q_PSI]) < jump and not overshot:
            before[:] = theta
            theta[:], ln_g, value, last = trial, following, found, length
            step = min(1.5 * step, _LONGEST_STEP)
            good = math.exp(theta[Q_PSI] + 2.0 * ln_g) > _GONE
        else:
            step = 0.5 * length
            good = step > _SHORTEST_STEP
    if ln_g == target:
        return ln_g, value, End.FOUND
    shrunk = math.exp(theta[Q_PSI] + 2.0 * ln_g) < _SHRUNK
    return ln_g, value, End.VANISHED if shrunk else End.LOST


@njit(**KERNEL)
def follow_steepness(kind, g, steepness, alpha, beta, theta, value):
    """Follow the saddle `theta` (7,) from a steepness of the output gate to a larger one: (value, reached?)."""
    factor, last = _FACTOR, 0.0
    before, trial = theta.copy(), np.empty(SIZE)
    while steepness < alpha:
        following = min(steepness * factor, alpha)
        change = math.log(following / steepness)
        _predict(theta, before, change / last if last > 0.0 else 0.0, trial)
        found, good = solve(kind, g, following, beta, trial)
        if good and abs(trial[Q_PSI] - theta[Q_PSI]) < _JUMP:
            before[:] = theta
            theta[:], steepness, value, last = trial, following, found, change
            factor = min(factor**1.3, _FACTOR)
        else:
            factor = math.sqrt(factor)
            if factor < _SMALLEST_FACTOR:
                return value, False
    return value, True
