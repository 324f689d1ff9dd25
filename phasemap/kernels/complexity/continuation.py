"""From the static mean field to a saddle of the count, and along it in the gain and in the gate's steepness.

Plain Python around one compiled Newton step: compiled, every function here and in `search` would hold the kernels below
it once more, which took longer to compile than a map takes to compute.
"""

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.complexity.branch import free_parameters, solve, static_determinant
from phasemap.kernels.complexity.moments import COUNTED, Q_PHI, Q_PSI, SIZE, STABLE, log_partition
from phasemap.kernels.complexity.nodes import activation_nodes, gate_nodes
from phasemap.kernels.complexity.saddle import newton


class End(IntEnum):
    """How a search for a saddle ended: control flow between kernels and those who call them, stored nowhere."""

    FOUND = 0  # at a saddle
    NEGATIVE = 1  # where the exponent is negative already
    VANISHED = 2  # where the saddle has shrunk into the zero state
    LOST = 3  # without a result


FloatArray = NDArray[np.float64]
# (value, found?), and how a way ended: gain or its logarithm, value there, an `End`.
Valued = tuple[float, bool]
Found = tuple[float, float, int]
_LARGEST = 709.0  # its exponential is the largest number


class _Tolerances(NamedTuple):
    """Of the ways of a saddle in the gain and in the steepness."""

    longest: float = 0.03  # step in ln g: two sheets of the saddle lie further apart
    shortest: float = 1e-7  # step in ln g: where a shorter one is needed the saddle has ended
    close: float = 2e-3  # step in ln g into negative values, longest: a saddle may end there
    factor: float = 2.0  # of the steepness, largest
    smallest_factor: float = 1.01  # of the steepness: where a smaller one is needed the saddle is lost
    jump: float = 1.0  # of ln q_psi, of all fixed points: a longer one leads to the zero state
    stable_jump: float = 0.3  # the same of stable ones, whose two sheets are closer
    shrunk: float = 1e-3  # g^2 q_psi below which a saddle that ends has shrunk into the zero state
    gone: float = 5e-5  # g^2 q_psi below which it has in any case
    gain_step: float = 0.25  # in ln S on the way from the static mean field to S = 1
    shortest_gain_step: float = 1e-4  # in ln S: where a shorter one is needed there is no way
    step: float = 1e-11  # at which Newton's method stops: rounding of sums over nodes
    steps: int = 40  # of Newton's method, most: next to a saddle ten do
    seed: float = 1e-9  # l with which slopes of log Z are means: what is of second order is rounding
    seed_inverse: float = 1e9  # 1 / l, exact: of the slopes by l


_AT = _Tolerances()


def gain_at(ln_g: float) -> float:
    """The gain at its logarithm, infinite beyond the largest number."""
    return math.exp(ln_g) if ln_g < _LARGEST else math.inf


def start_counted(g: float, alpha: float, beta: float, delta_phi: float, delta_h: float, theta: FloatArray) -> Valued:
    """The saddle of all fixed points next to the static mean field; (value, found?)."""
    _, good = static_determinant(g, alpha, beta, delta_phi, delta_h, theta)
    if not good:
        return math.nan, False
    value, good = solve(COUNTED, g, alpha, beta, theta)
    return value, good


