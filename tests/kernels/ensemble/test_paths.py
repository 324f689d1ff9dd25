"""Paths on a ring against closed forms, refinement in time, and finite differences."""

import math

import numpy as np
import pytest

from phasemap.kernels.ensemble import paths as kernels
from phasemap.kernels.ensemble import smooth_gate, tangent

LANES = 8
STILL = np.zeros(LANES)
NO_NOISE = np.empty((0, LANES))
# Placements of a noise input, and whether it is white.
NOISES = ((kernels.INSIDE, 1.0), (kernels.OUTSIDE, 1.0), (kernels.INSIDE, 0.0), (kernels.OUTSIDE, 0.0))


def smooth_field(steps, modes, seed):
    """Random trigonometric polynomials (steps, LANES) on a ring of period 1: the same functions at every resolution."""
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, modes, LANES)) / math.sqrt(modes)
    phase = 2.0 * math.pi * np.outer(np.arange(steps) / steps, np.arange(1, modes + 1))
    return np.cos(phase) @ a + np.sin(phase) @ b


def periodic(decay, source):
    log_decay, end, out = np.empty(LANES), np.empty(LANES), np.empty_like(decay)
    kernels.ring_totals(decay, source, log_decay, end)
    kernels.ring_sweep(decay, source, end / -np.expm1(log_decay), out)
    return out


def smooth_path(gate, eta, step, constant=STILL, noise=NO_NOISE, placement=kernels.NO_NOISE, white=0.0):
    decay, source = np.empty_like(eta), np.empty_like(eta)
    kernels.smooth_steps(gate, eta, constant, noise, placement, white, step, decay, source)
    return periodic(decay, source)


def hard_path(z, eta, step, constant=STILL, threshold=0.0):
    decay, source = np.empty_like(eta), np.empty_like(eta)
    kernels.hard_steps(z, threshold, 1.0, eta, constant, NO_NOISE, kernels.NO_NOISE, 0.0, step, decay, source)
    return periodic(decay, source)


def single_path(gate, eta, step, constant=STILL, noise=NO_NOISE, placement=kernels.NO_NOISE, white=0.0):
    """h and tanh(h) in single precision."""
    gate, eta, constant, noise = (x.astype(np.float32) for x in (gate, eta, constant, noise))
    decay, source, h, phi = (np.empty_like(eta) for _ in range(4))
    log_decay, end = np.empty((2, LANES), dtype=np.float32)
    smooth_gate.path_steps(gate, eta, constant, step, decay, source, log_decay)
    if placement != kernels.NO_NOISE:
        smooth_gate.add_noise(gate, noise, placement, white, step, source)
    smooth_gate.ring_ends(decay, source, end)
    smooth_gate.path_sweep(decay, source, end / -np.expm1(log_decay), 1.0, 0.0, h, phi)
    return h, phi


def perturbation(gate, coupling, zeta, w, rate, step):
    """u (steps, LANES), in single precision."""
    gate, coupling, zeta, w = (x.astype(np.float32) for x in (gate, coupling, zeta, w))
    force, decay, source, u = (np.empty_like(gate) for _ in range(4))
    log_decay, end = np.empty((2, LANES), dtype=np.float32)
    tangent.tangent_steps(gate, coupling, zeta, w, rate, step, force, decay, source, log_decay)
    smooth_gate.ring_ends(decay, source, end)
    tangent.response_sweep(decay, source, end / -np.expm1(log_decay), np.ones_like(u), u)
    return u


def logistic(x):
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def test_gate_rows_are_the_gate_of_either_sign_of_z():
    z = smooth_field(16, 3, 0)
    for sign in (1.0, -1.0):
        out = np.empty_like(z)
        kernels.gate_rows(z, 4.0, 0.7, sign, out)
        np.testing.assert_allclose(out, logistic(4.0 * sign * z - 0.7), rtol=1e-12, atol=1e-15)


def test_activation_rows_are_the_activation():
    h, out = smooth_field(16, 3, 1), np.empty((16, LANES), dtype=np.float32)
    kernels.activation_rows(h, 2.5, -0.3, out)
    exact = np.tanh((2.5 * h - 0.3).astype(np.float32).astype(float))
    np.testing.assert_allclose(out, exact, rtol=4e-7, atol=1e-30)


def test_power_is_summed_over_lanes():
    rows, out = smooth_field(16, 3, 2), np.ones(16)
    kernels.add_power(rows, out)
    np.testing.assert_allclose(out, 1.0 + (rows**2).sum(axis=1), rtol=1e-14)


@pytest.mark.parametrize("step", [0.05, 1.0, 30.0])
def test_a_constant_drive_is_followed_exactly_whatever_the_gate_and_the_step(step):
    gate = logistic(3.0 * smooth_field(64, 8, 3))
    eta = np.broadcast_to(np.linspace(-1, 1, LANES), gate.shape).copy()
    np.testing.assert_allclose(smooth_path(gate, eta, step), eta, atol=1e-13)


