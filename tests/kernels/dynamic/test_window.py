import math

import numpy as np
import pytest
from scipy.integrate import quad

from phasemap.kernels.dynamic.window import apply_propagator, interpolate, noise_covariance, propagator
from phasemap.theory.dynamic.autocovariance.correlations import grid


@pytest.mark.parametrize("nodes", [24, 44])
def test_modes_are_a_basis_and_weights_integrate(nodes):
    g = grid(nodes, 5.0)
    assert g.to_values @ g.to_modes == pytest.approx(np.eye(nodes), abs=1e-12)
    assert g.weights @ g.t**3 == pytest.approx(0.25, abs=1e-12)
    # The lowest modes are cosines.
    assert np.sqrt(g.rates[:4]) == pytest.approx(np.pi * np.arange(4), abs=1e-6)


@pytest.mark.parametrize(("tau", "shift"), [(1.0, 1.0), (0.3, 1.4), (5.0, 0.7)])
def test_the_propagator_inverts_its_operator(tau, shift):
    # For f = exp(-t^2/2): (shift^2 - tau^2 d2/dt2) f = (shift^2 + tau^2 (1 - t^2)) f.
    g, window = grid(48, 4.0), 60.0
    t = g.t * window
    f = np.exp(-0.5 * t * t)
    image = (shift**2 + tau**2 * (1.0 - t * t)) * f
    out, matrix = np.empty(48), np.empty((48, 48))
    apply_propagator(g, window, shift, tau, image, out)
    propagator(g, window, shift, tau, matrix)
    assert out == pytest.approx(f, abs=3e-7)
    assert matrix @ image == pytest.approx(out, abs=1e-12)


@pytest.mark.parametrize("tau", [0.5, 1.0, 1.0 + 1e-9, 3.0])
def test_noise_covariance_is_the_fourier_integral_of_its_spectrum(tau):
    strength, tau_noise = 0.7, 1.0
    times = np.array([0.0, 0.4, 2.5])
    out = np.empty(3)
    noise_covariance(strength, tau_noise, tau, times, out)
    for t, value in zip(times, out, strict=True):

        def spectrum(w):
            return 2 * strength**2 * tau_noise / (1 + (w * tau_noise) ** 2) / (1 + (w * tau) ** 2) / (2 * math.pi)

        if t == 0.0:
            wanted = 2 * quad(spectrum, 0, np.inf, epsabs=1e-12)[0]
        else:
            wanted = 2 * quad(spectrum, 0, np.inf, weight="cos", wvar=t, epsabs=1e-11)[0]
        assert value == pytest.approx(wanted, abs=1e-8)


def test_white_noise_and_no_noise():
    times, out = np.array([0.0, 2.0]), np.empty(2)
    noise_covariance(0.6, 0.0, 2.0, times, out)
    assert out == pytest.approx(0.36 / 4.0 * np.exp([0.0, -1.0]), rel=1e-14)
    noise_covariance(0.0, 1.0, 2.0, times, out)
    assert np.all(out == 0.0)


def test_coloured_noise_is_white_when_it_is_fast():
    times, coloured, white = np.array([0.5, 1.0, 4.0]), np.empty(3), np.empty(3)
    tau_noise = 1e-5
    noise_covariance(1.0 / math.sqrt(2.0 * tau_noise), tau_noise, 1.0, times, coloured)
    noise_covariance(1.0, 0.0, 1.0, times, white)
    assert coloured == pytest.approx(white, rel=1e-4)


def test_an_instantaneous_gate_keeps_the_noise_as_it_is():
    times, out = np.array([0.0, 1.0]), np.empty(2)
    noise_covariance(0.5, 2.0, 0.0, times, out)
    assert out == pytest.approx(0.25 * np.exp([0.0, -0.5]), rel=1e-14)


def test_interpolation_between_windows_is_exact_for_smooth_functions():
    source, target = grid(40, 5.0), grid(24, 3.0)
    values, out = 1.0 / np.cosh(0.7 * source.t * 30.0), np.empty(24)
    interpolate(source, 30.0, values, target, 20.0, out)
    assert out == pytest.approx(1.0 / np.cosh(0.7 * target.t * 20.0), abs=1e-8)
    interpolate(source, 30.0, values, target, 90.0, out)
    assert np.all(out[target.t * 90.0 >= 30.0] == values[-1])
