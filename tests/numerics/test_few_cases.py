"""Intervals of shares: what they hold, and that they stay between 0 and 1."""

import numpy as np
import pytest

from phasemap.numerics.few_cases import as_normal, deviation_of_share, interval_of_share, mass_between


@pytest.mark.parametrize(("cases", "of"), [(0, 4), (1, 4), (2, 4), (4, 4), (3, 40), (500, 1000)])
def test_an_interval_holds_the_share_and_68_percent_and_stays_within_the_bounds(cases, of):
    share = cases / of
    low, high = interval_of_share(share, deviation_of_share(cases, of))
    assert 0.0 <= low <= share <= high <= 1.0
    assert mass_between(share, of, low, high) == pytest.approx(0.6827, abs=2e-3)


def test_of_no_case_in_four_the_interval_is_that_of_its_closed_form_and_of_many_the_usual_one():
    low, high = interval_of_share(0.0, deviation_of_share(0, 4))
    assert low == 0.0 and high == pytest.approx(1.0 - (1.0 - 0.682689) ** 0.2, abs=1e-5)  # (1 - x)^5 = 0.317
    low, high = interval_of_share(0.5, deviation_of_share(500, 1000))
    assert high - 0.5 == pytest.approx(0.5 - low, rel=2e-2) and high - low == pytest.approx(2 * 0.0158, rel=1e-2)


def test_a_share_without_an_error_has_no_interval():
    assert interval_of_share(0.5, 0.0) == (0.5, 0.5)


@pytest.mark.parametrize("networks", [3, 4, 8, 30])
def test_pulls_of_few_networks_are_as_rare_as_those_of_the_normal_distribution(networks):
    """Means of normal numbers over their own standard error, some of which are far out."""
    drawn = np.random.default_rng(7).normal(size=(20000, networks))
    pulls = drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / np.sqrt(networks))
    found = as_normal(pulls, np.full(len(pulls), networks - 1.0))
    np.testing.assert_array_equal(np.sign(found), np.sign(pulls))
    assert found.std() == pytest.approx(1.0, abs=0.025)
    assert (np.abs(found) > 3.0).mean() == pytest.approx(0.0027, abs=0.0012)
    if networks < 8:
        assert (np.abs(pulls) > 3.0).mean() > 0.02  # what as many errors of a standard error would be taken for


def test_many_degrees_of_freedom_change_no_pull():
    pulls = np.array([-40.0, -3.0, 0.0, 1.0, 40.0])
    np.testing.assert_allclose(as_normal(pulls, np.full(5, 1e9)), pulls, rtol=1e-6)
    assert np.isnan(as_normal(np.array([np.nan]), np.array([3.0]))).all()
    assert as_normal(np.array([11.2]), np.array([3.0]))[0] == pytest.approx(3.0, abs=0.2)
