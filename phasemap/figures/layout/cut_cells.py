"""The cells of a map, cut along the critical lines: no colour reaches across a line behind which another state begins.

A map colours a cell around every point. Where a line runs through a cell, the part beyond the line shows the nearest
point that lies on its own side. Every pixel belongs to one point; what is coloured between points is said in `smooth`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phasemap.figures.scenes.scene import Array, Axis, Layer, Line

# Pixels along an axis, at least; a cell is cut into no more than `_MOST` along each.
_FINEST, _MOST = 480, 12
# In cells: how finely a line is followed from cell to cell, and how far around a cell its pieces matter.
_STRIDE, _REACH = 0.1, 2.0
NEAR = 1.0
"""How far around the middle of a square between four points the pieces of lines matter."""
_NEIGHBOURS = np.array([(j, i) for j in (-1, 0, 1) for i in (-1, 0, 1)])
# A point on the line belongs to neither side.
_ROUNDING = 1e-9

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Pixels:
    """A map as pixels. x_edges, y_edges: their borders. source (y, x): flat index of the point that each one shows."""

    x_edges: Array
    y_edges: Array
    source: Indices

    def of(self, layer: Layer) -> Layer:
        """A layer with an entry for every pixel instead of every point."""
        error = None if layer.error is None else layer.error.ravel()[self.source]
        return replace(
            layer, value=layer.value.ravel()[self.source], status=layer.status.ravel()[self.source], error=error
        )


def cut_cells(x: Axis, y: Axis, lines: tuple[Line, ...], fine: bool = False) -> Pixels:
    """The cells around the points of a plane, cut along lines; whole ones where there is no line, unless fine."""
    shape = (len(y.values), len(x.values))
    pieces = segments(x, y, lines)
    parts = [min(_MOST, -(-_FINEST // n)) if fine or len(pieces) else 1 for n in shape]
    y_edges, x_edges = (_divided(axis.edges, n, axis.log) for axis, n in zip((y, x), parts, strict=True))
    rows, columns = (np.repeat(np.arange(n), k) for n, k in zip(shape, parts, strict=True))
    source = rows[:, None] * shape[1] + columns
    if len(pieces):
        low, high = pieces.min(axis=1), pieces.max(axis=1)
        places = np.stack(np.meshgrid(centres(y, y_edges), centres(x, x_edges), indexing="ij"), axis=-1)
        for j, i in crossed(pieces, shape):
            block = np.ix_(rows == j, columns == i)
            near = pieces[((low < (j + _REACH, i + _REACH)) & (high > (j - _REACH, i - _REACH))).all(axis=1)]
            source[block] = _on_own_side(places[block].reshape(-1, 2), (j, i), near, shape).reshape(source[block].shape)
    return Pixels(x_edges, y_edges, source)


def segments(x: Axis, y: Axis, lines: tuple[Line, ...]) -> Array:
    """(n, 2, 2) the pieces of the lines from vertex to vertex: ends, then (y, x), counted in points along the axes."""
    if min(len(x.values), len(y.values)) < 2:
        return np.zeros((0, 2, 2))
    found = [np.zeros((0, 2, 2))]
    for piece in (piece for line in lines for piece in line.pieces):
        places = np.stack([_place(y, piece[:, 1]), _place(x, piece[:, 0])], axis=-1)
        found.append(np.stack([places[:-1], places[1:]], axis=1))
    joined = np.concatenate(found)
    return joined[np.isfinite(joined).all(axis=(1, 2))]


def _place(axis: Axis, coordinates: Array) -> Array:
    """Coordinates counted in points along an axis; NaN beyond its ends."""
    values = axis.values
    if axis.log:
        with np.errstate(divide="ignore", invalid="ignore"):
            coordinates, values = np.log(coordinates), np.log(values)
    return np.interp(coordinates, values, np.arange(len(values)), left=np.nan, right=np.nan)


def _divided(edges: Array, parts: int, log: bool) -> Array:
    """The borders of cells that are cut into equal parts."""
    u = np.log(edges) if log else edges
    fine = np.interp(np.arange(parts * (len(u) - 1) + 1) / parts, np.arange(len(u)), u)
    return np.exp(fine) if log else fine


def centres(axis: Axis, edges: Array) -> Array:
    """The middles between borders, counted in points along the axis."""
    middle = np.sqrt(edges[1:] * edges[:-1]) if axis.log else 0.5 * (edges[1:] + edges[:-1])
    return _place(axis, middle)


def crossed(pieces: Array, shape: tuple[int, int]) -> Indices:
    """(m, 2) the cells that a line enters."""
    steps = 2 + int(np.ceil(np.abs(pieces[:, 1] - pieces[:, 0]).max() / _STRIDE))
    share = np.linspace(0.0, 1.0, steps)[:, None, None]
    places = (pieces[:, 0] + share * (pieces[:, 1] - pieces[:, 0])).reshape(-1, 2)
    # Also the neighbour whose border it only brushes.
    beside = [np.floor(places + 0.5 + shift) for shift in (-_STRIDE, _STRIDE)]
    cells = np.unique(np.concatenate(beside), axis=0).astype(np.intp)
    return cells[((cells >= 0) & (cells < shape)).all(axis=1)]


def _on_own_side(places: Array, own: tuple[int, int], pieces: Array, shape: tuple[int, int]) -> Indices:
    """(n,) flat index of the nearest point that no line separates from each place (n, 2), else of their own."""
    points = _NEIGHBOURS + own
    points = points[((points >= 0) & (points < shape)).all(axis=1)]
    distance = np.linalg.norm(places[:, None] - points, axis=-1)
    distance[separated(places[:, None], points[None], pieces)] = np.inf
    nearest = points[np.argmin(distance, axis=1)]
    nearest[np.isinf(distance).all(axis=1)] = own
    return np.asarray(np.ravel_multi_index((nearest[:, 0], nearest[:, 1]), shape), dtype=np.intp)


def separated(places: Array, points: Array, pieces: Array) -> NDArray[np.bool_]:
    """(n, m) whether a piece lies between a place and a point, or the point lies on it."""
    way = (points - places)[..., None, :]
    start, along = pieces[:, 0], pieces[:, 1] - pieces[:, 0]
    offset = start - places[..., None, :]
    cross = _cross(way, along)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_way, of_piece = _cross(offset, along) / cross, _cross(offset, way) / cross
    meets = (of_way >= 0.0) & (of_way <= 1.0 + _ROUNDING) & (of_piece >= -_ROUNDING) & (of_piece <= 1.0 + _ROUNDING)
    return np.asarray((meets & (cross != 0.0)).any(axis=-1))


def _cross(a: Array, b: Array) -> Array:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
