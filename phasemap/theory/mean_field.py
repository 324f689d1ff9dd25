"""Dynamic mean field at points of parameter space: picks the solver that a point needs.

A constant update gate leaves everything Gaussian and is solved deterministically
(`phasemap.theory.dynamic.fluctuating`); a fluctuating one needs an ensemble of paths (`phasemap.theory.ensemble`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from phasemap.kernels.dynamic.correlations import HARD_GATE, Problem
from phasemap.model.branches import (
    BRANCHES,
    FLUCTUATING,
    FLUCTUATING_SMALL,
    STATIC,
    STATIC_BRANCHES,
    STATIC_SMALL,
    ZERO,
)
from phasemap.model.estimate import gathered
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, Estimates, FloatArray, StatusArray
from phasemap.model.status import Status
from phasemap.theory import ensemble
from phasemap.theory.divergence import divergence_of
from phasemap.theory.dynamic.autocovariance.correlation_functions import STORED_LAGS, functions_of, named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import (
    gate_is_driven,
    gated_rate,
    has_zero_state,
    is_driven,
    reduce,
)
from phasemap.theory.dynamic.fluctuating import Fluctuating, solutions
from phasemap.theory.dynamic.static_states import zero_exponent_under_noise
from phasemap.theory.ensemble.resolution.surroundings import rests_under_noise
from phasemap.theory.ensemble.solver import UNKNOWN_STATE
from phasemap.theory.static import fixed_points
from phasemap.theory.static.fixed_points import NO_STATIONARY_STATE

_ZERO, _FLUCTUATING_SMALL, _FLUCTUATING = (BRANCHES.index(name) for name in (ZERO, FLUCTUATING_SMALL, FLUCTUATING))
QUANTITIES = (
    "variance",
    "activity_variance",
    "correlation_time",
    "relaxation_time",
    "lyapunov_max",
    "lyapunov_times_relaxation",
)
# Powers of the unit of rates that a number carries.
_RATE_POWER = {"lyapunov_max": 1, "correlation_time": -1, "relaxation_time": -1}
# Positions of the static branches among the solutions of the static mean field (zero, lower, middle, upper).
_SLOTS = {ZERO: 0, STATIC_SMALL: 1, STATIC: 3}
# Correlation functions: name -> the quantity that is their value at lag 0.
FUNCTIONS = {"autocorrelation": "variance", "activity_autocorrelation": "activity_variance"}
# Their names among the functions of a solution.
_MOMENTS = {"autocorrelation": "membrane", "activity_autocorrelation": "activity"}
_OF_EXPONENT = ("lyapunov_max", "lyapunov_times_relaxation")
WHITE_NOISE = (
    "White noise on an instantaneous gate is not defined: noise_r > 0 with tau_r = 0. Give tau_r > 0, or tau_noise > 0."
)


class _Tolerances(NamedTuple):
    """When numbers are good."""

    accepted: float = 1e-6  # relative error of what is deterministic
    small_rate: float = 1e-3  # rates below are judged by their absolute errors


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class _Table:
    """Values, errors and statuses (n_points, branch) of all quantities; everything absent at first."""

    n: int
    value: dict[str, FloatArray] = field(init=False)
    error: dict[str, FloatArray] = field(init=False)
    status: dict[str, StatusArray] = field(init=False)
    functions: dict[str, FloatArray] = field(init=False)
    function_errors: dict[str, FloatArray] = field(init=False)
    remarks: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        shape = (self.n, len(BRANCHES))
        object.__setattr__(self, "value", {name: np.full(shape, np.nan) for name in QUANTITIES})
        object.__setattr__(self, "error", {name: np.full(shape, np.nan) for name in QUANTITIES})
        status = {name: np.full(shape, Status.ABSENT, dtype=np.uint8) for name in QUANTITIES}
        object.__setattr__(self, "status", status)
        lags = (*shape, len(STORED_LAGS))
        object.__setattr__(self, "functions", {name: np.full(lags, np.nan) for name in FUNCTIONS})
        object.__setattr__(self, "function_errors", {name: np.zeros(lags) for name in FUNCTIONS})

    def put(self, name: str, at: tuple[int, int], value: float, error: float, status: Status) -> None:
        """Store one number."""
        self.value[name][at], self.error[name][at], self.status[name][at] = value, error, status

    def fail(self, i: int, reason: str) -> None:
        """There may be a fluctuating solution, but nothing here can find it."""
        for name in QUANTITIES:
            self.status[name][i, _FLUCTUATING] = Status.FAILED
        self.remarks.append((i, reason))

    def diverge(self, i: int, reason: str) -> None:
        """There is no stationary fluctuating state."""
        for name in QUANTITIES:
            self.status[name][i, _FLUCTUATING] = Status.DIVERGES
        self.remarks.append((i, reason))

    def estimates(self) -> dict[str, Estimate]:
        """The table as estimates; correlation functions have their variances' status, and at least their error."""
        found = gathered(self.value, self.status, self.error)
        for name, variance in FUNCTIONS.items():
            values = self.functions[name]
            missing = np.isnan(values)
            unfounded = ~np.isin(self.status[variance], (Status.ABSENT, Status.DIVERGES))
            known = np.where(unfounded, Status.FAILED, self.status[variance])[..., None]
            status = np.where(missing, known, self.status[variance][..., None])
            error = np.where(missing, np.nan, self.error[variance][..., None] + self.function_errors[name])
            found[name] = Estimate(value=values, status=status.astype(np.uint8), error=error)
        return found


