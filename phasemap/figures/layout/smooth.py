"""Colours between the points of a map: drawn smoothly for one state, never across a critical line.

A pixel shows the bilinear mean of those of the four points around it that are of its own kind: that carry the status
of the point whose cell it lies in, show the same state, and lie on its side of every line. Where there is none, it
shows that point itself. At a point the colour is the point's own; no value leaves the range of the points around it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.figures.layout.cut_cells import NEAR, Pixels, centres, crossed, segments, separated
from phasemap.figures.scenes.scene import Array, Kind, Layer, Scene
from phasemap.figures.style.look import wishes
from phasemap.model.status import Status

SMOOTH = (Kind.DIVERGING, Kind.SEQUENTIAL)
"""The kinds of layers whose colours are mixed."""
_CORNERS = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])

Mask = NDArray[np.bool_]


def is_smooth(layer: Layer) -> bool:
    """Whether colours between points stand for numbers between theirs: not those of labels and counts."""
    return layer.kind in SMOOTH and wishes().smooth and min(layer.value.shape) > 1


@dataclass(frozen=True)
class _Around:
    """Per pixel (rows, columns, 4): flat index of the points around it, their weights, and which of them count."""

    points: NDArray[np.intp]
    weights: Array
    usable: Mask


def colours_between(scene: Scene, pixels: Pixels, logarithmic: bool) -> Array:
    """(rows, columns) what each pixel shows, NaN where its point has no colour.

    logarithmic: whether the colours are those of logarithms, which are then what is interpolated.
    """
    layer = scene.layer
    value = np.where(layer.coloured, layer.value.astype(float), np.nan).ravel()
    own = value[pixels.source]
    if not is_smooth(layer):
        return np.asarray(own)
    around = _around(scene, pixels)
    known = around.usable & np.isfinite(value[around.points])
    if logarithmic:
        known &= (value[around.points] > 0.0) & (own > 0.0)[..., None]
    weights = np.where(known, around.weights, 0.0)
    total = weights.sum(axis=-1)
    near = np.where(known, value[around.points], 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weights * (np.log(near) if logarithmic else near)).sum(axis=-1) / total
        mean = np.exp(mean) if logarithmic else mean
    return np.where(np.isfinite(own) & (total > 0.0), mean, own)


def _around(scene: Scene, pixels: Pixels) -> _Around:
    """The points around every pixel, and which are of its own kind."""
    shape = scene.layer.value.shape
    y, x = centres(scene.y, pixels.y_edges), centres(scene.x, pixels.x_edges)
    low = [np.clip(np.floor(u).astype(np.intp), 0, n - 2) for u, n in zip((y, x), shape, strict=True)]
    share = [u - first for u, first in zip((y, x), low, strict=True)]
    sides = [np.stack([1.0 - one, one], axis=-1) for one in share]  # (rows or columns, 2)
    j, i = _CORNERS.T
    points = (low[0][:, None, None] + j) * shape[1] + (low[1][None, :, None] + i)
    weights = sides[0][:, None, j] * sides[1][None, :, i]
    usable = np.ones(weights.shape, dtype=bool)
    # What was filled in between computed points is as good as these where colours are mixed anyhow.
    status = np.where(scene.layer.status == Status.INTERPOLATED, Status.CONVERGED, scene.layer.status)
    groups: list[NDArray[Any]] = [status.ravel(), *([] if scene.states is None else [scene.states.ravel()])]
    for group in groups:
        usable &= group[points] == group[pixels.source][..., None]
    _exclude_beyond_lines(usable, scene, low, (y, x))
    return _Around(points, weights, usable)


def _exclude_beyond_lines(usable: Mask, scene: Scene, low: list[NDArray[np.intp]], places: tuple[Array, Array]) -> None:
    """Take out, in place, the points that a line separates from a pixel."""
    pieces = segments(scene.x, scene.y, scene.lines)
    if not len(pieces):
        return
    first, last = pieces.min(axis=1), pieces.max(axis=1)
    shape = np.array(scene.layer.value.shape)
    # A square between four points is centred half a step beyond its first.
    squares = np.unique(crossed(pieces - 0.5, tuple(shape - 1)), axis=0)
    for j, i in squares:
        rows, columns = np.flatnonzero(low[0] == j), np.flatnonzero(low[1] == i)
        if not (len(rows) and len(columns)):
            continue
        middle = np.array([j, i]) + 0.5
        near = pieces[((first < middle + NEAR) & (last > middle - NEAR)).all(axis=1)]
        here = np.stack(np.meshgrid(places[0][rows], places[1][columns], indexing="ij"), axis=-1).reshape(-1, 2)
        beyond = separated(here[:, None], (np.array([j, i]) + _CORNERS).astype(float)[None], near)
        usable[np.ix_(rows, columns)] &= ~beyond.reshape(len(rows), len(columns), 4)
