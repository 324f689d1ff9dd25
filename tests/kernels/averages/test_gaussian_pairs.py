import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from phasemap.kernels.averages.gaussian_pairs import MISSING_PANEL, pair_averages
from phasemap.kernels.averages.hard_pairs import hard_pair_averages
from phasemap.kernels.averages.pair_quadrature import pair_moments, single_moments
from phasemap.model.status import Status
from phasemap.theory.dynamic.autocovariance import gaussian_pairs

CORRELATIONS = np.array([1.0, 0.9999, 0.97, 0.8, 0.3, 0.0, -0.4])


def averages(scale, bias, correlations=CORRELATIONS, as_gate=False):
    out = np.empty((3, len(correlations)))
    tables = gaussian_pairs.tables(bias)._replace(as_gate=as_gate)
    covariance = scale**2 * np.asarray(correlations)
    gaussian_pairs.with_panels(lambda: (pair_averages(float(scale**2), covariance, tables, out), None), tables)
    return out


def by_double_sum(f, scale, bias, rho):
    """<f(x) g(y)> for (f, f), (f', f') and (f, f''), f given as its value and first two derivatives."""
    step = min(0.1 / scale, 0.3)
    z = np.arange(-int(9.5 / step), int(9.5 / step) + 1) * step
    weight = np.exp(-0.5 * z * z) * step / math.sqrt(2.0 * math.pi)
    x = scale * z[:, None] + bias
    y = scale * (rho * z[:, None] + math.sqrt(1.0 - rho * rho) * z[None, :]) + bias
    a, b = f(x), f(y)
    return [
        float((weight[:, None] * weight[None, :] * p * q).sum()) for p, q in ((a[0], b[0]), (a[1], b[1]), (a[0], b[2]))
    ]


def tanh(x):
    t = np.tanh(x)
    return t, 1.0 - t * t, -2.0 * t * (1.0 - t * t)


def gate(x):
    s = 1.0 / (1.0 + np.exp(-2.0 * x))
    return s, 2.0 * s * (1.0 - s), 4.0 * s * (1.0 - s) * (1.0 - 2.0 * s)


