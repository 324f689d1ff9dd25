"""Decay of sampled correlation functions."""

import math

import numpy as np
import pytest

from phasemap.theory.ensemble import tail
from phasemap.theory.ensemble.sampling.ring import Ring

RING = Ring(200.0, 1024)


def exponential(time, floor=0.0):
    """An exponential and its image from around the ring."""
    return floor + np.exp(-RING.lags / time) + np.exp(-(RING.period - RING.lags) / time)


@pytest.mark.parametrize("time", [1.5, 7.0, 20.0])
def test_an_exponential_tail_is_recovered(time):
    found = tail.fit(exponential(time), RING, odd=True)
    assert found.time == pytest.approx(time, rel=0.01)
    assert found.spread < 0.02 * time
    assert found.amplitude == pytest.approx(1.0, rel=0.02)


def test_the_limit_is_subtracted_where_there_is_one():
    assert tail.fit(exponential(5.0, floor=0.4), RING, odd=False).time == pytest.approx(5.0, rel=0.01)
    assert tail.limit(exponential(5.0, floor=0.4), odd=False) == pytest.approx(0.4, abs=1e-6)


def test_noise_that_makes_values_negative_does_no_harm():
    rng = np.random.default_rng(0)
    noisy = exponential(6.0) + 0.02 * rng.standard_normal(RING.lags.size)
    noisy[0] = 1.0
    found = tail.fit(noisy, RING, odd=True, between=(3.0, 40.0))
    assert (noisy[(RING.lags > 3.0) & (RING.lags < 40.0)] < 0.0).any()
    assert found.time == pytest.approx(6.0, rel=0.05)


def test_two_times_show_in_the_spread():
    mixed = 0.6 * exponential(3.0) + 0.4 * exponential(25.0)
    found = tail.fit(mixed, RING, odd=True)
    assert found.spread > 0.1 * found.time


def test_what_does_not_decay_has_an_infinite_time():
    assert math.isinf(tail.fit(np.ones_like(RING.lags), RING, odd=True).time)


def test_what_falls_at_once_far_out_has_no_tail():
    spike = np.where(RING.lags < 98.2, 1.0, 0.0)
    found = tail.fit(spike, RING, odd=True, between=(97.9, 99.0))
    assert math.isinf(found.time)
    assert found.amplitude == 0.0


def test_crossings_are_interpolated():
    assert tail.crossing(np.exp(-RING.lags / 10.0), RING, math.exp(-1.0)) == pytest.approx(10.0, rel=1e-3)
    assert math.isinf(tail.crossing(np.ones_like(RING.lags), RING, 0.5))
