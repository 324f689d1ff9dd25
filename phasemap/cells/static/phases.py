"""The phase of a cell as far as its fixed points decide it; the words are those of the rate network, per step."""

from typing import NamedTuple

import numpy as np

from phasemap.cells.gru.theory import Gru
from phasemap.cells.nodes import gaussian_nodes, logistic
from phasemap.cells.static.cell import Cell
from phasemap.cells.static.fixed_points import FixedPoint, fixed_points

PINNED = 0.1  # largest pinning ratio that counts, as for the rate network


class Place(NamedTuple):
    """Where a cell lies: its phase, its fixed points beside the zero state, and why the phase is not known."""

    phase: str
    points: list[FixedPoint]
    reason: str = ""


def place_of(cell: Cell) -> Place:
    """Phase from the fixed points alone.

    No unstable fixed point: no chaos, as the dynamic fold lies above the static one. Every one unstable: chaos, or
    marginal stability if the update gate pins them. A stable one among unstable ones: the dynamics would have to say.
    """
    points = fixed_points(cell)
    zero_stable = cell.rests and cell.gain < cell.zero_gain()
    some_stable = any(point.stable for point in points)
    some_unstable = any(not point.stable for point in points)
    if some_unstable and (zero_stable or some_stable):
        return Place("undetermined", points, "a stable state beside unstable ones: bistable or static-complex")
    if some_unstable:
        pinned = all(pinning_ratio(cell, point) <= PINNED for point in points if not point.stable)
        return Place("marginally stable" if pinned else "chaotic", points)
    if some_stable:
        return Place("stable fixed point", points)
    if zero_stable:
        return Place("stable zero", points)
    return Place("undetermined", points, "on a line, within the accuracy of the solver")


def pinning_ratio(cell: Cell, point: FixedPoint) -> float:
    """How much slower an unstable fixed point is left than with the update gate held at its mean; 1 without one.

    The forget gate of an LSTM pins nothing: c = i g / (1 - f) depends on it, so that slow units saturate.
    """
    if not isinstance(cell, Gru) or point.S <= 1.0:
        return 1.0
    x, weights = gaussian_nodes(cell.b_z, float(np.sqrt(cell.a_z**2 * point.C + cell.s_z**2)))
    open_fraction = 1.0 - float(weights @ logistic(x))
    return (point.edge - 1.0) / (open_fraction * (float(np.sqrt(point.S)) - 1.0))
