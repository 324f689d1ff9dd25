"""Correlation functions of the mean field, at the lags of the solver or at any others."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.errors import ParameterError, UnsupportedError
from phasemap.kernels.dynamic.correlations import CONSTANT_GATE
from phasemap.kernels.dynamic.window import Grid
from phasemap.model.branches import FLUCTUATING, FLUCTUATING_SMALL, FLUCTUATING_UNSTABLE, MOVING
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.correlations import Profile, gated_rate, reduce
from phasemap.theory.dynamic.fluctuating import Fluctuating, solutions


class _Tolerances(NamedTuple):
    """Where two lags are one."""

    same_lag: float = 1e-14  # distance, in time constants, that is rounding


_TOLERANCES = _Tolerances()


BRANCHES = MOVING
# The lags at which sweeps store correlation functions, in membrane time constants.
STORED_LAGS = np.concatenate([[0.0], np.geomspace(0.01, 1e4, 61)])


@dataclass(frozen=True)
class CorrelationFunctions:
    """Covariances at two times a lag apart, over units and time; every array (n_lags,).

    lags in membrane time constants. membrane: C_h, about the mean of h; activity: C_phi = <phi phi>;
    output_input: C_r, about the mean of r (NaN where the output gate is constant); output_gate: <sigma_r sigma_r>.
    """

    lags: FloatArray
    membrane: FloatArray
    activity: FloatArray
    output_input: FloatArray
    output_gate: FloatArray


def correlation_function(
    parameters: Parameters, branch: str = FLUCTUATING, lags: FloatArray | None = None
) -> CorrelationFunctions:
    """Correlation functions of a fluctuating state at constant update gate (docs/theory.md (5.3)).

    branch: one of BRANCHES.
    lags:   in membrane time constants, not negative; the solver's own nodes if None, dense where the functions change.

    Raises:
        ParameterError: unknown branch, or negative lags.
        UnsupportedError: the update gate fluctuates or is closed for good, or there is no such state.
    """
    if branch not in BRANCHES:
        raise ParameterError(
            f"Unknown branch {branch!r} of the correlation functions: give one of {', '.join(BRANCHES)}."
        )
    if lags is not None and np.any(np.asarray(lags) < 0.0):
        raise ParameterError("Lags of correlation functions cannot be negative.")
    rate = gated_rate(parameters) if parameters.update_gate.is_constant else 0.0
    if not rate > 0.0:
        raise UnsupportedError(
            "Correlation functions are known here for a constant, open update gate: set alpha_z = 0."
        )
    problem, gain, rate = reduce(parameters)
    found = named_solutions(solutions(problem, gain)).get(branch)
    if found is None:
        raise UnsupportedError(f"There is no fluctuating state {branch!r} at these parameters.")
    return functions_of(found.profile, rate, lags)


def named_solutions(found: list[Fluctuating]) -> dict[str, Fluctuating]:
    """The branches of fluctuating solutions, given in ascending order of variance.

    The largest attractor is `fluctuating`, the smallest of several `fluctuating_small`; the largest solution that is
    none is `fluctuating_unstable`.
    """
    attractors = [s for s in found if s.stable]
    others = [s for s in found if not s.stable]
    named = {
        FLUCTUATING: attractors[-1:],
        FLUCTUATING_SMALL: attractors[:-1][:1],
        FLUCTUATING_UNSTABLE: others[-1:],
    }
    return {name: one[0] for name, one in named.items() if one}


def functions_of(profile: Profile, rate: float, lags: FloatArray | None = None) -> CorrelationFunctions:
    """The correlation functions of a solved profile; rate: of the update gate, which sets the unit of time."""
    problem, solution = profile.problem, profile.solution
    own = profile.times / rate
    at = own if lags is None else np.asarray(lags, dtype=float)
    moving = problem.gate != CONSTANT_GATE
    y = solution.y / problem.steepness**2 if moving else np.full(len(own), np.nan)
    columns = (solution.x / np.exp(profile.ln_gamma), solution.phi[0], y, solution.sigma[0])
    if lags is None:
        return CorrelationFunctions(own, *(np.array(values) for values in columns))
    weights = interpolation(profile, at * rate)
    return CorrelationFunctions(at, *(weights @ values for values in columns))


def interpolation(profile: Profile, times: FloatArray) -> FloatArray:
    """Matrix (n_times, n) of barycentric interpolation along the window; flat beyond it."""
    return interpolation_on(profile.grid, times / profile.window)


def interpolation_on(grid: Grid, times: FloatArray) -> FloatArray:
    """The same at times (n_times,) in units of the window."""
    x = np.arcsinh(np.minimum(times, 1.0) * np.sinh(grid.stretch)) / grid.stretch
    gap = x[:, None] - grid.x[None, :]
    hit = np.abs(gap) < _TOLERANCES.same_lag
    weights = np.where(hit.any(axis=1)[:, None], hit, grid.barycentric / np.where(hit, 1.0, gap))
    return np.asarray(weights / weights.sum(axis=1)[:, None])
