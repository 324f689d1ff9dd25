"""Fluctuating solutions at a point, refined until two resolutions and two windows agree."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from phasemap.kernels.dynamic.correlations import CONSTANT_GATE, Constraint, Problem
from phasemap.kernels.dynamic.window import Grid
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance import additive
from phasemap.theory.dynamic.autocovariance.correlations import (
    Profile,
    grid_for,
    is_additive,
    is_driven,
    resample,
    solve,
    window_for,
)
from phasemap.theory.dynamic.curve import neighbours, solution_curve
from phasemap.theory.dynamic.curve.tracing import Sample, correct, trace_grid
from phasemap.theory.dynamic.lyapunov import Exponent, exponent


class _Tolerances(NamedTuple):
    """When a solution is good; resolutions are (nodes, window relative to the standard one)."""

    levels: tuple[tuple[int, float], ...] = (
        (24, 0.8),
        (32, 1.0),
        (44, 1.15),
        (64, 1.3),
        (96, 1.5),
    )  # resolutions, one after the other
    agreement: float = 1e-8  # of two resolutions, relative
    irregular: float = 10.0  # an integral over the window converges irregularly: two levels may agree by chance
    kinked: float = 1e-9  # noise leaves kinks in the correlations: agreement beyond this, relative, is chance
    newton: float = 1e-12  # of Newton's method
    residual: float = 1e-9  # a larger residual is no solution
    apart: float = 1e-7  # ln X_0 by which two solutions differ
    resolved: float = 1e-5  # distance in ln gamma from the additive transition at which numbers are good
    small: float = 1e-10  # difference of two resolutions that is none, of numbers close to zero


_TOLERANCES = _Tolerances()

NUMBERS = (
    "variance",
    "activity_variance",
    "correlation_time",
    "relaxation_time",
    "lyapunov_max",
    "lyapunov_times_relaxation",
)


@dataclass(frozen=True)
class Fluctuating:
    """A solution of the dynamic mean field in units of the gated membrane time.

    values, errors: by name in NUMBERS.
    converged, exponent_converged: whether the iterations did; the errors say how well.
    stable: whether it is the outer side of its fold.
    coarser: the profile at the resolution before the last, if there is one.
    """

    profile: Profile
    values: dict[str, float]
    errors: dict[str, float]
    converged: bool
    exponent_converged: bool
    stable: bool
    coarser: Profile | None = None


def solutions(problem: Problem, gain: float) -> list[Fluctuating]:
    """All fluctuating solutions that are known at a gain, in ascending order of variance.

    A point that is too close to a fold or to the end of the fluctuations to be resolved there gets the numbers of the
    nearest solution that is, as not converged.
    """
    ln_gamma = 2.0 * math.log(max(gain, solution_curve.SMALLEST_GAIN))
    kept = _carried_over(problem, ln_gamma)
    if kept is None:
        found = [refine(problem, ln_gamma, one) or unrefined(one.sample) for one in _predictions(problem, ln_gamma)]
        kept = _distinct([solution for solution in found if solution is not None])
    return kept if gain >= solution_curve.SMALLEST_GAIN else [_at_vanishing_gain(problem, gain, one) for one in kept]


def _distinct(found: list[Fluctuating]) -> list[Fluctuating]:
    """Solutions in ascending order of variance, each once."""
    kept: list[Fluctuating] = []
    for one in sorted(found, key=lambda s: s.values["variance"]):
        if not kept or abs(one.profile.ln_x - kept[-1].profile.ln_x) > _TOLERANCES.apart:
            kept.append(one)
    return kept


def _carried_over(problem: Problem, ln_gamma: float) -> list[Fluctuating] | None:
    """All solutions, from those of a problem nearby; None where the problem needs a curve of its own."""
    if is_additive(problem):
        return None
    for near in neighbours.neighbours(problem):
        found = _carried_from(near, problem, ln_gamma)
        if found is not None:
            return found
    return None


def _carried_from(near: Problem, problem: Problem, ln_gamma: float) -> list[Fluctuating] | None:
    """All solutions, from those of this problem nearby; None where they may not be the same ones."""
    starts = neighbours.predictions(problem, near, ln_gamma)
    if starts is None:
        return None
    found: list[Fluctuating] = []
    for start in starts:
        solution = refine(problem, ln_gamma, start)
        if solution is None or not neighbours.agree(start.sample, solution.stable):
            return None
        found.append(solution)
    kept = _distinct(found)
    return kept if len(kept) == len(starts) else None


def _at_vanishing_gain(problem: Problem, gain: float, solution: Fluctuating) -> Fluctuating:
    """The solution below the smallest gain, from the one there.

    The variances differ by its square, which is rounding. lambda is linear in the gain, from the larger of the rates
    of the unit and of a gate that moves.
    """
    moves = problem.gate != CONSTANT_GATE and problem.tau_r > 0.0
    limit, share = max(-1.0, -1.0 / problem.tau_r) if moves else -1.0, gain / solution_curve.SMALLEST_GAIN
    value = limit + share * (solution.values["lyapunov_max"] - limit) if gain > 0.0 else limit
    error = share * (solution.errors["lyapunov_max"] + solution_curve.SMALLEST_GAIN)
    closed: dict[str, float] = {}
    time = solution.values["relaxation_time"]
    if gain == 0.0:  # nothing of h passes through phi
        closed["activity_variance"] = math.tanh(problem.bias_h) ** 2
        if problem.bias_h == 0.0:
            time = closed["relaxation_time"] = max(1.0, problem.tau_noise if problem.noise_h > 0.0 else 0.0)
    product = abs(value) * solution.errors["relaxation_time"] + error * time
    return replace(
        solution,
        values=solution.values | closed | {"lyapunov_max": value, "lyapunov_times_relaxation": value * time},
        errors=solution.errors
        | dict.fromkeys(closed, 0.0)
        | {"lyapunov_max": error, "lyapunov_times_relaxation": product},
        exponent_converged=True,
    )


def _predictions(problem: Problem, ln_gamma: float) -> list[solution_curve.Prediction]:
    if is_additive(problem):
        return _additive_prediction(problem, ln_gamma)
    curve = solution_curve.curve(problem, ln_gamma)
    found = solution_curve.crossings(curve, ln_gamma)
    end = curve.lower_end
    if end is not None and solution_curve.ends_near(end, ln_gamma):
        found.append(solution_curve.Prediction(end.profile.x, end.profile.window, end))
    return found


def _additive_prediction(problem: Problem, ln_gamma: float) -> list[solution_curve.Prediction]:
    if not problem.gate_value > 0.0:
        return []
    shift = 2.0 * math.log(problem.gate_value)
    orbit = additive.orbit_near(max(ln_gamma + shift, _TOLERANCES.resolved))
    if orbit is None or not ln_gamma + shift > 0.0:
        return []
    window = window_for(problem, orbit.rate)
    x = orbit.x * additive.shape(orbit, trace_grid(problem), window)
    sample = None
    if ln_gamma + shift < _TOLERANCES.resolved:
        resolved = Constraint(0.0, 1.0, 0.0, _TOLERANCES.resolved - shift)
        sample = correct(problem, x, resolved.ln_gamma, window, resolved)
    return [solution_curve.Prediction(x, window, sample)]


def refine(problem: Problem, ln_gamma: float, prediction: solution_curve.Prediction) -> Fluctuating | None:
    """The solution next to a prediction; None if there is none.

    Solved at rising resolution and growing window until all numbers agree between two successive ones; their
    difference is the error of the last.
    """
    constraint = Constraint(0.0, 1.0, 0.0, ln_gamma)
    nodes, x, window = trace_grid(problem), prediction.x, prediction.window
    result, state = None, None
    for count, relative_window in _TOLERANCES.levels:
        scale = math.sqrt(float(x[0]) if result is None else max(result.profile.x[0], result.profile.solution.y[0]))
        level = grid_for(problem, count, scale)
        wanted = relative_window * (window if result is None else window_for(problem, result.profile.rate))
        start = resample(nodes, window, x, level, wanted)
        profile = _solve_level(problem, level, relative_window, wanted, start, constraint)
        if profile is None:
            return result
        state = exponent(profile, state)
        values = _numbers(profile, state)
        gaps = {name: math.inf if result is None else _gap(values[name], result.values[name]) for name in NUMBERS}
        gaps["lyapunov_max"] += state.uncertainty
        gaps["lyapunov_times_relaxation"] += state.uncertainty * values["relaxation_time"]
        coarser: Profile | None = None if result is None else result.profile
        result = Fluctuating(
            profile, values, _errors(problem, values, gaps), True, state.converged, profile.orientation > 0.0, coarser
        )
        if state.converged and all(
            gaps[name] <= _TOLERANCES.agreement * abs(values[name]) + _TOLERANCES.small for name in NUMBERS
        ):
            return result
        nodes, window, x = level, profile.window, profile.x
    return result


def _errors(problem: Problem, values: dict[str, float], gaps: dict[str, float]) -> dict[str, float]:
    """Errors from the gaps between two resolutions, where these may be small by chance."""
    errors = {**gaps, "correlation_time": _TOLERANCES.irregular * gaps["correlation_time"]}
    if is_driven(problem):
        errors = {name: max(error, _TOLERANCES.kinked * abs(values[name])) for name, error in errors.items()}
    return errors


def _gap(a: float, b: float) -> float:
    return 0.0 if a == b else abs(a - b)


def _solve_level(
    problem: Problem, level: Grid, relative_window: float, window: float, x: FloatArray, constraint: Constraint
) -> Profile | None:
    """The solution at one resolution on a window that suits its tail."""
    for _ in range(3):
        found = solve(problem, level, window, x, constraint.ln_gamma, constraint, _TOLERANCES.newton)
        if found is None or found.residual > _TOLERANCES.residual or not found.fluctuates or found.rate == 0.0:
            return None
        wanted = relative_window * window_for(problem, found.rate)
        if 0.8 < window / wanted < 1.5:
            return found
        x, window = found.on(level, wanted), wanted
    return found


def _numbers(profile: Profile, state: Exponent) -> dict[str, float]:
    x = profile.x
    decaying = x - profile.x_limit
    return {
        "variance": float(x[0]) / math.exp(profile.ln_gamma),
        "activity_variance": float(profile.solution.phi[0, 0]),
        "correlation_time": float(profile.window * (profile.grid.weights @ decaying) / decaying[0]),
        "relaxation_time": 1.0 / profile.rate,
        "lyapunov_max": state.value,
        "lyapunov_times_relaxation": state.value / profile.rate,
    }


def unrefined(sample: Sample | None) -> Fluctuating | None:
    """The numbers of a sample of the curve, for a point next to it."""
    if sample is None:
        return None
    values = _numbers(sample.profile, exponent(sample.profile))
    errors = {name: abs(value) for name, value in values.items()}
    variance = float(sample.profile.x[0] - sample.profile.x_limit) / math.exp(sample.profile.ln_gamma)
    errors["variance"] = errors["activity_variance"] = variance
    return Fluctuating(sample.profile, values, errors, False, False, sample.d_ln_gamma * sample.d_ln_x > 0.0)