def test_a_constant_gate_filters_every_frequency_by_its_transfer_function():
    steps, period, rate, k = 256, 20.0, 0.4, 3
    t = np.arange(steps) * period / steps
    omega = 2.0 * math.pi * k / period
    eta = np.repeat(np.cos(omega * t)[:, None], LANES, axis=1)
    exact = (np.exp(1j * omega * t) / (1.0 + 1j * omega / rate)).real
    h = smooth_path(np.full_like(eta, rate), eta, period / steps)
    np.testing.assert_allclose(h[:, 0], exact, atol=2e-7)


@pytest.mark.parametrize("step", [1e-3, 0.7, 40.0])
def test_paths_in_single_precision_are_those_in_double(step):
    gate, eta, constant = logistic(5.0 * smooth_field(64, 8, 4)), smooth_field(64, 8, 5), np.linspace(-0.2, 0.3, LANES)
    h = smooth_path(gate, eta, step, constant)
    single, phi = single_path(gate, eta, step, constant)
    np.testing.assert_allclose(single, h, atol=1e-6 * np.abs(h).max())
    np.testing.assert_allclose(phi, np.tanh(single), rtol=4e-7, atol=1e-7)


@pytest.mark.parametrize("step", [0.05, 0.7, 40.0])
@pytest.mark.parametrize(("placement", "white"), NOISES)
def test_noise_in_single_precision_is_that_in_double(placement, white, step):
    gate, noise = np.full((64, LANES), 0.3), smooth_field(64, 30, 6)
    h = smooth_path(gate, 0.0 * gate, step, STILL, noise, placement, white)
    single, _ = single_path(gate, 0.0 * gate, step, STILL, noise, placement, white)
    np.testing.assert_allclose(single, h, atol=3e-6 * np.abs(h).max() + 3e-7)


@pytest.mark.parametrize("shut", [1e-3, 1e-7, 1e-12, 1e-30])
def test_a_gate_however_nearly_shut_lets_a_drive_through_in_single_precision(shut):
    gate = shut * logistic(3.0 * smooth_field(64, 4, 7))
    eta = np.broadcast_to(np.linspace(-1, 1, LANES), gate.shape).copy()
    h, _ = single_path(gate, eta, 0.5, shut * 0.3 * np.ones(LANES))
    assert np.isfinite(h).all()
    if shut > 1e-10:  # below, the double ones have no digits left
        np.testing.assert_allclose(h, smooth_path(gate, eta, 0.5, shut * 0.3 * np.ones(LANES)), rtol=2e-5, atol=1e-6)
    without, _ = single_path(gate, eta, 0.5)
    np.testing.assert_allclose(without, eta, rtol=2e-6, atol=1e-7)


def test_gates_in_single_precision_keep_their_digits_however_small():
    z, out = np.linspace(-20.0, 4.0, 64 * LANES).reshape(64, LANES), np.empty((64, LANES), dtype=np.float32)
    smooth_gate.gate_rows(z.astype(np.float32), 4.0, 2.0, 1.0, out)
    exact = 1.0 / (1.0 + np.exp(2.0 - 4.0 * z.astype(np.float32).astype(float)))
    np.testing.assert_allclose(out, exact, rtol=1e-5)


def test_modes_are_filtered_by_complex_factors():
    rng = np.random.default_rng(3)
    noise = (rng.standard_normal((16, 4)) + 1j * rng.standard_normal((16, 4))).astype(np.complex64)
    factors = (rng.standard_normal(16) + 1j * rng.standard_normal(16)).astype(np.complex64)
    out = np.empty((16, 8), dtype=np.float32)
    smooth_gate.filter_rows(noise.view(np.float32), factors, out, False)
    np.testing.assert_allclose(out.view(np.complex64), factors[:, None] * noise, rtol=1e-5, atol=1e-6)
    smooth_gate.filter_rows(noise.view(np.float32), factors, out, True)
    np.testing.assert_allclose(out.view(np.complex64), 2.0 * factors[:, None] * noise, rtol=1e-5, atol=1e-6)


