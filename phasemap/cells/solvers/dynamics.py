"""Solver "cell_dynamics": what the branches of a cell's mean field do in time, per step."""

import math
from collections.abc import Sequence

from phasemap.cells.dynamics.fold import dynamic_fold
from phasemap.cells.dynamics.solve import fluctuating_state
from phasemap.cells.parameters import CellPoint
from phasemap.cells.solvers.options import CellEnsembleOptions
from phasemap.cells.solvers.points import ACCURACY, AnyCell, cell_at, good, nothing, one, stacked
from phasemap.cells.static.fixed_points import FixedPoint, fixed_points
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.model.branches import BRANCHES, FLUCTUATING, STATIC, STATIC_SMALL, ZERO
from phasemap.model.estimate import Estimate, absent
from phasemap.model.status import Status

Pair = tuple[Estimate, Estimate]


def solve_points(
    points: Sequence[CellPoint], options: CellEnsembleOptions, seeds: object = None
) -> dict[str, Estimate]:
    """Exponent per step and mean square of every branch, autocovariance and gradients of the fluctuating state.

    Noise is drawn from a seed of its own, the same at every point: maps are smooth.

    Returns (first dimension: points):

        lyapunov_max (branch)       of the static ones the logarithm of their largest multiplier
        activity_variance (branch)  C(0)
        autocovariance (cell_lag)   of the fluctuating state
        log_gradient (gradient_step)  ln(<|dh_k/dh_0|^2> / N) along the fluctuating state
    """
    return stacked([_row(cell_at(point), options) for point in points])


def solve_folds(points: Sequence[CellPoint], options: CellEnsembleOptions, seeds: object = None) -> dict[str, Estimate]:
    """The dynamic fold: the gain of the candidate at which fluctuating states appear, absent without one."""
    return stacked([{"dynamic_fold": _fold(cell_at(point), options)} for point in points])


def _fold(cell: AnyCell, options: CellEnsembleOptions) -> Estimate:
    return nothing() if isinstance(cell, Vanilla) else dynamic_fold(cell, options)


def lags_of(options: CellEnsembleOptions) -> Sequence[float]:
    """Lags of stored autocovariances, in steps."""
    return [float(lag) for lag in range(options.steps // 2)]


def steps_of(options: CellEnsembleOptions) -> Sequence[float]:
    """Numbers of steps of stored gradients."""
    return [float(step) for step in range(options.horizon + 1)]


def _row(cell: AnyCell, options: CellEnsembleOptions) -> dict[str, list[Estimate] | Estimate]:
    found = fixed_points(cell)
    branches = dict.fromkeys(BRANCHES, (nothing(), nothing())) | _static(cell, found)
    for name in BRANCHES:
        if name.startswith(FLUCTUATING) and name != FLUCTUATING:
            branches[name] = (nothing(Status.NOT_SOUGHT), nothing(Status.NOT_SOUGHT))
    curves = (absent((options.steps // 2,)), absent((options.horizon + 1,)))
    if isinstance(cell, Vanilla):
        branches[FLUCTUATING] = _vanilla(cell, found)
    elif _may_move(cell, found):
        state = fluctuating_state(cell, options)
        branches[FLUCTUATING] = (state.lyapunov_max, state.second_moment)
        curves = (state.autocovariance, state.log_gradient)
    return {
        "lyapunov_max": [branches[name][0] for name in BRANCHES],
        "activity_variance": [branches[name][1] for name in BRANCHES],
        "autocovariance": curves[0],
        "log_gradient": curves[1],
    }


def _may_move(cell: AnyCell, found: list[FixedPoint]) -> bool:
    """Something fluctuates only where some state at rest is unstable: the dynamic fold lies above the static one."""
    return any(not point.stable for point in found) or (cell.rests and cell.gain >= cell.zero_gain())


def _static(cell: AnyCell, found: list[FixedPoint]) -> dict[str, Pair]:
    accuracy = ACCURACY[type(cell)]
    branches = {}
    if cell.rests:
        branches[ZERO] = (_rate(cell.edge(0.0), accuracy), good(0.0, accuracy))
    if found:
        branches[STATIC] = _at(found[-1], accuracy)
    if len(found) > 1 and not cell.rests:
        branches[STATIC_SMALL] = _at(found[0], accuracy)
    return branches


def _at(point: FixedPoint, accuracy: float) -> Pair:
    largest = point.edge if math.isnan(point.outlier) else point.outlier
    return _rate(largest, accuracy), good(point.C, accuracy)


def _rate(multiplier: float, accuracy: float) -> Estimate:
    if multiplier <= 0.0:
        return one(-math.inf, math.nan, Status.DIVERGES)
    return one(math.log(multiplier), accuracy, Status.CONVERGED)


def _vanilla(cell: Vanilla, found: list[FixedPoint]) -> Pair:
    """Known in closed form where h = 0 is a state: steps are uncorrelated."""
    if not cell.rests:
        return nothing(Status.NOT_SOUGHT), nothing(Status.NOT_SOUGHT)
    if not found:
        return nothing(), nothing()
    accuracy = ACCURACY[Vanilla]
    return one(cell.lyapunov_max(), accuracy, Status.CONVERGED), good(found[-1].C, accuracy)
