"""Averages over ln w from a table on an even grid: Lagrange interpolation through the eight nearest nodes."""

import math

import numpy as np
from numpy.typing import NDArray

from phasemap.cells.nodes import Array

STEP = 0.1
_POINTS = 8
_OFFSETS = np.arange(_POINTS) - (_POINTS // 2 - 1)
_DENOMINATORS = np.array(
    [math.prod(float(i - j) for j in range(_POINTS) if j != i) for i in range(_POINTS)]
)  # fmt: skip


class LogGrid:
    """An even grid that holds all of `points`, with the weights that interpolate there."""

    nodes: Array
    _first: NDArray[np.int64]
    _weights: Array

    def __init__(self, points: Array) -> None:
        low = math.floor(float(points.min()) / STEP) - _POINTS
        high = math.ceil(float(points.max()) / STEP) + _POINTS
        self.nodes = STEP * np.arange(low, high + 1, dtype=float)
        place = points.ravel() / STEP - low
        nearest = np.floor(place).astype(np.int64)
        distances = (place - nearest)[:, None] - _OFFSETS
        # Products over all other offsets, from products to the left and to the right: no division by a zero distance.
        left = np.cumprod(np.hstack([np.ones((place.size, 1)), distances[:, :-1]]), axis=1)
        right = np.cumprod(np.hstack([np.ones((place.size, 1)), distances[:, :0:-1]]), axis=1)[:, ::-1]
        self._weights = left * right / _DENOMINATORS
        self._first = nearest + _OFFSETS[0]

    def at_points(self, table: Array) -> Array:
        """Values at the points, flat, of a function known on the nodes."""
        return np.asarray((table[self._first[:, None] + np.arange(_POINTS)] * self._weights).sum(axis=1))

    def measure(self, weights: Array) -> Array:
        """What an average with these weights over the points is on the nodes."""
        places = (self._first[:, None] + np.arange(_POINTS)).ravel()
        shares = (weights.ravel()[:, None] * self._weights).ravel()
        return np.asarray(np.bincount(places, shares, minlength=self.nodes.size), dtype=float)
