"""An input outside the update gate: fixed points by nested quadrature, their gains and edges, limits."""

import math

import numpy as np
import pytest
from support.static_value import UPPER, value

from phasemap.model.parameters import Parameters
from phasemap.model.status import Status
from phasemap.theory.static.fixed_points import solve_points

OUTSIDE = [
    Parameters(g_h=3.0, alpha_z=2.0, beta_z=0.0, alpha_r=2.0, beta_r=0.0, s_h=0.3, m_h=0.2, tau_z=1.5, tau_r=0.7),
    Parameters(g_h=1.2, beta_h=0.3, alpha_z=8.0, beta_z=1.0, s_h=0.05, s_z=0.4, m_z=0.1, tau_z=0.5),
    Parameters(g_h=2.0, alpha_z=25.0, beta_z=-2.0, m_h=0.1, alpha_r=math.inf, beta_r=0.0),
]


def average_over_z(straightforward, point, q, drive, inner):
    """<inner(phi, slope, x)> with x = h given z, by nested adaptive quadrature; inner also gets the gate's value."""
    gate = straightforward.Gate(point.alpha_z, point.beta_z, point.m_z)
    g = point.g_h

    def given(z):
        opened = gate(z)
        mean, variance = point.m_h / opened, drive + (point.s_h / opened) ** 2
        centre = -point.beta_h / g - mean
        breaks = [centre + k / g for k in (-15, -3, 0, 3, 15)]
        return straightforward.gaussian_average(lambda x: inner(mean + x, x, opened, variance), variance, breaks)

    return gate.average(given, q + point.s_z**2)


@pytest.mark.slow
@pytest.mark.parametrize("point", [
    Parameters(g_h=1.5, alpha_z=2.0, beta_z=0.5, alpha_r=2.0, beta_r=0.0, s_h=0.3, m_h=0.2),
    Parameters(g_h=2.0, beta_h=0.3, alpha_z=12.0, beta_z=0.0, s_h=0.01),
])  # fmt: skip
def test_input_outside_the_gate_by_nested_quadrature(straightforward, point):
    result = solve_points([point])
    q = result["delta_phi"].value[0, UPPER]
    gate = straightforward.Gate(point.alpha_r, point.beta_r, 0.0)
    direct, through = gate.average(lambda x: gate(x) ** 2, q), q * gate.average(lambda x: gate.slope(x) ** 2, q)
    drive, v = q * direct, point.s_h**2

    def slope_square(h):
        return (point.g_h * (1 - math.tanh(point.g_h * h + point.beta_h) ** 2)) ** 2

    def pulled(h, x, opened, variance):
        """The square of phi' q / sigma_z with the input I averaged given h."""
        mean, spread = point.m_h + v / opened * x / variance, v * drive / variance
        return slope_square(h) * (point.alpha_z * (1 - opened) / opened) ** 2 * (mean**2 + spread)

    average = lambda inner: average_over_z(straightforward, point, q, drive, inner)  # noqa: E731
    assert average(lambda h, *_: math.tanh(point.g_h * h + point.beta_h) ** 2) == pytest.approx(q, rel=1e-8)
    gain = average(lambda h, *_: slope_square(h)) * (direct + through) + average(pulled)
    assert result["static_gain"].value[0, UPPER] == pytest.approx(gain, rel=1e-8)


@pytest.mark.parametrize("alpha_z", [0.7, 6.0, 40.0])
def test_series_and_direct_averages_give_the_same_numbers(alpha_z):
    """A common input, however small, switches from series in the variance to direct averages."""
    series = Parameters(g_h=2.0, beta_h=0.4, alpha_z=alpha_z, beta_z=0.5, alpha_r=3.0, beta_r=0.0, s_h=0.2)
    direct = series._replace(m_h=1e-200)
    for name in ("delta_phi", "static_gain", "leading_edge", "delta_h"):
        assert value(name, series) == pytest.approx(value(name, direct), rel=1e-11)


