"""Solver "tangent_spectrum": entropy rate and dimension of fluctuating states in the mean field."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.branches import BRANCHES, FLUCTUATING, MOVING
from phasemap.model.options import TangentSpectrumOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Seeds
from phasemap.model.results import Estimate, Estimates, FloatArray, absent
from phasemap.model.status import Status
from phasemap.model.unit.noise import acting_noise
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate, reduce
from phasemap.theory.dynamic.fluctuating import solutions
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.tangent_spectrum.kaplan_yorke_and_entropy import NAMES, Spectrum
from phasemap.theory.tangent_spectrum.moving_gate.state import MovingState, StateNotKnownError, moving_state
from phasemap.theory.tangent_spectrum.sampling import State, measured, measured_shares, state_of


class _Tolerances(NamedTuple):
    """When the spectrum's numbers are good."""

    accepted: float = 0.05  # relative error
    small: tuple[float, float, float] = (1e-5, 1e-4, 1e-3)  # errors of entropy, dimension, shares that are small
    small_share: float = 1e-3  # the same of shares of exponents


_TOLERANCES = _Tolerances()

BEYOND = (
    "the Kaplan-Yorke sum is still positive where the directions of a gate that only follow would enter it, at the "
    "rate {rate:.3g}: they are left out, and the dimension of the coupled directions is an upper bound"
)
Place = tuple[int, int]
AnyState = State | MovingState


def solve_points(points: Sequence[Parameters], options: Any, seeds: Seeds) -> Estimates:
    """Entropy rate, Kaplan-Yorke dimension and share of positive exponents per unit (n_points, branch), by NAMES.

    Counts of exponents are divided by N, although 2N or 3N exist. The dimension is that of the directions that are
    coupled: N slaved rates -1/tau of a gate are left out. Errors, at every point: scatter over scrambles of the paths,
    the extrapolation in the regulator, and the change on a ring of twice the length. ABSENT without a fluctuating
    state, NOT_SOUGHT where it is not derived or would take hours, with a remark.
    """
    table = {name: absent((len(points), len(BRANCHES))) for name in NAMES}
    remarks: list[tuple[int, str]] = []

    def solve(at: Place, state: AnyState, rate: float) -> None:
        """One branch of one point."""
        found, change = measured(state)
        errors = _errors(found, change)
        slowest = _slowest_gate(state)
        if not found.inside and slowest > 1.0:
            remarks.append((at[0], BEYOND.format(rate=-rate / slowest)))
        for k, (name, unit) in enumerate(zip(NAMES, (rate, 1.0, 1.0), strict=True)):
            bound = Status.CONVERGED if found.inside or k != 1 else Status.UPPER_BOUND
            good = found.converged and errors[k] <= max(
                _TOLERANCES.accepted * abs(found.values[k]), _TOLERANCES.small[k]
            )
            _put(table[name], at, found.values[k] * unit, errors[k] * unit, bound if good else Status.NOT_CONVERGED)

    found = _at_points(table, points, seeds, solve)
    return Estimates(table, [*found, *remarks])


def solve_shares(points: Sequence[Parameters], options: TangentSpectrumOptions, seeds: Seeds) -> Estimates:
    """exponents_above (n_points, branch, rate): number of exponents above `options.rates`, over N, likewise.

    NOT_SOUGHT near and below the rates of uncoupled units, where the determinant has no such meaning.
    """
    table = {"exponents_above": absent((len(points), len(BRANCHES), len(options.rates)))}

    def solve(at: Place, state: AnyState, rate: float) -> None:
        """One branch of one point."""
        found, change = measured_shares(state, np.array(options.rates) / rate)
        errors = _errors(found, change)
        good = found.converged & (errors <= _TOLERANCES.accepted * np.abs(found.values) + _TOLERANCES.small_share)
        status = np.where(good, Status.CONVERGED, Status.NOT_CONVERGED)
        known = np.isfinite(found.values)
        _put(table["exponents_above"], at, found.values, errors, np.where(known, status, Status.NOT_SOUGHT))

    return Estimates(table, _at_points(table, points, seeds, solve))


def _at_points(
    table: dict[str, Estimate],
    points: Sequence[Parameters],
    seeds: Seeds,
    solve: Callable[[Place, AnyState, float], None],
) -> list[tuple[int, str]]:
    """Solve where there is something to solve, and give statuses elsewhere; returns remarks."""
    remarks = []
    for i, p in enumerate(points):
        reason = not_derived(p)
        if reason:
            remarks.append((i, reason))
            _fill(table, i, MOVING)
        for branch, state in {} if reason else _states(p, seeds[i]).items():
            try:
                found = state()
                if found is not None:
                    solve((i, BRANCHES.index(branch)), found, 1.0 if isinstance(found, MovingState) else gated_rate(p))
            except UnsupportedError as error:
                remarks.append((i, str(error)))
                unknown = isinstance(error, StateNotKnownError)
                _fill(table, i, (branch,), Status.FAILED if unknown else Status.NOT_SOUGHT)
    return remarks


def _fill(table: dict[str, Estimate], i: int, branches: Sequence[str], status: Status = Status.NOT_SOUGHT) -> None:
    for estimate in table.values():
        estimate.status[i, [BRANCHES.index(branch) for branch in branches]] = status


def _errors(found: Spectrum, change: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(found.scatter**2 + found.correction**2 + change**2))


def _put(estimate: Estimate, at: Place, value: Any, error: Any, status: Any) -> None:
    assert estimate.error is not None
    estimate.value[at], estimate.error[at], estimate.status[at] = value, error, status


def _slowest_gate(state: AnyState) -> float:
    """Time constant of the gate whose own directions lie above the uncoupled rate of h, in the state's time units."""
    if isinstance(state, MovingState):
        tau_z = state.parameters.tau_z
        return tau_z if tau_z * state.solution.ensemble.control_rate > 1.0 else 0.0
    return state.parameters.tau_r


def not_derived(p: Parameters) -> str:
    """Why there is no spectrum here although there may be activity; "" where there is one."""
    if any(acting_noise(p._asdict()).values()):
        return "the Lyapunov spectrum in mean field is not derived under noise inputs"
    moves, updates = (not is_constant_gate(*one) for one in ((p.alpha_r, p.beta_r), (p.alpha_z, p.beta_z)))
    if moves and updates:
        return "the Lyapunov spectrum in mean field is not at hand where both gates move: simulate it"
    if updates and math.isinf(p.alpha_z):
        return "the Lyapunov spectrum of a state that moves through a hard update gate diverges"
    if not Process(p).is_odd or (moves and p.s_r > 0.0) or (updates and p.s_z > 0.0):
        return "the Lyapunov spectrum in mean field is not at hand with biases of h or static inputs: simulate it"
    if moves and math.isinf(p.alpha_r):
        return "the Lyapunov spectrum of a state that moves through a hard output gate diverges"
    if moves and p.tau_r == 0.0:
        return "the Lyapunov spectrum in mean field is not at hand for an output gate without inertia: give tau_r > 0"
    return ""


def _states(p: Parameters, seed: np.random.SeedSequence) -> dict[str, Callable[[], AnyState | None]]:
    """What makes the state of every fluctuating branch."""
    if not is_constant_gate(p.alpha_z, p.beta_z):
        return {FLUCTUATING: partial(moving_state, p, seed)}
    if not gated_rate(p) > 0.0:
        return {}
    problem, gain, _ = reduce(p)
    found = named_solutions(solutions(problem, gain))
    return {branch: partial(state_of, p, solution, seed) for branch, solution in found.items()}
