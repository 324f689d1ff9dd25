"""The number of fixed points at N -> infinity (docs/theory.md, section 8)."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.quantities.counting import Reduced
from phasemap.model.status import Status
from phasemap.theory.complexity import counted_spectrum, hard_gate, points
from phasemap.theory.complexity.laws import onset_law
from phasemap.theory.complexity.saddles import counted
from phasemap.theory.static import fixed_points


def sigma(**parameters: float) -> float:
    return float(points.solve([make_parameters(parameters)])["complexity"].value[0])


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        ({"g_h": 2.0}, 0.024825114),
        ({"g_h": 5.0}, 0.111416994),
        ({"g_h": 3.0, "alpha_r": 2.0}, 0.02644520),
        ({"g_h": 1.8, "alpha_r": 20.0}, 0.05886562),
    ],
)
def test_check_values_of_the_notes(parameters: dict[str, float], value: float) -> None:
    found = points.solve([make_parameters(parameters)])
    assert found["complexity"].value[0] == pytest.approx(value, abs=6e-9)
    assert found["complexity"].status[0] == Status.CONVERGED and found["complexity"].error[0] < 1e-9


def test_saddle_at_a_gated_point() -> None:
    saddle = counted(Reduced(3.0, 2.0, 0.0))
    assert saddle.theta is not None
    q_psi, q_phi, x, t, u = np.exp(saddle.theta[[0, 1, 4, 5, 6]])
    expected = (0.078713, 0.283863, 0.280919, 0.011108, 0.947517)
    assert (q_psi, q_phi, x, t, u) == pytest.approx(expected, abs=1e-6)
    found = points.solve([make_parameters(g_h=3.0, alpha_r=2.0)])
    assert found["counted_delta_h"].value[0] == pytest.approx(0.063603, abs=1e-6)


def additive_exponent(g: float) -> float:
    """Stationary log int N(h; 0, q) exp(m phi^2) (1 + u f^2)^(1/2) - m q - u/2: adaptive quadrature, nested."""

    def average(function, q: float, m: float, u: float) -> float:
        def integrand(h: float) -> float:
            phi = math.tanh(g * h)
            f2 = (g * (1 - phi * phi)) ** 2
            weight = math.exp(-h * h / (2 * q) + m * phi * phi) * math.sqrt(1 + u * f2)
            return weight * function(h, phi * phi, f2 / (1 + u * f2))

        return 2 * quad(integrand, 0, 9 * math.sqrt(q), epsabs=1e-13, epsrel=1e-12)[0] / math.sqrt(2 * math.pi * q)

    def inner(q: float) -> tuple[float, float, float]:
        m, u = 0.0, 0.3
        for _ in range(400):
            z = average(lambda *_: 1.0, q, m, u)
            u_new = u * average(lambda h, p, share: share, q, m, u) / z
            m_new = (average(lambda h, *_: h * h, q, m, u) / z / q - 1) / (2 * q)
            done = abs(u_new - u) + abs(m_new - m) < 1e-11
            m, u = m_new, u_new
            if done:
                break
        z = average(lambda *_: 1.0, q, m, u)
        return average(lambda h, p, _: p, q, m, u) / z - q, m, u

    q = brentq(lambda q: inner(q)[0], 0.3, 0.5, xtol=1e-9)
    _, m, u = inner(q)
    return math.log(average(lambda *_: 1.0, q, m, u)) - m * q - u / 2


@pytest.mark.slow
def test_additive_exponent_by_another_route() -> None:
    assert sigma(g_h=2.0) == pytest.approx(additive_exponent(2.0), abs=1e-9)


@pytest.mark.parametrize("beta_r", [-2.0, 0.0, 1.0])
def test_constant_output_gate_scales_the_gain(beta_r: float) -> None:
    rest = 1.0 / (1.0 + math.exp(beta_r))
    gated = make_parameters(g_h=2.0 / rest, alpha_r=0.0, beta_r=beta_r)
    found, additive = points.solve([gated]), points.solve([make_parameters(g_h=2.0)])
    assert found["complexity"].value[0] == pytest.approx(additive["complexity"].value[0], abs=1e-13)
    assert found["counted_delta_h"].value[0] == pytest.approx(rest**2 * additive["counted_delta_h"].value[0], abs=1e-12)
    # A nearly constant gate goes there without a jump.
    assert sigma(g_h=2.0 / rest, alpha_r=1e-4, beta_r=beta_r) == pytest.approx(sigma(g_h=2.0), abs=1e-7)


def test_update_gate_and_time_constants_change_no_bit() -> None:
    plain = make_parameters(g_h=3.0, alpha_r=2.0)
    others = [
        plain._replace(alpha_z=7.0, beta_z=0.3),
        plain._replace(tau_z=0.2, tau_r=9.0),
        plain._replace(alpha_z=math.inf, beta_z=0.0),
    ]
    found = points.solve([plain, *others])
    for estimate in found.values():
        assert len({float(value) for value in estimate.value}) == 1


@pytest.mark.parametrize("eps", [1e-2, 3e-3])
def test_additive_onset_is_cubic(eps: float) -> None:
    assert sigma(g_h=1.0 + eps) / eps**3 == pytest.approx(16 / 81, rel=5.0 * eps)


@pytest.mark.parametrize(("alpha_r", "beta_r"), [(1.0, 0.0), (2.0, 0.0), (2.0, -1.0), (0.8, 1.0)])
def test_gated_onset_is_quadratic(alpha_r: float, beta_r: float) -> None:
    """Twice as near to the onset the ratio to the law is twice as near to 1: the coefficient is right in the limit."""
    s = 1.0 / (1.0 + math.exp(beta_r))
    b = 1.0 - alpha_r**2 * (1 - s) * (2 - 3 * s) / 2
    coefficient = alpha_r**2 * (1 - s) ** 2 / (4 * b - alpha_r**2 * (1 - s) ** 2)
    ratios = [sigma(g_h=(1 + eps) / s, alpha_r=alpha_r, beta_r=beta_r) / eps**2 for eps in (4e-3, 2e-3, 1e-3)]
    extrapolated = (ratios[0] - 6 * ratios[1] + 8 * ratios[2]) / 3
    assert extrapolated == pytest.approx(coefficient, rel=2e-3)
    assert onset_law(Reduced((1 + 1e-3) / s, alpha_r, beta_r)) == pytest.approx(coefficient * 1e-6)


def test_law_takes_over_next_to_the_onset() -> None:
    found = points.solve([make_parameters(g_h=1.0 + 1e-5), make_parameters(g_h=2.0 + 1e-5, alpha_r=1.0)])["complexity"]
    assert (found.status == Status.CONVERGED).all() and (found.error < 1e-9).all()
    assert found.value == pytest.approx([16 / 81 * 1e-15, 2.5e-11 / 13], rel=1e-3)


@pytest.mark.parametrize("parameters", [{"g_h": 0.9}, {"g_h": 1.9, "alpha_r": 1.0}, {"g_h": 1.4, "alpha_r": 10.0}])
def test_no_fixed_points_below_the_onset(parameters: dict[str, float]) -> None:
    found = points.solve([make_parameters(parameters)])
    assert found["complexity"].value[0] == 0.0 and found["complexity"].status[0] == Status.CONVERGED
    stable = points.solve_parts([make_parameters(parameters)])["complexity_stable"]
    assert found["counted_delta_h"].status[0] == stable.status[0] == Status.ABSENT


@pytest.mark.parametrize("parameters", [{"g_h": 2.0}, {"g_h": 3.0, "alpha_r": 2.0}, {"g_h": 1.8, "alpha_r": 20.0}])
def test_static_field_bounds_the_exponent_from_below_where_its_gain_exceeds_one(parameters: dict[str, float]) -> None:
    found = points.solve([make_parameters(parameters)])
    gain = fixed_points.solve_points([make_parameters(parameters)])["static_gain"].value[0, -1]
    assert gain > 1.0
    bound = points.solve_parts([make_parameters(parameters)])["complexity_lower_bound"]
    assert 0.0 < bound.value[0] < found["complexity"].value[0]


def test_stable_fixed_points_are_exponentially_rare() -> None:
    found = points.solve_parts([make_parameters(g_h=2.0), make_parameters(g_h=5.0)])["complexity_stable"]
    assert found.value == pytest.approx([-0.01914, -0.05352], abs=6e-6)


def test_unstable_directions_of_counted_points_outnumber_the_static_ones() -> None:
    """Without gates eigenvalues are those of h alone; the fraction, unlike Sigma, depends on the update gate."""
    plain = make_parameters(g_h=2.0)
    per_unit = counted_spectrum.solve([plain])["counted_unstable_fraction"].value[0]
    assert per_unit == pytest.approx(0.058, abs=5e-4)
    assert per_unit == pytest.approx(radial_law(2.0), abs=2e-5)
    gates = [make_parameters(g_h=2.0, alpha_z=alpha) for alpha in (2.0, 8.0)]
    shallow, steep = counted_spectrum.solve(gates)["counted_unstable_fraction"].value
    assert abs(shallow - steep) > 1e-3


def radial_law(g: float) -> float:
    """unstable / N = int_{R > 1} arccos(1 / R) / pi dF, F = <R^2 / (R^2 + D^2 y)> at <D^2 / (R^2 + D^2 y)> = 1."""
    saddle = counted(Reduced(g, 0.0, -math.inf))
    assert saddle.theta is not None
    q, m, x = math.exp(saddle.theta[0]), saddle.theta[2], math.exp(saddle.theta[4])
    h = np.linspace(0, 9 * math.sqrt(q), 20001)
    phi2 = np.tanh(g * h) ** 2
    D2 = (g * (1 - phi2)) ** 2
    weight = np.exp(-h * h / (2 * q) + m * phi2) * np.sqrt(1 + x * D2)
    weight[0] *= 0.5
    weight /= weight.sum()
    edge = math.sqrt(weight @ D2)

    def within(R: float) -> float:
        y = brentq(lambda y: weight @ (D2 / (R * R + D2 * y)) - 1.0, 0.0, 1e3, xtol=1e-14) if edge > R else 0.0
        return float(weight @ (R * R / (R * R + D2 * y)))

    R = np.linspace(1.0, edge, 400)
    middle = 0.5 * (R[1:] + R[:-1])
    return float(np.sum(np.arccos(1 / middle) / math.pi * np.diff([within(one) for one in R])))


def test_hard_gate_is_the_limit_of_steep_ones() -> None:
    """Sigma(alpha_r) rises like alpha_r^(-1/2) to the scale-free value, while the fields vanish."""
    limit = points.solve([make_parameters(g_h=1.6, alpha_r=math.inf)])["complexity"]
    assert limit.value[0] == pytest.approx(0.177008, abs=2e-6) and limit.error[0] < 1e-9
    steep = [counted(Reduced(1.6, alpha, 0.0)) for alpha in (400.0, 1600.0, 6400.0)]
    gaps = [limit.value[0] - saddle.value for saddle in steep]
    exponents = np.diff(np.log(gaps)) / math.log(4.0)
    assert (gaps > np.zeros(3)).all() and exponents == pytest.approx([-0.5, -0.5], abs=0.1)
    fields = np.diff(np.log([saddle.variances[0] for saddle in steep])) / math.log(4.0)
    assert fields == pytest.approx([-0.5, -0.5], abs=0.05)


@pytest.mark.parametrize(("g", "value"), [(2.5, 0.262497), (1.2, 0.083201)])
def test_scale_free_values(g: float, value: float) -> None:
    solved = hard_gate.solve(g)
    assert solved is not None and solved[0] == pytest.approx(value, abs=1e-6)


def test_atom_of_a_hard_gate_is_what_a_steep_one_has_in_the_middle_of_opening() -> None:
    """The integral over the width of the gate, done numerically for a steep one, with linear phi."""
    g, alpha = 1.6, 1e6
    theta = np.array([0.8, -0.05, -0.08, -1.0, -2.2, -0.5])
    q, x, t, u = np.exp(theta[[0, 3, 4, 5]])
    m_psi, m_phi, k = theta[1], theta[2] / q, g * g
    v = np.concatenate([np.linspace(-9, -1e-4, 4001), np.linspace(-1e-4, 1e-4, 40001), np.linspace(1e-4, 9, 4001)])
    r = np.unique(v) * math.sqrt(q)
    s = 1 / (1 + np.exp(-np.clip(alpha * r, -700, 700)))
    h = np.linspace(-12, 12, 1201)[:, None]
    W = (1 + t * k) * (1 + u * k * h**2 * (alpha * s * (1 - s)) ** 2) + x * k * s**2
    total = np.exp(-(h**2) / 2 - r**2 / (2 * q) + k * h**2 * (m_phi + m_psi * s**2)) * np.sqrt(W) / (2 * math.pi)
    Z = np.trapezoid(np.trapezoid(total, r, axis=1), h[:, 0]) / math.sqrt(q)
    expected = math.log(Z) - m_psi - m_phi * q - 0.5 * (x + t * u / x)
    assert hard_gate.exponent(g, theta) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("name", ["beta_h", "s_h", "m_h", "s_r", "m_r"])
def test_no_number_where_the_theory_is_not_derived(name: str) -> None:
    found = points.solve([make_parameters(g_h=3.0, alpha_r=2.0, **{name: 0.1})])
    assert all(one.status[0] == Status.NOT_SOUGHT and math.isnan(one.value[0]) for one in found.values())
    ((place, remark),) = found.remarks
    assert place == 0 and f"not available with {name}" in remark


def test_noise_leaves_no_fixed_points_and_inputs_to_a_constant_gate_do_not_matter() -> None:
    noisy = points.solve([make_parameters(g_h=3.0, noise_h=0.1)])
    assert all(one.status[0] == Status.ABSENT for one in noisy.values())
    irrelevant = Parameters(g_h=2.0, s_r=0.4, m_r=0.2, s_z=0.3)
    assert points.solve([irrelevant])["complexity"].value[0] == sigma(g_h=2.0)


def test_annealed_exponent_near_a_steep_onset_is_only_a_bound() -> None:
    """At alpha_r = 60 just above the line pairs of fixed points dominate; not further up, and not without a gate."""
    near, far, additive = (
        make_parameters(g_h=1.28, alpha_r=60.0),
        make_parameters(g_h=2.0, alpha_r=60.0),
        Parameters(2.0),
    )
    status = points.solve([near, far, additive])["complexity"].status
    assert status.tolist() == [Status.UPPER_BOUND, Status.CONVERGED, Status.CONVERGED]