def test_the_variance_of_h_with_input_outside_is_that_of_a_lognormal_mixture():
    """Var h = Delta_R + s^2 <1/sigma^2> + m^2 Var(1/sigma)."""
    point = Parameters(g_h=1.5, alpha_z=0.8, beta_z=0.5, s_h=0.3, m_h=0.2)
    q = value("delta_phi", point)
    x = np.linspace(-12, 12, 4001)
    weight = np.exp(-0.5 * x**2) / np.exp(-0.5 * x**2).sum()
    slowness = 1 + np.exp(0.5 - 0.8 * math.sqrt(q) * x)
    mean, square = weight @ slowness, weight @ slowness**2
    assert value("delta_h", point) == pytest.approx(q + 0.09 * square + 0.04 * (square - mean**2), rel=1e-12)


@pytest.mark.parametrize("point", OUTSIDE)
def test_gain_and_edge_with_input_outside_agree_with_the_spectral_radius_of_gamma(point):
    """S and lambda_e from the 3 x 3 matrix Gamma of section 3, its averages by Monte Carlo over sampled units."""
    result = solve_points([point])
    q, edge = (result[name].value[0, UPPER] for name in ("delta_phi", "leading_edge"))
    rng = np.random.default_rng(5)
    n = 400_000
    z = rng.normal(size=n) * math.sqrt(q + point.s_z**2) + point.m_z
    sz = 1.0 / (1.0 + np.exp(-(point.alpha_z * z - point.beta_z)))
    r = rng.normal(size=n) * math.sqrt(q)
    if math.isinf(point.alpha_r):
        sr, dsr = (r > 0).astype(float), np.zeros(n)
    elif math.isinf(point.beta_r):
        sr, dsr = np.ones(n), np.zeros(n)
    else:
        sr = 1.0 / (1.0 + np.exp(-(point.alpha_r * r - point.beta_r)))
        dsr = point.alpha_r * sr * (1 - sr)
    given = point.m_h + point.s_h * rng.normal(size=n)
    h = rng.normal(size=n) * math.sqrt(q * np.mean(sr**2)) + given / sz
    phi = np.tanh(point.g_h * h + point.beta_h)
    slope = point.g_h * (1 - phi**2)
    assert np.mean(phi**2) == pytest.approx(q, abs=5 * np.std(phi**2) / math.sqrt(n))
    if math.isinf(point.alpha_r):
        assert math.isinf(result["static_gain"].value[0, UPPER])
        return

    def radius(rate):
        column_z = slope * (-point.alpha_z * (1 - sz) * given) / (rate + sz) / (1 + point.tau_z * rate)
        column_h = slope * sz / (rate + sz)
        gamma = [
            [np.mean((column_h * sr) ** 2), np.mean((column_z * sr) ** 2),
             np.mean((phi * dsr) ** 2) / (1 + point.tau_r * rate) ** 2],
            [np.mean(column_h**2), np.mean(column_z**2), 0.0],
            [np.mean(column_h**2), np.mean(column_z**2), 0.0],
        ]  # fmt: skip
        return np.abs(np.linalg.eigvals(np.array(gamma))).max()

    gain = result["static_gain"].value[0, UPPER]
    assert (radius(0.0) > 1) == (gain > 1)
    if edge > 0:
        assert radius(edge) == pytest.approx(1.0, abs=0.02)


def test_hard_update_gate_with_input_outside_is_the_limit():
    """Shut units integrate their input and saturate: phi^2 = 1 for a fraction 1 - f of the units."""
    hard = Parameters(g_h=1.5, alpha_z=math.inf, beta_z=0.0, s_h=0.3)
    errors = [abs(value("delta_phi", hard._replace(alpha_z=a)) - value("delta_phi", hard)) for a in (1e2, 1e3)]
    assert errors[1] < 0.2 * errors[0]
    assert value("delta_phi", hard) > 0.5
    found = solve_points([hard])
    for name in ("delta_h", "static_gain", "leading_edge", "stability"):
        assert found[name].status[0, UPPER] == Status.DIVERGES and math.isnan(found[name].value[0, UPPER])
    assert "no stationary state" in dict(found.remarks)[0]


def test_vanishing_input_outside_the_gate_is_no_input():
    plain = Parameters(g_h=2.0, alpha_z=1.0, beta_z=0.0)
    for name in ("delta_phi", "static_gain", "leading_edge"):
        assert value(name, plain._replace(s_h=1e-7)) == pytest.approx(value(name, plain), rel=1e-9)
