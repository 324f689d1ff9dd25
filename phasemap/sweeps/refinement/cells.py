"""Nested cells on the grid of a refined map: lines, reductions over cells, interpolation from their corners.

Level 0 is the grid itself. The lines of level k are every 2**k-th of its values along an axis, and always the last
one, so that a grid of any size can be refined; an axis keeps two intervals at least. A cell of level k lies between
consecutive lines of level k, its edges included.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Lines = tuple[NDArray[np.intp], ...]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """The cells of one level. lines: per axis, indices of its lines in the grid. positions: per axis, coordinates."""

    lines: Lines
    positions: tuple[Floats, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of cells along each axis."""
        return tuple(max(len(lines) - 1, 1) for lines in self.lines)

    def over(self, function: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        """Reduce values over the nodes of every closed cell: (*grid, ...) -> (*cells, ...)."""
        for axis, lines in enumerate(self.lines):
            starts, ends = (lines[:-1], lines[1:]) if len(lines) > 1 else (lines, lines)
            values = function(function.reduceat(values, starts, axis=axis), np.take(values, ends, axis=axis))
        return values

    def spread(self, function: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        """To every node what its cells have, joined by a function of two: (*cells, ...) -> (*grid, ...)."""
        for axis, x in enumerate(self.positions):
            low, high = self._sides(axis, len(x))
            values = function(np.take(values, low, axis=axis), np.take(values, high, axis=axis))
        return values

    def on_lines(self) -> Mask:
        """(*grid,) the corners of the cells."""
        found = np.zeros(tuple(map(len, self.positions)), dtype=bool)
        found[np.ix_(*self.lines)] = True
        return found

    def interpolate(self, values: Floats) -> Floats:
        """Multilinear interpolation from the corners of each cell: (*grid, ...) -> (*grid, ...)."""
        for axis, (lines, x) in enumerate(zip(self.lines, self.positions, strict=True)):
            low = np.maximum(np.searchsorted(lines, np.arange(len(x)), side="right") - 1, 0)
            a = lines[low]
            b = np.where(np.isin(np.arange(len(x)), lines), a, lines[np.minimum(low + 1, len(lines) - 1)])
            share = np.where(a == b, 0.0, (x - x[a]) / np.where(a == b, 1.0, x[b] - x[a]))
            below, above = np.take(values, a, axis=axis), np.take(values, b, axis=axis)
            weights = share.reshape([-1 if k == axis else 1 for k in range(values.ndim)])
            values = below + weights * (above - below)
        return values

    def nearest(self, values: NDArray[Any]) -> NDArray[Any]:
        """The value at the nearest corner of the cell: (*grid, ...) -> (*grid, ...)."""
        for axis, (lines, x) in enumerate(zip(self.lines, self.positions, strict=True)):
            values = np.take(values, lines[np.argmin(np.abs(x[:, None] - x[lines]), axis=1)], axis=axis)
        return values

    def interpolation_error(self, values: Floats) -> Floats:
        """Estimated error of `interpolate` in every cell, (*cells, ...): 0 where nothing is known (values NaN).

        Along each axis, how far the values on a line lie from a straight line between those on the two lines beside
        it; the axes added. That is four times the error of a smooth function (the curvature's h^2/8 against h^2/2), and
        bounds that of a kink.
        """
        total = np.zeros((*self.shape, *values.shape[len(self.lines) :]))
        for axis, (lines, x) in enumerate(zip(self.lines, self.positions, strict=True)):
            if len(lines) < 3:
                continue
            left, middle, right = (np.take(values, part, axis=axis) for part in (lines[:-2], lines[1:-1], lines[2:]))
            share = (x[lines[1:-1]] - x[lines[:-2]]) / (x[lines[2:]] - x[lines[:-2]])
            weights = share.reshape([-1 if k == axis else 1 for k in range(values.ndim)])
            bend = np.nan_to_num(np.abs(middle - (left + weights * (right - left))), nan=0.0)
            first, last = np.take(bend, [0], axis=axis), np.take(bend, [-1], axis=axis)
            bend = np.maximum(np.concatenate([first, bend], axis=axis), np.concatenate([bend, last], axis=axis))
            total += self._over_others(bend, axis)
        return total

    def _over_others(self, values: Floats, done: int) -> Floats:
        """Largest value over closed cells along all axes but one, which runs over cells already."""
        for axis, lines in enumerate(self.lines):
            if axis != done:
                one = Cells((lines,), (self.positions[axis],))
                values = np.moveaxis(one.over(np.maximum, np.moveaxis(values, axis, 0)), 0, axis)
        return values

    def _sides(self, axis: int, n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The cells (one or two) that each of the n nodes along an axis lies in."""
        lines, last = self.lines[axis], self.shape[axis] - 1
        low = np.searchsorted(lines, np.arange(n), side="left") - 1
        high = np.searchsorted(lines, np.arange(n), side="right") - 1
        return np.clip(low, 0, last), np.clip(high, 0, last)


def make_levels(positions: Sequence[Floats], levels: int) -> list[Cells]:
    """The cells of levels 0 (the finest) to `levels`, for a grid with the given coordinates along its axes."""
    return [
        Cells(tuple(_lines(len(x), level) for x in positions), tuple(np.asarray(x) for x in positions))
        for level in range(levels + 1)
    ]


def with_neighbours(cells: Mask) -> Mask:
    """The chosen cells and all that touch them."""
    for axis in range(cells.ndim):
        grown = cells.copy()
        ahead, behind = [slice(None)] * cells.ndim, [slice(None)] * cells.ndim
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        grown[tuple(ahead)] |= cells[tuple(behind)]
        grown[tuple(behind)] |= cells[tuple(ahead)]
        cells = grown
    return cells


def parents(chosen: Mask, fine: Cells, coarse: Cells) -> Mask:
    """The cells of the next coarser level that contain a chosen one."""
    found = np.zeros(coarse.shape, dtype=bool)
    index = np.nonzero(chosen)
    found[tuple(_parent(fine.lines[k], coarse.lines[k])[index[k]] for k in range(chosen.ndim))] = True
    return found


def children(chosen: Mask, coarse: Cells, fine: Cells) -> Mask:
    """The cells of the next finer level that lie in a chosen one."""
    return chosen[np.ix_(*(_parent(f, c) for f, c in zip(fine.lines, coarse.lines, strict=True)))]


def _parent(fine: NDArray[np.intp], coarse: NDArray[np.intp]) -> NDArray[np.intp]:
    if len(fine) == 1:
        return np.zeros(1, dtype=np.intp)
    return np.searchsorted(coarse, fine[:-1], side="right") - 1


def _lines(n: int, level: int) -> NDArray[np.intp]:
    most = max(n - 1, 1) // 2
    stride = min(2**level, 2 ** max(most.bit_length() - 1, 0))
    return np.unique(np.append(np.arange(0, max(n - 1, 1), stride, dtype=np.intp), n - 1))
