"""Correlation functions at constant update gate: known values, exact limits, errors that hold."""

import math

import numpy as np
import pytest

from phasemap.errors import ParameterError, UnsupportedError
from phasemap.model.parameters import make_parameters
from phasemap.theory.dynamic import fluctuating
from phasemap.theory.dynamic.autocovariance import gaussian_pairs
from phasemap.theory.dynamic.autocovariance.correlation_functions import correlation_function
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.curve import solution_curve
from phasemap.theory.dynamic.fluctuating import NUMBERS, solutions

# Two independent spectral methods agree on these to 1e-12 (reference solutions made before this code).
ADDITIVE = {
    1.1: (0.0917877598098, 0.003712406091),
    1.5: (0.3323050580237, 0.046746219524),
    2.0: (0.4812013534343, 0.112458109627),
    3.0: (0.6051473425603, 0.235460964037),
    5.0: (0.6785618280953, 0.433697588918),
    10.0: (0.7136809158129, 0.77342991429),
}
GATED = {
    (3.0, 2.0, 1.0): (0.107995391027, 0.131971355713),
    (3.0, 2.0, 3.0): (0.106787973054, 0.108035543970),
    (3.0, 2.0, 0.3): (0.107836872016, 0.146826117327),
    (2.5, 5.0, 1.0): (0.102986598184, 0.17941969400),
}


def attractor(**values):
    problem, gain, rate = reduce(make_parameters(values))
    (found,) = [s for s in solutions(problem, gain) if s.stable]
    return found, rate


@pytest.mark.parametrize("gain", ADDITIVE)
def test_the_additive_network_has_its_known_variance_and_exponent(gain):
    found, _ = attractor(g_h=gain)
    variance, exponent = ADDITIVE[gain]
    assert found.converged
    assert found.values["variance"] == pytest.approx(variance, abs=5e-13)
    assert found.values["lyapunov_max"] == pytest.approx(exponent, abs=5e-11)


@pytest.mark.parametrize("point", GATED)
def test_the_output_gate_gives_the_known_variance_and_exponent(point):
    found, _ = attractor(g_h=point[0], alpha_r=point[1], tau_r=point[2])
    variance, exponent = GATED[point]
    assert found.values["variance"] == pytest.approx(variance, abs=1e-12)
    assert found.values["lyapunov_max"] == pytest.approx(exponent, abs=1e-11)


def test_a_constant_output_gate_scales_the_additive_network():
    s = 1.0 / (1.0 + math.exp(0.4))
    plain, _ = attractor(g_h=3.0 * s)
    gated, _ = attractor(g_h=3.0, beta_r=0.4)
    assert gated.values["variance"] == pytest.approx(s**2 * plain.values["variance"], rel=1e-12)
    for name in ("activity_variance", "correlation_time", "relaxation_time", "lyapunov_max"):
        assert gated.values[name] == pytest.approx(plain.values[name], rel=1e-9)


def test_a_gate_without_steepness_is_a_constant_one():
    nearly, _ = attractor(g_h=3.0, alpha_r=1e-7, beta_r=0.4)
    constant, _ = attractor(g_h=3.0, beta_r=0.4)
    for name in NUMBERS:
        assert nearly.values[name] == pytest.approx(constant.values[name], rel=1e-7)


def test_a_constant_update_gate_rescales_time():
    free, _ = attractor(g_h=2.5, alpha_r=3.0, tau_r=2.0)
    slowed, rate = attractor(g_h=2.5, alpha_r=3.0, tau_r=2.0 * (1.0 + math.exp(0.7)), beta_z=0.7)
    assert rate == pytest.approx(1.0 / (1.0 + math.exp(0.7)), rel=1e-15)
    for name in NUMBERS:  # in units of the gated membrane time nothing changes
        assert slowed.values[name] == pytest.approx(free.values[name], rel=1e-11)
    lags = np.array([0.0, 1.0, 5.0])
    plain = correlation_function(make_parameters(g_h=2.0), lags=lags)
    stretched = correlation_function(make_parameters(g_h=2.0, beta_z=0.7), lags=lags / rate)
    assert stretched.membrane == pytest.approx(plain.membrane, rel=1e-12)


