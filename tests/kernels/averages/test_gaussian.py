"""Gaussian averages against mpmath, over steepnesses, biases and variances of any size."""

import math

import mpmath
import numpy as np
import pytest

from phasemap.kernels.averages.gaussian import activation_averages, gate_averages, slope_square_moments


def quad(f, steepness, offset):
    """The integral of f(u) over xi ~ N(0, 1), u = steepness xi - offset, for f that bends around u = 0."""
    a, b = mpmath.mpf(steepness), mpmath.mpf(offset)
    step = b / a
    peak = mpmath.sign(step) * min(abs(step), 4 * a)
    low, high = -13 + min(0, peak), 13 + max(0, peak)
    points = {low, high, mpmath.mpf(0), peak} | {step + k / a for k in (-60, -20, -6, -2, 0, 2, 6, 20, 60)}
    points |= {mpmath.mpf(k) for k in (-6, -3, 3, 6)}
    inside = sorted(p for p in points if low <= p <= high)
    return mpmath.quad(lambda x: f(a * x - b) * mpmath.npdf(x), inside)


def logistic(u):
    return 1 / (1 + mpmath.exp(-u))


def sech2(u):
    return mpmath.sech(u) ** 2


def draws(n, seed):
    rng = np.random.default_rng(seed)
    for k in range(n):
        yield 10.0 ** rng.uniform(-2, 3), [0.0, rng.normal(), 6.0 * rng.normal()][k % 3], 10.0 ** rng.uniform(-7, 2)


@pytest.mark.parametrize(("alpha", "offset", "variance"), list(draws(9, 1)))
def test_gate_averages_have_twelve_digits(alpha, offset, variance):
    a = alpha * math.sqrt(variance)
    aa = mpmath.mpf(alpha) ** 2
    with mpmath.workdps(25):
        want = [
            quad(logistic, a, offset),
            quad(lambda u: logistic(u) ** 2, a, offset),
            aa * quad(lambda u: (logistic(u) * logistic(-u)) ** 2, a, offset),
            aa / 2 * quad(lambda u: logistic(u) * logistic(-u) * (1 - 2 * logistic(u)), a, offset),
            aa * quad(lambda u: logistic(u) ** 2 * logistic(-u) * (2 - 3 * logistic(u)), a, offset),
        ]
    got = gate_averages(alpha, offset, float(logistic(-offset)), variance)
    assert np.array(got[:3]) == pytest.approx([float(w) for w in want[:3]], rel=1e-12)
    # The derivatives pass through zero: relative to the sizes of what cancels in them.
    size = alpha**2 / (1 + a)
    assert got[3] == pytest.approx(float(want[3]), rel=1e-11, abs=1e-14 * size * got[0])
    assert got[4] == pytest.approx(float(want[4]), rel=1e-11, abs=1e-14 * size * got[1])


@pytest.mark.parametrize(("g", "b", "variance"), list(draws(9, 2)))
def test_activation_averages_have_twelve_digits(g, b, variance):
    b = max(min(b, 4.0), -4.0)
    c, gg = g * math.sqrt(variance), mpmath.mpf(g) ** 2
    with mpmath.workdps(25):
        want = [
            quad(lambda u: mpmath.tanh(u) ** 2, c, -b),
            gg * quad(lambda u: sech2(u) ** 2, c, -b),
            gg * quad(lambda u: sech2(u) ** 2 - 2 * sech2(u) * mpmath.tanh(u) ** 2, c, -b),
            gg**2 * quad(lambda u: 8 * sech2(u) ** 2 - 10 * sech2(u) ** 3, c, -b),
            2 * quad(lambda u: sech2(u) * mpmath.tanh(u), c, -b),
            -4 * gg * quad(lambda u: sech2(u) ** 2 * mpmath.tanh(u), c, -b),
        ]
    got = activation_averages(g, b, variance)
    assert np.array(got[:2]) == pytest.approx([float(w) for w in want[:2]], rel=1e-12)
    size = g**2 / (1 + c)
    assert got[2] == pytest.approx(float(want[2]), rel=1e-11, abs=1e-14 * size)
    assert got[3] == pytest.approx(float(want[3]), rel=1e-11, abs=1e-14 * size * g**2 / (1 + c))
    assert got[4] == pytest.approx(float(want[4]), rel=1e-12, abs=1e-15)
    assert got[5] == pytest.approx(float(want[5]), rel=1e-12, abs=1e-15 * g**2)