@pytest.mark.parametrize("scale", [0.02, 0.24, 0.26, 1.0, 3.3, 9.0])
@pytest.mark.parametrize("bias", [0.0, 0.4, -1.5])
@pytest.mark.parametrize(("f", "as_gate"), [(tanh, False), (gate, True)])
def test_pair_averages_agree_with_double_sums(scale, bias, f, as_gate):
    found = averages(scale, bias, as_gate=as_gate)
    for i, rho in enumerate(CORRELATIONS):
        assert found[:, i] == pytest.approx(by_double_sum(f, scale, bias, rho), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("bias", [-3.0, -5.0])
def test_a_gate_that_is_nearly_shut_keeps_its_relative_accuracy(bias):
    found = averages(1.3, bias, as_gate=True)
    for i, rho in enumerate(CORRELATIONS[:-1]):
        assert found[0, i] == pytest.approx(by_double_sum(gate, 1.3, bias, rho)[0], rel=1e-8)
    assert found[0, 0] < 1e-2


@pytest.mark.parametrize("as_gate", [False, True])
def test_derivatives_are_those_of_the_average(as_gate):
    scale, bias, rho, h = 1.7, 0.6, 0.55, 1e-5
    found = averages(scale, bias, [rho], as_gate)[:, 0]
    variance, covariance = scale**2, rho * scale**2

    def at(dv, dc):
        wider = math.sqrt(variance + dv)
        return averages(wider, bias, [(covariance + dc) / wider**2], as_gate)[0, 0]

    assert found[1] == pytest.approx((at(0, h) - at(0, -h)) / (2 * h), rel=1e-8)
    assert found[2] == pytest.approx((at(h, 0) - at(-h, 0)) / (2 * h), rel=1e-8)


def test_quadrature_of_slopes_does_not_depend_on_its_step(monkeypatch):
    for scale, bias, psi in ((0.3, 0.0, 0.4), (2.0, 1.0, 1.1), (30.0, 4.0, 0.05), (5.0, 8.0, 2.0)):
        slope, curvature = pair_moments(scale, bias, psi)
        wide, narrow = scale * math.cos(psi / 2), scale * math.sin(psi / 2)
        a = np.arange(-40.0, 40.0, min(0.1, 0.3 * wide))
        v = np.arange(-40.0, 40.0, min(0.1, 0.3 * narrow))
        kernel = 4.0 / (np.cosh(2 * a)[:, None] + np.cosh(2 * v)[None, :]) ** 2
        normal_a = np.exp(-0.5 * ((a - bias) / wide) ** 2) * (a[1] - a[0]) / (wide * math.sqrt(2 * math.pi))
        normal_v = np.exp(-0.5 * (v / narrow) ** 2) * (v[1] - v[0]) / (narrow * math.sqrt(2 * math.pi))
        assert slope == pytest.approx(normal_a @ kernel @ normal_v, rel=1e-12)
        squares = 1.0 / np.cosh(a[:, None] + v) ** 2 + 1.0 / np.cosh(a[:, None] - v) ** 2
        assert curvature == pytest.approx(normal_a @ (kernel * (4.0 - 3.0 * squares)) @ normal_v, rel=1e-10)


@pytest.mark.parametrize(("scale", "bias"), [(0.5, 0.3), (4.0, -2.0), (9.0, 20.0), (9.0, -5.0), (25.0, -20.0)])
def test_single_averages_agree_with_adaptive_quadrature(scale, bias):
    def average(f):
        def integrand(z):
            return float(f(scale * z + bias)) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        edges = [-12.0, *sorted((x - bias) / scale for x in (-20.0, 0.0, 20.0)), 12.0]
        return sum(quad(integrand, *ends, epsabs=1e-14, epsrel=1e-13, limit=200)[0] for ends in pairwise(edges))

    wanted = [average(f) for f in (np.tanh, lambda x: gate(x)[0], lambda x: tanh(x)[2], lambda x: tanh(x)[1])]
    assert single_moments(scale, bias) == pytest.approx(wanted, rel=1e-11)


def test_a_missing_panel_is_asked_for_and_nothing_is_guessed():
    tables = gaussian_pairs._empty(0.123)
    out = np.full((3, 1), np.nan)
    assert pair_averages(1.0, np.array([0.5]), tables, out) == MISSING_PANEL
    assert np.isnan(out).all()
    assert pair_averages(1e30, np.array([0.5]), tables, out) == Status.FAILED


def test_panels_are_a_pure_function_of_the_bias():
    first, second = gaussian_pairs._empty(0.7), gaussian_pairs._empty(0.7)
    for tables, order in ((first, (0.2, 3.0)), (second, (3.0, 0.2))):
        for variance in order:
            out = np.empty((3, 1))
            gaussian_pairs.with_panels(
                lambda v=variance, t=tables, o=out: (pair_averages(v, np.array([0.1]), t, o), None), tables
            )
    assert first.pairs.tobytes() == second.pairs.tobytes()


def test_a_steep_gate_approaches_the_hard_one():
    hard = np.empty((3, len(CORRELATIONS)))
    hard_pair_averages(1.0, CORRELATIONS, 0.4, hard)
    errors = []
    for steepness in (50.0, 200.0):
        soft = averages(steepness, 0.4 * steepness, as_gate=True)
        errors.append(np.abs(soft[0] - hard[0])[2:])
    # The sharp corner of the hard gate is rounded over 1/steepness.
    assert np.all(errors[1] < 0.1 * errors[0]) and np.all(errors[1] < 1e-4)


@pytest.mark.parametrize("mean", [0.0, 0.7, -1.2])
def test_hard_pairs_agree_with_conditional_probabilities(mean):
    variance = 1.7
    deviation = math.sqrt(variance)
    out = np.empty((3, len(CORRELATIONS)))
    hard_pair_averages(variance, variance * CORRELATIONS, mean, out)
    for i, rho in enumerate(CORRELATIONS[1:], start=1):
        root = math.sqrt(1.0 - rho * rho)

        def joint(z, r=rho, s=root):
            return math.exp(-z * z / 2) / math.sqrt(2 * math.pi) * ndtr((mean / deviation + r * z) / s)

        wanted = quad(joint, -mean / deviation, 12.0, epsabs=1e-14, epsrel=1e-13, limit=200)[0]
        assert out[0, i] == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("mean", [0.0, 0.5])
def test_derivatives_of_hard_pairs(mean):
    h, variance, covariance = 1e-6, 1.3, np.array([1.3, 0.9, 0.1, -0.5])

    def at(dv, dc):
        out = np.empty((3, 4))
        hard_pair_averages(variance + dv, covariance + dc, mean, out)
        return out

    found = at(0.0, 0.0)
    covariance_slope = (at(0, h)[0] - at(0, -h)[0]) / (2 * h)
    variance_slope = (at(h, 0)[0] - at(-h, 0)[0]) / (2 * h)
    assert found[1, 1:] == pytest.approx(covariance_slope[1:], rel=1e-8)
    assert found[2, 1:] == pytest.approx(variance_slope[1:], rel=1e-8, abs=1e-10)
    # Where the pair is one variable, the second entry carries the derivative with both changing together.
    together = (at(h, np.array([h, 0, 0, 0]))[0, 0] - at(-h, np.array([-h, 0, 0, 0]))[0, 0]) / (2 * h)
    assert found[1, 0] + found[2, 0] == pytest.approx(together, rel=1e-8, abs=1e-12)
