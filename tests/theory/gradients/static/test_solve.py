"""Gradients at fixed points of the mean field."""

import math

import numpy as np
import pytest
from scipy.special import ive

from phasemap.model.options import GradientOptions
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.status import Status
from phasemap.theory.gradients.lag_of_level import EXPLODED, SCAN, VANISHED, lag_of_level
from phasemap.theory.gradients.records import Gradients
from phasemap.theory.gradients.solver import solve_points
from phasemap.theory.gradients.states import gradients_of
from phasemap.theory.gradients.static.solve import retained_overlap
from phasemap.theory.gradients.static.units import FixedPoint, static_units
from phasemap.theory.static import fixed_points

SEED = np.random.SeedSequence(0)


def found(state: str, lags: list[float], **parameters: float) -> Gradients:
    return gradients_of(make_parameters(parameters), GradientOptions(state=state), np.array(lags, dtype=float), SEED)


def fixed_point(parameters: Parameters, place: int = 3) -> FixedPoint:
    known = fixed_points.solve_points([parameters])
    return FixedPoint(*(float(known[f"delta_{name}"].value[0, place]) for name in ("phi", "h", "z", "r")))


@pytest.mark.parametrize("gain", [0.8, 1.0, 1.6])
def test_zero_state_is_a_bessel_function(gain: float) -> None:
    lags = np.array([1.0, 2.0, 4.0, 8.0, 24.0])
    of_zero = found("zero", list(lags), g_h=gain)
    exact = np.log(ive(0, 2.0 * gain * lags)) + 2.0 * (gain - 1.0) * lags
    np.testing.assert_allclose(of_zero.numbers["adjoint_variance"].logarithm, exact, atol=1e-6)


def test_zero_state_against_independent_values() -> None:
    """Computed independently: ln r of an infinitesimal kick, which is A(s, s)."""
    numbers = found("zero", [1.0, 2.0, 4.0, 8.0], g_h=0.8).numbers["adjoint_variance"]
    np.testing.assert_allclose(numbers.logarithm, [-1.44040, -2.25129, -3.42568, -5.38348], atol=6e-6)


def test_law_of_the_zero_state_has_its_half_power() -> None:
    law = found("zero", [1.0], g_h=0.8).law
    assert (law.rate, law.power) == (pytest.approx(-0.2), -0.5)
    assert law.amplitude == pytest.approx(1.0 / math.sqrt(4.0 * math.pi * 0.8), rel=1e-7)
    assert law.limit == 0.0


@pytest.mark.parametrize("gain", [1.3, 2.0, 2.8])
def test_hard_update_gate_keeps_a_share_for_ever(gain: float) -> None:
    of_static = found("static", [60.0], g_h=gain, alpha_z=math.inf)
    known = fixed_points.solve_points([make_parameters({"g_h": gain, "alpha_z": math.inf})])
    f, S = (float(known[name].value[0, 3]) for name in ("open_fraction", "static_gain"))
    assert of_static.law.limit == pytest.approx((1.0 - f) / (1.0 - f * S), rel=1e-10)
    assert math.exp(of_static.numbers["adjoint_variance"].logarithm[0]) == pytest.approx(of_static.law.limit, rel=0.05)


def test_hard_update_gate_comes_to_its_limit() -> None:
    of_static = found("static", [200.0], g_h=2.0, alpha_z=math.inf)
    assert math.exp(of_static.numbers["adjoint_variance"].logarithm[0]) == pytest.approx(of_static.law.limit, rel=1e-6)


def test_hard_update_gate_diverges_from_f_s_one_on() -> None:
    law = found("static", [1.0], g_h=7.0, alpha_z=math.inf).law
    assert law.limit_status == Status.DIVERGES
    assert law.rate > 0.0


def test_retained_overlap_against_independent_values() -> None:
    """docs/memory.md: m(t) = <exp(-sigma_z t)>."""
    cases = ((10.0, [1.0, 100.0], [0.667363, 0.242284]), (30.0, [10.0, 1000.0], [0.449749, 0.366203]))
    for steepness, lags, expected in cases:
        parameters = make_parameters({"g_h": 2.0, "alpha_z": steepness})
        overlap = retained_overlap(static_units(parameters, fixed_point(parameters)), np.array(lags))
        np.testing.assert_allclose(overlap.value, expected, atol=1e-6)
        assert (overlap.value_error < 1e-6).all()


@pytest.mark.parametrize("parameters", [{"g_h": 1.8, "alpha_r": 20.0}, {"g_h": 3.0, "alpha_z": 5.0, "alpha_r": 2.0}])
def test_rate_of_the_law_is_the_edge_of_the_spectrum(parameters: dict[str, float]) -> None:
    edge = float(fixed_points.solve_points([make_parameters(parameters)])["leading_edge"].value[0, 3])
    assert found("static", [1.0], **parameters).law.rate == pytest.approx(edge, abs=1e-11)


