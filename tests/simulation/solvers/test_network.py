import math

import numpy as np
import pytest

from phasemap.errors import ParameterError
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.lyapunov.exponents import SETTLED_SPEED, jacobian_matrix, leading_eigenvalues
from phasemap.simulation.lyapunov.spectrum import estimate_spectrum
from phasemap.simulation.lyapunov.step_check import check_step
from phasemap.simulation.network.disorder import draw_network, realisation_seed
from phasemap.simulation.network.integrators import start
from phasemap.simulation.solvers import network_equilibria
from phasemap.simulation.solvers.network import solve_points
from phasemap.studies.networks.network import simulate

SHORT = SimulationOptions(size=100, realisations=2, duration=60.0, transient=30.0)
SEEDS = np.random.SeedSequence(8).spawn(3)
CHAOTIC = make_parameters(g_h=4.0)
QUIET = make_parameters(g_h=0.5)


def test_points_do_not_depend_on_their_block():
    together = solve_points([CHAOTIC, QUIET], SHORT, SEEDS[:2])
    alone = solve_points([QUIET], SHORT, SEEDS[1:2])
    for name, estimate in together.items():
        np.testing.assert_array_equal(estimate.value[1:], alone[name].value)
        np.testing.assert_array_equal(estimate.status[1:], alone[name].status)


def test_every_value_that_is_not_a_number_has_a_status_that_says_why():
    hard = make_parameters(g_h=3.0, alpha_z=math.inf)
    for estimate in solve_points([CHAOTIC, QUIET, hard], SHORT, SEEDS).values():
        assert np.all(
            np.isfinite(estimate.value) == ~np.isin(estimate.status, [Status.ABSENT, Status.FAILED, Status.NOT_SOUGHT])
        )


def test_a_network_at_rest_has_the_leading_eigenvalue_as_exponent():
    result = solve_points([QUIET], SHORT, SEEDS[:1])
    expected = []
    for k in range(2):
        J = draw_network(QUIET, 100, realisation_seed(SEEDS[0], 100, k)).J_h.astype(float)
        expected.append(np.linalg.eigvals(0.5 * J).real.max() - 1.0)
    assert result["network_settled_fraction"].value[0] == 1.0
    assert result["network_lyapunov_max"].value[0] == pytest.approx(np.mean(expected), abs=1e-8)


def test_the_tangent_vector_grows_at_the_leading_eigenvalue_of_a_linear_network():
    seed = realisation_seed(SEEDS[0], 100, 0)
    integrator = start(draw_network(QUIET, 100, seed), 0.1, 0.0, seed)
    growth = []
    for _ in range(2000):
        integrator.advance(5, tangent=True)
        growth.append(math.log(integrator.normalise_tangent()) / 0.5)
    eigenvalue = leading_eigenvalues(integrator, 1)[0]
    assert np.mean(growth[400:]) == pytest.approx(eigenvalue, abs=2e-3)


def test_halving_the_step_measures_the_bias_of_the_exponent():
    seed = realisation_seed(SEEDS[0], 100, 0)
    errors = []
    for step in (0.2, 0.1):
        integrator = start(draw_network(CHAOTIC, 100, seed), step, 1.0, seed)
        integrator.advance(round(20.0 / step), tangent=True)
        fine = integrator.twin(step / 16.0)
        for one in (integrator, fine):
            one.normalise_tangent()
        state = integrator.x.copy()
        fine.advance(round(5.0 / fine.step), tangent=True)
        error = check_step(integrator, tangent=True).growth_error
        np.testing.assert_array_equal(integrator.x, state)
        integrator.advance(round(5.0 / step), tangent=True)
        exact = math.log(integrator.normalise_tangent() / fine.normalise_tangent()) / 5.0
        assert error == pytest.approx(exact, rel=0.1)
        errors.append(error)
    assert 8.0 < abs(errors[0] / errors[1]) < 40.0
    noisy = start(draw_network(make_parameters(g_h=2.0, noise_h=0.5), 20, seed), 0.1, 1.0, seed)
    assert check_step(noisy, tangent=True).growth_error == 0.0


def test_iterative_and_dense_eigenvalues_agree():
    parameters = make_parameters(g_h=1.5, alpha_z=1.0, alpha_r=1.0)
    seed = np.random.SeedSequence(2)
    integrator = start(draw_network(parameters, 160, seed), 0.1, 0.3, seed)
    dense = np.sort(np.linalg.eigvals(jacobian_matrix(integrator)).real)[::-1]
    np.testing.assert_allclose(leading_eigenvalues(integrator, 5), dense[:5], atol=1e-7)


