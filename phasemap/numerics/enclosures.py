"""Closed sheets around the part of a box where a function is positive, each vertex found by bisection."""

from collections.abc import Sequence

import numpy as np

from phasemap.numerics.arrays import FloatArray
from phasemap.numerics.meshes import IntArray, zero_set
from phasemap.numerics.outlines import Sign, sign_changes

# Halvings of an edge of the grid: each asks for the function at every vertex.
_HALVINGS = 22


def enclosure(function: Sign, axes: Sequence[FloatArray]) -> tuple[FloatArray, IntArray]:
    """A closed sheet around {function > 0} within the grid of three axes, along the borders of the grid where it ends.

    function: (n, 3) places -> (n,) numbers; it may jump.
    axes:     three, ascending.

    Returns vertices, (n, 3), and triangles, (n_triangles, 3). Every edge belongs to an even number of triangles. A
    vertex lies on an edge or a diagonal of a cell, in the last place where the function is positive. What is smaller
    than a cell may be missed.
    """
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    values = function(nodes.reshape(-1, 3)).reshape(nodes.shape[:-1])
    walled = np.pad(np.where(values > 0.0, 1.0, -1.0), 1, constant_values=-1.0)
    found = zero_set(walled[..., None])
    if not len(found.vertices):
        return np.empty((0, 3)), np.zeros((0, 3), dtype=np.int64)
    places = sign_changes(found.vertices - 1.0, values, function, axes, _HALVINGS)
    vertices, index = np.unique(places, axis=0, return_inverse=True)
    return vertices, _with_area(index.ravel()[found.cells])


def is_enclosed(place: FloatArray, vertices: FloatArray, triangles: IntArray) -> bool:
    """Whether a point (3,) lies within a closed sheet: a ray from it crosses that an odd number of times."""
    a, b, c = (vertices[triangles[:, k]] - place for k in range(3))
    areas = np.stack([_area(b, c), _area(c, a), _area(a, b)])  # of the triangles seen along the third axis
    total = areas.sum(axis=0)
    crossed = ((areas > 0.0).all(axis=0) | (areas < 0.0).all(axis=0)) & (total != 0.0)
    height = (areas * np.stack([a[:, 2], b[:, 2], c[:, 2]]))[:, crossed].sum(axis=0) / total[crossed]
    return int((height > 0.0).sum()) % 2 == 1


def on_borders(vertices: FloatArray, triangles: IntArray, axes: Sequence[FloatArray]) -> np.ndarray:
    """Which triangles lie in a face of the grid: there the sheet only closes the part that is enclosed."""
    lies = np.zeros(len(triangles), dtype=bool)
    for k, axis in enumerate(axes):
        for end in axis[[0, -1]]:
            lies |= (vertices[triangles, k] == end).all(axis=1)
    return lies


def _area(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _with_area(triangles: IntArray) -> IntArray:
    """The triangles of three different corners: vertices in the wall come together at a corner of it."""
    a, b, c = triangles.T
    return np.asarray(triangles[(a != b) & (b != c) & (c != a)], dtype=np.int64)
