"""Hard and steep gates in motion: what a crossing of a threshold does to the path and to a tangent vector."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from phasemap.kernels.network.steep_gates import opening
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import gate
from phasemap.simulation.lyapunov.exponents import maximum_exponent, record
from phasemap.simulation.network.disorder import draw_network, realisation_seed
from phasemap.simulation.network.integrators import start
from phasemap.simulation.solvers.network import solve_points

SEED = np.random.SeedSequence(4)
HARD = {
    "update gate": {"g_h": 3.0, "alpha_z": math.inf},
    "update gate and input outside": {"g_h": 3.0, "alpha_z": math.inf, "tau_z": 0.7, "s_h": 0.2},
    "output gate": {"g_h": 3.0, "alpha_r": math.inf},
    "both, input inside": {
        "g_h": 3.0, "alpha_z": math.inf, "alpha_r": math.inf, "tau_r": 2.0, "s_h": 0.3, "input_inside": 1.0,
    },
    "hard output, smooth update gate": {"g_h": 3.0, "alpha_z": 2.0, "alpha_r": math.inf},
}  # fmt: skip
MOVING = pytest.mark.parametrize("kind", HARD)


def flow_between_events(network, start_state, duration):
    """The path by scipy, restarted wherever a hard gate's variable crosses zero; returns the end state (3, N)."""
    p, n = network.parameters, network.size
    J_h, J_z, J_r = (np.asarray(J, dtype=float) if J.size else np.zeros((n, n)) for J in network.arguments()[2:])
    hard = [field for field, is_hard in ((1, network.hard_gates[0]), (2, network.hard_gates[1])) if is_hard]
    side = np.sign(start_state)

    def rates(_, flat):
        h, z, r = flat.reshape(3, n)
        phi = np.tanh(p.g_h * h + p.beta_h)
        sigma_z = (side[1] > 0.0) * 1.0 if 1 in hard else gate(z, p.alpha_z, p.beta_z)
        sigma_r = (side[2] > 0.0) * 1.0 if 2 in hard else gate(r, p.alpha_r, p.beta_r)
        inside, outside = (network.drive[0], 0.0) if p.input_inside else (0.0, network.drive[0])
        dh = sigma_z * (-h + J_h @ (phi * sigma_r) + inside) + outside
        return np.concatenate([dh, (-z + J_z @ phi + network.drive[1]) / p.tau_z,
                               (-r + J_r @ phi + network.drive[2]) / p.tau_r])  # fmt: skip

    def leaves(position):
        def event(_, flat):
            return flat[position] * side.ravel()[position]

        event.terminal, event.direction = True, -1
        return event

    events = [leaves(field * n + unit) for field in hard for unit in range(n)]
    places = [(field, unit) for field in hard for unit in range(n)]
    time, state, crossings = 0.0, start_state.ravel().copy(), 0
    while time < duration:
        found = solve_ivp(rates, (time, duration), state, "DOP853", events=events, rtol=1e-11, atol=1e-13)
        time, state = found.t[-1], found.y[:, -1]
        for place, times in zip(places, found.t_events, strict=True):
            if len(times):
                side[place] *= -1.0
                crossings += 1
    return state.reshape(3, n), crossings


@MOVING
def test_a_tangent_vector_is_the_difference_of_two_nearby_paths_through_crossings(kind):
    """Against paths that stop at every crossing, a millionth apart: saltations in both directions, of both gates."""
    network = draw_network(make_parameters(HARD[kind]), 12, SEED)
    integrator = start(network, 0.004, 1.0, SEED)
    initial, direction = integrator.state.copy(), integrator.x[:, 1].copy()
    integrator.advance(500, tangent=True)
    (up, crossings), (down, _) = (flow_between_events(network, initial + e * direction, 2.0) for e in (1e-6, -1e-6))
    assert crossings >= 5
    carried = np.array(network.carried)
    expected = ((up - down) / 2e-6)[carried]
    np.testing.assert_allclose(integrator.state[carried], ((up + down) / 2.0)[carried], atol=3e-5)
    assert np.abs(integrator.x[carried, 1] - expected).max() < 0.02 * np.abs(expected).max()


@MOVING
def test_the_tangent_vector_is_the_derivative_of_the_steps_themselves(kind):
    network = draw_network(make_parameters(HARD[kind]), 30, SEED)
    integrator = start(network, 0.1, 1.0, SEED)
    initial, direction = integrator.state.copy(), integrator.x[:, 1].copy()
    integrator.advance(20, tangent=True)
    ends = []
    for sign in (1.0, -1.0):
        other = start(network, 0.1, 1.0, SEED)
        other.x[:, 0] = initial + sign * 1e-7 * direction
        other.advance(20)
        ends.append(other.state.copy())
    carried = np.array(network.carried)
    np.testing.assert_allclose(integrator.x[carried, 1], ((ends[0] - ends[1]) / 2e-7)[carried], atol=1e-6)


