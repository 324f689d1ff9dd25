"""Solver "cell_statics": fixed points of a cell, their multipliers, and what the zero state does."""

import math
from collections.abc import Sequence

from phasemap.cells.parameters import CellPoint
from phasemap.cells.solvers.points import ACCURACY, AnyCell, cell_at, good, nothing, one, stacked
from phasemap.cells.static.fixed_points import FixedPoint, fixed_points, static_fold
from phasemap.cells.static.phases import pinning_ratio
from phasemap.cells.static.zero_state import memory_steps
from phasemap.model.estimate import Estimate
from phasemap.model.status import Status
from phasemap.theory.static.quantities import FIXED_POINTS

Row = dict[str, list[Estimate] | Estimate]


def solve_points(points: Sequence[CellPoint], options: None = None, seeds: object = None) -> dict[str, Estimate]:
    """Static quantities at points; there are no options, and nothing is random (docs/cells.md, sections 2 to 4).

    Returns (first dimension: points; `fixed_point` where marked *):

        fixed_point_count    number of fixed points, the zero state included where there is one
        second_moment*       C, the mean square of the units
        static_gain*         S = E(1): the fixed point is unstable for S > 1; a lower bound where an LSTM
                             forgets in more than exp(200) steps
        leading_multiplier*  radius of the Jacobian's bulk in one step
        outlier*             real multiplier of the state itself, where it lies beyond the bulk
        pinning_ratio*       see `phases.pinning_ratio`; absent for S <= 1
        zero_multiplier, memory_steps  of the zero state; absent where there is none

    Along `fixed_point`: the zero state, then the others in ascending order of C, the largest always in the last place.
    """
    return stacked([_row(cell_at(point)) for point in points])


def solve_folds(points: Sequence[CellPoint], options: None = None, seeds: object = None) -> dict[str, Estimate]:
    """The static fold: the gain of the candidate at which a pair of fixed points appears; absent without one."""
    return stacked([{"static_fold": static_fold(cell_at(point))} for point in points])


def _row(cell: AnyCell) -> Row:
    accuracy, found = ACCURACY[type(cell)], fixed_points(cell)
    by_slot = dict(_slots(found))
    zero = _zero(cell, accuracy)
    others = [_entries(cell, by_slot.get(label), accuracy) for label in FIXED_POINTS[1:]]
    memory = nothing()
    if cell.rests:
        steps = memory_steps(cell.zero_multiplier())
        memory = good(steps, accuracy * max(1.0, steps)) if math.isfinite(steps) else nothing(Status.DIVERGES)
    return {
        "fixed_point_count": good(float(len(found) + cell.rests), 0.0),
        **{name: [zero[name], *(entry[name] for entry in others)] for name in zero},
        "zero_multiplier": zero["leading_multiplier"],
        "memory_steps": memory,
    }


def _slots(found: list[FixedPoint]) -> list[tuple[str, FixedPoint]]:
    """Lower, middle, upper: of more than three the smallest and the two largest."""
    chosen = found if len(found) <= 3 else [found[0], *found[-2:]]
    if len(chosen) == 2:
        return list(zip((FIXED_POINTS[1], FIXED_POINTS[-1]), chosen, strict=True))
    return list(zip(FIXED_POINTS[len(FIXED_POINTS) - len(chosen) :], chosen, strict=True))


def _entries(cell: AnyCell, point: FixedPoint | None, accuracy: float) -> dict[str, Estimate]:
    names = ("second_moment", "static_gain", "leading_multiplier", "outlier", "pinning_ratio")
    if point is None:
        return {name: nothing() for name in names}
    return {
        "second_moment": _moment(cell, point, accuracy),
        "static_gain": _slope(cell, point, accuracy),
        "leading_multiplier": good(point.edge, accuracy),
        "outlier": good(point.outlier, accuracy) if math.isfinite(point.outlier) else nothing(),
        "pinning_ratio": good(pinning_ratio(cell, point), 10 * accuracy) if point.S > 1.0 else nothing(),
    }


def _moment(cell: AnyCell, point: FixedPoint, accuracy: float) -> Estimate:
    left_out = cell.left_out(point.C)
    if left_out > accuracy:
        return one(point.C, left_out * point.C, Status.NOT_CONVERGED)
    return good(point.C, accuracy)


def _slope(cell: AnyCell, point: FixedPoint, accuracy: float) -> Estimate:
    if cell.is_slope_bound(point.C):
        return one(point.S, math.nan, Status.LOWER_BOUND)
    return good(point.S, 10 * accuracy)


def _zero(cell: AnyCell, accuracy: float) -> dict[str, Estimate]:
    """At h = 0 the bulk is all there is: a deviation of h in any direction has the same multiplier."""
    if not cell.rests:
        return _entries(cell, None, accuracy)
    S = (cell.gain / cell.zero_gain()) ** 2
    return {
        "second_moment": good(0.0, accuracy),
        "static_gain": good(S, 10 * accuracy),
        "leading_multiplier": good(cell.zero_multiplier(), accuracy),
        "outlier": nothing(),
        "pinning_ratio": good(1.0, accuracy) if S > 1.0 else nothing(),
    }
