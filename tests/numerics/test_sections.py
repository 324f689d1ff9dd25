import math

import numpy as np
import pytest

from phasemap.numerics.section_mesh import mesh
from phasemap.numerics.sections import Crossing, curves


def circle(slow, expected):
    del expected
    inside = 0.09 - (slow - 0.5) ** 2
    if inside < 0.0:
        return []
    return [Crossing(0.5 + sign * math.sqrt(inside), 0, ()) for sign in (-1.0, 1.0)]


def test_a_closed_curve_is_one_closed_polyline():
    (chain,) = curves(circle)
    assert chain[0] is chain[-1]
    points = np.array([(c.slow, c.fast) for c in chain])
    assert np.hypot(*(points - 0.5).T) == pytest.approx(0.3, abs=1e-9)
    # The chords stay close to the circle, also at the tips where sections run along it.
    middles = 0.5 * (points[1:] + points[:-1])
    assert np.abs(np.hypot(*(middles - 0.5).T) - 0.3).max() < 2e-3


def test_a_graph_is_one_polyline_from_edge_to_edge_and_bends_are_resolved():
    (chain,) = curves(lambda slow, _: [Crossing(0.5 + 0.4 * math.tanh(40 * (slow - 0.4)), 0, ())])
    points = np.array([(c.slow, c.fast) for c in sorted(chain, key=lambda c: c.slow)])
    assert points[0, 0] == 0.0 and points[-1, 0] == 1.0
    fine = np.linspace(0.0, 1.0, 3001)
    assert np.abs(np.interp(fine, *points.T) - 0.5 - 0.4 * np.tanh(40 * (fine - 0.4))).max() < 1e-3


def test_a_curve_that_stops_is_followed_to_its_end():
    (chain,) = curves(lambda slow, _: [Crossing(slow, 0, ())] if slow < 0.37 else [])
    assert max(c.slow for c in chain) == pytest.approx(0.37, abs=1e-5)


def test_two_branches_meet_in_a_cusp():
    def cusp(slow, _):
        if slow > 0.6:
            return []
        width = (0.6 - slow) ** 1.5
        return [Crossing(0.5 - width, 0, ()), Crossing(0.5 + width, 1, ())]

    (chain,) = curves(cusp)
    assert {c.kind for c in chain} == {0, 1}
    assert max(c.slow for c in chain) == pytest.approx(0.6, abs=1e-5)


def test_separate_pieces_stay_separate():
    chains = curves(lambda slow, _: [Crossing(0.2, 0, ()), Crossing(0.8, 0, ())])
    assert sorted(round(chain[0].fast, 3) for chain in chains) == [0.2, 0.8]


def test_crossings_are_expected_where_the_neighbours_have_them():
    asked = []

    def line(slow, expected):
        asked.append((slow, tuple(expected)))
        return [Crossing(0.3 + 0.2 * slow, 0, ())]

    curves(line, first=5)
    assert all(not expected for _, expected in asked[:5])
    assert all(expected[0] == pytest.approx(0.3 + 0.2 * slow) for slow, expected in asked[5:])


def test_a_mesh_covers_the_region_in_which_the_surface_exists():
    def hemisphere(s, t):
        inside = 0.16 - (s - 0.5) ** 2 - (t - 0.5) ** 2
        return [Crossing(math.sqrt(inside), 0, ())] if inside > 0.0 else []

    vertices, triangles = mesh(hemisphere)
    points = np.array([(s, t) for s, t, _ in vertices])
    a, b, c = (points[triangles[:, k]] for k in range(3))
    area = 0.5 * np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]).sum()
    assert area == pytest.approx(math.pi * 0.16, rel=0.02)
    assert np.hypot(*(points - 0.5).T).max() < 0.4