@pytest.mark.parametrize("noise", [{"noise_h": 0.3, "tau_noise": 0.8}, {"noise_h": 0.3}, {"s_h": 0.3}, {"m_h": 0.2}])
def test_an_input_outside_a_constant_update_gate_is_amplified(noise):
    """Outside, I^h counts 1/s inside the bracket; white noise there has the amplitude q/s."""
    s = 1.0 / (1.0 + math.exp(0.7))
    outside, _ = attractor(g_h=2.5, beta_z=0.7, **noise)
    amplified = {name: value if name == "tau_noise" else value / s for name, value in noise.items()}
    inside, _ = attractor(g_h=2.5, beta_z=0.7, input_inside=1.0, **amplified)
    assert inside.values["variance"] == pytest.approx(outside.values["variance"], rel=1e-12)


def test_the_sign_of_biases_does_not_matter():
    plus, _ = attractor(g_h=2.5, alpha_r=4.0, beta_h=0.3)
    minus, _ = attractor(g_h=2.5, alpha_r=4.0, beta_h=-0.3)
    assert plus.values["variance"] == pytest.approx(minus.values["variance"], rel=1e-12)


def test_an_instantaneous_gate_is_the_limit_of_fast_ones():
    instantaneous, _ = attractor(g_h=3.0, alpha_r=4.0, tau_r=0.0)
    gaps = []
    for tau in (0.02, 0.01):
        fast, _ = attractor(g_h=3.0, alpha_r=4.0, tau_r=tau)
        gaps.append(abs(fast.values["variance"] - instantaneous.values["variance"]))
    # Even functions of the lag feel a fast filter in second order.
    assert gaps[1] < 1e-4 and gaps[0] / gaps[1] == pytest.approx(4.0, rel=0.05)


def test_a_very_slow_gate_that_sees_nothing_but_its_mean():
    """tau_r -> inf: r has no variance, the gate stands at sigma_r(0)."""
    slow, _ = attractor(g_h=4.0, alpha_r=2.0, tau_r=3000.0)
    frozen, _ = attractor(g_h=4.0, beta_r=0.0)
    assert slow.values["variance"] == pytest.approx(frozen.values["variance"], rel=0.01)


def test_linear_response_to_noise_at_vanishing_gain():
    for values, variance in (
        ({"noise_h": 0.5}, 0.5**2 / 2.0),
        ({"noise_h": 0.5, "tau_noise": 2.0}, 0.5**2 * 2.0 / 3.0),
        ({"noise_h": 0.5, "s_h": 0.3}, 0.5**2 / 2.0 + 0.09),
    ):
        for gain in (0.0, 1e-3):
            found, _ = attractor(g_h=gain, **values)
            assert found.values["variance"] == pytest.approx(variance, rel=1e-5)
            # Nothing couples the units: perturbations decay at the membrane's own rate, next to the continuum.
            assert found.values["lyapunov_max"] == pytest.approx(-1.0, abs=2e-3)


def test_a_hard_gate_is_the_limit_of_steep_ones():
    hard, _ = attractor(g_h=3.0, alpha_r=math.inf, beta_r=0.0)
    gaps = [abs(attractor(g_h=3.0, alpha_r=a)[0].values["variance"] - hard.values["variance"]) for a in (40.0, 160.0)]
    assert gaps[1] < 0.35 * gaps[0] and gaps[1] < 2e-3
    assert math.isinf(hard.values["lyapunov_max"])


