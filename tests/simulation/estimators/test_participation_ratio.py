"""The participation ratio of a known covariance, from records as long as networks are run."""

import numpy as np
import pytest
from scipy.signal import lfilter

from phasemap.simulation.estimators.autocorrelations import participation_ratio
from phasemap.simulation.estimators.participation import ratio_of_trajectories

SIZE, STEP = 150, 0.5
VARIANCES = 1.0 / (1.0 + np.arange(SIZE) / 8.0) ** 1.3
EXACT = VARIANCES.sum() ** 2 / (VARIANCES**2).sum()


def records(count, duration, tau, means=0.0):
    """Ornstein-Uhlenbeck modes of these variances, rotated at random, on units with frozen means."""
    rng = np.random.default_rng(7)
    rotation, _ = np.linalg.qr(rng.standard_normal((SIZE, SIZE)))
    decay, length = np.exp(-STEP / tau), round(duration / STEP)
    for _ in range(count):
        kicks = rng.standard_normal((length + 200, SIZE)) * np.sqrt(1.0 - decay**2)
        modes = lfilter([1.0], [1.0, -decay], kicks, axis=0)[200:] * np.sqrt(VARIANCES)
        yield modes @ rotation.T + means * rng.standard_normal(SIZE)


def naive(h):
    covariance = np.cov(h.T)
    return np.trace(covariance) ** 2 / (covariance**2).sum()


@pytest.mark.parametrize(("duration", "tau"), [(300.0, 3.0), (300.0, 1.5), (100.0, 1.0), (100.0, 3.0)])
@pytest.mark.parametrize("means", [0.0, 1.0])
def test_the_estimate_is_unbiased_where_the_naive_ratio_is_low(duration, tau, means):
    found = [(participation_ratio(h), naive(h)) for h in records(10, duration, tau, means)]
    values = np.array([one.value for one, _ in found])
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert np.mean([ratio for _, ratio in found]) < 0.85 * EXACT
    assert abs(values.mean() - EXACT) < 3.0 * error + 0.03 * EXACT
    assert error < 0.05 * EXACT


@pytest.mark.parametrize("means", [0.0, 1.0])
def test_trajectories_of_the_same_couplings_have_no_bias(means):
    """Twenty correlation times each, where the naive ratio has lost more than half."""
    one_network = records(40, 60.0, 3.0)
    frozen = means * np.random.default_rng(1).standard_normal(SIZE)
    groups = [np.stack([next(one_network) + frozen for _ in range(4)]) for _ in range(10)]
    found = [ratio_of_trajectories(group) for group in groups]
    values = np.array([one.value for one in found])
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert np.mean([naive(group[0]) for group in groups]) < 0.5 * EXACT
    assert abs(values.mean() - EXACT) < 3.0 * error
    assert error < 0.05 * EXACT
    assert 0.4 < np.mean([one.error for one in found]) / values.std(ddof=1) < 2.0


def test_one_trajectory_is_cut_into_segments():
    h = next(records(1, 100.0, 1.0))
    assert ratio_of_trajectories(h[None]) == participation_ratio(h)
    assert np.isnan(ratio_of_trajectories(h[:12].reshape(2, 6, SIZE)).value)


def test_its_error_is_the_scatter():
    found = [participation_ratio(h) for h in records(20, 200.0, 2.0)]
    scatter = np.std([one.value for one in found], ddof=1)
    assert 0.6 < np.mean([one.error for one in found]) / scatter < 1.7


def test_activity_that_ends_has_no_ratio():
    """All motion lies in the first segment: others share nothing with it."""
    h = np.zeros((400, 5))
    h[:20] = np.random.default_rng(0).standard_normal((20, 5))
    assert not participation_ratio(h - h.mean(axis=0)).value > 5.0
