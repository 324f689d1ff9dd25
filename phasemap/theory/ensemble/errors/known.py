"""What is known of the numbers of a fluctuating state that did not converge: bounds, and the reason."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.theory.ensemble.bounds import Bounds, exponent_from_above
from phasemap.theory.ensemble.errors.budget import SOURCES
from phasemap.theory.ensemble.errors.decay import correlation_from_below, relaxation_from_below
from phasemap.theory.ensemble.numbers import NAMES, TIMES
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution.search import is_near_an_onset
from phasemap.theory.ensemble.shut_units import has_heavy_tails

SLOWER = (
    "slower than the longest window of time (ensemble.longest_window = {window:g}): the relaxation time is bounded "
    "from below and lambda_max from above, which bounds their product from neither side. Variances are extrapolated "
    "with wide errors, or bounded from below where nothing tells how they go on."
)
NETWORKS = " ensemble.lazy_runs = 8 follows the state in networks, which takes minutes."
WIDE = (
    "the variance is known less well than asked for (ensemble.relative_error = {error:g}): most of its error comes "
    "from the {cause} Or ask for less."
)
# What makes most of an error, and what would make it smaller.
_CAUSES = {
    "statistical": "size of the ensemble, which ensemble.path_steps = {steps:.3g} limits: raise that.",
    "finite_ensemble": "size of the ensemble, which ensemble.path_steps = {steps:.3g} limits: raise that.",
    "time_step": "time step, of which no finer one was worth its cost or within ensemble.path_steps = {steps:.3g}.",
    "window": "window of time, which ensemble.longest_window = {window:g} limits: raise that.",
    "iteration": "iteration, which ends no closer to its fixed point.",
}
# Relative error of times, apart from scatter, above which the time scale that was found means nothing.
_MOST_DOUBT = 1.0


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
    if good["variance"] or has_heavy_tails(solution.ensemble.process):
        return None
    source = SOURCES[int(np.argmax(solution.errors.parts[NAMES.index("variance")]))]
    cause = _CAUSES[source].format(steps=options.path_steps, window=options.longest_window)
    return WIDE.format(error=options.relative_error, cause=cause)


def _times_from_below(solution: PointSolution, good: Mapping[str, bool]) -> Bounds:
    """Of relaxation and correlation time, from the decay of C_h itself."""
    if (good["relaxation_time"] and good["correlation_time"]) or not solution.membrane_known:
        return Bounds()
    ring, odd = solution.ring, solution.ensemble.process.is_odd
    membrane = np.array([one.moments.membrane for one in solution.groups])
    doubt = _doubt(solution)
    # Shorter time scales, at which the state can be held, tell more, but not next to an onset, where nothing pulls.
    if not doubt < (math.inf if is_near_an_onset(solution.ensemble.process) else _MOST_DOUBT):
        return Bounds()
    return Bounds(
        relaxation_time=relaxation_from_below(membrane, ring, odd, doubt),
        correlation_time=correlation_from_below(membrane, ring, odd, doubt),
    )


def _doubt(solution: PointSolution) -> float:
    """Relative error of time scales that the scatter of groups does not tell: that of the correlation time.

    Next to an onset tails scatter from noise to noise by more than that.
    """
    names = TIMES if is_near_an_onset(solution.ensemble.process) else ("correlation_time",)
    return max(_relative_rest(solution, name) for name in names)


def _relative_rest(solution: PointSolution, name: str) -> float:
    """The relative error of a time without the statistical part."""
    other = solution.errors.parts[NAMES.index(name), SOURCES.index("statistical") + 1 :]
    return float(np.linalg.norm(np.nan_to_num(other))) / abs(float(solution.solution.values[name]))
