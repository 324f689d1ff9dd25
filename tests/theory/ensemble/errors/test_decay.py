"""Times of correlation functions from below: below the true ones for every shape, close to them where noise allows."""

import numpy as np
import pytest

from phasemap.theory.ensemble.errors.decay import correlation_from_below, relaxation_from_below
from phasemap.theory.ensemble.sampling.ring import Ring

RING = Ring(400.0, 512)
# C(t), its relaxation time and its correlation time.
SHAPES = {
    "exponential": (lambda t: np.exp(-t / 20.0), 20.0, 20.0),
    "mixture": (lambda t: 0.5 * np.exp(-t / 20.0) + 0.5 * np.exp(-t / 4.0), 20.0, 12.0),
    "next to an onset": (lambda t: 1.0 / np.cosh(t / 20.0), 20.0, 10.0 * np.pi),
    "square of it": (lambda t: 1.0 / np.cosh(t / 40.0) ** 2, 20.0, 40.0),
}


def groups_of(shape, noise, seed):
    """Sixteen groups (16, half) of a correlation function with smooth noise that vanishes at lag zero."""
    walk = np.cumsum(np.random.default_rng(seed).normal(size=(16, RING.lags.size)) * 0.05, axis=1)
    covariance = shape(RING.lags)
    return 0.4 * (covariance + noise * np.tanh(walk - walk[:, :1]) * np.sqrt(np.maximum(1.0 - covariance**2, 0.0)))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(("noise", "least"), [(0.0, 0.9), (0.1, 0.5), (0.3, 0.25)])
def test_bounds_of_times_hold_for_every_shape_and_tighten_with_the_noise(name, noise, least):
    shape, relaxation, correlation = SHAPES[name]
    for seed in range(20):
        groups = groups_of(shape, noise, seed)
        assert least * relaxation < relaxation_from_below(groups, RING, True) < 1.001 * relaxation
        assert least * correlation < correlation_from_below(groups, RING, True) < 1.001 * correlation


def test_other_errors_of_times_lower_their_bounds():
    groups = groups_of(SHAPES["exponential"][0], 0.02, 1)
    for bound in (relaxation_from_below, correlation_from_below):
        np.testing.assert_allclose(bound(groups, RING, True, 0.5), bound(groups, RING, True) / 2.5)


def test_a_limit_that_is_not_zero_is_no_slow_decay():
    groups = groups_of(lambda t: 0.3 + 0.7 * np.exp(-t / 20.0), 0.02, 1)
    assert 10.0 < relaxation_from_below(groups, RING, False) < 20.0


def test_noise_alone_bounds_nothing():
    noise = np.random.default_rng(1).normal(size=(16, RING.lags.size))
    assert np.isnan(relaxation_from_below(noise, RING, True))
    assert np.isnan(correlation_from_below(noise - noise.mean(axis=0), RING, True))
