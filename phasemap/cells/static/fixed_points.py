"""Fixed points of a cell and the static fold, from the single-valued gain a*(C) at which C is a fixed point.

docs/cells.md.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from phasemap.cells.nodes import Array
from phasemap.cells.static.cell import Cell
from phasemap.model.estimate import Estimate
from phasemap.model.status import Status

# Places of C on a scan for fixed points, and for the fold.
_SCAN, _FOLD_SCAN = 36, 14
_LARGEST_FOLD = 0.7  # C
_LARGEST_LOG_GAIN = 6.0  # gains of some hundreds; averages over steeper fields take ever more nodes


class _Tolerances(NamedTuple):
    """Of fixed points and folds."""

    smallest: float = 1e-6  # C on the scan: below, a state is the zero state
    smallest_fold: float = 1e-4  # C on the scan for the fold: gains of smaller ones are that of the zero state
    near: float = 0.1  # how far below zero a maximum of F/C - 1 on the scan can lie that is positive between its nodes
    maximum: float = 1e-7  # ln C at such a maximum: F/C is known to its square
    fold: float = 1e-5  # ln C at the fold: the gain is known to its square
    root: float = 1e-12  # of logarithms and of distances from 1, and relative: rounding of averages
    gain: float = 1e-13  # of the logarithm of the gain, which is of order 1
    relative: float = 1e-10  # of averages and roots, measured against closed forms


_AT = _Tolerances()


@dataclass(frozen=True)
class FixedPoint:
    """One fixed point: C its mean square activity, S its slope variance, edge the radius of its Jacobian's bulk.

    rising: whether the gain a*(C) rises there; where it falls, a longitudinal outlier lies beyond 1.
    outlier: that multiplier of the state itself; NaN where it lies inside the bulk or below 1.
    """

    C: float
    S: float
    edge: float
    rising: bool
    outlier: float = math.nan

    @property
    def stable(self) -> bool:
        """Whether perturbations of every direction decay."""
        return self.S <= 1.0 and self.rising


def fixed_points(cell: Cell) -> list[FixedPoint]:
    """All fixed points but the zero state, from small to large."""
    grid = np.geomspace(_AT.smallest, 1.0, _SCAN)
    excess = np.array([_excess(cell, C) for C in grid])
    grid, excess = _with_hidden_maxima(cell, grid, excess)
    found = []
    for k in np.flatnonzero((excess[:-1] > 0.0) != (excess[1:] > 0.0)):
        C = float(brentq(lambda value: _excess(cell, value), grid[k], grid[k + 1], xtol=1e-16, rtol=1e-13))
        found.append(_fixed_point(cell, C, bool(excess[k] > 0.0)))
    return found


def _fixed_point(cell: Cell, C: float, rising: bool) -> FixedPoint:
    edge, outlier = cell.edge(C), math.nan if rising else _outlier(cell, C)
    return FixedPoint(C, cell.slope_variance(C), edge, rising, outlier if outlier > edge else math.nan)


def _outlier(cell: Cell, C: float) -> float:
    """The real multiplier above 1 at which L(lambda) = 1; L falls with lambda."""

    def excess(logarithm: float) -> float:
        """L - 1 at lambda - 1 = exp(logarithm)."""
        return cell.longitudinal(C, math.exp(logarithm)) - 1.0

    if cell.longitudinal(C) <= 1.0:
        return math.nan
    low, high = -1.0, 1.0
    while excess(high) > 0.0:
        high += 1.0
    while excess(low) < 0.0 and low > -60.0:
        low -= 2.0
    return 1.0 + math.exp(float(brentq(excess, low, high, xtol=_AT.root, rtol=_AT.root)))


def _with_hidden_maxima(cell: Cell, grid: Array, excess: Array) -> tuple[Array, Array]:
    """The scan with the local maxima that lie just below zero on the grid: just beyond a fold two roots stand close."""
    middle = excess[1:-1]
    peaks = (
        np.flatnonzero((middle >= excess[:-2]) & (middle >= excess[2:]) & (middle <= 0.0) & (middle > -_AT.near)) + 1
    )
    for k in peaks[::-1]:
        best = minimize_scalar(
            lambda log_c: -_excess(cell, math.exp(log_c)),
            bounds=(math.log(grid[k - 1]), math.log(grid[k + 1])), method="bounded", options={"xatol": _AT.maximum},
        )  # fmt: skip
        C = math.exp(float(best.x))
        place = int(np.searchsorted(grid, C))
        grid, excess = np.insert(grid, place, C), np.insert(excess, place, -float(best.fun))
    return grid, excess


def _excess(cell: Cell, C: float) -> float:
    return cell.second_moment(C) / C - 1.0


def gain_at(cell: Cell, C: float) -> float:
    """a*(C): the gain at which a fixed point has this mean square; infinite where none has."""

    def excess(logarithm: float) -> float:
        """What a fixed point at a gain exp(logarithm) has too much of its mean square, relative."""
        return cell.with_gain(math.exp(logarithm)).second_moment(C) / C - 1.0

    low, high = -1.0, 1.0
    while excess(high) < 0.0:
        low, high = high, high + 1.0
        if high > _LARGEST_LOG_GAIN:
            return math.inf
    while excess(low) > 0.0:
        low -= 3.0
        if low < -30.0:
            return 0.0
    return math.exp(float(brentq(excess, low, high, xtol=_AT.gain, rtol=_AT.root)))


def static_fold(cell: Cell) -> Estimate:
    """The gain at which a pair of fixed points appears, below the line of the zero state; ABSENT without a fold.

    A fold hides where a*(C) falls below its value at C = 0 (or at the smallest C that has a fixed point).
    """
    grid = np.geomspace(_AT.smallest_fold, _LARGEST_FOLD, _FOLD_SCAN)
    gains = _rising_from_the_lowest(cell, grid)
    lowest = int(np.argmin(gains))
    if cell.rests and cell.tricritical_ratio() <= 1.0 and gains[lowest] >= cell.zero_gain():
        return _one(math.nan, math.nan, Status.ABSENT)
    if not (0 < lowest < grid.size - 1) or not math.isfinite(gains[lowest]):
        return _one(math.nan, math.nan, Status.ABSENT if not math.isinf(gains[lowest]) else Status.FAILED)
    bounds = (math.log(grid[lowest - 1]), math.log(grid[lowest + 1]))
    best = minimize_scalar(
        lambda log_c: gain_at(cell, math.exp(log_c)),
        bounds=bounds,
        method="bounded",
        options={"xatol": _AT.fold},
    )
    value = float(best.fun)
    return _one(value, _AT.relative * value, Status.CONVERGED)


def _rising_from_the_lowest(cell: Cell, grid: Array) -> Array:
    """a*(C) over a grid, up to where it has risen well above its minimum; infinite beyond."""
    gains = np.full(grid.size, np.inf)
    for k, C in enumerate(grid):
        gains[k] = gain_at(cell, C)
        if gains[k] > 1.3 * gains.min():
            break
    return gains


def _one(value: float, error: float, status: Status) -> Estimate:
    return Estimate(value=np.asarray(value), status=np.asarray(status, dtype=np.uint8), error=np.asarray(error))