POINTS = [
    {"g_h": 1.07},
    {"g_h": 8.0},
    {"g_h": 2.2, "alpha_r": 18.0, "tau_r": 0.1},
    {"g_h": 1.8, "alpha_r": 25.0, "tau_r": 12.0},
    {"g_h": 4.0, "alpha_r": 2.0, "tau_r": 300.0},
    {"g_h": 3.0, "alpha_r": 4.0, "beta_h": 0.5},
    {"g_h": 3.2, "s_h": 0.4, "alpha_r": 3.0, "s_r": 0.3, "m_r": -0.2},
    {"g_h": 2.0, "alpha_r": 8.0, "noise_h": 0.2, "noise_r": 0.3},
    {"g_h": 0.8, "noise_h": 0.4, "tau_noise": 3.0},
    {"g_h": 4.0, "alpha_r": 12.0, "noise_r": 0.5, "tau_noise": 0.2},
]


@pytest.mark.parametrize("values", POINTS, ids=str)
def test_errors_hold_against_doubled_resolution(values, monkeypatch):
    problem, gain, _ = reduce(make_parameters(values))
    ordinary = solutions(problem, gain)
    doubled = fluctuating._TOLERANCES._replace(levels=((64, 1.6), (96, 2.0)))
    monkeypatch.setattr(fluctuating, "_TOLERANCES", doubled)
    better = solutions(problem, gain)
    assert len(ordinary) == len(better) >= 1
    for one, two in zip(ordinary, better, strict=True):
        assert one.converged
        for name in NUMBERS:
            gap = abs(one.values[name] - two.values[name])
            rounding = 1e-9 * abs(two.values[name]) + 1e-11
            assert gap <= 3.0 * one.errors[name] + rounding, name
            assert one.errors[name] < 1e-6 * abs(one.values[name]) + 1e-9


def random_points(count, seed):
    """Points of the box of section 1 with a constant update gate: every parameter, each on or off."""
    rng = np.random.default_rng(seed)
    points = []
    for _ in range(count):
        point = {"g_h": 10.0 ** rng.uniform(-0.1, 1.0), "tau_r": 10.0 ** rng.uniform(-1.0, 1.0)}
        point["beta_r"] = rng.uniform(-2.0, 1.5)
        for chance, more in (
            (0.85, {"alpha_r": 10.0 ** rng.uniform(-0.5, 1.4)}),
            (0.3, {"beta_h": rng.uniform(-0.8, 0.8)}),
            (0.3, {"s_h": rng.uniform(0.0, 0.6), "s_r": rng.uniform(0.0, 0.6)}),
            (0.2, {"m_h": rng.uniform(-0.3, 0.3), "m_r": rng.uniform(-0.3, 0.3)}),
            (0.4, {"noise_h": rng.uniform(0.01, 0.6), "noise_r": rng.uniform(0.0, 0.5)}),
            (0.6, {"tau_noise": float(rng.choice([0.4, 2.5]))}),
            (0.3, {"beta_z": rng.uniform(-1.0, 1.0)}),
        ):
            if rng.uniform() < chance:
                point |= more
        points.append({name: round(float(value), 4) for name, value in point.items()})
    return points


def test_errors_hold_at_random_points_of_the_box_against_doubled_resolution(monkeypatch):
    """60 points; one in three has no fluctuating solution, some have several."""
    problems = [reduce(make_parameters(values))[:2] for values in random_points(60, 7)]
    ordinary = [solutions(problem, gain) for problem, gain in problems]
    doubled = fluctuating._TOLERANCES._replace(levels=((64, 1.6), (96, 2.0)))
    monkeypatch.setattr(fluctuating, "_TOLERANCES", doubled)
    better = [solutions(problem, gain) for problem, gain in problems]
    assert [len(found) for found in ordinary] == [len(found) for found in better]
    pairs = [(a, b) for one, two in zip(ordinary, better, strict=True) for a, b in zip(one, two, strict=True)]
    assert len(pairs) >= 35
    assert all(one.converged and one.exponent_converged for pair in pairs for one in pair)
    for one, two in pairs:
        for name in NUMBERS:
            gap, stated = abs(one.values[name] - two.values[name]), one.errors[name] + two.errors[name]
            rounding = 1e-9 * abs(two.values[name]) + 1e-11
            assert gap <= 3.0 * stated + rounding, (name, one.profile.problem)


