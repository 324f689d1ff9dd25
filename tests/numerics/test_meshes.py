"""Piecewise linear zero sets: complete, connected, convergent."""

import numpy as np
import pytest

from phasemap.numerics.meshes import polylines, zero_set


def grid(d, n, reach=1.5):
    axes = np.meshgrid(*[np.linspace(-reach, reach, n)] * d, indexing="ij")
    return [np.asarray(a) for a in axes]


def place(vertices, n, reach=1.5):
    return -reach + 2 * reach * vertices / (n - 1)


def test_a_circle_is_one_closed_chain():
    x, y = grid(2, 31)
    zeros = zero_set((x**2 + y**2 - 1)[..., None])
    chains = polylines(zeros.cells)
    assert len(chains) == 1
    assert chains[0][0] == chains[0][-1]
    assert len(set(chains[0].tolist())) == len(zeros.vertices)
    assert not zeros.faces.any()


def test_vertices_converge_at_second_order():
    errors = []
    for n in (21, 41, 81):
        x, y = grid(2, n)
        radius = np.linalg.norm(place(zero_set((np.exp(x**2 + y**2) - np.e)[..., None]).vertices, n), axis=1)
        errors.append(np.abs(radius - 1).max())
    assert errors[0] > 3 * errors[1] > 9 * errors[2]


def test_every_component_of_a_plane_curve_is_found():
    """Small circles at known places, none smaller than two cells."""
    x, y = grid(2, 61)
    centres = [(-1, -1), (-1, 1), (0, 0), (1, -0.5), (0.9, 1.1)]
    f = np.min([np.hypot(x - a, y - b) - 0.11 for a, b in centres], axis=0)
    chains = polylines(zero_set(f[..., None]).cells)
    assert len(chains) == len(centres)


def test_a_curve_in_space_from_two_functions():
    """The intersection of a sphere with a tilted plane is one circle."""
    n = 25
    x, y, z = grid(3, n)
    zeros = zero_set(np.stack([x**2 + y**2 + z**2 - 1, x + 0.3 * y - 0.5 * z - 0.2], axis=-1))
    chains = polylines(zeros.cells)
    assert [c[0] == c[-1] for c in chains] == [True]
    points = place(zeros.vertices, n)
    assert np.abs(np.linalg.norm(points, axis=1) - 1).max() < 0.01
    assert np.abs(points @ [1, 0.3, -0.5] - 0.2).max() < 1e-9


def test_a_surface_in_four_dimensions_is_watertight():
    """A sphere, lifted by a function of its coordinates: Euler characteristic 2, two triangles at every edge."""
    x, y, z, w = grid(4, 12)
    zeros = zero_set(np.stack([x**2 + y**2 + z**2 - 1, w - 0.4 * x * y - 0.1], axis=-1))
    edges = np.sort(np.concatenate([zeros.cells[:, [0, 1]], zeros.cells[:, [1, 2]], zeros.cells[:, [2, 0]]]), axis=1)
    unique, count = np.unique(edges, axis=0, return_counts=True)
    assert (count == 2).all()
    assert len(zeros.vertices) - len(unique) + len(zeros.cells) == 2


def test_isolated_points_from_two_functions_in_the_plane():
    n = 31
    x, y = grid(2, n)
    zeros = zero_set(np.stack([x**2 + y**2 - 1, y - 0.2], axis=-1))
    points = place(zeros.vertices[zeros.cells[:, 0]], n)
    assert len(points) == 2
    assert np.sort(points[:, 0]) == pytest.approx([-np.sqrt(0.96), np.sqrt(0.96)], abs=5e-3)


def test_ends_know_the_face_on_which_they_lie():
    x, y = grid(2, 16)
    zeros = zero_set((y - 0.3 * x - 0.05)[..., None])
    (chain,) = polylines(zeros.cells)
    assert sorted(zeros.faces[[chain[0], chain[-1]], 0].tolist()) == [-1, 1]
    assert not zeros.faces[:, 1].any()


def test_no_zero_gives_an_empty_set():
    zeros = zero_set(np.ones((5, 5, 5, 2)))
    assert zeros.vertices.shape == (0, 3)
    assert zeros.cells.shape == (0, 2)
    assert polylines(zeros.cells) == []


def test_values_that_vanish_on_grid_points_are_no_trouble():
    x, y = grid(2, 13, reach=1.5)
    (chain,) = polylines(zero_set((x + 0 * y)[..., None]).cells)
    assert len(chain) >= 13
