import math
from dataclasses import replace

import numpy as np
import pytest

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.quantities import DIMENSIONS, QUANTITIES
from phasemap.simulation.estimators.outcomes import extrapolate, outcome
from phasemap.simulation.lyapunov.exponents import jacobian_matrix, leading_eigenvalues
from phasemap.simulation.lyapunov.spectra import spectrum_steps
from phasemap.simulation.lyapunov.spectrum import SpectrumSampler, estimate_spectrum
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start
from phasemap.simulation.solvers import activity, network, network_spectrum, trace
from phasemap.studies.networks.network import simulate

SEED = np.random.SeedSequence(33)
SHORT = SimulationOptions(size=60, realisations=2, duration=60.0, transient=40.0)
CHAOTIC = make_parameters(g_h=4.0)


def sampler_of(parameters, size, *, step=0.1, amplitude=1.0, transient=50.0, count=None, dtype=np.float64):
    integrator = start(draw_network(parameters, size, SEED), step, amplitude, SEED)
    integrator.advance(round(transient / step))
    return SpectrumSampler(integrator, count or integrator.network.dimension, SEED, dtype)


def measured(sampler, duration, alignment=20.0):
    sampler.align(alignment)
    sampler.measure(math.ceil(duration / sampler.interval_time))
    return estimate_spectrum(sampler.rates, complete=True).exponents


@pytest.mark.parametrize(
    "gates",
    [
        {"alpha_z": 0.0, "beta_z": 0.4, "alpha_r": 0.0, "beta_r": -0.3},
        {"alpha_z": 2.0, "beta_z": 0.4, "tau_z": 0.4, "alpha_r": 3.0, "tau_r": 3.0},
        {"alpha_r": 3.0, "tau_r": 0.0},
    ],
)
def test_linear_network_has_the_real_parts_of_its_eigenvalues(gates):
    sampler = sampler_of(make_parameters(g_h=0.8, **gates), 20, amplitude=0.0)
    eigenvalues = np.sort(np.linalg.eigvals(jacobian_matrix(sampler.flow.integrator)).real)[::-1]
    np.testing.assert_allclose(measured(sampler, 600.0, alignment=100.0), eigenvalues, atol=4e-3)


def test_a_driven_gate_that_does_not_act_adds_its_own_rate_exactly():
    """Seen from vectors along z first: N times -1 / tau_z, and then the spectrum of the network without the gate."""
    plain = sampler_of(make_parameters(g_h=4.0), 16, transient=10.0)
    idle = sampler_of(make_parameters(g_h=4.0, alpha_z=1e-14, beta_z=-40.0, tau_z=0.2), 16, transient=10.0)
    h, z = idle.flow.blocks
    h[:], z[:] = 0.0, 0.0
    z[:16] = np.eye(16)
    h[16:] = plain.flow.blocks[0]
    for sampler in (plain, idle):
        sampler.interval = 3
        sampler.measure(10)
    np.testing.assert_allclose(idle.rates[:, :16], -5.0, atol=1e-12)
    np.testing.assert_allclose(idle.rates[:, 16:], plain.rates, atol=1e-9)


def test_exponents_agree_with_a_plain_reference_on_the_same_matrix_and_start(rates_of, jacobian_of):
    """RK4 and numpy.linalg.qr at every step, written from the equations."""
    size, step, n_steps = 25, 0.01, 1000
    sampler = sampler_of(make_parameters(g_h=3.0), size, step=step, transient=0.0)
    flow = sampler.flow
    frame, x = flow.blocks[0].T.copy(), flow.integrator.h.copy()
    coupling = flow.integrator.network.J_h.astype(float)

    def field(h, vectors):
        phi = np.tanh(3.0 * h)
        return -h + coupling @ phi, -vectors + coupling @ ((3.0 * (1.0 - phi**2))[:, None] * vectors)

    total = np.zeros(size)
    for _ in range(n_steps):
        a, b = field(x, frame)
        c, d = field(x + 0.5 * step * a, frame + 0.5 * step * b)
        e, f = field(x + 0.5 * step * c, frame + 0.5 * step * d)
        g, i = field(x + step * e, frame + step * f)
        x = x + step / 6 * (a + 2 * c + 2 * e + g)
        frame, triangle = np.linalg.qr(frame + step / 6 * (b + 2 * d + 2 * f + i))
        signs = np.sign(np.diagonal(triangle))
        frame = frame * signs
        total += np.log(np.abs(np.diagonal(triangle)))
    sampler.interval = 50
    sampler.measure(10)
    np.testing.assert_allclose(flow.integrator.h, x, atol=1e-9)
    np.testing.assert_allclose(sampler.rates.mean(axis=0), total / (n_steps * step), atol=5e-7)


def test_sum_of_exponents_is_the_mean_trace():
    sampler = sampler_of(make_parameters(g_h=3.0, alpha_z=2.0, alpha_r=2.0), 24, step=0.02)
    measured(sampler, 30.0)
    assert sampler.trace_defect < 1e-6


