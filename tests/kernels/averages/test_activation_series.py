"""Chebyshev series of activation averages against the averages themselves."""

import math

import numpy as np
import pytest

from phasemap.kernels.averages.activation_series import (
    LARGEST_BIAS,
    SLOPE_MOMENT,
    SLOPE_SQUARE,
    SQUARE,
    SQUARE_SLOPE,
    activation_series,
    sum_series,
)
from phasemap.kernels.averages.gaussian import activation_averages, slope_square_moments


@pytest.mark.parametrize("b", [0.0, 1e-4, -0.4, 1.0, LARGEST_BIAS])
def test_series_reproduce_the_averages_for_every_variance(b):
    c = np.concatenate([10.0 ** np.random.default_rng(0).uniform(-9, 9, 150), np.linspace(0.1, 4, 50)])
    series, out = activation_series(b), np.empty((4, c.size))
    for row in range(4):
        sum_series(series[row], c, out[row])
    near = 1 / (1 + c)
    direct = [(activation_averages(1.0, b, x * x), slope_square_moments(1.0, b, x * x, 0.0, 1.0)) for x in c]
    square, slope = (np.array([phi[k] for phi, _ in direct]) for k in (0, 2))
    plain, second = (np.array([moments[k] for _, moments in direct]) for k in (0, 1))
    assert math.tanh(b) ** 2 + (c * near) ** 2 * out[SQUARE] == pytest.approx(square, rel=1e-12)
    assert out[SLOPE_SQUARE] * near == pytest.approx(plain, rel=2e-12)
    assert out[SLOPE_MOMENT] * near**3 == pytest.approx(second, rel=1e-11)
    # The derivative passes through zero.
    assert np.abs(out[SQUARE_SLOPE] * near**3 - slope).max() < 1e-12
    assert series.shape[1] % 2 == 0


def test_fewer_terms_do_without_a_bias():
    assert activation_series(0.0).shape[1] < activation_series(LARGEST_BIAS).shape[1] <= 64
