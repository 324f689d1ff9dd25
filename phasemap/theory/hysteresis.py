"""Attractors of the mean field followed along a parameter by continuation: where they are lost depends on the way.

At every value the state that was occupied before is continued if it is still an attractor; otherwise the network falls
to another one, as it would after a slow change of the parameter (constant update gate; theory notes, section 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasemap.errors import ParameterError, UnsupportedError
from phasemap.kernels.correlations import Constraint, Problem
from phasemap.model.branches import FLUCTUATING, STATIC, ZERO
from phasemap.model.nonlinearities import is_constant_gate
from phasemap.model.parameters import Parameters, check_name, check_value
from phasemap.model.results import Estimate, FloatArray
from phasemap.theory import statics
from phasemap.theory.branches import SMALLEST_GAIN, Prediction
from phasemap.theory.correlations import Profile, gated_rate, reduce
from phasemap.theory.fluctuating import Fluctuating, refine, solutions
from phasemap.theory.resting import gate_is_driven, has_zero_state, zero_exponent_under_noise
from phasemap.theory.tracing import correct, trace_grid

NONE = "none"
# Variance and exponent of fixed points.
_STATIC = ("delta_h", "leading_edge")
# A continued solution may not change its variance by more than this factor per step.
_LARGEST_CHANGE = 3.0


@dataclass(frozen=True)
class Path:
    """Attractors along a parameter, in the order in which it was followed.

    states: `zero`, `static`, `fluctuating` or `none`; variance C_h(0) and lyapunov_max, with bounds on their
    errors: (n,). converged: (n,) whether the solution of each did.
    """

    values: FloatArray
    states: tuple[str, ...]
    variance: FloatArray
    variance_error: FloatArray
    lyapunov_max: FloatArray
    lyapunov_max_error: FloatArray
    converged: NDArray[np.bool_]


@dataclass(frozen=True)
class _Occupied:
    state: str
    variance: float
    exponent: float
    variance_error: float = 0.0
    exponent_error: float = 0.0
    converged: bool = True
    profile: Profile | None = None


# In the order of the fields of Path.
_COLUMNS = ("variance", "variance_error", "exponent", "exponent_error", "converged")


def follow(base: Parameters, name: str, values: Sequence[float], start: str = FLUCTUATING) -> Path:
    """Follow the attractor along `values` of parameter `name`.

    start: the state to begin with, if it is an attractor at the first value: `zero`, `static` or `fluctuating`.

    Raises:
        ParameterError: unknown parameter or start, or a value outside the parameter's domain.
        UnsupportedError: the update gate fluctuates or is closed for good.
    """
    if start not in (ZERO, STATIC, FLUCTUATING):
        raise ParameterError(f"Cannot start from {start!r}: give {ZERO}, {STATIC} or {FLUCTUATING}.")
    points = [base._replace(**{check_name(name): check_value(name, value)}) for value in values]
    for point in points:
        if not is_constant_gate(point.alpha_z, point.beta_z) or not gated_rate(point) > 0.0:
            raise UnsupportedError("Attractors are followed at a constant, open update gate: set alpha_z = 0.")
    occupied: _Occupied | None = None
    path = []
    for point in points:
        occupied = _next(point, occupied, start)
        path.append(occupied)
    return Path(
        np.array(values, dtype=float),
        tuple(one.state for one in path),
        *(np.array([getattr(one, name) for one in path]) for name in _COLUMNS),
    )


def loop(base: Parameters, name: str, values: Sequence[float]) -> tuple[Path, Path]:
    """Both ways along ascending `values`: (up from rest, down from the fluctuating attractor)."""
    return follow(base, name, values, ZERO), follow(base, name, values[::-1], FLUCTUATING)


def _next(point: Parameters, before: _Occupied | None, start: str) -> _Occupied:
    """The attractor at a point that is reached from the one before."""
    problem, gain, rate = reduce(point)
    wanted = start if before is None else before.state
    if wanted == FLUCTUATING and before is not None and before.profile is not None:
        found = _continued(problem, gain, before.profile)
        if found is not None:
            return _of_solution(found, rate)
    resting = _resting(point)
    if wanted in resting:
        return resting[wanted]
    attractors = [s for s in solutions(problem, gain) if s.stable]
    # What was fluctuating comes to rest if it can; what was at rest has lost that.
    if attractors and (wanted != FLUCTUATING or before is None or not resting):
        return _of_solution(attractors[-1], rate)
    for state in (STATIC, ZERO):
        if state in resting:
            return resting[state]
    return _of_solution(attractors[-1], rate) if attractors else _Occupied(NONE, np.nan, np.nan)


def _continued(problem: Problem, gain: float, profile: Profile) -> Fluctuating | None:
    """The solution next to one at other parameters, if it is still an attractor."""
    ln_gamma = 2.0 * float(np.log(max(gain, SMALLEST_GAIN)))
    x = profile.on(trace_grid(problem), profile.window) * np.exp(ln_gamma - profile.ln_gamma)
    sample = correct(problem, x, ln_gamma, profile.window, Constraint(0.0, 1.0, 0.0, ln_gamma))
    if sample is None:
        return None
    found = refine(problem, ln_gamma, Prediction(sample.profile.x, sample.profile.window, None))
    if found is None or not found.stable:
        return None
    before = float(profile.x[0]) * np.exp(-profile.ln_gamma)
    change = abs(np.log(found.values["variance"] / before))
    return found if change < np.log(_LARGEST_CHANGE) else None


def _of_solution(found: Fluctuating, rate: float) -> _Occupied:
    return _Occupied(
        FLUCTUATING,
        found.values["variance"],
        found.values["lyapunov_max"] * rate,
        found.errors["variance"],
        found.errors["lyapunov_max"] * rate,
        found.converged and found.exponent_converged,
        found.profile,
    )


def _resting(point: Parameters) -> dict[str, _Occupied]:
    """Stable fixed points: the zero one and the largest other one."""
    found = statics.solve_points([point])
    stable = {}
    for state, slot in ((ZERO, 0), (STATIC, 3)):
        (variance, variance_error), (edge, error) = (_with_error(found[name], slot) for name in _STATIC)
        if edge < 0.0:
            stable[state] = _Occupied(state, variance, edge, variance_error, error)
    problem, gain, rate = reduce(point)
    if has_zero_state(problem) and gate_is_driven(problem):
        exponent, error, converged = zero_exponent_under_noise(problem, gain)
        if exponent < 0.0:
            stable[ZERO] = _Occupied(ZERO, 0.0, exponent * rate, 0.0, error * rate, converged)
    return stable


def _with_error(estimate: Estimate, slot: int) -> tuple[float, float]:
    error = 0.0 if estimate.error is None else float(estimate.error[0, slot])
    return float(estimate.value[0, slot]), error
