"""The functions in single precision against their double twins."""

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.single import expm1_single, logistic_single, tanh_single
from phasemap.kernels.compilation import KERNEL


@njit(**{**KERNEL, "cache": False})
def every_tanh(x, out):
    for i in range(x.size):
        out[i] = tanh_single(x[i])


def test_tanh_is_that_of_single_precision_at_every_size():
    rng = np.random.default_rng(1)
    small = 10.0 ** rng.uniform(-37, 0, 400) * rng.choice([-1.0, 1.0], 400)
    x = np.concatenate([[0.0], small, rng.uniform(-12, 12, 800)]).astype(np.float32)
    out = np.empty_like(x)
    every_tanh(x, out)
    np.testing.assert_allclose(out, np.tanh(x.astype(float)), rtol=4e-7)
    every_tanh(np.float32([-np.inf, -1e30, 1e30, np.inf]), out[:4])
    np.testing.assert_array_equal(out[:4], [-1.0, -1.0, 1.0, 1.0])


@njit(**{**KERNEL, "cache": False})
def every_expm1_and_logistic(x, expm1, logistic):
    for i in range(x.size):
        expm1[i] = expm1_single(x[i])
        logistic[i] = logistic_single(x[i])


def test_exponentials_are_those_of_single_precision_at_every_size():
    rng = np.random.default_rng(2)
    small = 10.0 ** rng.uniform(-37, 0, 400) * rng.choice([-1.0, 1.0], 400)
    x = np.concatenate([[0.0], small, rng.uniform(-85, 85, 800)]).astype(np.float32)
    expm1, logistic = np.empty((2, x.size), dtype=np.float32)
    every_expm1_and_logistic(x, expm1, logistic)
    np.testing.assert_allclose(expm1, np.expm1(x.astype(float)), rtol=1e-6)
    np.testing.assert_allclose(logistic, 1.0 / (1.0 + np.exp(-x.astype(float))), rtol=1e-6)
    every_expm1_and_logistic(np.float32([-1e30, 1e30]), expm1[:2], logistic[:2])
    assert expm1[0] == -1.0 and np.isfinite(expm1[1]) and logistic[0] < 1e-36 and logistic[1] == 1.0
