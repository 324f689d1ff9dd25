"""Newton projection and pseudo-arclength refinement on curves with known answers."""

import numpy as np
import pytest

from phasemap.numerics.continuation import SOLVED, follow, jacobian, project, smooth_curve


def circle(points):
    """A circle of radius 0.3 around the middle of the unit square."""
    return ((points - 0.5) ** 2).sum(axis=1, keepdims=True) - 0.09


def cubic(points):
    """x = 4 (y - 1/2)^3 - (y - 1/2) + 1/2 turns round twice in x."""
    x, y = points.T
    return (x - 4 * (y - 0.5) ** 3 + (y - 0.5) - 0.5)[:, None]


def test_jacobian_is_exact_inside_and_at_the_faces():
    points = np.array([[0.3, 0.6], [0.0, 1.0]])
    assert jacobian(circle, points)[:, 0] == pytest.approx(2 * (points - 0.5), abs=1e-5)


def test_projection_takes_the_shortest_way():
    angle = np.linspace(0, 6, 30)
    ray = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points, worst = project(circle, 0.5 + 0.34 * ray)
    assert (worst < SOLVED).all()
    assert points == pytest.approx(0.5 + 0.3 * ray, abs=1e-9)


def test_held_coordinates_stay():
    start = np.array([[0.7, 0.6], [0.4, 0.9]])
    held = np.array([[True, False], [False, True]])
    points, worst = project(circle, start, held=held)
    assert worst[0] < SOLVED and points[0, 0] == 0.7
    # The line y = 0.9 misses the circle: said so, not moved off the line.
    assert worst[1] > 1e-3 and points[1, 1] == 0.9


def test_pseudo_arclength_steps_stay_in_their_plane():
    direction = np.array([[0.6, 0.8]])
    start = np.array([[0.52, 0.55]])
    points, worst = project(circle, start, directions=direction)
    assert worst[0] < SOLVED
    assert ((points - start) * direction).sum() == pytest.approx(0, abs=1e-12)


def test_refinement_leaves_no_sagging_chord_and_meets_the_turning_points():
    y = np.linspace(0.0, 1.0, 9)
    start = np.stack([4 * (y - 0.5) ** 3 - (y - 0.5) + 0.5, y], axis=1)
    curve = smooth_curve(cubic, start)
    assert np.abs(cubic(curve)).max() < SOLVED
    middles = 0.5 * (curve[1:] + curve[:-1])
    assert np.abs(project(cubic, middles)[0] - middles).max() < 2e-4
    extreme = 0.5 + np.array([-1, 1]) / np.sqrt(12)
    for target in extreme:
        nearest = curve[np.abs(curve[:, 1] - target).argmin()]
        assert nearest[0] == pytest.approx(4 * (target - 0.5) ** 3 - (target - 0.5) + 0.5, abs=1e-7)


def test_a_reversal_left_by_projection_is_removed():
    angle = np.array([0.0, 0.3, 0.29, 0.6, 0.9])
    start = 0.5 + 0.3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    curve = smooth_curve(circle, start)
    turned = np.unwrap(np.arctan2(*(curve - 0.5).T[::-1]))
    assert (np.diff(turned) > 0).all()


def cusp(points):
    """4 (0.8 - x)^3 = (y - 1/2)^2: a tip, at which the curve is singular."""
    x, y = points.T
    return (4 * (0.8 - x) ** 3 - (y - 0.5) ** 2)[:, None]


def test_a_curve_is_followed_to_the_faces_of_the_cube():
    start = np.array([0.5, 0.5])
    for heading, end in (((0, 1), 1.0), ((0, -1), 0.0)):
        path = follow(cubic, start, np.array(heading, dtype=float))
        assert np.abs(cubic(path)).max() < SOLVED
        assert path[-1, 1] == end
        assert (np.diff(np.concatenate([[0.5], path[:, 1]])) * heading[1] > 0).all()


def test_continuation_stops_at_its_goal():
    goal = 0.5 + 0.3 * np.array([np.cos(2.0), np.sin(2.0)])
    path = follow(circle, np.array([0.8, 0.5]), np.array([0.0, 1.0]), goal=goal)
    angle = np.arctan2(*(path - 0.5).T[::-1])
    assert (np.diff(angle) > 0).all()
    assert 1.8 < angle[-1] < 2.0


def test_a_chord_across_a_tip_is_filled_from_both_sides():
    x = np.concatenate([np.linspace(0.45, 0.7, 6), np.linspace(0.7, 0.45, 6)])
    y = 0.5 + np.concatenate([-np.ones(6), np.ones(6)]) * np.sqrt(4 * (0.8 - x) ** 3)
    curve = smooth_curve(cusp, np.stack([x, y], axis=1))
    assert curve[:, 0].max() == pytest.approx(0.8, abs=2e-3)
    assert np.linalg.norm(np.diff(curve, axis=0), axis=1).max() < 0.1


def test_an_end_inside_the_cube_is_continued():
    y = np.linspace(0.4, 0.6, 5)
    curve = smooth_curve(cubic, np.stack([4 * (y - 0.5) ** 3 - (y - 0.5) + 0.5, y], axis=1))
    assert curve[0, 1] == 0.0 and curve[-1, 1] == 1.0
