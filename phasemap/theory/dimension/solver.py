"""Solver "participation": participation ratios of fluctuating states at points of parameter space."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.branches import BRANCHES, FLUCTUATING, MOVING
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Seeds
from phasemap.model.results import Estimate, Estimates, FloatArray, absent
from phasemap.model.status import Status
from phasemap.model.unit.noise import acting_noise
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.dimension import constant_gate, moving_gate
from phasemap.theory.dimension.frequencies import NAMES
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate, reduce
from phasemap.theory.dynamic.fluctuating import solutions
from phasemap.theory.ensemble import point as single
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution.surroundings import is_rest, surroundings
from phasemap.theory.ensemble.resolution.window import Surroundings
from phasemap.theory.ensemble.sampling.process import Process


class _Tolerances(NamedTuple):
    """Relative errors that are accepted."""

    accepted: float = 1e-4  # of what is deterministic
    per_variance: float = 20.0  # of what paths give, per error asked of the variance


_TOLERANCES = _Tolerances()
UNDER_NOISE = "participation ratios under noise inputs are not derived"
NOT_ODD = (
    "participation ratios are not derived where the update gate fluctuates and a bias of h or static inputs make units "
    "differ"
)
UNKNOWN = "the participation ratio is not known, as the fluctuating state is not: see the variance"


def solve_points(points: Sequence[Parameters], options: EnsembleOptions | None, seeds: Seeds) -> Estimates:
    """Participation ratios per unit (n_points, branch) of the equal-time covariances over units, time means taken off.

    By `frequencies.NAMES`: of h, of phi(h), of phi(h) sigma_r, of r and of z, (tr C)^2 / (N tr C^2) as N -> infinity
    (docs/theory.md, section 17). ABSENT where there is no activity (0/0) and for gates that are constant; NOT_SOUGHT
    where it is not derived, with a remark.
    """
    options = options or EnsembleOptions()
    table = {name: absent((len(points), len(BRANCHES))) for name in NAMES}
    remarks: list[tuple[int, str]] = []
    around: list[Surroundings] | None = None
    for i, p in enumerate(points):
        reason = not_derived(p)
        if reason:
            _fill(table, i, MOVING, Status.NOT_SOUGHT)
            remarks.append((i, reason))
        elif not is_constant_gate(p.alpha_z, p.beta_z):
            around = around or surroundings(points)
            remarks += [(i, remark) for remark in _from_paths(table, i, p, options, seeds[i], around[i])]
        elif gated_rate(p) > 0.0:
            _from_correlations(table, i, p)
    for i, p in enumerate(points):
        for name, gate in (("output_gate", "r"), ("update_gate", "z")):
            if is_constant_gate(getattr(p, f"alpha_{gate}"), getattr(p, f"beta_{gate}")):
                table[f"participation_ratio_{name}"].status[i] = Status.ABSENT
    return Estimates(table, remarks)


def not_derived(p: Parameters) -> str:
    """Why there is no participation ratio here although there may be activity; "" where there is one."""
    if any(acting_noise(p._asdict()).values()):
        return UNDER_NOISE
    moves = not is_constant_gate(p.alpha_z, p.beta_z)
    static = p.s_z > 0.0 or (p.s_r > 0.0 and not is_constant_gate(p.alpha_r, p.beta_r))
    return NOT_ODD if moves and (static or not Process(p).is_odd) else ""


def _from_correlations(table: dict[str, Estimate], i: int, p: Parameters) -> None:
    problem, gain, _ = reduce(p)
    for branch, solution in named_solutions(solutions(problem, gain)).items():
        values, errors = constant_gate.participation(solution)
        _put(table, i, branch, values, errors, _TOLERANCES.accepted if solution.converged else 0.0)


def _from_paths(
    table: dict[str, Estimate],
    i: int,
    p: Parameters,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
    around: Surroundings,
) -> list[str]:
    without = EnsembleOptions(**{**vars(options), "exponents": False})
    try:
        found = single.solve(p, without, seed, around)
    except UnsupportedError as error:
        _fill(table, i, (FLUCTUATING,), Status.FAILED)
        return [str(error)]
    if isinstance(found, PointSolution):
        values, errors = moving_gate.participation(found, without, seed)
        accepted = _TOLERANCES.per_variance * options.relative_error if found.is_settled else 0.0
        _put(table, i, FLUCTUATING, values, errors, accepted)
        return []
    if is_rest(found, p, around):
        return []
    _fill(table, i, (FLUCTUATING,), Status.FAILED)
    return [UNKNOWN]


def _fill(table: dict[str, Estimate], i: int, branches: Sequence[str], status: Status) -> None:
    for estimate in table.values():
        estimate.status[i, [BRANCHES.index(name) for name in branches]] = status


def _put(
    table: dict[str, Estimate], i: int, branch: str, values: FloatArray, errors: FloatArray, accepted: float
) -> None:
    at = i, BRANCHES.index(branch)
    for name, value, error in zip(NAMES, values, errors, strict=True):
        estimate = table[name]
        assert estimate.error is not None
        if math.isnan(value):
            estimate.status[at] = Status.FAILED
            continue
        estimate.value[at], estimate.error[at] = value, error
        good = error <= accepted * abs(value)
        estimate.status[at] = Status.CONVERGED if good else Status.NOT_CONVERGED
