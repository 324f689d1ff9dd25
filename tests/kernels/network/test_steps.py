import math

import numpy as np
import pytest

from phasemap.kernels.network.steps import gate_values, multiply
from phasemap.model.unit import nonlinearities as nl


@pytest.mark.parametrize("size", [1, 3, 4, 7, 64, 101])
@pytest.mark.parametrize("columns", [1, 2])
def test_products_of_any_size_and_number_of_columns(size, columns):
    rng = np.random.default_rng(size)
    J = rng.standard_normal((size, size)).astype(np.float32)
    x, y = rng.standard_normal((2, size)), np.full((2, size), np.nan)
    multiply(J, x, y, columns)
    np.testing.assert_allclose(y[:columns], x[:columns] @ J.astype(float).T, rtol=1e-11, atol=1e-11)
    assert np.isnan(y[columns:]).all()


@pytest.mark.parametrize("alpha", [0.0, 2.5, math.inf])
@pytest.mark.parametrize("beta", [-math.inf, -0.7, 800.0, math.inf])
def test_gates_are_those_of_the_model(alpha, beta):
    x = np.concatenate([np.linspace(-9.0, 9.0, 50), [0.0]])
    value, slope = np.empty_like(x), np.empty_like(x)
    gate_values(x, alpha, beta, value, slope)
    np.testing.assert_allclose(value, nl.gate(x, alpha, beta), rtol=1e-13, atol=1e-300)
    if math.isfinite(alpha) or math.isinf(beta):
        np.testing.assert_allclose(slope, nl.gate_slope(x, alpha, beta), rtol=1e-12, atol=1e-300)
