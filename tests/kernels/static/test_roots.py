"""No fixed point is missed: against brute-force grids, parity, and constructed near-tangencies."""

import math

import numpy as np
import pytest
from numba import njit

from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.static import outside_rows
from phasemap.kernels.static.problem import fixed_point_map, next_outside_problem, no_outside_problem, problem_of_row
from phasemap.kernels.static.rows import solve as solve_rows
from phasemap.kernels.static.solve import SLOTS
from phasemap.kernels.static.stability import COLUMNS
from phasemap.model.parameters import Parameters
from phasemap.theory.static.problem import parameter_table, static_table


@njit(**{**KERNEL, "cache": False})
def count_sign_changes(table, grid, out):
    for i in range(table.shape[0]):
        p = problem_of_row(table[i])
        positive, out[i] = fixed_point_map(p, grid[0])[0] > grid[0], 0
        for q in grid[1:]:
            now = q < 1.0 and fixed_point_map(p, q)[0] > q
            out[i] += now != positive
            positive = now


def solve(points):
    table = static_table(parameter_table(points))
    n = len(points)
    values, errors = np.full((2, n, SLOTS, COLUMNS), np.nan)
    counts, certain = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    solve_rows(table, values, errors, counts, certain)
    return table, values, errors, counts, certain


def random_points(n, seed):
    """Points over the whole box: steep, hard, shut and absent gates, biases, inputs, tiny and large gains."""
    rng = np.random.default_rng(seed)

    def maybe(probability, draw):
        return float(draw()) if rng.random() < probability else 0.0

    for _ in range(n):
        steepness = [math.inf, 0.0, 10 ** rng.uniform(-1, 2.7)][rng.choice(3, p=[0.15, 0.1, 0.75])]
        yield Parameters(
            g_h=10 ** rng.uniform(-1, 2),
            beta_h=[0.0, rng.uniform(-3, 3), 10 ** rng.uniform(-6, 0)][rng.choice(3)],
            alpha_r=float(steepness),
            beta_r=float([0.0, rng.uniform(-6, 10), -math.inf][rng.choice(3, p=[0.3, 0.6, 0.1])]),
            s_h=maybe(0.4, lambda: 10 ** rng.uniform(-5, 0.5)),
            s_r=maybe(0.3, lambda: 10 ** rng.uniform(-4, 0.5)),
            m_r=maybe(0.4, lambda: rng.uniform(-2, 2)),
            m_h=maybe(0.2, lambda: rng.uniform(-2, 2)),
            input_inside=1.0,
        )


@pytest.fixture(scope="module")
def random_solutions():
    points = list(random_points(800, 11))
    return points, *solve(points)


def nonzero(values):
    return (~np.isnan(values[:, 1:, 0])).sum(axis=1)


def test_all_roots_of_a_brute_force_grid_are_found(random_solutions):
    _, table, values, _, _, certain = random_solutions
    grid = np.concatenate([[1e-200], np.logspace(-40, -12, 120), np.logspace(-12, 0, 1500)[1:]])
    found = np.zeros(len(table), dtype=np.int64)
    count_sign_changes(table, grid, found)
    assert certain.all()
    # A grid can miss a pair between two of its points, the solver must not miss one of the grid's.
    assert (nonzero(values) >= found).all()
    assert (nonzero(values) == found).mean() > 0.998


def test_the_number_of_roots_has_the_parity_of_the_map(random_solutions):
    """A - q is negative at q = 1 and has a known sign at q -> 0."""
    points, table, values, *_ = random_solutions
    for k, p in enumerate(points):
        grows = fixed_point_map(problem_of_row(table[k]), 1e-200)[0] > 1e-200
        assert nonzero(values)[k] % 2 == grows, p


def test_inputs_outside_a_fluctuating_gate_lose_no_root():
    """Odd numbers of roots, solved; steep and shut update gates and common inputs included."""
    rng = np.random.default_rng(3)
    points = [
        point._replace(
            alpha_z=float(10 ** rng.uniform(-1, 2)),
            beta_z=float(rng.uniform(-4, 6)),
            m_z=float(rng.choice([0.0, rng.uniform(-2, 2)])),
            s_h=float(10 ** rng.uniform(-4, 0.3)),
            input_inside=0.0,
        )
        for point in random_points(60, 8)
    ]
    table = static_table(parameter_table(points))
    values, errors = np.full((2, len(points), SLOTS, COLUMNS), np.nan)
    counts, certain = np.zeros(len(points), dtype=np.int64), np.zeros(len(points), dtype=np.bool_)
    outside_rows.solve(table, values, errors, counts, certain)
    assert (counts % 2 == 1).all() and certain.all()
    for k, slot in np.argwhere(~np.isnan(values[:, :, 0])):
        q = values[k, slot, 0]
        a, slope = fixed_point_map(next_outside_problem(table[k], no_outside_problem()), q)
        assert abs(a - q) <= abs(1 - slope) * errors[k, slot, 0] + 1e-12 * (a + q)


def test_every_root_solves_its_equation_within_its_error(random_solutions):
    _, table, values, errors, *_ = random_solutions
    for k, slot in np.argwhere(~np.isnan(values[:, 1:, 0])):
        q, error = values[k, slot + 1, 0], errors[k, slot + 1, 0]
        a, slope = fixed_point_map(problem_of_row(table[k]), q)
        assert abs(a - q) <= abs(1 - slope) * error + 1e-13 * (a + q)
        assert error < 1e-6 * q


@pytest.mark.parametrize("beta_r", [0.0, 2.0])
def test_a_nearly_tangential_pair_is_told_from_a_near_miss(beta_r):
    """Close to the fold the two roots are sqrt(distance) apart; on the other side there is none."""
    base = Parameters(beta_r=beta_r, alpha_r=20.0)
    count = lambda g: int(nonzero(solve([base._replace(g_h=g)])[1])[0])  # noqa: E731
    low, high = 1.2, 1.99 * (1 + math.exp(beta_r)) / 2
    assert (count(low), count(high)) == (0, 2)
    while high - low > 1e-13 * high:
        middle = 0.5 * (low + high)
        assert count(middle) in (0, 2)
        low, high = (low, middle) if count(middle) == 2 else (middle, high)
    # Ten digits away from the fold the roots are still told apart.
    _, values, *_ = solve([base._replace(g_h=high * (1 + 1e-10))])
    lower, upper = values[0, 2:, 0]
    assert 1e-7 < (upper - lower) / upper < 1e-3


def test_tiny_roots_close_to_a_continuous_transition_are_found():
    """q = (g - 1) + O((g - 1)^2) just above g_h = 1, without gates."""
    for excess in (1e-3, 1e-6, 1e-9, 1e-12):
        g = 1.0 + excess
        _, values, _, counts, _ = solve([Parameters(g_h=g)])
        assert counts[0] == 2
        assert values[0, 3, 0] == pytest.approx(g - 1.0, rel=max(3 * excess, 1e-3))
    assert solve([Parameters(g_h=1.0 - 1e-12)])[3][0] == 1


def test_saturated_and_degenerate_networks():
    steep = Parameters(g_h=1e12)
    flat = Parameters(g_h=0.0, beta_h=0.7)
    dead = Parameters(g_h=0.0)
    _, values, _, counts, _ = solve([steep, flat, dead])
    assert counts.tolist() == [2, 1, 1]
    assert values[0, 3, 0] == pytest.approx(1.0, abs=1e-11)
    assert values[1, 3, 0] == pytest.approx(math.tanh(0.7) ** 2, rel=1e-14)
    assert values[2, 0, 0] == 0.0
