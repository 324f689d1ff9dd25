"""The exponent of states that decay faster than their gates: where perturbations die out at about a gate's own rate.

Just above lambda = -1 / tau a gate's variable remembers its drive for the time 1 / (lambda + 1 / tau), which no window
holds, and the radius of the linearised map rises to infinity like one over that rate. There the covariance of the
gate's variable is taken of the line, not of the ring (the drive decays in the window), and the rate is found between
the floor and where the ring is good, in the logarithm of its distance from the floor.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.sampling.ring import Ring

# A memory shorter than the window by this factor is resolved by the ring.
RESOLVED = 16.0


class _Tolerances(NamedTuple):
    """The search for a rate close to the floor."""

    nearest: float = 1e-6  # distance from the floor, in first ones, at which the exponent is the floor
    factor: float = 0.1  # of these distances, from one to the next
    steps: int = 12  # of the search
    settle: int = 4  # maps by which the leading state settles at every rate
    solved: float = 1e-3  # logarithm of a radius that counts as one


_TOLERANCES = _Tolerances()

Radius = Callable[[FloatArray, float], tuple[float, FloatArray]]
"""(state, rate) -> (radius of the map, its leading state)."""


def low_pass(ring: Ring, covariance: FloatArray, tau: float, shift: float, odd: bool) -> FloatArray:
    """Covariance (half,) of x with tau x' = -shift x + y, shift > 0, however long x remembers y.

    odd: whether the covariance of y decays to zero.
    """
    if not 0.0 < shift * ring.period < RESOLVED * tau:
        return ring.low_pass(covariance, tau, shift)
    limit = 0.0 if odd else max(float(covariance[-(ring.steps // 16) :].mean()), 0.0)
    decaying, rate = covariance - limit, shift / tau
    # Past and future of y: integrals of exp(-rate |t - s|) C(s) over s < 0, 0 < s < t, s > t.
    rising, falling = np.exp(rate * ring.lags), np.exp(-rate * ring.lags)
    below = falling * (_integral(falling * decaying, ring.step)[-1] + _integral(rising * decaying, ring.step))
    beyond = _integral(falling * decaying, ring.step)
    above = rising * (beyond[-1] - beyond)
    return np.asarray((below + above) / (2.0 * shift * tau) + limit / shift**2)


def _integral(values: FloatArray, step: float) -> FloatArray:
    """Running integral (n,) from the first value, by trapezoids."""
    return np.concatenate([[0.0], np.cumsum(0.5 * step * (values[1:] + values[:-1]))])


def is_slow(radius: Radius, state: FloatArray, floor: float, ring: Ring) -> bool:
    """Whether the exponent is so close to the floor that the ring does not resolve it."""
    value, _ = settled(radius, state, floor + RESOLVED / ring.period)
    return value < 1.0


def settled(radius: Radius, state: FloatArray, rate: float) -> tuple[float, FloatArray]:
    """The radius at a rate, after a few maps of the state."""
    value = math.nan
    for _ in range(_TOLERANCES.settle):
        value, state = radius(state, rate)
    return value, state


def rate_above(radius: Radius, state: FloatArray, floor: float, ring: Ring) -> tuple[float, float, FloatArray]:
    """(rate, its uncertainty, state) at which the radius is one, between the floor and RESOLVED / period above it."""
    high = math.log(RESOLVED / ring.period)
    value, state = settled(radius, state, floor + math.exp(high))
    above, lowest = math.log(max(value, 1e-300)), high + math.log(_TOLERANCES.nearest)
    low, below = high, above
    while below < 0.0 and low > lowest:
        high, above = low, below
        low += math.log(_TOLERANCES.factor)
        value, state = settled(radius, state, floor + math.exp(low))
        below = math.log(max(value, 1e-300))
    if below < 0.0:
        return floor, math.exp(low), state
    for _ in range(_TOLERANCES.steps):
        middle = low + (high - low) * below / (below - above)
        value, state = settled(radius, state, floor + math.exp(middle))
        level = math.log(max(value, 1e-300))
        if abs(level) < _TOLERANCES.solved:
            break
        if level > 0.0:
            low, below, above = middle, level, 0.5 * above
        else:
            high, above, below = middle, level, 0.5 * below
    distance = math.exp(middle)
    return floor + distance, abs(level) * distance, state