@pytest.mark.parametrize(("g", "b", "variance"), [(2.0, 0.0, 0.3), (0.5, 1.0, 4.0), (1e4, -3.0, 1.0), (3.0, 0.7, 1e6)])
def test_moments_under_the_squared_slope(g, b, variance):
    c = g * math.sqrt(variance)
    with mpmath.workdps(25):
        plain = g**2 * quad(lambda u: sech2(u) ** 2, c, -b)
        weighted = g**2 * quad(lambda u: sech2(u) ** 2 * (0.3 + 1.7 * (u - b) / c) ** 2, c, -b)
    got = slope_square_moments(g, b, variance, 0.3, 1.7)
    assert got == pytest.approx((float(plain), float(weighted)), rel=1e-12)


def test_derivatives_are_those_of_the_averages():
    for f, args in ((gate_averages, (3.0, 1.2, 0.2)), (activation_averages, (1.7, 0.6))):
        step = 1e-4
        up, down, here = (np.array(f(*args, 0.4 + s)) for s in (step, -step, 0.0))
        n = 3 if f is gate_averages else 2
        assert here[n : 2 * n] == pytest.approx((up[:n] - down[:n]) / (2 * step), rel=1e-6)


def test_tiny_variances_keep_their_relative_accuracy():
    for variance in (1e-300, 1e-30, 1e-12):
        assert activation_averages(2.0, 0.0, variance)[0] == pytest.approx(4.0 * variance, rel=1e-11)


@pytest.mark.parametrize("steepness", [1.0, 4.4, 30.0, 1e5, 1e20])
@pytest.mark.parametrize("place", [5.0, 8.4, 8.6, 20.0, 37.0, 6000.0])
def test_a_step_far_in_the_tail_leaves_the_plateau_alone(steepness, place):
    """1 - <s> is below the Gaussian tail plus the step's own tail: to rounding the gate is open."""
    offset = -place * steepness
    tail = 0.5 * math.erfc(place / math.sqrt(2)) + math.exp(min(offset + 0.5 * steepness**2, 0.0))
    mean, square, slope_square, *_ = gate_averages(steepness, offset, 1.0, 1.0)
    assert 1 - 2 * tail - 1e-13 <= mean <= 1 + 1e-13
    assert 1 - 4 * tail - 1e-13 <= square <= 1 + 1e-13
    assert 0 <= slope_square <= steepness * (2 * tail + 1e-12) + steepness**2 * 1e-14
    plateau = activation_averages(0.5 * steepness, -0.5 * offset, 1.0)[0]
    assert 1 - 8 * tail - 1e-13 <= plateau <= 1 + 1e-13


def test_a_certain_argument_gives_the_value_at_rest():
    assert gate_averages(3.0, 1.0, 0.3, 0.0)[:3] == pytest.approx((0.3, 0.09, (3.0 * 0.3 * 0.7) ** 2))
    assert gate_averages(0.0, 0.0, 0.3, 5.0)[:3] == pytest.approx((0.3, 0.09, 0.0))
    square, slope_square, *_ = activation_averages(2.0, 0.4, 0.0)
    assert square == pytest.approx(math.tanh(0.4) ** 2, rel=1e-13)
    assert slope_square == pytest.approx((2.0 / math.cosh(0.4) ** 2) ** 2, rel=1e-13)


def test_a_hard_gate_is_the_limit_of_steep_ones():
    variance, threshold = 0.7, 0.3
    hard = gate_averages(math.inf, threshold, 0.0, variance)
    errors = []
    for alpha in (1e3, 1e4, 1e5):
        steep = gate_averages(alpha, alpha * threshold, 0.0, variance)
        errors.append(max(abs(steep[k] - hard[k]) for k in (0, 1, 3, 4)))
    assert hard[0] == hard[1] == pytest.approx(0.5 * math.erfc(threshold / math.sqrt(2 * variance)), rel=1e-14)
    assert math.isinf(hard[2])
    # <s> - <s^2> is of the order of the width 1 / alpha.
    assert errors[0] > 5 * errors[1] > 25 * errors[2]
    assert errors[2] < 1e-4