def test_paths_converge_at_fourth_order_in_the_time_step():
    period = 30.0
    errors = []
    exact = None
    for steps in (8192, 1024, 512, 256):
        gate = logistic(4.0 * smooth_field(steps, 6, 6))
        h = smooth_path(gate, smooth_field(steps, 6, 7), period / steps)
        if exact is None:
            exact = h
        else:
            errors.append(np.abs(h - exact[:: 8192 // steps]).max())
    orders = np.log2(np.array(errors[1:]) / errors[:-1])
    assert (orders > 3.6).all(), (errors, orders)


def test_steps_longer_than_the_membrane_time_stay_accurate_for_slow_drives():
    # At a step of 5 membrane times h follows a slow drive adiabatically: h = eta - eta'/sigma + ...
    steps, period = 256, 256 * 5.0
    gate = logistic(2.0 * smooth_field(steps, 2, 8))
    eta = smooth_field(steps, 2, 9)
    fine = 64 * steps
    reference = smooth_path(logistic(2.0 * smooth_field(fine, 2, 8)), smooth_field(fine, 2, 9), period / fine)[::64]
    assert np.abs(smooth_path(gate, eta, period / steps) - reference).max() < 2e-4


def test_an_input_outside_the_bracket_is_divided_by_a_constant_gate():
    eta = np.zeros((32, LANES))
    constant = np.linspace(-1.0, 1.0, LANES)
    h = smooth_path(np.full_like(eta, 0.25), eta, 0.9, constant)
    np.testing.assert_allclose(h, np.broadcast_to(constant / 0.25, h.shape), rtol=1e-12, atol=1e-14)


def test_a_hard_gate_freezes_h_while_it_is_shut():
    steps = 400
    z = np.repeat(np.cos(2.0 * math.pi * np.arange(steps) / steps)[:, None], LANES, axis=1)
    eta = smooth_field(steps, 5, 10)
    h = hard_path(z, eta, 0.05)
    shut = z[:, 0] < -0.05
    assert np.ptp(h[shut], axis=0).max() < 1e-12
    assert np.ptp(h[~shut], axis=0).min() > 1e-2


def test_crossings_of_a_hard_gate_are_located_within_the_step():
    errors = []
    exact = None
    for steps in (16384, 512, 256, 128):
        h = hard_path(smooth_field(steps, 4, 11), smooth_field(steps, 4, 12), 30.0 / steps, np.full(LANES, 0.02))
        if exact is None:
            exact = h
        else:
            errors.append(np.abs(h - exact[:: 16384 // steps]).max())
    # Far better than the first order of a gate that switches on the grid.
    assert errors[0] < 1e-4
    assert errors[1] / errors[0] > 3.5


def test_a_steep_gate_tends_to_the_hard_one():
    steps = 8192
    z, eta = smooth_field(steps, 4, 13), smooth_field(steps, 4, 14)
    hard = hard_path(z, eta, 40.0 / steps)
    gaps = [np.abs(smooth_path(logistic(alpha * z), eta, 40.0 / steps) - hard).max() for alpha in (50.0, 200.0, 800.0)]
    assert gaps[0] > 2.0 * gaps[1] > 4.0 * gaps[2]
    assert gaps[2] < 0.02


@pytest.mark.parametrize("placement", [kernels.INSIDE, kernels.OUTSIDE])
@pytest.mark.parametrize("step", [0.1, 1.5])
def test_white_noise_gives_its_exact_variance_at_any_step(placement, step):
    steps, rate, amplitude = 4096, 0.6, 0.8
    noise = np.random.default_rng(0).standard_normal((steps, LANES)) * amplitude / math.sqrt(step)
    gate = np.full((steps, LANES), rate)
    h = smooth_path(gate, np.zeros_like(gate), step, STILL, noise, placement, 1.0)
    expected = amplitude**2 * rate / 2.0 if placement == kernels.INSIDE else amplitude**2 / (2.0 * rate)
    independent = steps * LANES * min(1.0, rate * step)
    assert np.mean(h**2) == pytest.approx(expected, rel=5.0 * math.sqrt(2.0 / independent))


def test_the_tangent_is_the_derivative_of_the_path():
    steps, step, alpha, eps = 2048, 0.02, 3.0, 1e-5
    z, eta, zeta, w = (smooth_field(steps, 5, seed) for seed in (15, 16, 17, 18))

    def path(sign):
        return smooth_path(logistic(alpha * (z + sign * eps * w)), eta + sign * eps * zeta, step)

    h = smooth_path(logistic(alpha * z), eta, step)
    gate = logistic(alpha * z)
    coupling = alpha * gate * (1.0 - gate) * (eta - h)
    derivative = (path(1.0) - path(-1.0)) / (2.0 * eps)
    np.testing.assert_allclose(perturbation(gate, coupling, zeta, w, 0.0, step), derivative, atol=2e-5)


def test_growth_shifts_the_rates_of_the_tangent():
    steps, period, rate, growth, k = 512, 20.0, 0.4, 0.15, 2
    t = np.arange(steps) * period / steps
    omega = 2.0 * math.pi * k / period
    zeta = np.repeat(np.cos(omega * t)[:, None], LANES, axis=1)
    gate, coupling, w = np.full_like(zeta, rate), np.zeros_like(zeta), np.zeros_like(zeta)
    exact = (rate * np.exp(1j * omega * t) / (rate + growth + 1j * omega)).real
    u = perturbation(gate, coupling, zeta, w, growth, period / steps)
    np.testing.assert_allclose(u[:, 0], exact, atol=1e-6)