def solve_points(points: Sequence[Parameters], options: Any, seeds: Sequence[np.random.SeedSequence]) -> Estimates:
    """Solve the dynamic mean field at `points`; every result has shape (n_points, branch).

        variance           C_h(0), about the mean over units
        activity_variance  C_phi(0) = <phi(h)^2>
        correlation_time   integral of C_h(t) - C_h(inf) over t > 0, over its value at t = 0
        relaxation_time    1 / decay rate of C_h at long lags
        lyapunov_max       maximum Lyapunov exponent
        lyapunov_times_relaxation   the product of the last two

    Further (n_points, branch, lag), at `correlation_functions.STORED_LAGS`: autocorrelation C_h(t) and
    activity_autocorrelation C_phi(t) of fluctuating states, and of static ones. What only ensembles have (error
    budgets, expense) and the distribution of the update gate: see `phasemap.theory.ensemble.solve_points`.

    Branches: those of `phasemap.model.branches`. Under noise the exponent of the fluctuating attractor may be negative,
    though not below the rate of a gate that moves (`phasemap.model.unit.gates`). With a hard gate it DIVERGES in every
    state that moves: inf, or NaN under noise, where not even its sign follows for networks. An update gate that is
    closed for good leaves no stationary state.
    Source: PRX 12, 011011, sections III and V; docs/theory.md (5.1) to (6.5).
    """
    table = _Table(len(points))
    _fill_static(points, table)
    fluctuating_gate = [i for i, p in enumerate(points) if p.update_gate.moves]
    for i in sorted(set(range(len(points))) - set(fluctuating_gate)):
        if gated_rate(points[i]) > 0.0:
            _fill_point(i, points[i], table)
        elif points[i].noise_h > 0.0 and points[i].input_inside == 0.0:
            table.diverge(i, NO_STATIONARY_STATE)
    for i in fluctuating_gate:
        if rests_under_noise(points[i]):
            _fill_zero_under_noise(i, points[i], table)
    found, small = ensemble.solve_branches(points, options, seeds)
    result = table.estimates()
    _take_from_ensemble(fluctuating_gate, found, result, _FLUCTUATING)
    _take_from_ensemble(fluctuating_gate, small, result, _FLUCTUATING_SMALL)
    return Estimates({**found, **result}, (*table.remarks, *found.remarks, *small.remarks))


def _fill_static(points: Sequence[Parameters], table: _Table) -> None:
    """The zero state, the smallest and the largest static one, from the static mean field."""
    found = fixed_points.solve_points(points)
    sources = {"variance": "delta_h", "activity_variance": "delta_phi", "lyapunov_max": "leading_edge"}
    for name, source in sources.items():
        estimate = found[source]
        for branch, slot in enumerate(_SLOTS.values()):
            table.value[name][:, branch] = estimate.value[:, slot]
            table.error[name][:, branch] = np.nan if estimate.error is None else estimate.error[:, slot]
            table.status[name][:, branch] = estimate.status[:, slot]
    for name, variance in FUNCTIONS.items():
        table.functions[name][:, : len(STATIC_BRANCHES)] = table.value[variance][:, : len(STATIC_BRANCHES), None]
    table.remarks.extend(found.remarks)


