"""The function whose stationary value counts fixed points, and the places where its saddle is missed."""

import math

import numpy as np
import pytest

from phasemap.kernels.complexity.branch import free_parameters, static_determinant
from phasemap.kernels.complexity.continuation import End
from phasemap.kernels.complexity.moments import COUNTED, Q_PSI, SIZE, STABLE
from phasemap.kernels.complexity.saddle import lagrangian, newton
from phasemap.kernels.complexity.search import best_saddle, find_saddle
from phasemap.kernels.complexity.static_branch import log_gain, lowest_gain, upper_root

SOMEWHERE = {
    COUNTED: np.array([-1.5, -1.2, -0.5, 0.4, -1.2, -4.0, -0.1]),
    STABLE: np.array([-1.5, -1.2, -0.5, 0.4, 0.3, 0.7, 0.2]),
}


def value_and_slopes(kind: int, theta: np.ndarray, at=(3.0, 2.0, 0.3), resolution: float = 2.0):
    gradient, hessian = np.empty(SIZE), np.empty((SIZE, SIZE))
    return lagrangian(kind, *at, theta, resolution, 1.0, gradient, hessian), gradient, hessian


@pytest.mark.parametrize("kind", [COUNTED, STABLE])
def test_gradient_and_hessian_are_the_derivatives(kind: int) -> None:
    theta, step = SOMEWHERE[kind], 1e-5
    _, gradient, hessian = value_and_slopes(kind, theta)
    for i, shift in enumerate(step * np.eye(SIZE)):
        up, down = value_and_slopes(kind, theta + shift), value_and_slopes(kind, theta - shift)
        assert (up[0] - down[0]) / (2 * step) == pytest.approx(gradient[i], abs=1e-8)
        np.testing.assert_allclose((up[1] - down[1]) / (2 * step), hessian[i], atol=1e-8)


def test_value_against_a_plain_two_dimensional_sum() -> None:
    theta, g, alpha, beta = SOMEWHERE[COUNTED], 3.0, 2.0, 0.3
    q_psi, q_phi, m_psi, m_phi = math.exp(theta[0]), math.exp(theta[1]), theta[2], theta[3]
    x, t, u = np.exp(theta[4:])
    h = np.linspace(-9, 9, 2001)[:, None] * math.sqrt(q_psi)
    r = np.linspace(-9, 9, 1201)[None] * math.sqrt(q_phi)
    sigma = 1 / (1 + np.exp(-alpha * r + beta))
    phi, f = np.tanh(g * h), g / np.cosh(g * h) ** 2
    s = phi * alpha * sigma * (1 - sigma)
    W = (1 + t * f**2) * (1 + u * s**2) + x * (f * sigma) ** 2
    density = np.exp(-(h**2) / (2 * q_psi) - r**2 / (2 * q_phi)) / (2 * math.pi * math.sqrt(q_psi * q_phi))
    total = density * np.exp(m_psi * (phi * sigma) ** 2 + m_phi * phi**2) * np.sqrt(W)
    log_z = math.log(total.sum() * (h[1, 0] - h[0, 0]) * (r[0, 1] - r[0, 0]))
    expected = log_z - m_psi * q_psi - m_phi * q_phi - 0.5 * (x + t * u / x)
    assert value_and_slopes(COUNTED, theta, (g, alpha, beta))[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("g", "alpha"), [(2.0, 0.0), (100.0, 2.0), (30.0, 30.0), (1.6, 400.0), (1.6, 6400.0)])
def test_sums_resolve_steep_steps(g: float, alpha: float) -> None:
    """Trap: tanh is too coarse at large gains, and sqrt(1 + u s^2) has a kink of width 1 / alpha at h = 0."""
    theta = np.empty(SIZE)
    beta = 0.0 if alpha else -math.inf
    _, value, how = best_saddle(COUNTED, g, alpha, beta, theta, True)
    assert how == End.FOUND
    assert value_and_slopes(COUNTED, theta, (g, alpha, beta), 3.0)[0] == pytest.approx(value, abs=3e-11)


def test_trivial_saddle_is_never_returned() -> None:
    """Trap: Newton's method without the static start runs into q -> 0, whose value is no exponent."""
    g, alpha = 2.01, 2.5
    theta = np.empty(SIZE)
    free, _ = free_parameters(alpha)
    _, lowest = lowest_gain(alpha, 0.0)
    static_determinant(g, alpha, 0.0, *upper_root(math.log(g), alpha, 0.0, lowest), theta)
    _, length, good = newton(COUNTED, g, alpha, 0.0, theta, free, 1.0, 1e-11, 60)
    assert not good and length > 1e-2 and theta[Q_PSI] < -10.0
    _, value, how = best_saddle(COUNTED, g, alpha, 0.0, theta, True)
    assert how == End.FOUND and theta[Q_PSI] > -5.0
    assert value == pytest.approx(2.527167950825e-4, abs=1e-12)


def test_below_the_fold_the_saddle_is_reached_from_above_it() -> None:
    """Trap: there is no static fixed point to start from."""
    low, _ = lowest_gain(20.0, 0.0)
    assert 1.55 < math.exp(low) == pytest.approx(1.627833, abs=1e-6)
    theta = np.empty(SIZE)
    gain, value, how = best_saddle(COUNTED, 1.55, 20.0, 0.0, theta, True)
    assert how == End.FOUND and gain == 1.55
    assert value == pytest.approx(0.022785050939, abs=1e-11)


def test_search_ends_below_zero_or_in_the_zero_state() -> None:
    theta = np.empty(SIZE)
    gain, value, how = best_saddle(COUNTED, 0.5, 10.0, 0.0, theta, True)
    assert how == End.NEGATIVE and value < 0.0 and 1.58 < gain < 1.5896029
    gain, value, how = best_saddle(COUNTED, 1.5, 1.0, 0.0, theta, True)
    assert how == End.VANISHED and 0.0 < value < 1e-9 and gain == pytest.approx(2.0, abs=1e-3)


def test_two_sheets_of_the_saddle_behind_a_nearly_open_steep_gate() -> None:
    """The zero state's own branch has a small exponent; a distant saddle at the same point has a larger one."""
    near, far = np.empty(SIZE), np.empty(SIZE)
    at = (1.27, 1000.0, -1.4)
    small = find_saddle(COUNTED, *at, False, near, True)
    large = find_saddle(COUNTED, *at, True, far, True)
    assert small[2] == large[2] == End.FOUND
    assert 0.0 < small[1] < 2e-4 and large[1] > 0.08
    assert best_saddle(COUNTED, *at, near, True)[1] == large[1]


def test_upper_static_fixed_point_solves_its_equations() -> None:
    _, lowest = lowest_gain(2.0, 0.3)
    q, delta_h = upper_root(math.log(3.2), 2.0, 0.3, lowest)
    y = 3.2 * math.sqrt(delta_h)
    ln_g, same_q, same_h = log_gain(math.log(y), 2.0, 0.3)
    assert (math.exp(ln_g), same_q, same_h) == pytest.approx((3.2, q, delta_h), abs=1e-12)
