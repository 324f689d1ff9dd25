"""Decay of a sampled correlation function: limit, crossing times, exponential tail."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics.exponential import nearest_exponential
from phasemap.theory.ensemble.sampling.ring import Ring


class _Tolerances(NamedTuple):
    """Normalised levels between which the tail is fitted."""

    upper: float = 0.4  # where the fit begins
    lower: float = 0.06  # and ends: below, the sampling noise takes over


_TOLERANCES = _Tolerances()


def limit(covariance: FloatArray, odd: bool) -> float:
    """Value at infinite lag: zero by symmetry, or the mean over the last eighth of the lags."""
    return 0.0 if odd else float(covariance[-(covariance.size // 8 + 1) :].mean())


def crossing(normalised: FloatArray, ring: Ring, level: float) -> float:
    """First lag at which a function with value 1 at lag 0 falls below `level`; inf if it does not."""
    below = np.flatnonzero(normalised < level)
    if below.size == 0:
        return math.inf
    k = int(below[0])
    if k == 0:
        return 0.0
    above = float(normalised[k - 1] - normalised[k])
    part = (float(normalised[k - 1]) - level) / above if above > 0.0 else 0.0
    return float(ring.lags[k - 1] + part * ring.step)


@dataclass(frozen=True)
class Tail:
    """C(t) - C(inf) = amplitude * exp(-t / time) between the lags `first` and `last`.

    spread: half the difference between the times fitted to the two halves of that range, which is what is left of the
    assumption that the tail is one exponential.
    """

    time: float
    spread: float
    amplitude: float
    first: float
    last: float

    def image(self, ring: Ring) -> FloatArray:
        """What the tail adds from around the ring, (half,)."""
        if not self.time < math.inf:
            return np.zeros_like(ring.lags)
        return np.asarray(self.amplitude * np.exp(-(ring.period - ring.lags) / self.time))


def fit(covariance: FloatArray, ring: Ring, odd: bool, between: tuple[float, float] | None = None) -> Tail:
    """The tail of a correlation function (half,); infinite time if it does not fall far enough within the window.

    between: the lags of the fit, if not those at which the function falls through two levels.
    """
    floor = limit(covariance, odd)
    height = float(covariance[0]) - floor
    if not height > 0.0:
        return Tail(math.inf, math.inf, 0.0, 0.0, 0.0)
    shape = (covariance - floor) / height
    if between is None:
        between = (
            crossing(shape, ring, _TOLERANCES.upper),
            min(crossing(shape, ring, _TOLERANCES.lower), 0.35 * ring.period),
        )
    first, last = between
    inside = (ring.lags >= first) & (ring.lags <= last)
    if inside.sum() < 4:
        return Tail(math.inf, math.inf, 0.0, first, last)
    lags, values = ring.lags[inside], shape[inside]
    time, level = nearest_exponential(lags, values)
    middle = lags.size // 2
    halves = [nearest_exponential(lags[part], values[part])[0] for part in (slice(middle + 1), slice(middle, None))]
    spread = 0.5 * abs(halves[0] - halves[1]) if all(map(math.isfinite, halves)) else time
    return Tail(time, spread, height * level, first, last)
