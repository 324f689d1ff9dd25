"""What is known of a state that is slower than the longest window: a relaxation time that it exceeds, and an exponent
that it does not (docs/theory.md (5.6)).

The state is held at the longest time scale that fits into the window; the pull of the map there is towards longer ones.
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.errors.budget import standard_error
from phasemap.theory.ensemble.errors.decay import ERRORS, correlation_from_below, relaxation_from_below
from phasemap.theory.ensemble.exponent.tangent import TangentEnsemble
from phasemap.theory.ensemble.sampling.paths import Ensemble


class _Rule(NamedTuple):
    """How bounds are made."""

    largest_rate: float = 1.0  # in units of the mean gate, up to which a bound of the exponent is looked for
    halvings: int = 6  # of the logarithm of its range
    better: float = 0.25  # share of a known bound from which on a better one is looked for
    few: int = 3  # halvings then
    power_steps: int = 3  # of the tangent map at every rate


_RULE = _Rule()


@dataclass(frozen=True)
class Bounds:
    """Of the exponent from above, of the others from below; NaN where there is none."""

    relaxation_time: float = math.nan
    lyapunov_max: float = math.nan
    variance: float = math.nan
    activity_variance: float = math.nan
    correlation_time: float = math.nan


def bounds(ensemble: Ensemble, activity: FloatArray, exponents: bool = True) -> Bounds:
    """Bounds of times and exponent at C_phi (half,) in a window that is too short for it.

    exponents: whether that of the exponent, which takes most of the time, is wanted.
    """
    rate = exponent_from_above(ensemble, activity) if exponents and ensemble.process.has_tangent else math.nan
    membrane = _of_groups(ensemble, activity)[0]
    return Bounds(relaxation_from_below(membrane, ensemble.ring, ensemble.process.is_odd), rate)


def held_bounds(ensemble: Ensemble, activity: FloatArray, exponents: bool = True) -> Bounds:
    """The same where the time scale is held shorter than it is: with it variances and correlation time grow."""
    membrane, active = _of_groups(ensemble, activity)
    return replace(
        bounds(ensemble, activity, exponents),
        variance=_least(membrane[:, 0]),
        activity_variance=_least(active[:, 0]),
        correlation_time=correlation_from_below(membrane, ensemble.ring, ensemble.process.is_odd),
    )


def _of_groups(ensemble: Ensemble, activity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """C_h and C_phi (G, half) of every group."""
    moments = [ensemble.moments(activity, g) for g in range(len(ensemble.noise.groups))]
    return np.array([one.membrane for one in moments]), np.array([one.activity for one in moments])


def _least(groups: FloatArray) -> float:
    """The mean of groups (G,) less three of its errors; NaN where nothing is left."""
    least = float(groups.mean() - ERRORS * standard_error(groups[:, None])[0])
    return least if least > 0.0 else math.nan


def exponent_from_above(ensemble: Ensemble, activity: FloatArray, known: float = math.nan) -> float:
    """The smallest rate >= 1 / T, to a few per cent, at which the tangent map's radius is below 1 by three errors.

    known: a bound, from longer steps, of which a better one is a quarter at least.
    """
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
        return bool(radius + ERRORS * float(standard_error(radii)[0]) < 1.0)

    low, high, halvings = 1.0 / ensemble.ring.period, _RULE.largest_rate * ensemble.control_rate, _RULE.halvings
    if math.isfinite(known):
        low, high, halvings = max(low, _RULE.better * known), known, _RULE.few
    if contracts(low):
        return low
    if math.isnan(known) and not contracts(high):
        return math.nan
    for _ in range(halvings):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if contracts(middle) else (middle, high)
    return high