def test_the_jacobian_matrix_is_the_derivative_of_the_rates(network, jacobian_of):
    integrator = start(network, 0.1, 1.0, SEEDS[0])
    expected = jacobian_of(network, integrator.state.copy())
    np.testing.assert_allclose(jacobian_matrix(integrator), expected, rtol=1e-6, atol=1e-7)


def test_sizes_are_extrapolated_and_the_largest_is_reported():
    options = SimulationOptions(sizes=(60, 120), realisations=2, duration=60.0, transient=30.0)
    result = solve_points([CHAOTIC], options, SEEDS[:1])
    large = solve_points(
        [CHAOTIC], SimulationOptions(size=120, realisations=2, duration=60.0, transient=30.0), SEEDS[:1]
    )
    assert result["network_lyapunov_max"].value[0] == large["network_lyapunov_max"].value[0]
    small = solve_points(
        [CHAOTIC], SimulationOptions(size=60, realisations=2, duration=60.0, transient=30.0), SEEDS[:1]
    )
    limit = 2 * large["network_lyapunov_max"].value[0] - small["network_lyapunov_max"].value[0]
    assert result["network_lyapunov_max_extrapolated"].value[0] == pytest.approx(limit)


@pytest.mark.slow
@pytest.mark.parametrize(("g_h", "low", "high"), [(2.0, 0.095, 0.103), (3.0, 0.216, 0.229)])
def test_reference_exponents_of_the_additive_network(g_h, low, high):
    """Computed independently: N = 800, RK4, step 0.1, 300 time units (range over realisations)."""
    options = SimulationOptions(size=800, realisations=2, duration=300.0, transient=100.0)
    found = solve_points([make_parameters(g_h=g_h)], options, SEEDS[:1])["network_lyapunov_max"]
    assert low - 2.5 * found.error[0] < found.value[0] < high + 2.5 * found.error[0]


def test_the_activity_has_the_variance_of_tanh_of_h():
    result = solve_points([CHAOTIC], SHORT, SEEDS[:1])
    variance = result["network_activity_variance"].value[0]
    # A saturating activation: more than for a linear response clipped at 1, less than full saturation.
    assert 0.5 < variance < 1.0
    at_zero_lag = result["network_activity_autocorrelation"].value[0, 0]
    frozen = variance - at_zero_lag  # the variance over units of their means over time, small in chaos
    assert 0.0 <= frozen + 0.02 < 0.15


@pytest.mark.slow
def test_exponents_extrapolate_to_the_mean_field():
    """lambda_max = 0.235460964 at g_h = 3 (two independent methods for the additive network, N -> infinity)."""
    options = SimulationOptions(sizes=(200, 300, 600), realisations=3, duration=300.0, transient=50.0)
    found = solve_points([make_parameters(g_h=3.0)], options, SEEDS[:1])["network_lyapunov_max_extrapolated"]
    assert found.status[0] == Status.CONVERGED
    assert found.error[0] < 0.02
    assert abs(found.value[0] - 0.235460964) < 3.0 * found.error[0]


def test_fast_gates_get_a_smaller_step():
    fast = make_parameters(g_h=3.0, alpha_r=2.0, tau_r=0.01)
    result = solve_points([fast], SHORT, SEEDS[:1])
    limit = solve_points([make_parameters(g_h=3.0, alpha_r=2.0, tau_r=0.0)], SHORT, SEEDS[:1])
    found, expected = result["network_variance"], limit["network_variance"]
    assert abs(found.value[0] - expected.value[0]) < 4.0 * np.hypot(found.error[0], expected.error[0])


def test_a_slow_approach_to_rest_is_waited_for():
    slow = make_parameters(g_h=0.85)
    options = SimulationOptions(size=400, realisations=1, duration=20.0, transient=60.0)
    seed = realisation_seed(SEEDS[0], 400, 0)
    integrator = start(draw_network(slow, 400, seed), 0.1, 1.0, seed)
    integrator.advance(800)
    assert integrator.speed() > SETTLED_SPEED  # not at rest in the time that is asked for
    result = solve_points([slow], options, SEEDS[:1])
    assert result["network_settled_fraction"].value[0] == 1.0
    J = draw_network(slow, 400, seed).J_h.astype(float)
    expected = np.linalg.eigvals(0.85 * J).real.max() - 1.0
    assert result["network_lyapunov_max"].value[0] == pytest.approx(expected, abs=1e-6)


