"""Fixed points of networks by Newton's method."""

import math

import numpy as np
import pytest

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import make_parameters
from phasemap.simulation.fixed_points.equilibria import find_equilibria, random_starts, solve_equilibrium
from phasemap.simulation.fixed_points.jacobian import eigenvalues
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start

SEED = np.random.SeedSequence(2)


def starts(size, count, seed=0):
    return random_starts(size, count, (0.1, 1.5), np.random.default_rng(seed))


def test_below_the_transition_the_zero_state_is_the_only_one():
    network = draw_network(make_parameters(g_h=0.6, alpha_z=3.0), 60, SEED)
    found = find_equilibria(network, starts(60, 10))
    assert (len(found.points), found.hits, found.failures) == (1, (10,), 0)
    np.testing.assert_allclose(found.points[0].state, 0.0, atol=1e-10)


def test_fixed_points_come_in_pairs_without_bias_and_are_rest_points_of_the_flow():
    network = draw_network(make_parameters(g_h=2.0), 8, SEED)
    found = find_equilibria(network, starts(8, 200))
    assert len(found.points) >= 3
    states = np.array([point.state[0] for point in found.points])
    for h in states:
        assert np.isclose(-states, h, atol=1e-6).all(axis=1).any()
    assert max(point.residual for point in found.points) < 1e-11


def test_more_starts_find_no_more_in_a_small_network():
    network = draw_network(make_parameters(g_h=1.8, alpha_r=3.0), 5, SEED)
    few, many = (find_equilibria(network, starts(5, count, seed)) for count, seed in ((150, 0), (400, 1)))
    assert len(few.points) == len(many.points)


@pytest.mark.parametrize("inside", [0.0, 1.0])
def test_input_moves_the_fixed_point_and_the_flow_settles_there(inside):
    p = make_parameters(g_h=0.8, alpha_z=1.0, alpha_r=2.0, s_h=0.2, s_z=0.3, input_inside=inside)
    network = draw_network(p, 40, SEED)
    (point,) = find_equilibria(network, starts(40, 5)).points
    integrator = start(network, 0.1, 0.3, SEED)
    integrator.advance(3000)
    np.testing.assert_allclose(integrator.state, point.state, atol=1e-5)
    assert bool(np.any(point.drift)) is (inside == 0.0)
    assert eigenvalues(network, point.state, point.drift).values.real.max() < 0.0


def test_a_start_in_vain_is_no_fixed_point():
    network = draw_network(make_parameters(g_h=5.0), 30, SEED)
    assert solve_equilibrium(network, starts(30, 1)[0], max_steps=1) is None


def test_noise_and_hard_gates_are_refused():
    with pytest.raises(UnsupportedError, match="noise"):
        find_equilibria(draw_network(make_parameters(g_h=2.0, noise_h=0.1), 5, SEED), [])
    with pytest.raises(UnsupportedError, match="finite alpha_z"):
        find_equilibria(draw_network(make_parameters(g_h=2.0, alpha_z=math.inf), 5, SEED), [])
