"""Colours between points: smooth for one state, never across a line, into another state or from a bad number."""

import numpy as np
import pytest

from phasemap.figures.layout.cut_cells import cut_cells
from phasemap.figures.layout.smooth import colours_between, is_smooth
from phasemap.figures.scenes.scene import Axis, Kind, Layer, Line, Scene
from phasemap.figures.style.look import Wishes, wished
from phasemap.model.status import Status

X, Y = np.linspace(1.0, 4.0, 13), np.linspace(0.0, 20.0, 9)


def scene_of(value, *, x=X, log=False, status=None, **more):
    status = np.full(value.shape, Status.CONVERGED, np.uint8) if status is None else status
    layer = Layer("lyapunov_max", "", "", value, status, more.pop("kind", Kind.DIVERGING))
    return Scene(Axis("g_h", x, "g", log=log), Axis("alpha_r", Y, "a"), layer, **more)


def drawn(scene, logarithmic=False):
    """What every pixel shows, and the places of the pixels' middles."""
    pixels = cut_cells(scene.x, scene.y, scene.lines, is_smooth(scene.layer))
    x, y = (np.sqrt(e[1:] * e[:-1]) if log else 0.5 * (e[1:] + e[:-1])
            for e, log in ((pixels.x_edges, scene.x.log), (pixels.y_edges, False)))  # fmt: skip
    return colours_between(scene, pixels, logarithmic), *np.meshgrid(x, y)


def test_what_is_linear_between_the_points_is_drawn_exactly():
    value = 0.3 * X - 0.1 * Y[:, None]
    shown, x, y = drawn(scene_of(value))
    np.testing.assert_allclose(shown, 0.3 * x - 0.1 * y, atol=1e-12)


def test_points_that_were_filled_in_are_mixed_with_computed_ones():
    value = 0.3 * X - 0.1 * Y[:, None]
    status = np.full(value.shape, Status.CONVERGED, np.uint8)
    status[1::2, ::3] = Status.INTERPOLATED
    shown, x, y = drawn(scene_of(value, status=status))
    np.testing.assert_allclose(shown, 0.3 * x - 0.1 * y, atol=1e-12)


def test_logarithmic_axes_and_colours_are_linear_in_their_logarithms():
    x = np.geomspace(0.1, 10.0, 13)
    shown, place, _ = drawn(scene_of(x**2 * np.ones((len(Y), 1)), x=x, log=True, kind=Kind.SEQUENTIAL), True)
    np.testing.assert_allclose(shown, place**2, rtol=1e-12)


def test_zeros_take_no_part_in_logarithms():
    value = np.where(X < 2.6, 0.0, 5.0) * np.ones((len(Y), 1))
    shown, x, _ = drawn(scene_of(value, kind=Kind.SEQUENTIAL), True)
    np.testing.assert_allclose(shown, np.where(x < 2.625, 0.0, 5.0), atol=1e-12)


def test_nothing_is_mixed_across_a_line():
    heights = np.linspace(0.0, 20.0, 300)

    def line(height):
        return 1.9 + 0.05 * height + 0.2 * np.sin(height)

    value = np.where(line(Y)[:, None] < X, 3.0, -1.0)
    lines = (Line("static_fold", "", (np.column_stack([line(heights), heights]),)),)
    shown, x, y = drawn(scene_of(value, lines=lines))
    np.testing.assert_allclose(shown, np.where(x > line(y), 3.0, -1.0), atol=1e-12)
    mixed, x, y = drawn(scene_of(value))
    assert ((mixed > -1.0) & (mixed < 3.0)).sum() > 1000  # which is what the line prevents


def test_nothing_is_mixed_between_two_states():
    states = np.where(X < 2.3, 0, 2) * np.ones((len(Y), 1), np.int16)
    value = np.where(states == 0, X - 9.0, X)
    shown, x, _ = drawn(scene_of(value, states=states))
    assert set(np.sign(shown[x < 2.25].ravel())) == {-1.0} and set(np.sign(shown[x > 2.4].ravel())) == {1.0}
    inside = (x > 2.5) | (x < 2.2)
    np.testing.assert_allclose(shown[inside], np.where(x < 2.3, x - 9.0, x)[inside], atol=1e-12)


@pytest.mark.parametrize("status", [Status.NOT_CONVERGED, Status.FAILED, Status.ABSENT])
def test_a_bad_number_colours_no_pixel(status):
    value = X * np.ones((len(Y), 1))
    statuses = np.full(value.shape, Status.CONVERGED, np.uint8)
    statuses[4, 6], value[4, 6] = status, 1e6
    scene = scene_of(value, status=statuses)
    shown, x, y = drawn(scene)
    own = (abs(x - X[6]) < 0.125) & (abs(y - Y[4]) < 1.25)
    assert np.isnan(shown[own]).all()
    assert np.nanmax(shown) <= 4.0 and np.isfinite(shown[~own]).all()


def test_bounds_are_mixed_with_bounds_only():
    value = np.where(X < 2.3, 100.0, X) * np.ones((len(Y), 1))
    statuses = np.where(X < 2.3, Status.UPPER_BOUND, Status.CONVERGED) * np.ones((len(Y), 1), np.uint8)
    shown, _, _ = drawn(scene_of(value, status=statuses))
    bounded = np.isclose(shown, 100.0)
    assert (bounded | (shown <= 4.0)).all() and bounded.any()


def test_counts_and_whoever_wishes_so_get_whole_cells():
    value = X * np.ones((len(Y), 1))
    for scene in (scene_of(value, kind=Kind.COUNTS), scene_of(value)):
        with wished(Wishes(smooth=scene.layer.kind is Kind.COUNTS)):
            shown, _, _ = drawn(scene)
        np.testing.assert_array_equal(shown, value)


def test_no_colour_leaves_the_range_of_the_points_and_points_keep_their_own():
    value = np.random.default_rng(3).normal(size=(len(Y), len(X)))
    places = np.array([(1.1, 0.0), (2.7, 7.0), (3.9, 20.0)])
    shown, x, y = drawn(scene_of(value, lines=(Line("static_fold", "", (places,)),)))
    assert value.min() - 1e-12 <= shown.min() and shown.max() <= value.max() + 1e-12
    column, row = (np.abs(np.subtract.outer(p, q)).argmin(axis=0) for p, q in ((x[0], X), (y[:, 0], Y)))
    away = np.abs(np.interp(Y, *places.T[::-1])[:, None] - X) > 0.3
    # Middles of pixels lie up to half a pixel, a 24th of a cell, beside their point along both axes.
    assert np.abs(shown[np.ix_(row, column)] - value)[away].max() < np.ptp(value) / 12.0
