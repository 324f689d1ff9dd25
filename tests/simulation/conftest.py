"""A plain NumPy network, written from the model's equations, for the compiled one to be held against."""

import math

import numpy as np
import pytest

from phasemap.model.unit import nonlinearities as nl
from phasemap.simulation.network.disorder import draw_network


def plain_rates(network, h, z, r):
    """dh/dt, dz/dt, dr/dt by the equations; z and r of constant gates are ignored, instantaneous ones follow."""
    p = network.parameters
    J_h, J_z, J_r = (np.asarray(J, dtype=float) for J in (network.J_h, network.J_z, network.J_r))
    phi = nl.activation(h, p.g_h, p.beta_h)
    total_z = J_z @ phi + network.drive[1] if J_z.size else np.zeros_like(h)
    total_r = J_r @ phi + network.drive[2] if J_r.size else np.zeros_like(h)
    z = total_z if p.tau_z == 0.0 else z
    r = total_r if p.tau_r == 0.0 else r
    sigma_z, sigma_r = nl.gate(z, p.alpha_z, p.beta_z), nl.gate(r, p.alpha_r, p.beta_r)
    recurrent = J_h @ (phi * sigma_r)
    if p.input_inside:
        dh = sigma_z * (-h + recurrent + network.drive[0])
    else:
        dh = sigma_z * (-h + recurrent) + network.drive[0]
    dz = (-z + total_z) / p.tau_z if p.tau_z > 0.0 else np.zeros_like(h)
    dr = (-r + total_r) / p.tau_r if p.tau_r > 0.0 else np.zeros_like(h)
    return np.stack([dh, dz, dr])


def plain_jacobian(network, state, step=1e-6):
    """Jacobian of the carried fields by central differences, (D, D), ordered h, z, r."""
    carried = np.flatnonzero(network.carried)
    n = network.size
    columns = []
    for field in carried:
        for unit in range(n):
            up, down = state.copy(), state.copy()
            up[field, unit] += step
            down[field, unit] -= step
            difference = (plain_rates(network, *up) - plain_rates(network, *down)) / (2 * step)
            columns.append(difference[carried].ravel())
    return np.stack(columns, axis=1)


@pytest.fixture(scope="session")
def rates_of():
    return plain_rates


@pytest.fixture(scope="session")
def jacobian_of():
    return plain_jacobian


KINDS = {
    "additive": {"g_h": 2.0},
    "output gate": {"g_h": 2.5, "alpha_r": 2.0, "beta_r": 0.3, "tau_r": 0.7},
    "update gate": {"g_h": 2.5, "alpha_z": 3.0, "beta_z": -0.2, "tau_z": 1.5},
    "both gates and inputs": {
        "g_h": 2.5, "beta_h": 0.2, "alpha_z": 2.0, "tau_z": 2.0, "alpha_r": 3.0, "tau_r": 0.5,
        "s_h": 0.3, "s_z": 0.2, "s_r": 0.4, "m_h": 0.1, "m_z": -0.2, "m_r": 0.3,
    },
    "input inside": {"g_h": 2.0, "alpha_z": 2.0, "s_h": 0.5, "input_inside": 1.0},
    "instantaneous output gate": {"g_h": 2.5, "alpha_r": 2.0, "tau_r": 0.0, "m_r": 0.2},
    "instantaneous update gate": {"g_h": 2.5, "alpha_z": 3.0, "tau_z": 0.0, "s_z": 0.3},
    "constant gates": {"g_h": 2.5, "alpha_z": 0.0, "beta_z": 0.5, "alpha_r": 0.0, "beta_r": 0.2},
    "closed output gate": {"g_h": 2.5, "alpha_r": 2.0, "beta_r": math.inf},
}  # fmt: skip


@pytest.fixture(params=KINDS)
def kind(request):
    """Parameters of each kind of network."""
    from phasemap.model.parameters import make_parameters

    return make_parameters(KINDS[request.param])


@pytest.fixture
def network(kind):
    return draw_network(kind, 23, np.random.SeedSequence(5))
