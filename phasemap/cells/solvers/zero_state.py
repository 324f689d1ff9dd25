"""Solver "cell_zero_gradient": gradients through the zero state, in closed form."""

from collections.abc import Sequence

import numpy as np

from phasemap.cells.parameters import CellPoint
from phasemap.cells.solvers.options import CellEnsembleOptions
from phasemap.cells.solvers.points import ACCURACY, AnyCell, cell_at, stacked
from phasemap.cells.static.zero_state import log_gradient_at_zero
from phasemap.model.estimate import Estimate, absent
from phasemap.model.status import Status


def solve_points(
    points: Sequence[CellPoint], options: CellEnsembleOptions, seeds: object = None
) -> dict[str, Estimate]:
    """zero_log_gradient (gradient_step): ln(<|dh_k/dh_0|^2> / N) at h = 0, docs/cells.md (6.1); k up to the horizon.

    Absent where h = 0 is no state; not sought where biases are spread: (6.1) is for units that are all alike.
    """
    return stacked([{"zero_log_gradient": _curve(cell_at(point), options.horizon)} for point in points])


def _curve(cell: AnyCell, horizon: int) -> Estimate:
    if not cell.rests:
        return absent((horizon + 1,))
    if cell.is_spread:
        unknown = np.full(horizon + 1, np.nan)
        return Estimate(value=unknown, status=_status(horizon, Status.NOT_SOUGHT), error=unknown)
    value = np.array([log_gradient_at_zero(cell, k) for k in range(horizon + 1)])
    accuracy = ACCURACY[type(cell)] * np.arange(horizon + 1)  # relative, of the multiplier to the power k
    known = np.isfinite(value)
    status = np.where(known, _status(horizon, Status.CONVERGED), Status.DIVERGES).astype(np.uint8)
    return Estimate(value=value, status=status, error=np.where(known, accuracy, np.nan))


def _status(horizon: int, status: Status) -> np.ndarray:
    return np.full(horizon + 1, status, dtype=np.uint8)
