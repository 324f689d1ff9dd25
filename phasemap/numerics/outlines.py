"""Closed outlines of the part of a rectangle where a function is positive, each vertex found by bisection."""

from collections.abc import Callable, Sequence

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray

from phasemap.numerics.arrays import FloatArray

Sign = Callable[[FloatArray], FloatArray]
# Halvings of an edge of the grid: what is left of it is below the rounding of the coordinates.
_HALVINGS = 40
_ROUNDING = 1e-9


def outlines(function: Sign, x: FloatArray, y: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Polygons around {function > 0} within the grid of x and y, cut at its borders.

    function: (n, 2) places -> (n,) numbers; it may jump.
    x, y:     ascending.

    Returns the vertices, (n, 2), and the offsets, (n_pieces + 1,): polygon k is vertices[offsets[k]:offsets[k + 1]],
    its first vertex repeated at its end; outer ones and holes run round in opposite directions. A vertex lies on a
    line of the grid, in the last place where the function is positive. What is smaller than a cell may be missed.
    """
    nodes = np.stack(np.meshgrid(x, y), axis=-1)
    values = function(nodes.reshape(-1, 2)).reshape(nodes.shape[:2])
    walled = np.pad(np.where(values > 0.0, 1.0, -1.0), 1, constant_values=-1.0)
    pieces = [_without_repeats(_placed(np.asarray(piece), values, function, x, y)) for piece in _contours(walled)]
    pieces = [piece for piece in pieces if len(piece) > 3]
    offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    return np.concatenate(pieces) if pieces else np.empty((0, 2)), offsets


def is_inside(place: FloatArray, pieces: list[FloatArray]) -> bool:
    """Whether a point (2,) lies within polygons with holes: a ray from it crosses them an odd number of times."""
    crossings = 0
    for piece in pieces:
        (x0, y0), (x1, y1) = piece[:-1].T, piece[1:].T
        across = (y0 > place[1]) != (y1 > place[1])
        at = x0[across] + (place[1] - y0[across]) / (y1 - y0)[across] * (x1 - x0)[across]
        crossings += int((at > place[0]).sum())
    return crossings % 2 == 1


def _contours(walled: FloatArray) -> list[FloatArray]:
    """Closed zero lines in units of the grid's steps, the wall around it at -1."""
    rows, columns = walled.shape
    generator = contour_generator(np.arange(columns) - 1.0, np.arange(rows) - 1.0, walled, name="serial")
    return [np.asarray(line) for line in generator.lines(0.0)]


def _placed(piece: FloatArray, values: FloatArray, function: Sign, x: FloatArray, y: FloatArray) -> FloatArray:
    """Each vertex, half-way between two nodes of different sign, where the sign changes; on the wall, at the border."""
    return sign_changes(piece, values.T, function, (x, y), _HALVINGS)


def sign_changes(
    half_way: FloatArray, values: FloatArray, function: Sign, axes: Sequence[FloatArray], halvings: int
) -> FloatArray:
    """Where a function changes its sign between two nodes of a grid, one of them inside: (n, d), by bisection.

    half_way: (n, d) in units of the grid's steps, halves along the axes in which the nodes differ.
    values:   (*grid) at the nodes. A node beyond them is a wall: its place is that at the border of the grid.
    """
    last = np.array(values.shape) - 1
    low, high = (rounded(half_way) for rounded in (_down, _up))
    known = [((node >= 0) & (node <= last)).all(axis=1) for node in (low, high)]
    low, high = (np.clip(node, 0, last).astype(int) for node in (low, high))
    first_inside = known[0] & (values[tuple(low.T)] > 0.0)
    inside, outside = (np.where(first_inside[:, None] == way, low, high) for way in (True, False))
    a, b = (np.stack([axes[k][node[:, k]] for k in range(len(axes))], axis=1) for node in (inside, outside))
    moving = (inside != outside).any(axis=1)
    for _ in range(halvings if moving.any() else 0):
        middle = 0.5 * (a + b)
        positive = np.zeros(len(a), dtype=bool)
        positive[moving] = function(middle[moving]) > 0.0
        a, b = np.where(positive[:, None], middle, a), np.where(positive[:, None], b, middle)
    return a


def _down(piece: FloatArray) -> FloatArray:
    return np.asarray(np.floor(piece + _ROUNDING))


def _up(piece: FloatArray) -> FloatArray:
    return np.asarray(np.ceil(piece - _ROUNDING))


def _without_repeats(piece: FloatArray) -> FloatArray:
    """The wall's corners give the same vertex twice."""
    keep = np.concatenate([[True], (np.diff(piece, axis=0) != 0.0).any(axis=1)])
    return np.asarray(piece[keep])
