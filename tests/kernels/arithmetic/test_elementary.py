"""The vectorising elementary functions against mpmath, and the compiled nonlinearities against their NumPy twins."""

import math

import mpmath
import numpy as np
import pytest
from numba import njit

from phasemap.kernels.arithmetic import elementary
from phasemap.kernels.averages import gaussian
from phasemap.kernels.compilation import KERNEL, REDUCTION
from phasemap.model.unit import nonlinearities

UNCACHED = {**KERNEL, "cache": False}
ULP = 2.3e-16


@njit(**UNCACHED)
def every_exp(x, out):
    for i in range(x.size):
        out[i] = elementary.exp(x[i])


@njit(**UNCACHED)
def every_expm1(x, out):
    for i in range(x.size):
        out[i] = elementary.expm1(x[i])


@njit(**UNCACHED)
def every_tanh(x, out):
    for i in range(x.size):
        out[i] = elementary.tanh(x[i])


@njit(**UNCACHED)
def every_logistic(x, out):
    for i in range(x.size):
        out[i] = elementary.logistic(x[i])


@njit(**{**REDUCTION, "cache": False})
def sum_of_exp(x):
    total = 0.0
    for i in range(x.size):
        total += elementary.exp(x[i])
    return total


@njit(**UNCACHED)
def every_tanh_and_slope(x, out):
    for i in range(x.size):
        out[i, 0], out[i, 1] = gaussian._tanh_and_slope(x[i])


@njit(**UNCACHED)
def every_logistic_and_complement(x, out):
    for i in range(x.size):
        out[i, 0], out[i, 1] = gaussian._logistic_and_complement(x[i])


def arguments(largest):
    rng = np.random.default_rng(1)
    small = 10.0 ** rng.uniform(-300, 0, 200) * rng.choice([-1.0, 1.0], 200)
    return np.concatenate([[0.0], small, rng.uniform(-largest, largest, 400)])


@pytest.mark.parametrize(
    ("compiled", "exact", "largest", "ulps"),
    [
        (every_exp, mpmath.exp, 700.0, 2),
        (every_expm1, mpmath.expm1, 600.0, 3),
        (every_tanh, mpmath.tanh, 19.0, 4),
        (every_logistic, lambda x: 1 / (1 + mpmath.exp(-x)), 600.0, 4),
    ],
)
def test_relative_error_is_a_few_ulps(compiled, exact, largest, ulps):
    x = arguments(largest)
    got = np.empty_like(x)
    compiled(x, got)
    with mpmath.workdps(40):
        want = np.array([float(exact(mpmath.mpf(float(v)))) for v in x])
    error = np.abs(got - want)
    assert (error <= ulps * ULP * np.abs(want)).all()


def test_arguments_beyond_the_range_saturate():
    x = np.array([-1e300, -800.0, 800.0, 1e300, -np.inf, np.inf])
    out = np.empty_like(x)
    every_exp(x, out)
    assert np.isfinite(out).all()
    assert (out[[0, 1, 4]] < 1e-300).all() and (out[[2, 3, 5]] > 1e300).all()
    every_tanh(x, out)
    np.testing.assert_array_equal(out, np.sign(x))
    every_logistic(x, out)
    np.testing.assert_allclose(out, x > 0, atol=1e-300)


def test_reordered_sums_do_not_touch_the_rounding_inside():
    """The exponential rounds by adding and subtracting a constant, which a reassociating compiler would remove."""
    x = np.random.default_rng(0).normal(size=4099)
    assert sum_of_exp(x) == pytest.approx(math.fsum(np.exp(x)), rel=1e-14)


def test_tanh_and_its_slope_match_their_twins():
    x = arguments(30.0)
    out = np.empty((x.size, 2))
    every_tanh_and_slope(2.0 * x, out)
    np.testing.assert_allclose(out[:, 0], nonlinearities.activation(x, 1.0), rtol=4 * ULP, atol=0)
    np.testing.assert_allclose(out[:, 1], nonlinearities.activation_slope(x, 1.0), atol=4 * ULP)
    tail = np.array([10.0, -15.0])
    every_tanh_and_slope(2.0 * tail, out[:2])
    np.testing.assert_allclose(out[:2, 1], 1.0 / np.cosh(tail) ** 2, rtol=1e-14)


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (3.0, 2.0), (50.0, -4.0)])
def test_gates_match_their_twins(alpha, beta):
    x = arguments(10.0)
    out = np.empty((x.size, 2))
    every_logistic_and_complement(alpha * x - beta, out)
    np.testing.assert_allclose(out[:, 0], nonlinearities.gate(x, alpha, beta), rtol=8 * ULP, atol=0)
    np.testing.assert_allclose(alpha * out[:, 0] * out[:, 1], nonlinearities.gate_slope(x, alpha, beta), atol=1e-14)
