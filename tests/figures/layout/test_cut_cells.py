"""Cells of a map end at the critical lines."""

import numpy as np
import pytest

from phasemap.figures.layout.cut_cells import cut_cells
from phasemap.figures.scenes.scene import Axis, Kind, Layer, Line
from phasemap.model.status import Status


def axis(name, values, log=False):
    return Axis(name, np.asarray(values, dtype=float), name, log=log)


def curve(x, y):
    return Line("fold", "", (np.column_stack([x, y]),))


def centres(edges, log=False):
    return np.sqrt(edges[1:] * edges[:-1]) if log else 0.5 * (edges[1:] + edges[:-1])


def test_without_lines_every_cell_is_one_pixel_and_shows_its_own_point():
    x, y = axis("x", np.linspace(1, 4, 7)), axis("y", np.linspace(0, 20, 5))
    pixels = cut_cells(x, y, ())
    assert np.array_equal(pixels.source, np.arange(35).reshape(5, 7))
    assert np.array_equal(pixels.x_edges, x.edges) and np.array_equal(pixels.y_edges, y.edges)


@pytest.mark.parametrize("log", [False, True])
def test_no_pixel_shows_a_point_from_beyond_the_line(log):
    x, y = axis("x", np.geomspace(1, 4, 13) if log else np.linspace(1, 4, 13), log), axis("y", np.linspace(0, 20, 11))
    heights = np.linspace(0, 20, 200)

    def line(height):
        return 1.7 + 0.06 * height

    pixels = cut_cells(x, y, (curve(line(heights), heights),))
    points_right = (x.values[None, :] > line(y.values)[:, None]).ravel()
    px, py = centres(pixels.x_edges, log), centres(pixels.y_edges)
    right = px[None, :] > line(py)[:, None]
    assert np.array_equal(points_right[pixels.source], right)
    plain = np.searchsorted(x.edges[1:-1], px)[None, :] + 13 * np.searchsorted(y.edges[1:-1], py)[:, None]
    assert (points_right[plain] != right).sum() > 100  # which whole cells get wrong


def test_pixels_away_from_the_line_are_left_alone():
    x, y = axis("x", np.linspace(0, 10, 11)), axis("y", np.linspace(0, 10, 11))
    pixels = cut_cells(x, y, (curve(np.full(50, 4.3), np.linspace(0, 10, 50)),))
    px, py = centres(pixels.x_edges), centres(pixels.y_edges)
    own = np.rint(py).astype(int)[:, None] * 11 + np.rint(px).astype(int)[None, :]
    changed = np.unique(np.nonzero(pixels.source != own)[1])
    assert len(changed) and (px[changed] > 4.3).all() and (px[changed] < 4.5).all()


def test_a_point_on_the_line_belongs_to_neither_side():
    x, y = axis("x", np.linspace(0, 4, 5)), axis("y", np.linspace(0, 4, 5))
    pixels = cut_cells(x, y, (curve([2.0, 2.0], [0.0, 4.0]),))
    shown = pixels.source % 5
    px = centres(pixels.x_edges)
    assert (shown[:, (px > 1.6) & (px < 2.0)] == 1).all() and (shown[:, (px > 2.0) & (px < 2.4)] == 3).all()


def test_a_line_that_ends_within_the_map_cuts_no_further():
    x, y = axis("x", np.linspace(0, 10, 11)), axis("y", np.linspace(0, 10, 11))
    pixels = cut_cells(x, y, (curve([4.3, 4.3], [0.0, 3.0]),))
    py = centres(pixels.y_edges)
    shown = pixels.source % 11
    px = centres(pixels.x_edges)
    beside = (px > 4.32) & (px < 4.48)
    assert (shown[np.ix_(py < 2.4, beside)] == 5).all() and (shown[np.ix_(py > 4.0, beside)] == 4).all()


def test_status_and_error_follow_the_point():
    x, y = axis("x", np.linspace(0, 4, 5)), axis("y", np.linspace(0, 4, 5))
    value = np.arange(25.0).reshape(5, 5)
    status = np.full((5, 5), Status.CONVERGED, dtype=np.uint8)
    status[2, 1] = Status.FAILED
    pixels = cut_cells(x, y, (curve([1.3, 1.3], [0.0, 4.0]),))
    layer = pixels.of(Layer("a", "", "", value, status, Kind.SEQUENTIAL, error=0.1 * value))
    assert np.array_equal(layer.error, 0.1 * layer.value)
    failed = np.nonzero(layer.status == Status.FAILED)[1]
    assert np.array_equal(layer.value == 11.0, layer.status == Status.FAILED)
    assert centres(pixels.x_edges)[failed.max()] < 1.3
