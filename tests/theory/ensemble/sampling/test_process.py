"""Covariances of the Gaussian parts of the single-unit process."""

import math

import numpy as np
import pytest

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import make_parameters
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring

RING = Ring(102.4, 256)


def process(**values):
    return Process(make_parameters(g_h=3.0, alpha_z=3.0, **values))


def test_the_drive_is_the_product_of_activity_and_output_gate():
    activity = 0.6 * np.exp(-RING.lags / 4.0)
    one = process(alpha_r=2.0)
    sigma, _ = one.output_gate(activity, RING)
    np.testing.assert_allclose(one.drive(activity, RING), activity * sigma)
    assert sigma[-1] == pytest.approx(0.25, abs=1e-6)  # beta_r = 0: <sigma>**2 once r has forgotten
    np.testing.assert_allclose(process().drive(activity, RING), activity)


def test_a_steep_output_gate_tends_to_the_arcsine_law():
    activity = 0.6 * np.exp(-RING.lags / 4.0)
    hard = process(alpha_r=math.inf, beta_r=0.0).output_gate(activity, RING)[0]
    steep = process(alpha_r=2000.0).output_gate(activity, RING)[0]
    np.testing.assert_allclose(steep, hard, atol=2e-3)
    covariance = RING.low_pass(activity, 1.0)
    np.testing.assert_allclose(hard, 0.25 + np.arcsin(covariance / covariance[0]) / (2.0 * math.pi), atol=1e-10)


def test_static_inputs_add_constants():
    activity = 0.6 / np.cosh(RING.lags / 4.0)
    bare, driven = process(), process(s_h=0.3, s_z=0.5, input_inside=1.0)
    np.testing.assert_allclose(driven.drive(activity, RING) - bare.drive(activity, RING), 0.09)
    np.testing.assert_allclose(driven.gate_variable(activity, RING) - bare.gate_variable(activity, RING), 0.25)
    assert process(s_h=0.3, m_h=0.2).outside_input == (0.2, 0.3)


def test_step_means_of_noise_carry_its_power_at_zero_frequency():
    for tau in (0.0, 0.05, 1.0, 4.0):
        covariance = process(noise_h=0.4, tau_noise=tau).noise_steps(RING)
        total = 2.0 * (RING.weights @ covariance)
        expected = 0.16 if tau == 0.0 else 2.0 * 0.16 * tau
        assert total == pytest.approx(expected, rel=1e-3 if tau == 0.0 else 0.02)


def test_step_means_of_short_noise_are_those_of_white_noise():
    short = process(noise_h=0.4 / math.sqrt(2e-5), tau_noise=1e-5).noise_steps(RING)
    white = process(noise_h=0.4).noise_steps(RING)
    np.testing.assert_allclose(short, white, atol=2e-3 * white[0])


def test_a_small_gain_is_a_contraction():
    assert Process(make_parameters(g_h=0.99, alpha_z=3.0)).is_contraction
    assert Process(make_parameters(g_h=0.99, alpha_z=3.0, alpha_r=50.0)).is_contraction
    assert Process(make_parameters(g_h=1.9, alpha_z=3.0, beta_r=0.0)).is_contraction
    assert not Process(make_parameters(g_h=1.01, alpha_z=3.0)).is_contraction
    assert not Process(make_parameters(g_h=0.5, alpha_z=3.0, s_h=0.1)).is_contraction


@pytest.mark.parametrize("gate", ["z", "r"])
def test_white_noise_on_an_instantaneous_gate_is_refused(gate):
    with pytest.raises(UnsupportedError, match=f"noise_{gate}"):
        process(**{"alpha_r": 2.0, f"tau_{gate}": 0.0, f"noise_{gate}": 0.3})