def test_exponents_converge_with_order_four():
    rates = {}
    for halvings in (0, 1, 2, 4):
        sampler = sampler_of(make_parameters(g_h=2.5), 20, step=0.1 / 2**halvings, transient=0.0)
        sampler.interval = 5 * 2**halvings
        sampler.measure(2)
        rates[halvings] = sampler.rates.mean(axis=0)
    errors = [np.sqrt(((rates[k] - rates[4]) ** 2).mean()) for k in (0, 1, 2)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(orders - 4.0) < 0.5), orders


def test_step_halving_measures_the_bias_of_the_step():
    """One linear unit, du/dt = -u + c u: the decay is exact, the rest grows by RK4's polynomial."""
    sampler = sampler_of(make_parameters(g_h=4.0), 1, amplitude=0.0)
    sampler.interval = 5
    c = 4.0 * float(sampler.flow.integrator.network.J_h[0, 0]) * sampler.flow.step
    bias = (math.log(1 + c + c**2 / 2 + c**3 / 6 + c**4 / 24) - c) / sampler.flow.step
    assert abs(bias) > 1e-6
    assert sampler.step_error(2)[0] == pytest.approx(bias, rel=0.1)


def test_single_precision_error_covers_the_difference():
    single = sampler_of(CHAOTIC, 60, dtype=np.float32)
    single.align(20.0)
    error = single.precision_error(3)
    assert 1e-9 < np.abs(error).max() < 1e-3
    assert sampler_of(CHAOTIC, 10).precision_error(3).max() == 0.0


def test_the_interval_is_as_long_as_conditioning_allows():
    sampler = sampler_of(CHAOTIC, 60)
    sampler.align(30.0)
    sampler.measure(20)
    assert sampler.reflections == 0
    assert 1e4 < sampler.worst_condition < 1e8
    contracting = sampler_of(make_parameters(g_h=4.0, alpha_r=2.0, tau_r=0.02), 20, step=0.005)
    contracting.align(5.0)
    assert contracting.interval_time < sampler.interval_time / 3


def test_the_largest_exponent_agrees_with_a_lone_tangent_vector():
    record = simulate(CHAOTIC, replace(SHORT, duration=300.0), SEED)
    alone = record.estimates["network_lyapunov_max"]
    spectrum = record.spectrum
    error = math.hypot(alone.error[0], spectrum.errors[0])
    assert abs(alone.value[0] - spectrum.exponents[0]) < 4.0 * error
    nearest = np.argmin(np.abs(spectrum.exponents))
    assert abs(spectrum.exponents[nearest]) < 0.03


def test_a_run_goes_on_until_its_errors_are_small_enough():
    # Stationary noise-driven network: errors fall as the root of time.
    options = replace(SHORT, size=40, exponents=4, lyapunov_error=0.02)
    driven = make_parameters(g_h=2.0, noise_h=1.0)
    long = simulate(driven, options, SEED).spectrum
    assert long.stopped_by == "errors"
    assert long.estimate.errors[0] <= 0.02
    assert long.duration > 60.0
    short = simulate(driven, replace(options, max_duration=70.0, lyapunov_error=1e-5), SEED).spectrum
    assert (short.stopped_by, short.status) == ("max_duration", Status.NOT_CONVERGED)
    assert short.duration < 70.0 + 2.0 * short.interval
    assert simulate(driven, replace(options, lyapunov_error=0.0), SEED).spectrum.stopped_by == "duration"
    hurried = simulate(driven, replace(options, lyapunov_error=1e-5, max_seconds=1e-3), SEED).spectrum
    assert (hurried.stopped_by, hurried.status) == ("max_seconds", Status.NOT_CONVERGED)


def test_a_transient_that_ends_while_it_is_measured_is_no_attractor():
    """From a large amplitude to the silent state: no direction along a path, no dimension."""
    options = SimulationOptions(size=30, transient=0.0, duration=60.0)
    integrator = start(draw_network(make_parameters(g_h=0.7), 30, SEED), 0.1, 1.0, SEED)
    spectrum = drained(spectrum_steps(integrator, options, SEED))
    assert spectrum.at_rest and spectrum.dimension.value == 0.0
    assert spectrum.exponents[0] == pytest.approx(np.linalg.eigvals(jacobian_matrix(integrator)).real.max(), abs=1e-6)


def drained(steps):
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            return finished.value


def test_a_network_at_rest_has_the_spectrum_of_its_jacobian():
    quiet = make_parameters(g_h=0.6, alpha_z=1.0, m_h=0.2)
    record = simulate(quiet, SHORT, SEED)
    assert record.spectrum.stopped_by == "rest"
    assert record.spectrum.status == Status.CONVERGED
    assert record.spectrum.dimension.value == 0.0
    assert len(record.spectrum.exponents) == 120
    assert record.eliminated == {"r": -1.0}
    assert record.estimates["network_lyapunov_max"].value[0] == pytest.approx(record.spectrum.exponents[0], abs=1e-7)


