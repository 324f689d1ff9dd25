"""The maximum exponent by independent routes: a Schroedinger problem, fixed points, linear response."""

import math

import numpy as np
import pytest
from scipy.linalg import eigh_tridiagonal

from phasemap.model.parameters import make_parameters
from phasemap.theory.dynamic import lyapunov
from phasemap.theory.dynamic.autocovariance.correlation_functions import functions_of
from phasemap.theory.dynamic.autocovariance.correlations import grid, reduce, resample
from phasemap.theory.dynamic.fluctuating import solutions
from phasemap.theory.dynamic.lyapunov import exponent, linearisation
from phasemap.theory.dynamic.static_states import zero_exponent_under_noise
from phasemap.theory.static import fixed_points


def attractor(**values):
    problem, gain, _ = reduce(make_parameters(values))
    return [s for s in solutions(problem, gain) if s.stable][-1]


def slopes(correlation, gain):
    """<phi' phi'> at covariances of h by quadrature over pairs, independent of the tables."""
    variance = correlation[0]
    z = np.linspace(-8.0, 8.0, 241)
    weight = np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
    theta = 0.5 * np.pi * np.cos(np.pi * (np.arange(40) + 0.5) / 40)
    f = lambda x: gain / np.cosh(gain * np.sqrt(variance) * x) ** 2  # noqa: E731
    first = weight * f(z)
    values = [first @ (f(np.sin(t) * z[:, None] + np.cos(t) * z[None, :]) @ weight) for t in theta]
    series = np.polynomial.chebyshev.chebfit(2 * theta / np.pi, values, 39)
    return np.polynomial.chebyshev.chebval(2 / np.pi * np.arcsin(np.clip(correlation / variance, -1, 1)), series)


def ground_state(gain, profile, steps):
    """Lowest level of -d2/dt2 + 1 - <phi' phi'>(t) on a uniform grid, even in t, by second differences."""
    length = 0.8 * profile.window
    t = (np.arange(steps) + 0.5) * length / steps
    step = t[1] - t[0]
    correlation = functions_of(profile, 1.0, np.concatenate([[0.0], t])).membrane
    potential = 1.0 - slopes(correlation, gain)[1:]
    diagonal = 2.0 / step**2 + potential
    diagonal[0] -= 1.0 / step**2
    return eigh_tridiagonal(diagonal, np.full(steps - 1, -1.0 / step**2), select="i", select_range=(0, 0))[0][0]


@pytest.mark.parametrize("gain", [1.3, 2.0, 4.0])
def test_the_additive_network_agrees_with_its_schroedinger_problem(gain):
    """lambda = -1 + sqrt(1 - E_0)."""
    found = attractor(g_h=gain)
    coarse, fine = (ground_state(gain, found.profile, steps) for steps in (4000, 8000))
    energy = (4.0 * fine - coarse) / 3.0
    assert found.values["lyapunov_max"] == pytest.approx(-1.0 + math.sqrt(1.0 - energy), abs=1e-7)


def test_the_eigenfunction_has_no_node_and_decays():
    for values in ({"g_h": 1.05}, {"g_h": 2.5, "alpha_r": 9.0}, {"g_h": 1.3, "noise_h": 0.4}):
        state = exponent(attractor(**values).profile)
        assert state.converged
        assert state.state.min() > -1e-6 and state.state.max() == pytest.approx(1.0)
        assert state.state[0] == pytest.approx(1.0, abs=1e-6) and state.state[-1] < 1e-3


def test_the_covariance_map_has_radius_one_at_the_exponent():
    """Applied to the eigenfunction with plain quadrature, the map reproduces it."""
    found = attractor(g_h=2.5, alpha_r=6.0, tau_r=1.7)
    profile, linear = found.profile, linearisation(found.profile)
    state = exponent(profile)
    t = np.linspace(0.0, profile.window, 20001)
    k, p, c, q = (np.interp(t, profile.times, a) for a in (state.state, linear.p, linear.c, linear.q))

    def filtered(f, rate):  # (rate^2 - d2/dt2)^-1 of an even function: exp(-rate |t|) / (2 rate)
        kernel = np.exp(-rate * t) / (2.0 * rate)
        half = np.concatenate([kernel[::-1], kernel[1:]])
        even = np.concatenate([f[::-1], f[1:]])
        n = len(t)
        full = np.fft.irfft(np.fft.rfft(half, 8 * n) * np.fft.rfft(even, 8 * n), 8 * n)
        return full[2 * n - 2 : 3 * n - 2] * (t[1] - t[0])

    gate_rate = (1.0 + state.value * 1.7) / 1.7
    w = filtered(q * k, gate_rate) / 1.7**2
    image = filtered(p * k + c * w, 1.0 + state.value)
    # Linear interpolation between nodes limits this.
    assert image[:200] == pytest.approx(k[:200], rel=3e-3)


