"""The finer grid of a plane, where a result has one: cheap quantities between the points of its grid."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from phasemap.dataset import Axis, Result
from phasemap.explore.quantities import Block, quantity_block
from phasemap.figures.scenes.finest import has_fine_labels


def fine_frame(
    result: Result, names: Sequence[str], axis_block: Callable[[Axis], Block], phase_block: Callable[[Result], Any]
) -> Block | None:
    """The finer grid without its numbers: axes, and phases where all that decides them is on it; None without one.

    names: the quantities that the page holds.
    """
    if result.fine is None or not set(names) & set(result.fine.fields):
        return None
    phase = phase_block(result.on_fine_grid) if has_fine_labels(result) else None
    axes = [axis_block(axis) for axis in result.fine.axes]
    return {"axes": axes, "phase": phase, "quantities": [], "leftOut": []}


def fine_blocks(result: Result, names: Sequence[str]) -> Iterator[Block]:
    """Those of the quantities that are on the finer grid."""
    fine = result.on_fine_grid
    return (quantity_block(fine, fine.fields, name) for name in names if name in fine.fields)