def test_threads_do_not_change_a_bit_of_the_record():
    options = replace(SHORT, size=150, duration=10.0, transient=10.0)
    one, two = (simulate(make_parameters(g_h=3.0, alpha_r=2.0), options, SEED, threads=n) for n in (1, 2))
    for name, estimate in one.estimates.items():
        np.testing.assert_array_equal(estimate.value, two.estimates[name].value)
        np.testing.assert_array_equal(estimate.error, two.estimates[name].error)


def test_a_spectrum_is_not_sought_behind_a_hard_gate_in_motion():
    hard = make_parameters(g_h=3.0, alpha_r=math.inf)
    assert simulate(hard, SHORT, SEED).spectrum is None
    result = network_spectrum.solve_points([hard], SHORT, [SEED])
    statuses = {np.unique(estimate.status).item() for name, estimate in result.items() if "extrapolated" not in name}
    assert statuses == {Status.NOT_SOUGHT}


@pytest.mark.parametrize(
    ("solver", "module"),
    [
        ("network", network),
        ("network_spectrum", network_spectrum),
        ("network_activity", activity),
        ("network_trace", trace),
    ],
)
def test_solvers_return_what_the_registry_announces(solver, module):
    points = [CHAOTIC, make_parameters(g_h=3.0, alpha_z=2.0, alpha_r=1.0)]
    options = replace(SHORT, duration=20.0, transient=10.0, size=30, exponents=50)
    result = module.solve_points(points, options, SEED.spawn(2))
    announced = {quantity.name: quantity for quantity in QUANTITIES.values() if quantity.solver == solver}
    assert set(result) == set(announced)
    for name, estimate in result.items():
        shape = tuple(len(DIMENSIONS[dim].coordinates(options)) for dim in announced[name].dims)
        assert estimate.value.shape == estimate.error.shape == estimate.status.shape == (2, *shape)
        numbers = np.isin(estimate.status, [Status.CONVERGED, Status.NOT_CONVERGED])
        np.testing.assert_array_equal(np.isfinite(estimate.value), numbers)


def test_spectra_do_not_depend_on_the_block_of_points():
    options = replace(SHORT, duration=20.0, transient=10.0, size=30)
    seeds = SEED.spawn(2)
    together = network_spectrum.solve_points([CHAOTIC, make_parameters(g_h=3.0)], options, seeds)
    alone = network_spectrum.solve_points([make_parameters(g_h=3.0)], options, seeds[1:])
    for name, estimate in together.items():
        np.testing.assert_array_equal(estimate.value[1:], alone[name].value)


def test_networks_in_different_kinds_of_state_have_no_converged_mean():
    """Bistable: of these four networks two fall silent and two stay active."""
    options = replace(SHORT, size=40, realisations=4, duration=20.0, transient=60.0)
    bistable = make_parameters(g_h=1.8, alpha_r=20.0)
    settled = network.solve_points([bistable], options, [SEED])["network_settled_fraction"].value[0]
    assert 0.0 < settled < 1.0
    for name, estimate in network_spectrum.solve_points([bistable], options, [SEED]).items():
        assert not np.any(estimate.status == Status.CONVERGED), name
    alike = replace(options, realisations=1)
    one = network_spectrum.solve_points([bistable], alike, [SEED])
    assert one["network_kaplan_yorke_dimension"].status[0] == Status.CONVERGED


def test_sizes_in_different_kinds_of_state_have_no_converged_limit():
    active, silent = outcome(0.3, 0.01), outcome(-0.1, 0.01)
    groups = {50: [active, active], 100: [silent, silent]}
    assert extrapolate(groups, {50: [False, False], 100: [True, True]}).status == Status.NOT_CONVERGED
    assert extrapolate(groups, {50: [False, False], 100: [False, False]}).status == Status.CONVERGED


def test_too_few_exponents_do_not_fix_a_dimension():
    options = replace(SHORT, exponents=1, duration=30.0)
    result = network_spectrum.solve_points([CHAOTIC], options, [SEED])
    assert result["network_kaplan_yorke_dimension"].status[0] == Status.FAILED
    assert np.isfinite(result["network_lyapunov_spectrum"].value).all()


def test_arnoldi_and_dense_eigenvalues_agree():
    integrator = start(draw_network(make_parameters(g_h=1.2, alpha_r=1.0), 250, SEED), 0.1, 0.2, SEED)
    dense = np.sort(np.linalg.eigvals(jacobian_matrix(integrator)).real)[::-1]
    np.testing.assert_allclose(leading_eigenvalues(integrator, 8), dense[:8], atol=1e-6)


def test_a_limit_cycle_has_dimension_one_however_its_zero_exponent_is_measured():
    rng = np.random.default_rng(0)
    rates = np.array([-1e-4, -0.3, -1.0]) + 1e-3 * rng.standard_normal((400, 3))
    rates[:, 0] -= rates[:, 0].mean() + 1e-4
    assert estimate_spectrum(rates, complete=True, autonomous=True).dimension.value == 1.0
    assert estimate_spectrum(rates, complete=True).dimension.value == 0.0
