"""An ensemble, or one of its groups, at its own solution, and the numbers that are read off it."""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.ensemble import tail
from phasemap.theory.ensemble.exponent.tangent import Exponent, TangentEnsemble
from phasemap.theory.ensemble.resolution.soft import Stiffener, stiffened
from phasemap.theory.ensemble.sampling.paths import Ensemble, Moments
from phasemap.theory.ensemble.sampling.ring import Ring, resample

NAMES = ("variance", "activity_variance", "correlation_time", "relaxation_time", "lyapunov_max")
TIMES = ("correlation_time", "relaxation_time")
MOST_ITERATIONS = 120


@dataclass(frozen=True)
class Start:
    """Where an iteration starts: C_phi (half,), and what is known of the map from a similar one.

    lags: between which the tail is fitted, if not at its own levels.  stiffener: of the soft mode, if there is one.
    """

    activity: FloatArray
    memory: anderson.Memory | None = None
    exponent: Exponent | None = None
    lags: tuple[float, float] | None = None
    stiffener: Stiffener | None = None

    def stiff(self, residual: FloatArray) -> FloatArray:
        """A residual (half,) that says how far the solution is, also along the soft mode."""
        return residual if self.stiffener is None else self.stiffener(residual)


@dataclass(frozen=True)
class Solution:
    """Correlations and numbers of an ensemble at its fixed point.

    moments: what the paths driven by `activity` gave; values: by NAMES, NaN where a number was not asked for.
    """

    fixed_point: anderson.FixedPoint
    moments: Moments
    tail: tail.Tail
    exponent: Exponent | None
    values: dict[str, float]
    stiffener: Stiffener | None = None

    @property
    def activity(self) -> FloatArray:
        """C_phi (half,)."""
        return self.fixed_point.x

    @property
    def row(self) -> FloatArray:
        """The values in the order of NAMES."""
        return np.array([self.values[name] for name in NAMES])

    @property
    def start(self) -> Start:
        """A start for the same ring."""
        lags = (self.tail.first, self.tail.last)
        return Start(self.activity, self.fixed_point.memory, self.exponent, lags, self.stiffener)

    def start_at(self, ring: Ring, target: Ring) -> Start:
        """A start for the same period at another time step."""
        exponent = self.exponent
        if exponent is not None:
            exponent = exponent.resampled(ring, target)
        memory = _resampled(self.fixed_point.memory, ring, target)
        stiffener = None if self.stiffener is None else self.stiffener.resampled(ring, target)
        lags = (self.tail.first, self.tail.last)
        return Start(resample(self.activity, ring, target), memory, exponent, lags, stiffener)

    def start_at_known(self, known: Start, ring: Ring, target: Ring) -> Start:
        """A start here, on `target`, with what another one on `ring` knew of the map."""
        return replace(self.start, memory=_resampled(known.memory, ring, target))


def _resampled(memory: anderson.Memory | None, ring: Ring, target: Ring) -> anderson.Memory:
    known = anderson.Memory() if memory is None else memory
    return anderson.Memory(
        known.depth,
        [resample(x, ring, target) for x in known.steps],
        [resample(x, ring, target) for x in known.changes],
    )


def admissible(x: FloatArray) -> FloatArray:
    """The nearest function with |C(t)| <= C(0), and C(0) in (0, 1]."""
    top = min(max(float(x[0]), 1e-12), 1.0)
    return np.clip(x, -top, top)


def solve(
    ensemble: Ensemble,
    start: Start,
    tolerance: float | anderson.Tolerance,
    group: int | None = None,
    limit: int = MOST_ITERATIONS,
) -> Solution:
    """The correlations of all groups together, or of one, without the exponent."""
    mapping = stiffened(partial(ensemble.map, group=group), start.stiff)
    found = anderson.solve(mapping, start.activity, tolerance, limit, admissible, start.memory)
    return at(ensemble, found, ensemble.moments(found.x, group), start)


def at(ensemble: Ensemble, found: anderson.FixedPoint, moments: Moments, start: Start) -> Solution:
    """The numbers, without the exponent, of the moments at a fixed point."""
    fitted = tail.fit(moments.membrane, ensemble.ring, ensemble.process.is_odd, start.lags)
    return Solution(found, moments, fitted, None, _values(ensemble, moments, fitted), start.stiffener)


def add_exponent(
    ensemble: Ensemble,
    solution: Solution,
    tolerance: float,
    group: int | None = None,
    start: Exponent | None = None,
    limit: int = MOST_ITERATIONS,
) -> Solution:
    """The same with the maximum Lyapunov exponent; all gates must be smooth.

    limit: of maps; where it is lower than usual, the rate that the last of them points to is taken.
    """
    tangent = TangentEnsemble(ensemble, solution.activity, group)
    exponent = tangent.solve(tolerance, limit, start, limit < MOST_ITERATIONS)
    return replace(solution, exponent=exponent, values={**solution.values, "lyapunov_max": exponent.value})


def correlation_time(covariance: FloatArray, ring: Ring, odd: bool) -> float:
    """Integral of C(t) - C(inf) over t > 0, over its value at t = 0; NaN where nothing decays. covariance: (half,)."""
    decaying = covariance - tail.limit(covariance, odd)
    return float(ring.weights @ decaying) / float(decaying[0]) if decaying[0] > 0.0 else math.nan


def _values(ensemble: Ensemble, moments: Moments, fitted: tail.Tail) -> dict[str, float]:
    return {
        "variance": float(moments.membrane[0]),
        "activity_variance": float(moments.activity[0]),
        "correlation_time": correlation_time(moments.membrane, ensemble.ring, ensemble.process.is_odd),
        "relaxation_time": fitted.time,
        "lyapunov_max": math.nan,
    }