def test_correlation_functions_end_at_their_limit():
    for values in POINTS:
        problem, gain, _ = reduce(make_parameters(values))
        profile = solutions(problem, gain)[-1].profile
        x = profile.x
        assert abs(x[-1] - profile.x_limit) < 1e-4 * x[0]
        assert np.all(np.diff(x) < 1e-6 * x[0])  # no oscillation, no periodic image
        # Far out they fall with the relaxation rate.
        t, decaying = profile.times, x - profile.x_limit
        far = (decaying < 1e-2 * decaying[0]) & (t < 0.5 * profile.window)
        if problem.gate == 0 and far.sum() > 3:
            rates = -np.diff(np.log(decaying[far])) / np.diff(t[far])
            assert rates[-1] == pytest.approx(profile.rate, rel=0.1)


def test_the_limit_under_static_input_solves_the_static_equation():
    found, _ = attractor(g_h=3.2, s_h=0.4, alpha_r=3.0, s_r=0.3)
    profile = found.profile
    phi, sigma = profile.solution.phi[0, -1], profile.solution.sigma[0, -1]
    assert profile.x_limit == pytest.approx(3.2**2 * (0.16 + phi * sigma), rel=1e-5)
    assert 0.0 < profile.x_limit < profile.x[0]


def test_a_narrow_window_is_not_accepted():
    """With a window of five time units the equations have a spurious constant solution at g = 1.5."""
    found, _ = attractor(g_h=1.5)
    assert found.profile.window > 15.0 * found.values["relaxation_time"]
    assert found.profile.fluctuates


def test_numbers_depend_on_nothing_that_was_computed_before():
    point = make_parameters(g_h=2.1, alpha_r=7.0, beta_r=0.2, tau_r=0.7)
    problem, gain, _ = reduce(point)

    def forget():
        for cache in (solution_curve._start, solution_curve._down, solution_curve._up, solution_curve._assembled):
            cache.cache_clear()
        gaussian_pairs._memory.__dict__.clear()

    forget()
    fresh = [s.values for s in solutions(problem, gain)]
    forget()
    for other in (0.5, 9.0, 40.0, 2.0):
        solutions(problem, other)
    assert [s.values for s in solutions(problem, gain)] == fresh


def test_correlation_functions_are_returned_at_any_lags():
    parameters = make_parameters(g_h=3.0, alpha_r=2.0)
    own = correlation_function(parameters)
    assert own.membrane[0] == pytest.approx(GATED[3.0, 2.0, 1.0][0], rel=1e-10)
    assert own.lags[0] == 0.0 and np.all(np.diff(own.lags) > 0.0)
    lags = np.array([0.0, 0.3, 2.0, 1e6])
    at = correlation_function(parameters, lags=lags)
    assert at.membrane[0] == pytest.approx(own.membrane[0], rel=1e-12)
    assert np.all(np.diff(at.membrane) < 0.0) and at.membrane[-1] == pytest.approx(0.0, abs=1e-6)
    # C_r is C_phi filtered by the gate: at long lags its limit is that of C_phi, at zero it is smaller.
    assert at.output_input[0] < at.activity[0]
    assert at.output_gate[-1] == pytest.approx(0.25, abs=1e-6)


def test_correlation_functions_that_do_not_exist_are_refused():
    with pytest.raises(ParameterError, match="fluctuating_unstable"):
        correlation_function(make_parameters(g_h=3.0), "static")
    with pytest.raises(ParameterError, match="negative"):
        correlation_function(make_parameters(g_h=3.0), lags=np.array([-1.0]))
    with pytest.raises(UnsupportedError, match="no fluctuating state"):
        correlation_function(make_parameters(g_h=0.9))
    with pytest.raises(UnsupportedError, match="alpha_z = 0"):
        correlation_function(make_parameters(g_h=3.0, alpha_z=1.0))
