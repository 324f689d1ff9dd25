"""The maximum Lyapunov exponent of fluctuating solutions of the mean field (docs/theory.md (6.2))."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.kernels.dynamic.correlations import CONSTANT_GATE, HARD_GATE
from phasemap.kernels.dynamic.lyapunov import Linearisation, leading_exponent
from phasemap.kernels.dynamic.window import Grid, apply_propagator, propagator
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.dynamic.autocovariance.correlations import WINDOW, Profile, grid, resample


class _Tolerances(NamedTuple):
    """How far the eigenfunction is followed, and when its rate is known."""

    newton: float = 1e-8  # of Newton's method, relative to the attraction of the potential
    lengths: float = 12.0  # decay lengths of the eigenfunction that the window has to hold
    slowest: float = 1e-5  # a decay rate below changes lambda by its square: nothing
    weak: float = 2e-3  # decay rate of a bound state, and decay over its range, that perturbation theory covers
    bisections: int = 40  # of lambda, as the last resort
    highest: float = 1e3  # rate up to which they look
    close: float = 1e-4  # a radius so close to one is a good start for Newton's method
    largest_stretch: float = 12.0  # of the grid towards long lags
    weakest: float = 1e-7  # attraction below which Newton's method is asked for no more
    edge: float = 0.01  # share of a bracket that a secant step stays away from its ends


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Exponent:
    """lambda in units of the gated rate, and its eigenfunction (n,) on a grid.

    uncertainty: what no resolution shows, of an attraction too weak to be followed.
    """

    value: float
    converged: bool
    state: FloatArray
    grid: Grid
    window: float
    uncertainty: float = 0.0


def exponent(profile: Profile, start: Exponent | None = None) -> Exponent:
    """The growth rate at which the linearised covariance map along a profile has radius one.

    A hard output gate turns an infinitesimal perturbation into a finite one at every crossing: its exponent is
    infinite.

    start: the exponent of a solution nearby.
    """
    if profile.problem.gate == HARD_GATE:
        return Exponent(math.inf, True, np.zeros(len(profile.x)), profile.grid, profile.window)
    return leading(linearisation(profile), profile.grid, profile.window, start)


def leading(linear: Linearisation, nodes: Grid, window: float, start: Exponent | None = None) -> Exponent:
    """The exponent of coefficients given on a grid; they are taken as constant beyond its window.

    Next to a transition from negative exponents the eigenfunction outlives the correlations: the window then grows.
    """
    own = (nodes, window)
    weak = _weakly_bound(linear, nodes, window)
    if weak is not None:
        return weak
    if start is not None and start.window > window:
        nodes, window = _longer(own, start.window), start.window
    found = _solve(linear, own, nodes, window, start)
    for _ in range(4):
        needed = _TOLERANCES.lengths / max(_decay(linear, found.value), _TOLERANCES.slowest)
        if found.window >= needed or not found.converged:
            break
        window = min(needed * WINDOW / _TOLERANCES.lengths, 30.0 * found.window)
        found = _solve(linear, own, _longer(own, window), window, None)
    return found


def _weakly_bound(linear: Linearisation, nodes: Grid, window: float) -> Exponent | None:
    """The exponent where coefficients are nearly constant; None where they are not.

    A weak attraction V(t) over the value at long lags binds a state exp(-k t) with k the integral of V over t > 0, if
    that decays slowly over the range of V: lambda is then known to third order without a window that holds 1/k.
    """
    edge = _edge(linear, 0.0)
    gate = np.zeros(len(nodes.t))
    if linear.moving:
        if 1.0 + edge * linear.tau < _TOLERANCES.weak:
            return None  # the gate's own rate leads
        apply_propagator(nodes, window, 1.0 + edge * linear.tau, linear.tau, linear.q, gate)
    attraction = linear.p + linear.c * gate
    attraction = attraction - attraction[-1]
    k = max(float(window * (nodes.weights @ attraction)), 0.0)
    decay_over_range = float(window**2 * (nodes.weights @ (nodes.t * np.abs(attraction))))
    if k > _TOLERANCES.weak or decay_over_range > _TOLERANCES.weak:
        return None
    return Exponent(_edge(linear, k), True, np.ones(len(nodes.t)), nodes, window, 4.0 * k**2 * (decay_over_range + k))


def _edge(linear: Linearisation, k: float) -> float:
    """The exponent v of constant coefficients at decay rate k of the state, the largest root of

    ((1 + v)**2 - k**2 - p) ((1 + v tau)**2 - tau**2 k**2) = c q.
    """
    p, cross, tau = float(linear.p[-1]), float(linear.c[-1] * linear.q[-1]), linear.tau
    low = math.sqrt(max(p, 0.0) + k * k) - 1.0
    if linear.moving and tau > 0.0:
        low = max(low, k - 1.0 / tau)
    if not linear.moving or cross <= 0.0:
        return low
    high = math.sqrt(max(p, 0.0) + cross + k * k) + 1.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if ((1.0 + middle) ** 2 - k * k - p) * ((1.0 + middle * tau) ** 2 - (tau * k) ** 2) < cross:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _longer(own: tuple[Grid, float], window: float) -> Grid:
    """A grid for a longer window that resolves the own one as well."""
    stretch = min(own[0].stretch + round(math.log(window / own[1])), _TOLERANCES.largest_stretch)
    return grid(len(own[0].t) * 3 // 2, stretch)


def linearisation(profile: Profile) -> Linearisation:
    """Coefficients of the covariance map along a profile."""
    problem, solution = profile.problem, profile.solution
    gain = math.exp(profile.ln_gamma) * solution.phi[1]
    cross = solution.phi[0] * solution.sigma[1] * problem.steepness**2
    return Linearisation(gain * solution.sigma[0], cross, gain, problem.tau_r, problem.gate != CONSTANT_GATE)


def _solve(
    linear: Linearisation, given: tuple[Grid, float], nodes: Grid, window: float, start: Exponent | None
) -> Exponent:
    if nodes is not given[0] or window != given[1]:
        p, c, q = (resample(*given, values, nodes, window) for values in (linear.p, linear.c, linear.q))
        linear = Linearisation(p, c, q, linear.tau, linear.moving)
    value, state = 0.0, np.zeros(len(nodes.t))
    if start is not None:
        value, state = start.value, resample(start.grid, start.window, start.state, nodes, window)
    # Next to a transition everything is small: steps are measured by the depth of the attraction.
    tolerance = _TOLERANCES.newton * min(max(10.0 * float(linear.p[0] - linear.p[-1]), _TOLERANCES.weakest), 1.0)
    lowest = _lowest(linear)
    status, value = leading_exponent(nodes, window, linear, start is not None, tolerance, state, value)
    if status != Status.CONVERGED or value <= lowest:
        value, state = _by_bisection(linear, nodes, window)
        status, value = leading_exponent(nodes, window, linear, True, tolerance, state, value)
    return Exponent(float(value), status == Status.CONVERGED and value > lowest, state, nodes, window)


def _lowest(linear: Linearisation) -> float:
    """A unit, and a moving gate, keep what they were given for their own times: no exponent lies below their rates."""
    return max(-1.0, -1.0 / linear.tau) if linear.moving and linear.tau > 0.0 else -1.0


def _by_bisection(linear: Linearisation, nodes: Grid, window: float) -> tuple[float, FloatArray]:
    """(lambda, eigenfunction) from the spectral radius of the covariance map, which falls as lambda grows."""

    def leading_state(value: float) -> tuple[float, FloatArray]:
        """The leading eigenvalue of the covariance map at a rate, and its state."""
        h, gate = np.empty_like(nodes.to_values), np.zeros_like(nodes.to_values)
        propagator(nodes, window, 1.0 + value, 1.0, h)
        if linear.moving:
            propagator(nodes, window, 1.0 + value * linear.tau, linear.tau, gate)
        levels, states = np.linalg.eig(h @ (np.diag(linear.p) + linear.c[:, None] * gate * linear.q))
        first = int(np.argmax(levels.real))
        return float(levels[first].real), np.ascontiguousarray(states[:, first].real)

    low, high = _lowest(linear), 1.0
    found = leading_state(high)
    above, below = math.inf, _log_level(found)
    while below > 0.0 and high < _TOLERANCES.highest:
        low, above, high = high, below, 2.0 * high
        found = leading_state(high)
        below = _log_level(found)
    for _ in range(_TOLERANCES.bisections):
        # False position with halving where it stays on one side (Illinois), bisection while an end is unknown.
        part = above / (above - below) if math.isfinite(above) else 0.5
        middle = low + min(max(part, _TOLERANCES.edge), 1.0 - _TOLERANCES.edge) * (high - low)
        found = leading_state(middle)
        level = _log_level(found)
        if abs(level) < _TOLERANCES.close or high - low < _TOLERANCES.close * _TOLERANCES.close:
            return middle, found[1]
        if level > 0.0:
            low, above, below = middle, level, 0.5 * below
        else:
            high, below, above = middle, level, 0.5 * above
    return high, found[1]


def _log_level(found: tuple[float, FloatArray]) -> float:
    return math.log(max(found[0], 1e-300))


def _decay(linear: Linearisation, value: float) -> float:
    """Decay rate of the eigenfunction at long lags.

    ((1 + v)**2 - k**2) ((1 + v tau)**2 - tau**2 k**2) = p ((1 + v tau)**2 - tau**2 k**2) + c q.
    """
    square = (1.0 + value) ** 2 - linear.p[-1]
    if not linear.moving:
        return math.sqrt(max(square, 0.0))
    gate_square, tau2 = (1.0 + value * linear.tau) ** 2, linear.tau**2
    last = square * gate_square - linear.c[-1] * linear.q[-1]
    middle = gate_square + tau2 * square
    root = math.sqrt(max(middle**2 - 4.0 * tau2 * last, 0.0))
    return math.sqrt(max(2.0 * last / (middle + root), 0.0))
