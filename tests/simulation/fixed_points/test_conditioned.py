"""Networks drawn given a fixed point, and the solver that takes their Jacobians' spectra."""

import math

import numpy as np
import pytest

from phasemap.errors import UnsupportedError
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.fixed_points.conditioned import draw_conditioned_network
from phasemap.simulation.fixed_points.equilibria import random_starts, solve_equilibrium
from phasemap.simulation.fixed_points.jacobian import eigenvalues
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start
from phasemap.simulation.solvers import network_equilibria

SEED = np.random.SeedSequence(5)
GATED = {"g_h": 2.5, "alpha_z": 3.0, "alpha_r": 4.0}


def output(p, state):
    h, _, r = state
    return np.tanh(p.g_h * h + p.beta_h) / (1.0 + np.exp(-p.alpha_r * r + p.beta_r))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"beta_h": 0.4, "beta_r": 1.0},
        {"s_h": 0.3, "s_z": 0.2, "s_r": 0.5, "m_h": -0.2, "m_r": 0.3, "input_inside": 1.0},
        {"tau_r": 0.0},
    ],
)
def test_the_state_is_a_rest_point_of_the_flow(changes):
    drawn = draw_conditioned_network(make_parameters(**GATED | changes), 80, SEED)
    assert drawn.residual < 1e-6
    assert not drawn.is_zero
    found = solve_equilibrium(drawn.network, drawn.state[0])
    np.testing.assert_allclose(found.state, drawn.state, atol=1e-5)


def test_a_constant_update_gate_scales_the_input_outside_of_it():
    p = make_parameters(g_h=0.8, alpha_z=0.0, beta_z=1.0, s_h=0.3)
    drawn = draw_conditioned_network(p, 60, SEED)
    integrator = start(drawn.network, 0.1, 0.0, SEED)
    integrator.advance(4000)
    np.testing.assert_allclose(integrator.state[0], drawn.state[0], atol=1e-4)


def test_couplings_change_along_the_output_of_the_fixed_point_alone():
    p = make_parameters(**GATED)
    drawn, free = draw_conditioned_network(p, 50, SEED), draw_network(p, 50, SEED)
    psi = output(p, drawn.state)
    across = np.random.default_rng(0).standard_normal(50)
    across -= psi * (psi @ across) / (psi @ psi)
    np.testing.assert_allclose(drawn.network.J_h @ across, free.J_h @ across, atol=1e-6)
    np.testing.assert_array_equal(drawn.network.J_r, free.J_r)
    np.testing.assert_array_equal(drawn.network.J_z, free.J_z)


def test_the_variance_of_the_fields_is_the_one_that_the_couplings_give():
    p = make_parameters(**GATED)
    drawn = draw_conditioned_network(p, 300, SEED)
    assert np.mean(drawn.state[0] ** 2) == pytest.approx(np.mean(output(p, drawn.state) ** 2), rel=1e-10)
    # Rows of free couplings times the same output have this variance, up to the noise of 300 units.
    J = np.random.default_rng(1).standard_normal((3000, 300)) / math.sqrt(300)
    sample = J @ output(p, drawn.state)
    assert np.mean(sample**2) == pytest.approx(np.mean(drawn.state[0] ** 2), rel=0.1)


def test_the_zero_state_is_taken_only_where_it_is_alone():
    alone, beside = (draw_conditioned_network(make_parameters(g_h=g), 200, SEED) for g in (0.7, 1.5))
    assert (alone.is_zero, beside.is_zero) == (True, False)
    np.testing.assert_array_equal(alone.network.J_h, draw_network(make_parameters(g_h=0.7), 200, SEED).J_h)
    # Above the static fold of a steep output gate the zero state is stable, and not alone.
    assert not draw_conditioned_network(make_parameters(g_h=1.9, alpha_r=12.0), 400, SEED).is_zero


def test_half_of_the_eigenvalues_behind_a_hard_update_gate_are_zero():
    p = make_parameters(g_h=2.0, alpha_z=math.inf, beta_z=0.0)
    drawn = draw_conditioned_network(p, 300, SEED)
    values = eigenvalues(drawn.network, drawn.state, np.zeros(300)).values
    frozen = int((drawn.state[1] < 0.0).sum())
    assert 110 < frozen < 190
    assert int((np.abs(values) < 1e-9).sum()) >= frozen


def test_fixed_points_found_by_search_have_smaller_fields():
    p, found, drawn = make_parameters(g_h=2.0), [], []
    for k in range(12):
        seed = np.random.SeedSequence([7, k])
        (beginning,) = random_starts(60, 1, (0.5, 1.0), np.random.default_rng(k))
        equilibrium = solve_equilibrium(draw_network(p, 60, seed), beginning)
        if equilibrium is not None:
            found.append(np.var(equilibrium.state[0]))
        drawn.append(np.var(draw_conditioned_network(p, 60, seed).state[0]))
    assert len(found) > 8
    assert np.mean(found) < 0.8 * np.mean(drawn)


@pytest.mark.parametrize("changes", [{"noise_h": 0.1}, {"s_h": 0.2}, {"m_h": 0.2}, {"beta_z": math.inf}])
def test_without_fixed_points_of_this_kind_there_is_nothing(changes):
    p = make_parameters(**GATED | changes)
    with pytest.raises(UnsupportedError):
        draw_conditioned_network(p, 20, SEED)
    found = network_equilibria.solve_points([p], SimulationOptions(size=20, realisations=2), [SEED])
    assert all(one.status[0] == Status.ABSENT for one in found.values())


def test_a_hard_output_gate_has_a_variance_and_no_edge():
    p = make_parameters(g_h=3.0, alpha_r=math.inf, beta_r=0.0)
    found = network_equilibria.solve_points([p], SimulationOptions(size=50, realisations=3), [SEED])
    assert found["network_delta_h"].status[0] == Status.CONVERGED
    assert found["network_leading_edge"].status[0] == Status.ABSENT


def test_networks_partly_at_the_zero_state_have_no_mean():
    # Next to the static fold some small samples have a solution beside the zero one and some have none.
    p, options = make_parameters(g_h=1.6, alpha_r=12.0), SimulationOptions(size=30, realisations=12)
    states = [draw_conditioned_network(p, 30, np.random.SeedSequence(k)).is_zero for k in range(30)]
    assert any(states) != all(states)
    found = network_equilibria.solve_points([p], options, [SEED])
    assert found["network_delta_h"].status[0] == Status.NOT_CONVERGED


def test_the_same_seed_gives_the_same_numbers_whatever_the_block():
    points = [make_parameters(g_h=g, alpha_z=2.0) for g in (0.8, 2.0)]
    seeds = [np.random.SeedSequence(k) for k in range(2)]
    options = SimulationOptions(size=40, realisations=2)
    together = network_equilibria.solve_points(points, options, seeds)
    for k in range(2):
        alone = network_equilibria.solve_points(points[k : k + 1], options, seeds[k : k + 1])
        for name, one in together.items():
            assert one.value[k] == alone[name].value[0]
