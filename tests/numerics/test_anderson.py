"""Accelerated fixed-point iteration."""

import numpy as np

from phasemap.numerics import anderson


def linear_map(seed=0, n=40, radius=0.97):
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(rng.standard_normal((n, n)))
    rates = radius * np.linspace(0.0, 1.0, n) ** 3
    matrix = basis @ np.diag(rates) @ basis.T
    shift = rng.standard_normal(n)
    return (lambda x: matrix @ x + shift), np.linalg.solve(np.eye(n) - matrix, shift)


def identity(x):
    return x


def test_a_slow_linear_map_is_solved_in_few_iterations():
    mapping, solution = linear_map()
    found = anderson.solve(mapping, np.ones(40), 1e-9, 100, identity)
    assert found.converged
    np.testing.assert_allclose(found.x, solution, rtol=1e-6, atol=1e-6)
    assert found.iterations < 100  # plain iteration: 0.97**n = 1e-9 at n = 680


def test_the_memory_of_a_similar_map_saves_iterations():
    mapping, solution = linear_map()
    known = anderson.solve(mapping, np.ones(40), 1e-6, 60, identity).memory
    start = solution + 0.01 * np.random.default_rng(1).standard_normal(40)
    cold = anderson.solve(mapping, start, 1e-6, 60, identity)
    warm = anderson.solve(mapping, start, 1e-6, 60, identity, known)
    assert warm.converged
    assert warm.iterations < cold.iterations


def test_what_does_not_converge_says_so_and_gives_the_best_iterate():
    # An expanding rotation: no iteration of it converges, and extrapolation overshoots on purpose of the kink.
    def mapping(x):
        return np.array([1.0, np.sign(x[1]) * -2.0 - x[1]])

    found = anderson.solve(mapping, np.array([1.0, 1.0]), 1e-9, 25, identity)
    assert not found.converged
    assert found.residual > 1e-3


def test_steps_that_lead_astray_are_shortened_until_they_do_not():
    """A steep wall below x = 0.9, where the undamped step from the start leads."""

    def mapping(x):
        return np.where(x < 0.9, 1e6, x - 3.0 * (x - 1.0))

    found = anderson.solve(mapping, np.array([2.0]), 1e-9, 40, identity)
    assert found.converged
    np.testing.assert_allclose(found.x, 1.0, rtol=1e-8)


def test_a_noisy_map_stops_where_it_makes_no_more_progress():
    rng = np.random.default_rng(0)

    def mapping(x):
        return 0.5 * x + 1.0 + 1e-3 * rng.standard_normal(x.size)

    found = anderson.solve(mapping, np.zeros(20), 1e-9, 500, identity)
    assert not found.converged
    assert found.iterations < 100
    np.testing.assert_allclose(found.x, 2.0, atol=0.02)


def test_plain_iteration_ends_where_the_first_element_vanishes():
    calls = []

    def mapping(x):
        calls.append(1)
        return 0.5 * x

    x = anderson.iterate(mapping, np.ones(3), 100, identity, 1e-3)
    assert x[0] < 1e-3
    assert len(calls) == 10


def rough_map(scatter, seed=3):
    """A contraction whose answers are known up to chance of a size only."""
    mapping, _ = linear_map(radius=0.6)
    rng = np.random.default_rng(seed)
    return lambda x: mapping(x) + scatter * rng.standard_normal(40)


def test_an_iteration_ends_where_chance_begins():
    """A residual of the size of chance will do after a few iterations, and is not tried for before."""
    wanted, enough = 1e-8, 1e-2
    rough = anderson.solve(rough_map(1e-3), np.ones(40), anderson.Tolerance(wanted, enough), 80, identity)
    assert rough.converged and wanted < rough.residual <= enough and 6 <= rough.iterations < 20
    stubborn = anderson.solve(rough_map(1e-3), np.ones(40), wanted, 80, identity)
    assert not stubborn.converged and stubborn.iterations > rough.iterations


def test_what_converges_as_wanted_is_not_ended_early():
    mapping, solution = linear_map(radius=0.6)
    found = anderson.solve(mapping, np.ones(40), anderson.Tolerance(1e-9, 1e-30), 100, identity)
    assert found.converged and found.residual <= 1e-9
    np.testing.assert_allclose(found.x, solution, rtol=1e-6, atol=1e-6)
