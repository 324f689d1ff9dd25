"""The fluctuating state of a cell: autocovariance, exponent and gradients per step, from independent ensembles."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from phasemap.cells.dynamics.constant_gates import applies, constant_gate_state
from phasemap.cells.dynamics.growth import log_growth
from phasemap.cells.dynamics.gru import GruUnits
from phasemap.cells.dynamics.iterate import Settled, self_consistent
from phasemap.cells.dynamics.lstm import LstmUnits
from phasemap.cells.dynamics.ring import autocovariance
from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.nodes import Array
from phasemap.cells.solvers.options import CellEnsembleOptions
from phasemap.cells.static.fixed_points import fixed_points
from phasemap.model.estimate import Estimate
from phasemap.model.status import Status

_ACCURATE = 0.02


@dataclass(frozen=True)
class Dynamics:
    """The fluctuating state.

    second_moment: C(0); lyapunov_max: per step; autocovariance: (steps / 2,) by lag in steps;
    log_gradient: (horizon + 1,) ln(<|dh_k/dh_0|^2> / N) by k.
    """

    second_moment: Estimate
    lyapunov_max: Estimate
    autocovariance: Estimate
    log_gradient: Estimate


class _Run(NamedTuple):
    """One ensemble; growth (horizon + 1,) is empty where nothing fluctuates."""

    settled: Settled
    growth: Array


def fluctuating_state(cell: Gru | Lstm, options: CellEnsembleOptions | None = None, seed: int = 0) -> Dynamics:
    """Solve the dynamic mean field from a large amplitude down, in a few independent ensembles (docs/cells.md (5.1)).

    Where no fluctuating state exists the iteration ends at rest, at zero or at the biases' level: ABSENT.
    """
    options = options or CellEnsembleOptions()
    if isinstance(cell, Gru) and applies(cell):
        return _without_ensembles(cell, options)
    runs = [one_ensemble(cell, options, np.random.default_rng([seed, k])) for k in range(options.ensembles)]
    shapes = ((), (), (options.steps // 2,), (options.horizon + 1,))
    moving = [run for run in runs if run.settled.moves]
    settled = all(run.settled.left < options.tolerance * float(run.settled.C[0]) for run in moving)
    if not moving:
        return Dynamics(*(_over_ensembles(np.full((2, *shape), np.nan), Status.ABSENT) for shape in shapes))
    # Ensembles that disagree about whether there is anything: near a line, where nobody knows.
    status = Status.CONVERGED if settled and len(moving) == len(runs) else Status.NOT_CONVERGED
    curves = np.stack([run.settled.C[: options.steps // 2] for run in moving])
    growth = np.stack([run.growth for run in moving])
    slopes, drifts = _slopes(growth)
    left = float(np.mean([run.settled.left for run in moving]))
    return Dynamics(
        _over_ensembles(curves[:, 0], status, left),
        _over_ensembles(slopes, status, 0.5 * float(np.abs(drifts.mean()))),
        _over_ensembles(curves, status, left),
        _over_ensembles(growth, status),
    )


def _without_ensembles(cell: Gru, options: CellEnsembleOptions) -> Dynamics:
    shapes = ((), (), (options.steps // 2,), (options.horizon + 1,))
    found = constant_gate_state(cell, options.horizon)
    if found is None:
        return Dynamics(*(_over_ensembles(np.full((2, *shape), np.nan), Status.ABSENT) for shape in shapes))
    curve = np.zeros(options.steps // 2)
    known = min(curve.size, found.C.size // 2)
    curve[:known] = found.C[:known]
    numbers = (found.C[0], found.lyapunov_max, curve, found.log_gradient)
    return Dynamics(*(_of_accuracy(np.asarray(number), found.error) for number in numbers))


def _of_accuracy(value: Array, relative: float) -> Estimate:
    """Ten times what the iteration and the ring leave."""
    good = 10.0 * relative < _ACCURATE
    status = np.full(value.shape, Status.CONVERGED if good else Status.NOT_CONVERGED, dtype=np.uint8)
    return Estimate(value=value, status=status, error=10.0 * relative * np.abs(value))


def units_of(cell: Gru | Lstm, paths: int, steps: int, rng: np.random.Generator) -> Any:
    """What draws paths of a cell and knows their responses."""
    kind: Any = GruUnits if isinstance(cell, Gru) else LstmUnits
    return kind(cell, paths, steps, rng)


def one_ensemble(cell: Gru | Lstm, options: CellEnsembleOptions, rng: np.random.Generator) -> _Run:
    """Iterate one ensemble to self-consistency, and follow a deviation along its paths."""
    units = units_of(cell, options.paths, options.steps, rng)
    lags = np.minimum(np.arange(options.steps), options.steps - np.arange(options.steps))
    found = fixed_points(cell)
    C = (found[-1].C if found else 0.1) * np.exp(-lags / 5.0)
    settled = self_consistent(
        lambda curve: autocovariance(units.paths(curve).output), C, options.iterations, options.tolerance
    )
    if not settled.moves:
        return _Run(settled, np.empty(0))
    paths = units.paths(settled.C)
    return _Run(settled, log_growth(units.responses(paths), min(options.horizon, options.steps)))


def _slopes(growth: Array) -> tuple[Array, Array]:
    """Half the growth rates over the second half of the march, and how much they still change within it."""
    horizon = growth.shape[1] - 1
    half, late = horizon // 2, 3 * horizon // 4
    early_rate = 0.5 * (growth[:, late] - growth[:, half]) / (late - half)
    late_rate = 0.5 * (growth[:, -1] - growth[:, late]) / (horizon - late)
    return 0.5 * (early_rate + late_rate), late_rate - early_rate


def _over_ensembles(values: Array, status: Status, more: float = 0.0) -> Estimate:
    """Mean over ensembles; its standard error, and what the iteration or the march has not left behind."""
    scatter = (
        values.std(axis=0, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.full(values.shape[1:], np.nan)
    )
    mean = values.mean(axis=0)
    code = np.full(mean.shape, status, dtype=np.uint8)
    if len(values) < 2 and status == Status.CONVERGED:
        code[...] = Status.NOT_CONVERGED
    return Estimate(value=mean, status=code, error=np.hypot(scatter, more))
