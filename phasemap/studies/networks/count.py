"""Fixed points of networks of one size at one point, beside the theory of large ones."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.errors import PhasemapError
from phasemap.model.options import CountOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.counting import is_noisy, reduce, what_is_missing
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome, nothing
from phasemap.simulation.fixed_points.counts import Integral, Search, integral, search
from phasemap.theory.complexity.points import NAMES, solve
from phasemap.theory.complexity.prefactor import predicted_count
from phasemap.theory.complexity.saddles import counted

METHODS = ("search", "integral")


class Number(NamedTuple):
    """A value with its error and status."""

    value: float
    error: float
    status: Status

    @classmethod
    def of(cls, outcome: Outcome) -> "Number":
        """A scalar outcome."""
        return cls(float(outcome.value), float(outcome.error), Status(int(outcome.status)))


@dataclass(frozen=True)
class CountReport:
    """What was counted.

    count:             mean number of non-zero fixed points found per network (search).
    expected_count:    their expected number (integral).
    complete_fraction: networks in which the search is known to be complete; NaN without one.
    effective_samples: of the integral; signed, known: its identity of signs, (value, error) both ways; NaN without one.
    predicted_count:   the same number in theory, C e^(N Sigma), good for large N (docs/theory.md (8.8)).
    complexity:        Sigma of large networks: counts at small N are compared as counts, never as ln(count) / N.
    reason:            why there is no number; empty where there is.
    """

    method: str
    count: Number
    expected_count: Number
    complete_fraction: float
    effective_samples: float
    signed: tuple[float, float]
    known: tuple[float, float]
    predicted_count: Number
    complexity: Number
    reason: str


def count_fixed_points(point: Parameters, options: CountOptions, seed: int, method: str) -> CountReport:
    """Count the fixed points of networks by one of METHODS.

    Raises:
        PhasemapError: unknown method.
    """
    if method not in METHODS:
        raise PhasemapError(f"The method {method!r} is not known: choose one of {', '.join(METHODS)}.")
    sequence, unknown = np.random.SeedSequence(seed), (math.nan, math.nan)
    missing = nothing(status=Status.NOT_SOUGHT)
    searched = search(point, options, sequence) if method == "search" else Search(missing, math.nan)
    integrated = (
        integral(point, options, sequence) if method == "integral" else Integral(missing, math.nan, unknown, unknown)
    )
    return CountReport(
        method,
        Number.of(searched.mean),
        Number.of(integrated.mean),
        searched.complete_fraction,
        integrated.effective_samples,
        integrated.signed,
        integrated.known,
        _predicted(point, options.size),
        _complexity(point),
        searched.reason or integrated.reason,
    )


def _complexity(point: Parameters) -> Number:
    found = solve([point])[NAMES[0]]
    assert found.error is not None
    return Number(float(found.value[0]), float(found.error[0]), Status(int(found.status[0])))


def _predicted(point: Parameters, size: int) -> Number:
    if is_noisy(point) or what_is_missing(point):
        return Number(math.nan, math.nan, Status.ABSENT if is_noisy(point) else Status.NOT_SOUGHT)
    at = reduce(point)
    return Number(*predicted_count(at, counted(at), size))
