"""What is known of the numbers of a fluctuating state that did not converge: bounds, and the reason."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.theory.ensemble.bounds import Bounds, exponent_from_above
from phasemap.theory.ensemble.errors.budget import SOURCES
from phasemap.theory.ensemble.errors.decay import correlation_from_below, relaxation_from_below
from phasemap.theory.ensemble.numbers import NAMES
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.shut_units import has_heavy_tails

SLOWER = (
    "slower than the longest window of time (ensemble.longest_window = {window:g}): the relaxation time is bounded "
    "from below and lambda_max from above, which bounds their product from neither side. Variances are extrapolated "
    "with wide errors, or bounded from below where nothing tells how they go on."
)
NETWORKS = " ensemble.lazy_runs = 8 follows the state in networks, which takes minutes."
COSTLY = (
    "the variance is known less well than asked for (ensemble.relative_error = {error:g}), as the largest ensemble "
    "within ensemble.path_steps = {steps:.3g} gives it. Raise that, or ask for less."
)


def bounds_of(solution: PointSolution, good: Mapping[str, bool], exponent: bool) -> Bounds | None:
    """Bounds of what is not `good` by name.

    exponent: whether that of a settled state, which costs maps of the tangent, is wanted.
    """
    if not solution.is_settled:
        return solution.bounds
    rate = math.nan
    if exponent and not good["lyapunov_max"] and solution.ensemble.process.has_tangent:
        rate = exponent_from_above(solution.ensemble, solution.solution.activity)
    return replace(_times_from_below(solution, good), lyapunov_max=rate)


def reason(solution: PointSolution, good: Mapping[str, bool], options: EnsembleOptions) -> str | None:
    """Why numbers are bounds or less accurate than asked for; None where they are not, or for reasons of their own."""
    if solution.bounds is not None:
        silent = not solution.ensemble.process.is_noisy and options.lazy_runs == 0
        return SLOWER.format(window=options.longest_window) + (NETWORKS if silent else "")
    if good["variance"] or not solution.is_settled or has_heavy_tails(solution.ensemble.process):
        return None
    return COSTLY.format(error=options.relative_error, steps=options.path_steps)


def _times_from_below(solution: PointSolution, good: Mapping[str, bool]) -> Bounds:
    """Of relaxation and correlation time, from the decay of C_h itself."""
    if (good["relaxation_time"] and good["correlation_time"]) or not solution.membrane_known:
        return Bounds()
    ring, odd = solution.ring, solution.ensemble.process.is_odd
    membrane = np.array([one.moments.membrane for one in solution.groups])
    doubt = _doubt(solution)
    return Bounds(
        relaxation_time=relaxation_from_below(membrane, ring, odd, doubt),
        correlation_time=correlation_from_below(membrane, ring, odd, doubt),
    )


def _doubt(solution: PointSolution) -> float:
    """Relative error of time scales that the scatter of groups does not tell: that of the correlation time."""
    k = NAMES.index("correlation_time")
    other = solution.errors.parts[k, SOURCES.index("statistical") + 1 :]
    return float(np.linalg.norm(np.nan_to_num(other))) / abs(float(solution.solution.values["correlation_time"]))