def start_stable(g: float, alpha: float, beta: float, delta_phi: float, delta_h: float, theta: FloatArray) -> Valued:
    """The saddle of stable fixed points, S lowered from that of the static mean field to 1; (value, found?)."""
    theta[:] = 0.0
    theta[Q_PSI], theta[Q_PHI] = math.log(delta_h), math.log(delta_phi)
    slope, curvature = np.empty(SIZE), np.empty((SIZE, SIZE))
    h_nodes, r_nodes = activation_nodes(g, delta_h, 0.0, 1.0), gate_nodes(alpha, beta, delta_phi, 1.0)
    # With l next to nothing the slopes of log Z are the means of p^2, f^2, s^2.
    theta[4] = _AT.seed
    log_partition(STABLE, theta, h_nodes, r_nodes, slope, curvature)
    theta[5], theta[6] = -slope[6] * _AT.seed_inverse, -slope[5] * _AT.seed_inverse
    if alpha == 0.0:
        theta[5], theta[6] = 0.0, 0.0
    gain = float(-slope[4] + theta[5] * theta[6])
    if not 0.0 < gain < math.inf:
        return 0.0, False
    ln_gain, step, value = math.log(gain), _AT.gain_step, 0.0
    free, _ = free_parameters(alpha)
    trial = np.empty(SIZE)
    while ln_gain != 0.0:
        following = ln_gain - math.copysign(min(step, abs(ln_gain)), ln_gain)
        trial[:] = theta
        found, _, good = newton(STABLE, g, alpha, beta, trial, free, math.exp(following), _AT.step, _AT.steps)
        if good and abs(trial[Q_PSI] - theta[Q_PSI]) < _AT.stable_jump:
            theta[:], ln_gain, value = trial, following, found
            step = min(1.5 * step, _AT.gain_step)
        else:
            step *= 0.5
            if step < _AT.shortest_gain_step:
                return value, False
    return value, True


def _predict(theta: FloatArray, before: FloatArray, share: float, trial: FloatArray) -> None:
    """A secant step in the entries that are finite: theta + share (theta - before)."""
    for i in range(SIZE):
        trial[i] = theta[i]
        if share > 0.0 and math.isfinite(theta[i]):
            trial[i] += share * (theta[i] - before[i])


def follow_gain(
    kind: int, ln_g: float, target: float, alpha: float, beta: float, theta: FloatArray, stop_below_zero: bool
) -> Found:
    """Follow the saddle `theta` (7,) from ln g to a target, in place.

    stop_below_zero: whether to stop where the value is negative, short of the target.

    Returns (ln g reached, value there, one of FOUND, NEGATIVE, VANISHED, LOST).
    """
    step, last, jump = _AT.longest, 0.0, _AT.jump if kind == COUNTED else _AT.stable_jump
    value, good = solve(kind, gain_at(ln_g), alpha, beta, theta)
    before, trial = theta.copy(), np.empty(SIZE)
    while good and ln_g != target:
        if stop_below_zero and value < 0.0:
            return ln_g, value, End.NEGATIVE
        length = min(step, abs(target - ln_g))
        following = target if length == abs(target - ln_g) else ln_g + math.copysign(length, target - ln_g)
        _predict(theta, before, length / last if last > 0.0 else 0.0, trial)
        found, converged = solve(kind, gain_at(following), alpha, beta, trial)
        overshot = stop_below_zero and found < 0.0 and length > _AT.close
        if converged and abs(trial[Q_PSI] - theta[Q_PSI]) < jump and not overshot:
            before[:] = theta
            theta[:], ln_g, value, last = trial, following, found, length
            step = min(1.5 * step, _AT.longest)
            good = math.exp(theta[Q_PSI] + 2.0 * ln_g) > _AT.gone
        else:
            step = 0.5 * length
            good = step > _AT.shortest
    if ln_g == target:
        return ln_g, value, End.FOUND
    shrunk = math.exp(theta[Q_PSI] + 2.0 * ln_g) < _AT.shrunk
    return ln_g, value, End.VANISHED if shrunk else End.LOST


def follow_steepness(
    kind: int, g: float, steepness: float, alpha: float, beta: float, theta: FloatArray, value: float
) -> Valued:
    """Follow the saddle `theta` (7,) from a steepness of the output gate to a larger one: (value, reached?)."""
    factor, last = _AT.factor, 0.0
    before, trial = theta.copy(), np.empty(SIZE)
    while steepness < alpha:
        following = min(steepness * factor, alpha)
        change = math.log(following / steepness)
        _predict(theta, before, change / last if last > 0.0 else 0.0, trial)
        found, good = solve(kind, g, following, beta, trial)
        if good and abs(trial[Q_PSI] - theta[Q_PSI]) < _AT.jump:
            before[:] = theta
            theta[:], steepness, value, last = trial, following, found, change
            factor = min(factor**1.3, _AT.factor)
        else:
            factor = math.sqrt(factor)
            if factor < _AT.smallest_factor:
                return value, False
    return value, True
