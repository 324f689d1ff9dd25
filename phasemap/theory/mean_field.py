"""Dynamic mean field at points of parameter space: picks the solver that a point needs.

A constant update gate leaves everything Gaussian and is solved deterministically (`phasemap.theory.fluctuating`);
a fluctuating one needs an ensemble of paths.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from phasemap.kernels.correlations import CONSTANT_GATE, Problem
from phasemap.model.nonlinearities import is_constant_gate
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.theory import statics
from phasemap.theory.correlations import gated_rate, reduce
from phasemap.theory.fluctuating import Fluctuating, solutions

# Order of the dimension "branch" in the registry.
ZERO, STATIC, CHAOTIC, CHAOTIC_UNSTABLE = range(4)
QUANTITIES = ("variance", "activity_variance", "correlation_time", "relaxation_time", "lyapunov_max")
_RATES = ("lyapunov_max",)
_TIMES = ("correlation_time", "relaxation_time")
_ACCEPTED = 1e-6


def solve_points(
    points: Sequence[Parameters], options: Any, seeds: Sequence[np.random.SeedSequence]
) -> dict[str, Estimate]:
    """Solve the dynamic mean field at `points`; every result has shape (n_points, branch).

        variance           C_h(0), about the mean over units
        activity_variance  C_phi(0) = <phi(h)^2>
        correlation_time   integral of C_h(t) - C_h(inf) over t > 0, over its value at t = 0
        relaxation_time    1 / decay rate of C_h at long lags
        lyapunov_max       maximum Lyapunov exponent

    Branches: the zero state; the largest static state; the fluctuating attractor (`chaotic`; with noise inputs its
    exponent may be negative); the unstable fluctuating state that ends with it in the dynamic fold.
    Source: PRX 12, 011011, sections III and V; theory notes, sections 5 and 6.
    """
    shape = (len(points), 4)
    value = {name: np.full(shape, np.nan) for name in QUANTITIES}
    error = {name: np.full(shape, np.nan) for name in QUANTITIES}
    status = {name: np.full(shape, Status.ABSENT, dtype=np.uint8) for name in QUANTITIES}
    _fill_resting(points, value, error, status)
    for i, point in enumerate(points):
        if not is_constant_gate(point.alpha_z, point.beta_z):
            # A fluctuating update gate: there may be a fluctuating solution, but nothing here can find it.
            for name in QUANTITIES:
                status[name][i, CHAOTIC] = Status.FAILED
        elif gated_rate(point) > 0.0:
            _fill_fluctuating(i, point, value, error, status)
    return {name: Estimate(value[name], status[name], error[name]) for name in QUANTITIES}


_Table = Mapping[str, np.ndarray]


def _fill_resting(points: Sequence[Parameters], value: _Table, error: _Table, status: _Table) -> None:
    """The zero state and the largest static one, from the static mean field."""
    found = statics.solve_points(points)
    sources = {"variance": "delta_h", "activity_variance": "delta_phi", "lyapunov_max": "leading_edge"}
    for name, source in sources.items():
        estimate = found[source]
        for branch, slot in ((ZERO, 0), (STATIC, 3)):
            value[name][:, branch] = estimate.value[:, slot]
            error[name][:, branch] = np.nan if estimate.error is None else estimate.error[:, slot]
            status[name][:, branch] = estimate.status[:, slot]
    for i, point in enumerate(points):
        # A moving output gate relaxes at its own rate at least.
        if not is_constant_gate(point.alpha_r, point.beta_r) and point.tau_r > 0.0:
            for branch in (ZERO, STATIC):
                value["lyapunov_max"][i, branch] = np.maximum(value["lyapunov_max"][i, branch], -1.0 / point.tau_r)


def _fill_fluctuating(i: int, point: Parameters, value: _Table, error: _Table, status: _Table) -> None:
    """The fluctuating solutions of one point."""
    problem, gain, rate = reduce(point)
    if not _is_solvable(problem):
        for name in QUANTITIES:
            status[name][i, CHAOTIC] = Status.FAILED
        return
    found = solutions(problem, gain)
    stable = [s for s in found if s.stable]
    unstable = [s for s in found if not s.stable]
    for branch, candidates in ((CHAOTIC, stable), (CHAOTIC_UNSTABLE, unstable)):
        if candidates:
            _store(i, branch, candidates[-1], rate, value, error, status)


def _is_solvable(problem: Problem) -> bool:
    """White noise on a gate without inertia has no variance."""
    white = problem.noise_r > 0.0 and problem.tau_noise == 0.0
    return not (problem.gate != CONSTANT_GATE and white and problem.tau_r == 0.0)


def _store(
    i: int, branch: int, solution: Fluctuating, rate: float, value: _Table, error: _Table, status: _Table
) -> None:
    """Numbers of one solution in units of the membrane time constant."""
    values, errors = dict(solution.values), dict(solution.errors)
    decay = values.pop("relaxation_rate")
    values["relaxation_time"] = 1.0 / decay if decay > 0.0 else math.inf
    errors["relaxation_time"] = errors.pop("relaxation_rate") / decay**2 if decay > 0.0 else math.inf
    for name in QUANTITIES:
        unit = rate if name in _RATES else 1.0 / rate if name in _TIMES else 1.0
        value[name][i, branch] = values[name] * unit
        error[name][i, branch] = errors[name] * unit
        good = errors[name] <= _ACCEPTED * max(abs(values[name]), 1e-3 if name in _RATES else 0.0)
        status[name][i, branch] = Status.CONVERGED if good else Status.NOT_CONVERGED
