"""Which state of a point gradients are asked for, and the way that computes them there."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.model.branches import FLUCTUATING, STATIC, ZERO
from phasemap.model.options import EnsembleOptions, GradientOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import ATTRACTOR, NAMES
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate, reduce
from phasemap.theory.dynamic.fluctuating import solutions
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution.surroundings import surroundings
from phasemap.theory.ensemble.resolution.window import Found
from phasemap.theory.gradients.fluctuating.constant_gate import fluctuating_gradients
from phasemap.theory.gradients.fluctuating.path_numbers import path_gradients
from phasemap.theory.gradients.fluctuating.paths import solve_state
from phasemap.theory.gradients.records import Gradients, Law, without
from phasemap.theory.gradients.static.solve import static_gradients
from phasemap.theory.gradients.static.units import FixedPoint
from phasemap.theory.static import fixed_points

_SLOTS = {ZERO: 0, STATIC: 3}
TOO_SLOW = "the state is slower than the longest window of the mean field"
"""The reason where a state was not marched along because of that."""


@dataclass(frozen=True)
class _Known:
    """A fixed point with its squared gain S and leading edge."""

    name: str
    at: FixedPoint
    gain: float
    edge: float


def gradients_of(
    parameters: Parameters, options: GradientOptions, lags: FloatArray, seed: np.random.SeedSequence,
    *, also_slow: bool = True,
) -> Gradients:  # fmt: skip
    """Gradients at lags (n,) of the state `options.state` at one point of parameter space.

    attractor: the fluctuating one where it exists, else a stable fixed point, the static before the zero one, else the
    least unstable one; as the phase diagram has it. also_slow: march along states that are slower than the longest
    window, too, which takes long; else they are NOT_SOUGHT there, for the reason `TOO_SLOW`.
    """
    reason = nowhere_stationary(parameters)
    if reason:
        return _nothing(options.state, lags, Status.DIVERGES, reason)
    fixed = _fixed_points(parameters)
    if options.state != ATTRACTOR:
        if options.state not in fixed:
            return _nothing(options.state, lags, Status.ABSENT, f"there is no {options.state} fixed point here")
        return _at_fixed_point(parameters, fixed[options.state], lags)
    moving = _fluctuating(parameters, options, fixed, lags, seed, also_slow)
    if moving is not None:
        return moving
    if not fixed:
        return _nothing(ATTRACTOR, lags, Status.ABSENT, "no stationary state was found here")
    return _at_fixed_point(parameters, _best(fixed), lags)


def nowhere_stationary(p: Parameters) -> str:
    """Why no state is stationary; empty if there is one."""
    if math.isinf(p.beta_z) and p.beta_z > 0.0:
        return "the update gate is closed for good: nothing ever becomes stationary"
    hard = math.isinf(p.alpha_z) and math.isfinite(p.beta_z)
    driven = p.s_h > 0.0 or p.m_h != 0.0 or p.noise_h > 0.0
    if hard and driven and p.input_inside != 1.0:
        return "units whose hard update gate is shut integrate the input outside it for ever: no stationary state"
    return ""


def _fixed_points(parameters: Parameters) -> dict[str, _Known]:
    found = fixed_points.solve_points([parameters])
    known = {}
    for name, slot in _SLOTS.items():
        if found["delta_phi"].status[0, slot] in (Status.CONVERGED, Status.NOT_CONVERGED):
            one = {key: float(found[key].value[0, slot]) for key in (
                "delta_phi", "delta_h", "delta_z", "delta_r", "static_gain", "leading_edge")}  # fmt: skip
            at = FixedPoint(*(one[key] for key in ("delta_phi", "delta_h", "delta_z", "delta_r")))
            known[name] = _Known(name, at, one["static_gain"], one["leading_edge"])
    return known


def _best(fixed: dict[str, _Known]) -> _Known:
    stable = [one for one in fixed.values() if one.gain < 1.0]
    if stable:
        return stable[-1]
    return min(reversed(fixed.values()), key=lambda one: one.edge)


def _at_fixed_point(parameters: Parameters, known: _Known, lags: FloatArray) -> Gradients:
    return static_gradients(parameters, known.name, known.at, lags)


def _fluctuating(
    p: Parameters, options: GradientOptions, fixed: dict[str, _Known], lags: FloatArray, seed: np.random.SeedSequence,
    also_slow: bool,
) -> Gradients | None:  # fmt: skip
    if is_constant_gate(p.alpha_z, p.beta_z):
        problem, gain, _ = reduce(p)
        found = named_solutions(solutions(problem, gain)).get(FLUCTUATING)
        return None if found is None else fluctuating_gradients(p, FLUCTUATING, found, gated_rate(p), lags)
    if math.isinf(p.alpha_z):
        pinned = any(one.edge <= 0.0 for one in fixed.values())
        reason = (
            "a moving hard update gate tears perturbations apart where it switches: the second moment of gradients is "
            "infinite"
        )
        return None if pinned else _nothing(FLUCTUATING, lags, Status.DIVERGES, reason)
    if math.isinf(p.alpha_r) and not is_constant_gate(p.alpha_r, p.beta_r):
        reason = "a hard output gate has no slope: the second moment of gradients is infinite at every lag"
        return _nothing(FLUCTUATING, lags, Status.DIVERGES, reason)
    if p.noise_h > 0.0 and p.tau_noise == 0.0 and p.input_inside == 1.0:
        reason = "white noise inside the bracket of a moving update gate: its gradients are not derived"
        return _nothing(FLUCTUATING, lags, Status.NOT_SOUGHT, reason)
    ensemble = EnsembleOptions(relative_error=options.ensemble_error)
    around = surroundings([p])[0]
    solved = solve_state(p, ensemble, seed, around)
    if isinstance(solved, PointSolution) and solved.found is Found.SLOW and not also_slow:
        return _nothing(FLUCTUATING, lags, Status.NOT_SOUGHT, TOO_SLOW)
    if isinstance(solved, PointSolution):
        return path_gradients(p, solved, ensemble, lags, seed, options.paths)
    # At an instability the gain is one: nothing fluctuates there either.
    if solved is Found.ZERO or (around.has_stable_fixed_point and any(one.gain <= 1.0 for one in fixed.values())):
        return None
    reason = "the iteration for the fluctuating state did not converge"
    return _nothing(FLUCTUATING, lags, Status.FAILED, reason)


def _nothing(state: str, lags: FloatArray, status: Status, reason: str) -> Gradients:
    none = {name: without(len(lags), status) for name in NAMES}
    law = Law(math.nan, math.nan, status, math.nan, math.nan, status, math.nan, math.nan, status, reason)
    return Gradients(state, lags, none, law, "none", reason)
