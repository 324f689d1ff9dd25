"""Closed outlines of the part of a rectangle where a function is positive, each vertex found by bisection."""

from collections.abc import Callable

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
    last = np.array([len(x), len(y)]) - 1
    low, high = (np.clip(rounded(piece), 0, last).astype(int) for rounded in (_down, _up))
    first_inside = values[low[:, 1], low[:, 0]] > 0.0
    inside, outside = (np.where(first_inside[:, None] == way, low, high) for way in (True, False))
    a, b = (np.stack([x[node[:, 0]], y[node[:, 1]]], axis=1) for node in (inside, outside))
    moving = (inside != outside).any(axis=1)
    for _ in range(_HALVINGS if moving.any() else 0):
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
