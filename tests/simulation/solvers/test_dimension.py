"""Participation ratios of networks."""

import numpy as np
import pytest

from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.network.disorder import draw_network, realisation_seed
from phasemap.simulation.solvers import dimension
from phasemap.studies.networks.network import simulate
from phasemap.theory.dimension import solver

SEED = np.random.SeedSequence(4)
SHORT = SimulationOptions(size=60, realisations=1, duration=100.0, transient=30.0)
AT = 0, BRANCHES.index(FLUCTUATING)


def test_without_activity_there_is_none() -> None:
    found = dimension.solve_points([make_parameters(g_h=0.5)], SHORT, [SEED])
    assert all(one.status[0] == Status.ABSENT for one in found.values())


def test_an_unstable_step_fails() -> None:
    options = SimulationOptions(size=30, realisations=1, duration=100.0, transient=30.0, time_step=5.0)
    found = dimension.solve_points([make_parameters(g_h=3.0)], options, [SEED])
    assert found["network_participation_ratio"].status[0] == Status.FAILED


def test_a_record_shorter_than_its_memory_is_not_converged() -> None:
    options = SimulationOptions(size=60, realisations=1, duration=20.0, transient=30.0)
    found = dimension.solve_points([make_parameters(g_h=3.0)], options, [SEED])
    assert found["network_participation_ratio"].status[0] == Status.NOT_CONVERGED


def test_one_network_has_the_ratios_of_the_first_of_many() -> None:
    options = SimulationOptions(size=40, duration=40.0, transient=20.0, exponents=1)
    p = make_parameters(g_h=3.0, alpha_r=2.0)
    own = realisation_seed(SEED, 40, 0)
    expected, _ = dimension.ratios(draw_network(p, 40, own), options, own)
    found = simulate(p, options, SEED, threads=1).estimates
    for name in dimension.NAMES:
        np.testing.assert_array_equal(found[f"network_{name}"].value[0], expected[name].value)
    assert np.isfinite(found["network_participation_ratio_output_gate"].value[0])


def test_an_instantaneous_gate_is_read_when_the_activity_is() -> None:
    """r = J^r phi at the time of phi, where the integrator keeps that of its last stage."""
    p = make_parameters(g_h=3.0, alpha_r=2.0, tau_r=0.0, s_r=0.3)
    network = draw_network(p, 20, SEED)
    h = np.random.default_rng(0).standard_normal((1, 3, 20))
    _, phi, psi, r, z = dimension._variables(network, np.stack([h, 0 * h, 0 * h]))
    assert z is None
    assert r is not None
    assert psi is not None
    assert phi is not None
    np.testing.assert_allclose(r[0, 1], network.J_r @ np.tanh(3.0 * h[0, 1]) + network.drive[2], rtol=1e-6)
    np.testing.assert_allclose(psi, phi / (1.0 + np.exp(-2.0 * r)), rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("static", [{"beta_h": 0.2}, {"s_h": 0.1, "s_r": 0.5}])
def test_a_bias_and_static_inputs_lower_the_dimension_as_the_mean_field_says(static: dict[str, float]) -> None:
    """0.0805 and 0.0465 where it is 0.1069 without; what psi has more than h is 1.56 and 1.38 where it is 1.72."""
    p = make_parameters({"g_h": 2.5, "alpha_r": 5.0, **static})
    options = SimulationOptions(size=200, duration=100.0, transient=40.0, realisations=6)
    networks = dimension.solve_points([p], options, [np.random.SeedSequence(4)])
    theory = solver.solve_points([p], None, [SEED])
    predicted = {name: float(theory[name].value[AT]) for name in dimension.NAMES[:4]}
    measured = {name: float(networks[f"network_{name}"].value[0]) for name in predicted}
    assert all(theory[name].status[AT] == Status.CONVERGED for name in predicted)
    h = "participation_ratio"
    assert measured[h] == pytest.approx(predicted[h], rel=0.25)  # six networks of 200: 5 to 15 %
    for name in dimension.NAMES[1:4]:
        assert measured[name] / measured[h] == pytest.approx(predicted[name] / predicted[h], rel=0.12)