def test_sizes_below_one_are_refused():
    with pytest.raises(ParameterError, match="at least 1"):
        solve_points([QUIET], SimulationOptions(sizes=(0, 10)), SEEDS[:1])


def test_an_unstable_fixed_point_is_not_what_a_network_shows():
    """Entropy 12.4 and dimension 29.6, "converged", of a network that was started on an unstable fixed point."""
    options = SimulationOptions(size=50, realisations=1, initial_amplitude=0.0, duration=60.0, transient=10.0)
    record = simulate(make_parameters(g_h=3.0), options, SEEDS[0])
    found = record.estimates
    assert found["network_lyapunov_max"].value[0] > 0.5
    for name in ("network_lyapunov_max", "network_variance", "network_lyapunov_spectrum"):
        assert not np.isin(found[name].status, [Status.CONVERGED]).any()
    for name in ("network_entropy_rate", "network_kaplan_yorke_dimension", "network_entropy_rate_per_unit"):
        assert found[name].status[0] == Status.ABSENT
    assert any("initial_amplitude" in remark and "unstable" in remark for remark in record.remarks)


def test_the_error_of_an_entropy_is_at_least_that_of_the_largest_exponent():
    """Entropy 0 +- 0 beside a largest exponent of -0.030 +- 0.019."""
    rng = np.random.default_rng(3)
    rates = rng.standard_normal((200, 4)) * 0.3 - np.array([0.03, 0.2, 0.5, 1.0])
    estimate = estimate_spectrum(rates, complete=True)
    assert estimate.entropy.value == 0.0
    assert estimate.entropy.error >= estimate.errors[0] > 0.01


def test_a_short_run_that_still_relaxes_is_not_converged_with_a_wrong_mean():
    """Transient 0, duration 30, from amplitude 20: 4.3 +- 2.6 "converged"; right is 0.56."""
    options = SimulationOptions(
        size=100, realisations=1, transient=0.0, duration=30.0, initial_amplitude=20.0, time_step=0.1
    )
    found = solve_points([make_parameters(g_h=3.0)], options, SEEDS[:1])["network_variance"]
    assert found.status[0] != Status.CONVERGED or abs(found.value[0] - 0.56) < 3.0 * found.error[0] < 0.6


def test_a_size_that_is_named_twice_is_refused():
    with pytest.raises(ParameterError, match="twice"):
        solve_points([QUIET], SimulationOptions(sizes=(60, 60)), SEEDS[:1])


@pytest.mark.parametrize("gates", [{"alpha_z": 1.0, "tau_z": 10.0}, {"alpha_r": 1.0, "tau_r": 10.0}])
@pytest.mark.parametrize("size", [100, 300])
def test_a_gate_that_varies_has_its_own_rate(gates, size):
    """Networks at rest: N eigenvalues at -1/tau, above all others; by the dense solver and by iteration."""
    options = SimulationOptions(size=size, realisations=1, transient=300.0, duration=50.0)
    point = make_parameters(g_h=0.5, **gates)
    exponent = solve_points([point], options, SEEDS[:1])["network_lyapunov_max"]
    assert (exponent.status[0], exponent.value[0]) == (Status.CONVERGED, pytest.approx(-0.1, abs=1e-6))
    edge = network_equilibria.solve_points([point], options, SEEDS[:1])["network_leading_edge"]
    assert edge.value[0] == pytest.approx(-0.1, abs=1e-6)


def test_a_constant_gate_is_no_degree_of_freedom():
    options = SimulationOptions(size=50, realisations=1, transient=100.0, duration=50.0)
    point = make_parameters(g_h=0.5, alpha_r=0.0, beta_r=-math.inf, tau_r=10.0)
    edge = network_equilibria.solve_points([point], options, SEEDS[:1])["network_leading_edge"]
    assert edge.value[0] < -0.3


def test_networks_with_a_moving_gate_and_noise_keep_to_the_rate_of_the_gate():
    options = SimulationOptions(size=100, realisations=1, transient=200.0, duration=300.0)
    point = make_parameters(g_h=0.5, noise_h=0.3, tau_noise=1.0, alpha_z=1.0, tau_z=10.0)
    exponent = solve_points([point], options, SEEDS[:1])["network_lyapunov_max"]
    assert exponent.value[0] == pytest.approx(-0.1, abs=0.01)
