import math

import numpy as np
import pytest

from phasemap.errors import ParameterError
from phasemap.simulation.estimators.extrapolation import extrapolate_to_infinite_size
from phasemap.simulation.estimators.statistics import block_error, combine_realisations, stationary_from


def autoregressive(n, memory, rng, runs=1):
    noise = rng.standard_normal((n + 50 * 20, runs))
    x = np.zeros_like(noise)
    for i in range(1, len(noise)):
        x[i] = memory * x[i - 1] + noise[i]
    return x[-n:]


def test_block_error_covers_the_mean_of_a_correlated_series(rng=None):
    rng = np.random.default_rng(2)
    memory = 0.9
    series = autoregressive(4096, memory, rng, runs=50)
    exact = 1.0 / (1.0 - memory) / math.sqrt(4096)
    errors = block_error(series)
    assert 0.8 * exact < np.median(errors) < 1.6 * exact
    assert np.mean(np.abs(series.mean(axis=0)) < 2.0 * errors) >= 0.9


def test_short_series_have_no_error():
    assert block_error(np.arange(5.0)) == np.inf


def test_a_transient_is_dropped_and_a_stationary_series_is_kept():
    rng = np.random.default_rng(4)
    series = autoregressive(2000, 0.5, rng)[:, 0]
    assert stationary_from(series) == 0
    transient = series + 20.0 * np.exp(-np.arange(2000) / 60.0)
    assert 0 < stationary_from(transient) <= 1000


def test_a_drifting_series_is_never_stationary():
    rng = np.random.default_rng(4)
    series = autoregressive(2000, 0.5, rng)[:, 0] + 0.02 * np.arange(2000)
    assert stationary_from(series) == 2000


def test_combined_error_is_not_below_the_errors_in_time():
    value, error = combine_realisations(np.array([1.0, 1.0, 1.0, 1.0]), np.full(4, 0.2))
    assert (value, error) == (1.0, pytest.approx(0.1))
    value, error = combine_realisations(np.array([0.0, 2.0]), np.full(2, 0.01))
    assert error == pytest.approx(math.sqrt(2.0) / math.sqrt(2.0))


def test_extrapolation_recovers_a_line_in_one_over_the_size():
    sizes = np.array([250, 500, 1000])
    fit = extrapolate_to_infinite_size(sizes, 0.235 - 8.0 / sizes, np.full(3, 0.01))
    assert fit.limit == pytest.approx(0.235)
    assert fit.slope == pytest.approx(-8.0)
    assert fit.chi_square == pytest.approx(0.0, abs=1e-12)


def test_extrapolation_error_covers_the_scatter():
    rng = np.random.default_rng(0)
    sizes, errors = np.array([250, 500, 1000, 2000]), np.array([4.0, 3.0, 2.0, 1.5])
    pulls = []
    for _ in range(400):
        fit = extrapolate_to_infinite_size(sizes, 7.0 - 100.0 / sizes + errors * rng.standard_normal(4), errors)
        pulls.append((fit.limit - 7.0) / fit.error)
    assert 0.7 < np.std(pulls) < 1.15


def test_two_sizes_cannot_vouch_for_a_line():
    two, three = (np.array(sizes, dtype=float) for sizes in ([100, 200], [100, 150, 200]))
    curved = 0.2 - 5.0 / two - 500.0 / two**2
    fit = extrapolate_to_infinite_size(two, curved, [1e-4, 1e-4])
    assert abs(fit.limit - 0.2) < 2.0 * fit.error
    assert fit.error == pytest.approx(0.5 * abs(fit.limit - curved[1]), rel=1e-3)
    assert extrapolate_to_infinite_size(three, 0.2 - 5.0 / three, [1e-4] * 3).error < 1e-3


@pytest.mark.parametrize(
    ("sizes", "errors", "words"), [([500, 500], [1, 1], "two different"), ([1, 2], [1, 0], "positive error")]
)
def test_extrapolation_says_what_is_missing(sizes, errors, words):
    with pytest.raises(ParameterError, match=words):
        extrapolate_to_infinite_size(sizes, [1.0, 2.0], errors)