def _fill_point(i: int, point: Parameters, table: _Table) -> None:
    """The fluctuating solutions of one point with a constant update gate, and its zero state under a noisy gate."""
    problem, gain, rate = reduce(point)
    if not _is_solvable(problem):
        table.fail(i, WHITE_NOISE)
        return
    if has_zero_state(problem) and gate_is_driven(problem):
        value, error, converged = zero_exponent_under_noise(problem, gain)
        status = Status.CONVERGED if converged and _is_good("lyapunov_max", value, error) else Status.NOT_CONVERGED
        table.put("lyapunov_max", (i, _ZERO), value * rate, error * rate, status)
        for name in ("variance", "activity_variance"):
            table.put(name, (i, _ZERO), 0.0, 0.0, Status.CONVERGED)
    for name, solution in named_solutions(solutions(problem, gain)).items():
        _store((i, BRANCHES.index(name)), solution, rate, table)
        if problem.gate == HARD_GATE and gain > 0.0:  # else nothing passes on what a crossing does
            _diverge((i, BRANCHES.index(name)), solution, is_driven(problem), table)


def _fill_zero_under_noise(i: int, point: Parameters, table: _Table) -> None:
    """The zero state where noise moves the gates, the update gate among them: how fast it is left is not sought.

    h is a mean of past drives, and |phi(h)| <= g_h |h|: for g_h <= 1 nothing grows.
    """
    for name in ("variance", "activity_variance"):
        table.put(name, (i, _ZERO), 0.0, 0.0, Status.CONVERGED)
    if point.g_h <= 1.0:
        table.put("lyapunov_max", (i, _ZERO), 0.0, 0.0, Status.UPPER_BOUND)
    else:
        table.put("lyapunov_max", (i, _ZERO), math.nan, math.nan, Status.NOT_SOUGHT)


def _is_solvable(problem: Problem) -> bool:
    """White noise on a gate without inertia has no variance."""
    white = gate_is_driven(problem) and problem.tau_noise == 0.0
    return not (white and problem.tau_r == 0.0)


def _diverge(at: tuple[int, int], solution: Fluctuating, noisy: bool, table: _Table) -> None:
    """The exponent of a state that moves through a hard output gate."""
    if not solution.converged:
        for name in _OF_EXPONENT:
            table.put(name, at, math.nan, math.nan, Status.FAILED)
        table.remarks.append((at[0], UNKNOWN_STATE))
        return
    for name in _OF_EXPONENT:
        table.put(name, at, math.nan if noisy else math.inf, math.nan, Status.DIVERGES)
    table.remarks.append((at[0], divergence_of("r", noisy)))


def _is_good(name: str, value: float, error: float) -> bool:
    scale = max(abs(value), _TOLERANCES.small_rate) if name == "lyapunov_max" else abs(value)
    return math.isfinite(value) and error <= _TOLERANCES.accepted * scale


def _store(at: tuple[int, int], solution: Fluctuating, rate: float, table: _Table) -> None:
    """Numbers of one solution in units of the membrane time constant."""
    for name in QUANTITIES:
        value, error = solution.values[name], solution.errors[name]
        unit = rate ** _RATE_POWER.get(name, 0)
        reliable = solution.converged and (solution.exponent_converged or name not in _OF_EXPONENT)
        status = Status.CONVERGED if reliable and _is_good(name, value, error) else Status.NOT_CONVERGED
        table.put(name, at, value * unit, error * unit, status)
    functions = functions_of(solution.profile, rate, STORED_LAGS)
    coarser = functions if solution.coarser is None else functions_of(solution.coarser, rate, STORED_LAGS)
    for name, moment in _MOMENTS.items():
        values, before = (getattr(one, moment) for one in (functions, coarser))
        table.functions[name][at], table.function_errors[name][at] = values, np.abs(values - before)


def _take_from_ensemble(
    rows: Sequence[int], found: Mapping[str, Estimate], result: Mapping[str, Estimate], branch: int
) -> None:
    """A fluctuating attractor at points with a fluctuating update gate."""
    for name in (*QUANTITIES, *FUNCTIONS):
        source, target = found[name], result[name]
        target.value[rows, branch] = source.value[rows]
        target.status[rows, branch] = source.status[rows]
        if source.error is not None and target.error is not None:
            target.error[rows, branch] = source.error[rows]
