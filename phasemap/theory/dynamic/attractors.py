"""All attractors of the mean field at a point with a constant update gate, and one of them continued to another point.

A state is continued in steps that are small whatever the distance of the points: it is the same state where it changes
little from step to step, and it is lost where there is none like it, however short the step.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from phasemap.kernels.dynamic.correlations import Constraint, Problem
from phasemap.model.branches import FLUCTUATING, STATIC, STATIC_BRANCHES, STATIC_SMALL, ZERO
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import (
    Profile,
    gate_is_driven,
    has_zero_state,
    is_driven,
    reduce,
)
from phasemap.theory.dynamic.curve.solution_curve import SMALLEST_GAIN, Prediction
from phasemap.theory.dynamic.curve.tracing import Sample, correct, trace_grid
from phasemap.theory.dynamic.fluctuating import Fluctuating, refine, solutions, unrefined
from phasemap.theory.dynamic.static_states import zero_exponent_under_noise
from phasemap.theory.static import fixed_points


class _Tolerances(NamedTuple):
    """Steps along a parameter while a state is followed."""

    longest_step: float = 0.02  # of a parameter, as a share of its size
    largest_change: float = 1.25  # factor of the variance in one step; a larger one is another state
    shortest_step: float = 1e-7  # the last step before a state counts as lost, as a share of the parameter
    reached: float = 1e-9  # share of a step that counts as none: the place is reached


_TOLERANCES = _Tolerances()

T = TypeVar("T")

NONE = "none"
# Slots of the static mean field, by branch.
_SLOTS = {ZERO: 0, STATIC_SMALL: 1, STATIC: 3}
_NON_ZERO = slice(1, None)


@dataclass(frozen=True)
class Attractor:
    """A stable state at a point.

    state: its branch; variance C_h(0) and exponent with bounds on their errors.
    activity: <phi^2> of a state at rest; profile: correlations of a fluctuating one.
    """

    state: str
    variance: float
    exponent: float
    variance_error: float = 0.0
    exponent_error: float = 0.0
    converged: bool = True
    activity: float = 0.0
    profile: Profile | None = None

    @property
    def is_static(self) -> bool:
        """Whether h does not move."""
        return self.state in STATIC_BRANCHES


NOWHERE = Attractor(NONE, math.nan, math.nan)


def attractors_at(point: Parameters) -> list[Attractor]:
    """All stable states that are known at a point, in ascending order of variance."""
    problem, gain, rate = reduce(point)
    moving = [of_solution(one, rate, name) for name, one in named_solutions(solutions(problem, gain)).items()
              if one.stable]  # fmt: skip
    return sorted([*static_attractors(point).values(), *moving], key=lambda one: one.variance)


def static_attractors(point: Parameters) -> dict[str, Attractor]:
    """Stable states at rest, by branch."""
    found = fixed_points.solve_points([point])
    stable = {}
    for state, slot in _SLOTS.items():
        edge, error = _with_error(found["leading_edge"], slot)
        if edge < 0.0:
            variance, variance_error = _with_error(found["delta_h"], slot)
            activity = float(found["delta_phi"].value[0, slot])
            stable[state] = Attractor(state, variance, edge, variance_error, error, activity=activity)
    problem, gain, rate = reduce(point)
    if has_zero_state(problem) and gate_is_driven(problem):
        exponent, error, converged = zero_exponent_under_noise(problem, gain)
        if exponent < 0.0:
            stable[ZERO] = Attractor(ZERO, 0.0, exponent * rate, 0.0, error * rate, converged)
    return stable


def of_solution(found: Fluctuating, rate: float, state: str = FLUCTUATING) -> Attractor:
    """A fluctuating solution in units of the membrane time constant."""
    return Attractor(
        state,
        found.values["variance"],
        found.values["lyapunov_max"] * rate,
        found.errors["variance"],
        found.errors["lyapunov_max"] * rate,
        found.converged and found.exponent_converged,
        profile=found.profile,
    )


def continued(one: Attractor, start: Parameters, name: str, value: float) -> Attractor | None:
    """The state at `start`, followed while parameter `name` goes to `value`; None where it is lost on the way."""
    if one.is_static:
        return _continued_at_rest(one, start, name, value)
    if one.profile is None:
        return None
    profile = _walk(one.profile, start, name, value, _next_profile)
    return None if profile is None else _finished(profile, start._replace(**{name: value}))


def _continued_at_rest(one: Attractor, start: Parameters, name: str, value: float) -> Attractor | None:
    end = start._replace(**{name: value})
    there = static_attractors(end)
    if _has_zero(start) and _has_zero(end):
        return there.get(one.state) if one.state == ZERO else _nearest_static(one, start, name, value, there)
    if one.state == ZERO:
        # An input appears: what grows out of rest is the smallest state.
        return min(attractors_at(end), key=lambda other: other.variance, default=None)
    if _has_zero(end) and ZERO in there and one.state == STATIC_SMALL:
        return there[ZERO]
    return _nearest_static(one, start, name, value, there)


def _nearest_static(
    one: Attractor, start: Parameters, name: str, value: float, there: dict[str, Attractor]
) -> Attractor | None:
    activity = _walk(one.activity, start, name, value, _next_activity)
    near = [other for other in there.values() if activity is not None and math.isclose(other.activity, activity)]
    return near[0] if near else None


def _has_zero(point: Parameters) -> bool:
    return has_zero_state(reduce(point)[0])


def _walk(
    here: T, start: Parameters, name: str, value: float, advance: Callable[[T, Parameters], T | None]
) -> T | None:
    """Advance a state in steps that are halved where it is not found, down to a shortest one; None: it is lost."""
    place = float(getattr(start, name))
    if place == value or not (math.isfinite(place) and math.isfinite(value)):
        return advance(here, start._replace(**{name: value}))
    longest = _TOLERANCES.longest_step * max(abs(place), abs(value))
    shortest = _TOLERANCES.shortest_step * max(abs(place), abs(value))
    step = longest
    while place != value:
        step = min(step, longest)
        last = abs(value - place) <= step * (1.0 + _TOLERANCES.reached)
        ahead = value if last else place + math.copysign(step, value - place)
        found = advance(here, start._replace(**{name: ahead}))
        if found is not None:
            here, place, step = found, ahead, 1.6 * step
            continue
        step = 0.5 * abs(ahead - place)
        if step < shortest:
            return None
    return here


def _next_profile(before: Profile, point: Parameters) -> Profile | None:
    """The fluctuating solution next to one at other parameters, if it is still an attractor and much like it."""
    problem, gain, _ = reduce(point)
    ln_gamma = 2.0 * math.log(max(gain, SMALLEST_GAIN))
    x = before.on(trace_grid(problem), before.window) * math.exp(ln_gamma - before.ln_gamma)
    sample = correct(problem, x, ln_gamma, before.window, Constraint(0.0, 1.0, 0.0, ln_gamma))
    if sample is None or not sample.profile.orientation > 0.0:
        return None
    change = abs(sample.profile.ln_x - ln_gamma - before.ln_x + before.ln_gamma)
    return sample.profile if change < math.log(_TOLERANCES.largest_change) else None


def _next_activity(before: float, point: Parameters) -> float | None:
    """<phi^2> of the static state next to one at other parameters, if it is still stable and much like it."""
    found = fixed_points.solve_points([point])
    values = np.asarray(found["delta_phi"].value, dtype=float)[0, _NON_ZERO]
    edges = np.asarray(found["leading_edge"].value, dtype=float)[0, _NON_ZERO]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.nan_to_num(np.abs(np.log(values / before)), nan=np.inf)
    k = int(np.argmin(change))
    return float(values[k]) if change[k] < math.log(_TOLERANCES.largest_change) and edges[k] < 0.0 else None


def _finished(profile: Profile, point: Parameters) -> Attractor | None:
    """The numbers of a continued solution, refined."""
    problem, gain, rate = reduce(point)
    ln_gamma = 2.0 * math.log(max(gain, SMALLEST_GAIN))
    found = refine(problem, ln_gamma, Prediction(profile.x, profile.window, None))
    most = math.log(_TOLERANCES.largest_change)
    if found is None or not found.stable or abs(found.profile.ln_x - profile.ln_x) > most:
        # Next to a fold a finer grid may not find what the coarse one did.
        found = unrefined(Sample(profile, profile.solution.tangent[:-1], float(profile.solution.tangent[-1])))
    return None if found is None else of_solution(found, rate, _name(problem, gain, found))


def _name(problem: Problem, gain: float, found: Fluctuating) -> str:
    """The branch of a solution: without inputs and biases there is one fluctuating attractor at most."""
    if has_zero_state(problem) and not is_driven(problem):
        return FLUCTUATING
    named = named_solutions([one for one in solutions(problem, gain) if one.stable])
    distance = {name: abs(one.profile.ln_x - found.profile.ln_x) for name, one in named.items()}
    return min(distance, key=distance.__getitem__, default=FLUCTUATING)


def _with_error(estimate: Estimate, slot: int) -> tuple[float, float]:
    error = 0.0 if estimate.error is None else float(estimate.error[0, slot])
    return float(estimate.value[0, slot]), error
