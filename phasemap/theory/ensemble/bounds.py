"""What is known of a state that is slower than the longest window: a relaxation time that it exceeds, and an exponent
that it does not (docs/theory.md (5.6)).

The state is held at the longest time scale that fits into the window; the pull of the map there is towards longer ones.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import tail
from phasemap.theory.ensemble.errors.budget import standard_error
from phasemap.theory.ensemble.exponent.tangent import TangentEnsemble
from phasemap.theory.ensemble.sampling.paths import Ensemble


class _Rule(NamedTuple):
    """How bounds are made."""

    errors: float = 3.0  # of the groups, by which a bound keeps away from what was found
    fallen: float = 0.5  # share of C(0) from which on its decay tells a time: before, it is a parabola
    largest_rate: float = 1.0  # in units of the mean gate, up to which a bound of the exponent is looked for
    halvings: int = 6  # of the logarithm of its range
    power_steps: int = 3  # of the tangent map at every rate


_RULE = _Rule()


@dataclass(frozen=True)
class Bounds:
    """Of the relaxation time from below, and of the exponent from above; NaN where there is none."""

    relaxation_time: float
    lyapunov_max: float


def bounds(ensemble: Ensemble, activity: FloatArray, exponents: bool = True) -> Bounds:
    """Bounds at a held C_phi (half,).

    exponents: whether that of the exponent, which takes most of the time, is wanted.
    """
    rate = exponent_from_above(ensemble, activity) if exponents and ensemble.process.has_tangent else math.nan
    return Bounds(time_from_below(ensemble, activity), rate)


def time_from_below(ensemble: Ensemble, activity: FloatArray) -> float:
    """The largest t / ln(C_h(0) / C_h(t)) in half a window T, by three errors: (T/2) / ln(C(0)/C(T/2)) if C stays up.

    C is a mixture of decays no slower than the relaxation time, which is longer therefore.
    """
    ring, odd = ensemble.ring, ensemble.process.is_odd
    groups = range(len(ensemble.noise.groups))
    shapes = np.array([_shape(ensemble.moments(activity, g).membrane, odd) for g in groups])
    safe = shapes.mean(axis=0) - _RULE.errors * standard_error(shapes)
    fallen = np.flatnonzero(safe < _RULE.fallen)
    late = np.arange(fallen[0] if fallen.size else safe.size - 1, safe.size)
    late = late[(safe[late] > 0.0) & (late > 0)]
    if late.size == 0:
        return math.nan
    with np.errstate(divide="ignore"):
        return float((ring.lags[late] / -np.log(np.minimum(safe[late], 1.0 - 1e-12))).max())


def _shape(covariance: FloatArray, odd: bool) -> FloatArray:
    decaying = covariance - tail.limit(covariance, odd)
    return np.asarray(decaying / decaying[0])


def exponent_from_above(ensemble: Ensemble, activity: FloatArray) -> float:
    """The smallest rate >= 1 / T, to a few per cent, at which the tangent map's radius is below 1 by three errors."""
    whole = TangentEnsemble(ensemble, activity)
    parts = [TangentEnsemble(ensemble, activity, g) for g in range(len(ensemble.noise.groups))]
    state = np.maximum(activity / activity[0], 0.0)

    def contracts(rate: float) -> bool:
        """Whether perturbations that grow at a rate cannot keep themselves up."""
        nonlocal state
        for _ in range(_RULE.power_steps):
            after = whole.map(state, rate)
            radius = float(after[0] / state[0])
            if not 0.0 < radius < 1e6:
                return False
            state = np.clip(after / after[0], -1.0, 1.0)
        radii = np.array([[float(part.map(state, rate)[0])] for part in parts])
        return bool(radius + _RULE.errors * float(standard_error(radii)[0]) < 1.0)

    low, high = 1.0 / ensemble.ring.period, _RULE.largest_rate * ensemble.control_rate
    if contracts(low):
        return low
    if not contracts(high):
        return math.nan
    for _ in range(_RULE.halvings):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if contracts(middle) else (middle, high)
    return high
