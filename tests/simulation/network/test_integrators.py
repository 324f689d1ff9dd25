import math

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.simulation.network.disorder import draw_network, draw_state
from phasemap.simulation.network.integrators import start

SEED = np.random.SeedSequence(11)


def test_rates_are_the_models_equations(network, rates_of):
    integrator = start(network, 0.1, 1.0, SEED)
    state = integrator.state.copy()
    expected = np.where(np.array(network.carried)[:, None], rates_of(network, *state), 0.0)
    np.testing.assert_allclose(integrator.rates()[:, 0], expected, rtol=1e-12, atol=1e-13)


def test_tangent_rates_are_the_jacobian_times_the_tangent(network, jacobian_of):
    integrator = start(network, 0.1, 1.0, SEED)
    carried = np.flatnonzero(network.carried)
    jacobian = jacobian_of(network, integrator.state.copy())
    expected = jacobian @ integrator.x[carried, 1].ravel()
    np.testing.assert_allclose(integrator.rates()[carried, 1].ravel(), expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("tau", [0.7, 0.0])
def test_trajectories_converge_with_order_four(tau):
    parameters = make_parameters(g_h=2.5, alpha_z=2.0, tau_z=1.0, alpha_r=2.0, tau_r=tau, s_h=0.3)
    network = draw_network(parameters, 20, SEED)
    ends = {}
    for steps in (20, 40, 80, 640):
        integrator = start(network, 2.0 / steps, 1.0, SEED)
        integrator.advance(steps, tangent=True)
        ends[steps] = integrator.x[0].copy()
    errors = [np.abs(ends[steps] - ends[640]).max() for steps in (20, 40, 80)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(orders - 4.0) < 0.4), orders


def test_tangent_vector_is_the_derivative_of_the_flow(network):
    integrator = start(network, 0.05, 0.5, SEED)
    direction = integrator.x[:, 1].copy()
    initial = integrator.state.copy()
    integrator.advance(20, tangent=True)
    ends = []
    for sign in (1.0, -1.0):
        other = start(network, 0.05, 0.5, SEED)
        other.x[:, 0] = initial + sign * 1e-5 * direction
        other.advance(20)
        ends.append(other.state.copy())
    carried = np.array(network.carried)
    np.testing.assert_allclose(integrator.x[carried, 1], ((ends[0] - ends[1]) / 2e-5)[carried], rtol=1e-5, atol=1e-8)


def test_constant_update_gate_rescales_time():
    beta = 0.8
    slow = draw_network(make_parameters(g_h=2.0, alpha_z=0.0, beta_z=beta), 30, SEED)
    fast = draw_network(make_parameters(g_h=2.0), 30, SEED)
    a, b = start(slow, 0.1 * (1.0 + math.exp(beta)), 1.0, SEED), start(fast, 0.1, 1.0, SEED)
    a.advance(50)
    b.advance(50)
    np.testing.assert_allclose(a.h, b.h, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("step", [0.05, 0.001])
def test_steep_gates_approach_the_hard_gate(step):
    """With the stages' slopes (short steps) and with the mean along the way (long ones)."""
    ends = []
    for alpha, length in ((2e3, step), (math.inf, 0.01)):
        network = draw_network(make_parameters(g_h=2.5, alpha_z=alpha, beta_z=0.0), 40, SEED)
        integrator = start(network, length, 1.0, SEED)
        assert any(integrator.steep_gates) == (length > 0.002)
        integrator.advance(round(2.0 / length))
        ends.append(integrator.h.copy())
    np.testing.assert_allclose(ends[0], ends[1], atol=3e-3)


def test_pieces_of_a_run_make_the_same_run():
    parameters = make_parameters(g_h=2.5, alpha_r=2.0, noise_h=0.3, noise_r=0.2, tau_noise=0.5)
    network = draw_network(parameters, 17, SEED)
    whole, parts = start(network, 0.1, 1.0, SEED), start(network, 0.1, 1.0, SEED)
    whole.advance(30, tangent=True)
    for n in (1, 12, 17):
        parts.advance(n, tangent=True)
    np.testing.assert_array_equal(whole.x, parts.x)


def test_initial_state_and_couplings_do_not_depend_on_the_gates():
    plain = draw_network(make_parameters(g_h=1.0), 10, SEED)
    gated = draw_network(make_parameters(g_h=3.0, alpha_z=1.0, alpha_r=2.0), 10, SEED)
    np.testing.assert_array_equal(plain.J_h, gated.J_h)
    assert plain.J_z.size == 0
    assert gated.dimension == 30
    np.testing.assert_array_equal(draw_state(10, 2.0, SEED), 2.0 * draw_state(10, 1.0, SEED))


def test_couplings_have_variance_one_over_the_size():
    J = draw_network(make_parameters(), 400, SEED).J_h.astype(float)
    assert J.var() * 400 == pytest.approx(1.0, abs=4 * math.sqrt(2.0 / 400**2))
    assert abs(J.mean()) < 4 / 400**1.5
