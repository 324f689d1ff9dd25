"""One fluctuating solution, refined until two resolutions and two windows agree."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.kernels.correlations import CONSTANT_GATE, Constraint, Grid, Problem, energy_variance, interpolate, newton
from phasemap.model.results import FloatArray
from phasemap.theory import branches
from phasemap.theory.correlations import (
    Profile,
    Tail,
    additive_start,
    grid,
    profile,
    scaled_shape,
)
from phasemap.theory.gaussian_pairs import tables
from phasemap.theory.lyapunov import Exponent, exponent

_STRETCH = 5.0
# (nodes, window over WINDOW) of successive resolutions: every number is compared between two of them.
_LEVELS = ((32, 0.85), (40, 1.0), (56, 1.2), (80, 1.4), (112, 1.6))
_AGREEMENT = 1e-8
_NEWTON_TOLERANCE = 1e-12
_FIELDS = ("variance", "activity_variance", "correlation_time", "relaxation_rate", "lyapunov_max")


@dataclass(frozen=True)
class Fluctuating:
    """A solution of the dynamic mean field in units of the gated membrane time.

    values, errors: by quantity name (`relaxation_rate` and `lyapunov_max` are rates).
    stable: whether it is stable as a solution of the mean field (the outer side of a fold).
    """

    profile: Profile
    values: dict[str, float]
    errors: dict[str, float]
    converged: bool
    stable: bool


def solutions(problem: Problem, gain: float) -> list[Fluctuating]:
    """All fluctuating solutions that are known at a gain, in ascending order of variance."""
    if not gain > 0.0:
        return []
    ln_gamma = 2.0 * math.log(gain)
    found = [refine(problem, ln_gamma, *start) for start in _starts(problem, ln_gamma)]
    kept: list[Fluctuating] = []
    for one in sorted((s for s in found if s is not None), key=lambda s: s.values["variance"]):
        if kept and abs(one.profile.x[0] / kept[-1].profile.x[0] - 1.0) < 1e-7:
            continue
        kept.append(one)
    return kept


def _starts(problem: Problem, ln_gamma: float) -> list[tuple[FloatArray, float]]:
    """Predictions (x on the trace's grid, window)."""
    if _is_additive(problem):
        x = energy_variance(ln_gamma, tables(0.0), problem.gate_value**2)
        if not x > 0.0:
            return []
        start = additive_start(math.log(x))
        window = Tail(start.rate, problem).window
        return [(x * scaled_shape(start, branches.trace_grid(), window), window)]
    samples = branches.trace(problem)
    octaves = 0
    while samples and ln_gamma >= samples[0].ln_gamma and octaves < 16:
        octaves += 2
        samples = branches.trace(problem, octaves)
    return branches.crossings(samples, ln_gamma)


def _is_additive(problem: Problem) -> bool:
    return (
        problem.gate == CONSTANT_GATE
        and problem.bias_h == 0.0
        and problem.static_h == 0.0
        and problem.noise_h == 0.0
        and problem.gate_value > 0.0
    )


def refine(problem: Problem, ln_gamma: float, x: FloatArray, window: float) -> Fluctuating | None:
    """The solution next to a prediction; None if there is none.

    Solved at rising resolution and growing window until all quantities agree between two successive ones; the
    difference is the error of the last.
    """
    nodes = branches.trace_grid()
    constraint = Constraint(0.0, 1.0, 0.0, ln_gamma)
    before: dict[str, float] | None = None
    state: Exponent | None = None
    result: Fluctuating | None = None
    for count, stretch_of_window in _LEVELS:
        level = grid(count, _STRETCH)
        wanted = stretch_of_window * window
        if result is not None:
            wanted = stretch_of_window * result.profile.tail.window
        moved = np.empty(count)
        interpolate(nodes, window if result is None else result.profile.window, x, level, wanted, moved)
        if state is not None and result is not None:
            carried = np.empty(count)
            interpolate(nodes, result.profile.window, state.state, level, wanted, carried)
            state = Exponent(state.value, carried, state.converged)
        solved = _solve_level(problem, level, wanted, moved, ln_gamma, constraint)
        if solved is None:
            return result
        current, orientation = solved
        if not current.tail.window < math.inf:
            return None
        state = exponent(current, state)
        values = _values(current, state)
        if before is None:
            errors = dict.fromkeys(_FIELDS, math.inf)
        else:
            errors = {name: _difference(values[name], before[name]) for name in _FIELDS}
        agreed = all(errors[name] <= _AGREEMENT * max(1.0, abs(values[name])) for name in _FIELDS)
        agreed = agreed and errors["variance"] <= _AGREEMENT * values["variance"] and state.converged
        result = Fluctuating(current, values, errors, agreed, orientation > 0.0)
        if agreed:
            return result
        before, nodes, x = values, level, current.x
    return result


def _difference(a: float, b: float) -> float:
    return 0.0 if a == b else abs(a - b)


def _solve_level(
    problem: Problem, level: Grid, window: float, x: FloatArray, ln_gamma: float, constraint: Constraint
) -> tuple[Profile, float] | None:
    """Newton iteration at one resolution: (profile, orientation) or None."""
    tangent = np.zeros(len(x) + 1)
    for _ in range(3):
        status, found, residual, _, orientation = newton(
            problem, tables(problem.bias_h), tables(problem.bias_r), level, window, x, ln_gamma, constraint,
            _NEWTON_TOLERANCE, 20, tangent,
        )  # fmt: skip
        if status == 2 or residual > 1e-9 or x[0] - x[-1] < 1e-7 * x[0]:
            return None
        current = profile(problem, level, window, x, found)
        wanted = current.tail.window
        if not 0.7 < window / wanted < 2.0 and wanted < math.inf:
            moved = np.empty(len(x))
            interpolate(level, window, x, level, wanted, moved)
            x, window = moved, wanted
            continue
        break
    return current, orientation


def _values(current: Profile, state: Exponent) -> dict[str, float]:
    x = current.x
    gamma = math.exp(current.ln_gamma)
    decaying = x - x[-1]
    return {
        "variance": x[0] / gamma,
        "activity_variance": float(current.phi[0, 0]),
        "correlation_time": float(current.window * (current.grid.weights @ decaying) / decaying[0]),
        "relaxation_rate": current.tail.rate,
        "lyapunov_max": state.value,
    }
