"""Closed sheets around parts of a box."""

import numpy as np
import pytest

from phasemap.numerics.enclosures import enclosure, is_enclosed, on_borders

AXES = [np.linspace(-1.0, 1.0, 13), np.linspace(-1.2, 1.2, 14), np.linspace(0.0, 2.0, 11)]


def ball(radius, centre):
    """Positive inside, and discontinuous: only the sign counts."""
    return lambda places: np.where(np.linalg.norm(places - np.array(centre), axis=1) < radius, 3.0, -0.1)


@pytest.mark.parametrize(("radius", "centre"), [(0.8, (0.0, 0.1, 1.0)), (0.9, (0.6, 0.0, 0.3)), (5.0, (0.0, 0.0, 0.0))])
def test_sheets_are_closed_lie_on_the_change_of_sign_or_the_border_and_enclose_the_part(radius, centre):
    function = ball(radius, centre)
    vertices, triangles = enclosure(function, AXES)
    sides = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert (np.unique(sides, axis=0, return_counts=True)[1] % 2 == 0).all()
    border = np.any([np.isin(vertices[:, k], AXES[k][[0, -1]]) for k in range(3)], axis=0)
    assert np.allclose(np.linalg.norm(vertices[~border] - np.array(centre), axis=1), radius, atol=1e-6)
    assert (function(vertices) > 0.0).all()
    low, high = (np.array([axis[end] for axis in AXES]) for end in (0, -1))
    places = low + np.random.default_rng(1).random((400, 3)) * (high - low)
    clear = np.abs(np.linalg.norm(places - np.array(centre), axis=1) - radius) > 0.03  # facets are no sphere
    inside = np.array([is_enclosed(place, vertices, triangles) for place in places])
    assert (inside == (function(places) > 0.0))[clear].all() and inside.any()


def test_what_closes_a_sheet_along_the_border_is_told_from_what_bounds_the_part():
    whole = on_borders(*enclosure(ball(5.0, (0.0, 0.0, 0.0)), AXES), AXES)
    assert whole.all() and len(whole) > 100
    free = on_borders(*enclosure(ball(0.8, (0.0, 0.1, 1.0)), AXES), AXES)
    assert not free.any() and len(free) > 100


def test_nothing_positive_gives_no_sheet():
    vertices, triangles = enclosure(ball(0.0, (0.0, 0.0, 0.0)), AXES)
    assert vertices.shape == (0, 3) and triangles.shape == (0, 3)
