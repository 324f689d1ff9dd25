"""Errors of iterations that have ended a little too early, from the residuals that they leave."""

from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics.anderson import relative_size
from phasemap.theory.ensemble.numbers import NAMES, TIMES, Solution
from phasemap.theory.ensemble.resolution.sharpness import USUAL
from phasemap.theory.ensemble.resolution.soft import Stiffener, pull_along


class _Tolerances(NamedTuple):
    """What a residual stands for."""

    blurred: float = 0.05  # relative change of variances per change of ln(time scale), at most
    per_residual: float = 2.0  # the map contracts deviations by a half at least, away from transitions
    most_spread: float = 0.3  # of the relaxation time, as a share of it: half a tail that does not decay tells nothing


_TOLERANCES = _Tolerances()


def tail_error(solution: Solution) -> float:
    """How far the relaxation time may be off as the tail is no single exponential, and its lags are a matter of choice.

    Half the difference between the two halves of the fit: groups, whose tails look alike, know nothing of it.
    """
    return min(solution.tail.spread, _TOLERANCES.most_spread * solution.values["relaxation_time"])


def iteration_errors(solution: Solution, sharp: float) -> FloatArray:
    """Absolute errors (len(NAMES),) of a solution whose iterations have ended a little too early.

    sharp: sharpness, with which a relative change of times makes a residual; where it is blunt it is itself the less
    known the blunter, as other changes of shape are as soft.
    """
    found = solution.fixed_point
    if solution.stiffener is not None:
        return _errors_of_residual(solution, solution.stiffener)
    errors = _TOLERANCES.per_residual * np.abs(solution.row) * max(found.last_step, found.residual)
    for name in TIMES:
        errors[NAMES.index(name)] += abs(solution.values[name]) * found.residual / (sharp**2 * USUAL)
    if solution.exponent is not None:
        errors[NAMES.index("lyapunov_max")] += solution.exponent.uncertainty
    return np.asarray(errors)


def _errors_of_residual(solution: Solution, stiff: Stiffener) -> FloatArray:
    """The same where the residual along the soft mode says how far the time scale is off."""
    residual = solution.moments.activity - solution.activity
    off = abs(pull_along(stiff(residual), stiff.direction))
    shares = np.full(len(NAMES), _TOLERANCES.per_residual * relative_size(residual, solution.activity))
    for name in NAMES:
        shares[NAMES.index(name)] += off * (1.0 if name in (*TIMES, "lyapunov_max") else _TOLERANCES.blurred)
    errors = shares * np.abs(solution.row)
    if solution.exponent is not None:
        errors[NAMES.index("lyapunov_max")] += solution.exponent.uncertainty
    return np.asarray(errors)
