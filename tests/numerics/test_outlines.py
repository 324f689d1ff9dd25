"""Closed outlines: circles with known edges, holes, borders and jumps."""

import itertools

import numpy as np
import pytest

from phasemap.numerics.outlines import is_inside, outlines

X, Y = np.linspace(-2.0, 2.0, 17), np.linspace(-1.5, 1.5, 14)


def polygons(function, x=X, y=Y):
    vertices, offsets = outlines(function, x, y)
    return [vertices[a:b] for a, b in itertools.pairwise(offsets)]


def area(piece):
    (x0, y0), (x1, y1) = piece[:-1].T, piece[1:].T
    return 0.5 * float((x0 * y1 - x1 * y0).sum())


def radius(places):
    return np.hypot(*places.T)


def test_every_vertex_of_a_ring_lies_on_its_circles_and_the_hole_runs_the_other_way():
    found = polygons(lambda places: (radius(places) - 0.5) * (1.2 - radius(places)))
    outer, hole = sorted(found, key=lambda piece: -abs(area(piece)))
    assert radius(outer) == pytest.approx(np.full(len(outer), 1.2), abs=1e-10)
    assert radius(hole) == pytest.approx(np.full(len(hole), 0.5), abs=1e-10)
    assert area(outer) * area(hole) < 0.0 and (outer[0] == outer[-1]).all()
    assert is_inside(np.array([0.8, 0.1]), found)
    assert not is_inside(np.array([0.1, 0.1]), found) and not is_inside(np.array([1.5, 0.0]), found)


def test_a_region_that_leaves_the_grid_is_cut_at_its_border():
    (whole,) = polygons(lambda places: np.ones(len(places)))
    assert abs(area(whole)) == pytest.approx(12.0, rel=1e-12)
    (half,) = polygons(lambda places: 0.3 - places[:, 0])
    assert abs(area(half)) == pytest.approx(2.3 * 3.0, rel=1e-9)
    assert set(half[:, 0].round(9)) >= {-2.0, 0.3}


def test_a_jump_is_placed_as_exactly_as_a_zero_and_the_vertex_lies_on_its_positive_side():
    def step(places):
        """Jumps from 5 to -0.1."""
        return np.where(places[:, 1] > 0.123, 5.0, -0.1)

    (piece,) = polygons(step)
    low = piece[(piece[:, 1] < 0.3) & (np.abs(piece[:, 0]) < 2.0)]
    assert len(low) == len(X) - 2 and (step(low) > 0.0).all() and (low[:, 1] - 0.123 < 1e-10).all()


def test_nowhere_positive_gives_no_polygon():
    assert not polygons(lambda places: -np.ones(len(places)))