def test_weak_noise_on_the_gate_leaves_the_zero_states_edge():
    parameters = make_parameters(g_h=2.4, alpha_r=5.0, beta_r=0.3, noise_r=1e-3, tau_noise=1.0)
    problem, gain, _ = reduce(parameters)
    value, error, converged = zero_exponent_under_noise(problem, gain)
    edge = fixed_points.solve_points([parameters._replace(noise_r=0.0)])["leading_edge"].value[0, 0]
    assert converged and error < 1e-8
    assert value == pytest.approx(edge, abs=1e-5) and value > edge


@pytest.mark.parametrize(
    "values",
    [
        {"g_h": 2.5, "alpha_r": 6.0, "tau_r": 1.7},
        {"g_h": 1.8, "alpha_r": 20.0, "tau_r": 30.0},
        {"g_h": 2.0, "alpha_r": 8.0, "noise_h": 0.3},
        # A slow gate that carries nearly all of the coupling: only bisection finds the leading state.
        {"g_h": 1.32176, "alpha_r": 35.584, "beta_r": -1.68292, "tau_r": 117.814, "m_h": 0.753836, "m_r": 0.223817},
    ],
    ids=str,
)
def test_the_exponent_is_where_the_largest_eigenvalue_of_the_whole_map_is_one(values):
    profile = attractor(**values).profile
    linear, nodes, window = linearisation(profile), profile.grid, profile.window

    def operator(shift, tau):
        return (nodes.to_values / (shift**2 + (tau / window) ** 2 * nodes.rates)) @ nodes.to_modes

    value = exponent(profile).value
    for shift, above in ((-1e-6, True), (1e-6, False)):
        at = value + shift
        gate = operator(1.0 + at * linear.tau, linear.tau)
        coupling = np.diag(linear.p) + np.diag(linear.c) @ gate @ np.diag(linear.q)
        levels = np.linalg.eigvals(operator(1.0 + at, 1.0) @ coupling)
        assert (levels.real.max() > 1.0) == above


def test_weakly_bound_states_continue_those_that_are_solved(monkeypatch):
    """Below some strength of the noise perturbation theory takes over: at the same point both agree."""
    values = {"g_h": 0.5, "noise_h": 0.2, "alpha_r": 2.0, "tau_r": 0.5, "beta_r": -1.0}
    weak = exponent(attractor(**values).profile)
    assert 0.0 < weak.uncertainty < 1e-6
    monkeypatch.setattr(lyapunov, "_TOLERANCES", lyapunov._TOLERANCES._replace(weak=1e-9))
    solved = exponent(attractor(**values).profile)
    assert solved.converged and solved.uncertainty == 0.0
    assert weak.value == pytest.approx(solved.value, abs=weak.uncertainty)


@pytest.mark.parametrize(("tau", "noise"), [(0.05, 4.0), (40.0, 0.6)])
def test_the_zero_state_under_noise_in_its_limits(tau, noise):
    """Fast noise averages the gate, <s>^2; slow noise freezes it, <s^2>."""
    parameters = make_parameters(g_h=2.4, alpha_r=2.0, noise_r=noise, tau_noise=tau, tau_r=0.0)
    problem, gain, _ = reduce(parameters)
    value = zero_exponent_under_noise(problem, gain)[0]
    z = np.linspace(-9, 9, 2001)
    weight = np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
    s = 1.0 / (1.0 + np.exp(-2.0 * noise * z))
    averaged, frozen = 2.4 * (weight @ s) - 1.0, 2.4 * math.sqrt(weight @ s**2) - 1.0
    assert averaged < value < frozen
    assert value == pytest.approx(averaged if tau < 1.0 else frozen, abs=0.12 * (frozen - averaged))


def test_exponents_close_to_a_continuous_transition():
    """lambda = (g - 1)^2 / 2 and C_h(0) = g - 1 in leading order."""
    for excess in (1e-2, 1e-3, 2e-4):
        found = attractor(g_h=1.0 + excess)
        assert found.values["lyapunov_max"] / excess**2 == pytest.approx(0.5, rel=4.0 * excess)
        assert found.values["variance"] / excess == pytest.approx(1.0, rel=excess)
        assert found.values["relaxation_time"] * excess == pytest.approx(math.sqrt(3.0), rel=3.0 * excess)


def exponent_on(profile, nodes):
    """The exponent of the coefficients of a profile, read on a coarser grid of the same window."""
    fine = linearisation(profile)
    coarse = grid(nodes, profile.grid.stretch)
    read = [resample(profile.grid, profile.window, values, coarse, profile.window) for values in fine[:3]]
    return lyapunov.leading(fine._replace(p=read[0], c=read[1], q=read[2]), coarse, profile.window)


def test_coarse_grids_are_not_searched_for_other_states(monkeypatch):
    """The tail of an eigenfunction rings on the grid of a curve; that is no node, and its exponent is good as it is."""
    monkeypatch.setattr(lyapunov, "_by_bisection", None)  # cannot be called
    profile = attractor(g_h=2.5, alpha_r=10.0, tau_r=8.0).profile
    coarse = exponent_on(profile, 24)
    assert coarse.state.min() < -1e-6
    assert coarse.converged
    assert coarse.value == pytest.approx(exponent(profile).value, rel=1e-6)