def test_law_is_what_the_march_comes_to() -> None:
    of_static = found("static", [30.0, 60.0], g_h=1.8, alpha_r=20.0)
    law = of_static.law
    exact = of_static.numbers["adjoint_variance"].logarithm
    of_law = [math.log(law.amplitude) + law.power * math.log(s) + 2.0 * law.rate * s for s in (30.0, 60.0)]
    gaps = exact - of_law
    # Corrections to a saddle point fall as 1 / s.
    assert abs(gaps[1]) < 0.02
    assert gaps[0] / gaps[1] == pytest.approx(2.0, rel=0.1)


def test_variances_of_all_lags_are_the_closed_form_at_zero_frequency() -> None:
    """Double Laplace transform at p = p' = 0, where G = 1 whatever the update gate: V_I = 1 / (1 - S), and so on."""
    values = {"g_h": 1.5, "alpha_z": 1.0, "alpha_r": 2.0, "s_h": 0.5, "input_inside": 1.0, "tau_r": 2.0}
    parameters = make_parameters(values)
    known = fixed_points.solve_points([parameters])
    place = int(np.flatnonzero(known["static_gain"].status[0] == Status.CONVERGED)[-1])
    units = static_units(parameters, fixed_point(parameters, place))
    S, delta_phi = (float(known[name].value[0, place]) for name in ("static_gain", "delta_phi"))
    numbers = found("static", [150.0], **values).numbers
    assert S < 0.7
    whole = {"input": 1.0, "h": delta_phi * units.output, "r": delta_phi * units.cross}
    for kind, weight in whole.items():
        total = math.exp(numbers[f"gradient_variance_{kind}"].logarithm[0])
        assert total == pytest.approx(weight / (1.0 - S), rel=1e-3)


def test_an_input_outside_a_moving_gate_couples_its_adjoint() -> None:
    numbers = found("static", [2.0], g_h=2.0, alpha_z=4.0, s_h=0.1).numbers
    assert np.isfinite(numbers["adjoint_variance_z"].logarithm).all()
    inside = found("static", [2.0], g_h=2.0, alpha_z=4.0, s_h=0.1, input_inside=1.0).numbers
    assert np.isneginf(inside["adjoint_variance_z"].logarithm).all()
    assert np.isneginf(inside["gradient_variance_z"].logarithm).all()


def test_no_stationary_state_no_number() -> None:
    for parameters in ({"alpha_z": math.inf, "s_h": 0.3}, {"alpha_z": 0.0, "beta_z": math.inf}):
        of_none = found("attractor", [1.0], g_h=2.0, **parameters)
        assert (of_none.numbers["adjoint_variance"].status == Status.DIVERGES).all()
        assert of_none.reason


def test_a_state_that_does_not_exist_is_absent() -> None:
    of_none = found("static", [1.0], g_h=0.5)
    assert (of_none.numbers["adjoint_variance"].status == Status.ABSENT).all()


def test_lags_at_which_gradients_have_vanished_or_exploded() -> None:
    lags = np.concatenate([[1.0], SCAN])
    scan = slice(1, 1 + len(SCAN))
    for gain, level in ((0.8, VANISHED), (1.6, EXPLODED)):
        of_zero = gradients_of(make_parameters({"g_h": gain}), GradientOptions(state="zero"), lags, SEED)
        lag = lag_of_level(of_zero, scan, level)
        exact = math.log(ive(0, 2.0 * gain * lag.value)) + 2.0 * (gain - 1.0) * lag.value
        assert exact == pytest.approx(level, abs=1e-4)
        assert lag_of_level(of_zero, scan, -level).status == Status.ABSENT
    slow = gradients_of(make_parameters({"g_h": 0.98}), GradientOptions(state="zero"), lags, SEED)
    far = lag_of_level(slow, scan, VANISHED)
    assert far.value > 48.0
    exact = math.log(ive(0, 2.0 * 0.98 * far.value)) - 0.04 * far.value
    assert exact == pytest.approx(VANISHED, abs=0.01)


@pytest.mark.parametrize("parameters", [{"g_h": 1.0}, {"g_h": 2.0, "alpha_z": math.inf, "alpha_r": 1.0}])
def test_at_an_instability_gradients_fall_as_a_power(parameters: dict[str, float]) -> None:
    law = found("zero", [1.0], **parameters).law
    assert (law.rate, law.power, law.limit) == (0.0, -0.5, 0.0)
    out = solve_points([make_parameters(parameters)], GradientOptions(lags=(1.0,), state="zero"), [SEED])
    assert out["exploding_lag"].status[0] == Status.ABSENT
    assert out["vanishing_lag"].value[0] > 1e3
