"""Jacobians of networks: against finite differences of the flow, and without dead dimensions."""

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.model.unit.linearisation import local_factors
from phasemap.simulation.fixed_points.jacobian import drift, eigenvalues, jacobian, slaved_state
from phasemap.simulation.network.disorder import draw_network

N = 12
SEED = np.random.SeedSequence(4)


def state_of(rng, network):
    return 0.5 * rng.standard_normal((3, network.size))


def flow(network, x, fields):
    """Time derivative of the fields that are carried, written from the equations of motion."""
    p = network.parameters
    h, z, r = x
    phi = np.tanh(p.g_h * h + p.beta_h)
    full = slaved_state(network, h)
    z, r = (z if "z" in fields else full[1]), (r if "r" in fields else full[2])
    at = local_factors(p, h, z, r)
    inside = network.drive[0] if p.input_inside else 0.0
    outside = 0.0 if p.input_inside else network.drive[0]
    out = [at.update * (-h + network.J_h @ (phi * at.output) + inside) + outside]
    if "z" in fields:
        out.append((-z + network.J_z @ phi + network.drive[1]) / p.tau_z)
    if "r" in fields:
        out.append((-r + network.J_r @ phi + network.drive[2]) / p.tau_r)
    return np.concatenate(out)


@pytest.mark.parametrize(
    ("parameters", "fields"),
    [
        ({}, "h"),
        ({"alpha_z": 2.0, "tau_z": 1.7}, "hz"),
        ({"alpha_r": 3.0, "tau_r": 0.6}, "hr"),
        ({"alpha_z": 2.0, "alpha_r": 3.0, "tau_z": 1.7, "tau_r": 0.6, "s_h": 0.3, "s_r": 0.2}, "hzr"),
        ({"alpha_z": 2.0, "alpha_r": 3.0, "tau_z": 0.0, "tau_r": 0.6, "s_h": 0.3, "input_inside": 1.0}, "hr"),
        ({"alpha_z": 2.0, "alpha_r": 3.0, "tau_z": 0.5, "tau_r": 0.0}, "hz"),
    ],
)
def test_jacobian_is_the_derivative_of_the_flow(parameters, fields):
    network = draw_network(make_parameters(g_h=2.0, beta_h=0.2, **parameters), N, SEED)
    x = state_of(np.random.default_rng(0), network)
    at_rest = slaved_state(network, x[0])
    for row, tau in ((1, network.parameters.tau_z), (2, network.parameters.tau_r)):
        if tau == 0.0:
            x[row] = at_rest[row]
    rows = [0, *(1 for f in fields if f == "z"), *(2 for f in fields if f == "r")]
    numeric, step = [], 1e-6
    for row in rows:
        for unit in range(N):
            above, below = x.copy(), x.copy()
            above[row, unit] += step
            below[row, unit] -= step
            numeric.append((flow(network, above, fields) - flow(network, below, fields)) / (2.0 * step))
    np.testing.assert_allclose(jacobian(network, x), np.array(numeric).T, rtol=1e-6, atol=1e-7)


def test_a_gate_that_does_not_act_back_leaves_its_rates():
    network = draw_network(make_parameters(g_h=2.0, alpha_z=3.0, tau_z=4.0, tau_r=2.0), N, SEED)
    x = state_of(np.random.default_rng(1), network)
    found = eigenvalues(network, x, np.zeros(N))
    assert found.values.shape == (N,)
    assert found.atoms == ((-0.25, N),)
    assert found.all_values.shape == (2 * N,)
    # With the gate carried along nothing else changes.
    carried = eigenvalues(network, x, np.full(N, 1e-13)).values
    assert np.isclose(carried[:, None], found.values, atol=1e-6).any(axis=0).all()


def test_drift_vanishes_at_rest():
    network = draw_network(make_parameters(g_h=0.5, alpha_z=2.0), N, SEED)
    np.testing.assert_array_equal(drift(network, np.zeros((3, N))), np.zeros(N))