@MOVING
def test_paths_through_crossings_converge_with_order_two(kind):
    network = draw_network(make_parameters(HARD[kind]), 60, SEED)
    ends = {}
    for steps in (20, 80, 2560):
        integrator = start(network, 2.0 / steps, 1.0, SEED)
        integrator.advance(steps)
        ends[steps] = integrator.h.copy()
    errors = [np.abs(ends[steps] - ends[2560]).mean() for steps in (20, 80)]
    assert errors[0] < 3e-3
    assert math.log(errors[0] / errors[1], 4.0) > 1.5


@pytest.mark.parametrize("alpha", [3.0, 200.0, math.inf])
def test_an_opening_is_the_mean_along_the_line_with_its_derivative(alpha):
    rng = np.random.default_rng(2)
    ends = np.zeros((2, 2, 40))
    ends[:] = rng.standard_normal((2, 2, 40))
    ends[1, 0, :10] = ends[0, 0, :10] + 1e-5 * rng.standard_normal(10)
    beta = 0.4 if math.isfinite(alpha) else 0.0
    share, up, down = np.zeros((2, 40)), np.zeros((2, 40)), np.zeros((2, 40))
    opening(ends[0], ends[1], alpha, beta, 2, share)
    along = ends[0, 0] + np.linspace(0.0, 1.0, 20001)[:, None] * (ends[1, 0] - ends[0, 0])
    np.testing.assert_allclose(share[0], gate(along, alpha, beta).mean(axis=0), atol=1e-4)
    for sign, out in ((1.0, up), (-1.0, down)):
        moved = ends.copy()
        moved[:, 0] += sign * 1e-7 * ends[:, 1]
        opening(moved[0], moved[1], alpha, beta, 1, out)
    np.testing.assert_allclose(share[1], (up[0] - down[0]) / 2e-7, rtol=1e-4, atol=1e-5)


def growth(steepness, step, size=200, duration=600.0):
    parameters = make_parameters(g_h=3.0, alpha_r=steepness)
    own = realisation_seed(SEED, size, 0)
    integrator = start(draw_network(parameters, size, own), step, 1.0, own)
    return maximum_exponent(integrator, record(integrator, 30.0, duration, 0.5))


@pytest.mark.slow
def test_the_exponent_of_a_steep_gate_does_not_hang_on_the_step():
    """At alpha_r = 300 a gate opens within a tenth of a step: slopes at the stages would miss most of it."""
    hard, steep = growth(math.inf, 0.1), growth(300.0, 0.1)
    fine = growth(300.0, 0.0125)  # slopes sampled at the stages
    assert hard.value - 3.0 * hard.error > 0.3
    for one in (steep, fine):
        assert one.good and abs(one.value - hard.value) < 3.0 * math.hypot(one.error, hard.error)


@pytest.mark.slow
def test_reference_exponent_behind_a_hard_update_gate():
    """By event-driven networks: 0.254(17) at g_h = 3, alpha_r = 5, N = 800."""
    options = SimulationOptions(size=800, realisations=1, duration=120.0, transient=40.0)
    found = solve_points([make_parameters(g_h=3.0, alpha_z=math.inf, alpha_r=5.0)], options, [SEED])
    exponent = found["network_lyapunov_max"]
    assert exponent.status[0] == Status.CONVERGED and exponent.error[0] < 0.06
    assert abs(exponent.value[0] - 0.254) < 3.0 * math.hypot(exponent.error[0], 0.017)


def test_a_hard_gate_that_follows_at_once_has_averages_and_its_exponent_is_not_sought():
    options = SimulationOptions(size=60, realisations=1, duration=40.0, transient=20.0)
    found = solve_points([make_parameters(g_h=3.0, alpha_r=math.inf, tau_r=0.0)], options, [SEED])
    assert found["network_lyapunov_max"].status[0] == Status.NOT_SOUGHT
    assert found["network_variance"].value[0] > 0.05


def test_a_network_at_rest_behind_hard_gates_has_the_eigenvalues_of_gates_that_stand_still():
    options = SimulationOptions(size=60, realisations=1, duration=40.0, transient=100.0)
    point = make_parameters(g_h=3.0, alpha_z=math.inf, tau_z=0.5)
    found = solve_points([point], options, [np.random.SeedSequence(9)])
    assert found["network_settled_fraction"].value[0] == 1.0
    # shut gates hold h (exponent 0), and the update gate has its own rate
    assert found["network_lyapunov_max"].value[0] == pytest.approx(0.0, abs=1e-7)
