"""Even functions on a ring of time."""

import numpy as np
import pytest

from phasemap.theory.ensemble.sampling.ring import Ring, resample


def decaying(ring, time=1.2):
    return 1.0 / np.cosh(ring.lags / time)


def test_spectrum_and_covariance_are_inverse():
    ring = Ring(40.0, 128)
    covariance = decaying(ring)
    np.testing.assert_allclose(ring.covariance(ring.spectrum(covariance)), covariance, atol=1e-14)


def test_the_spectrum_is_that_of_the_full_ring():
    ring = Ring(40.0, 128)
    covariance = decaying(ring)
    full = np.concatenate([covariance, covariance[-2:0:-1]])
    np.testing.assert_allclose(ring.spectrum(covariance), np.fft.rfft(full).real, atol=1e-12)


def test_the_low_pass_of_an_exponential_is_the_known_one():
    # tau x' = -x + y with <y y> = exp(-|t|): the spectrum 2 / ((1 + w^2)(1 + tau^2 w^2)).
    ring, tau = Ring(80.0, 8192), 3.0
    expected = (tau * np.exp(-ring.lags / tau) - np.exp(-ring.lags)) / (tau**2 - 1.0)
    np.testing.assert_allclose(ring.low_pass(np.exp(-ring.lags), tau), expected, atol=1e-4)


def test_the_low_pass_without_inertia_changes_nothing_but_the_gain():
    ring = Ring(40.0, 128)
    np.testing.assert_allclose(ring.low_pass(decaying(ring), 0.0, 2.0), decaying(ring) / 4.0)


@pytest.mark.parametrize("steps", [64, 256, 512])
def test_resampling_keeps_smooth_functions(steps):
    ring = Ring(40.0, 128)
    target = Ring(40.0, steps)
    np.testing.assert_allclose(resample(decaying(ring), ring, target), decaying(target), atol=1e-6)


def test_weights_integrate_from_zero_to_half_the_period():
    ring = Ring(80.0, 512)
    assert ring.weights @ decaying(ring) == pytest.approx(0.6 * np.pi, rel=1e-6)
