"""Gradients of fluctuating states at a constant update gate."""

import math

import numpy as np
import pytest

from phasemap.kernels.gradients.march import Coupling, march
from phasemap.model.options import GradientOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.fluctuating import Fluctuating, solutions
from phasemap.theory.dynamic.lyapunov import exponent, linearisation
from phasemap.theory.gradients import march as marching
from phasemap.theory.gradients.fluctuating import series
from phasemap.theory.gradients.fluctuating.asymptotics import amplitude
from phasemap.theory.gradients.records import Gradients
from phasemap.theory.gradients.states import gradients_of

SEED = np.random.SeedSequence(0)


def found(lags: list[float], **parameters: float) -> Gradients:
    return gradients_of(make_parameters(parameters), GradientOptions(), np.array(lags, dtype=float), SEED)


def solution(**parameters: float) -> Fluctuating:
    problem, gain, _ = reduce(make_parameters(parameters))
    return named_solutions(solutions(problem, gain))["fluctuating"]


def test_additive_network_against_independent_values() -> None:
    """Computed without this project's code."""
    numbers = found([4.0, 16.0], g_h=2.5).numbers
    np.testing.assert_allclose(numbers["adjoint_variance"].logarithm, [0.021912, 4.217354], atol=1e-6)
    np.testing.assert_allclose(numbers["gradient_variance_h"].logarithm, [1.320329, 5.980322], atol=1e-6)


def test_moving_output_gate_against_independent_values() -> None:
    """Computed without this project's code."""
    numbers = found([4.0, 16.0], g_h=3.0, alpha_r=2.0).numbers
    expected = {
        "adjoint_variance": [-0.588655, 2.513747],
        "adjoint_variance_r": [-3.748940, -0.650063],
        "gradient_variance_h": [-0.651703, 3.070810],
        "gradient_variance_r": [-2.820731, 1.048995],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(numbers[name].logarithm, values, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("parameters", [{"g_h": 2.5}, {"g_h": 2.0, "alpha_r": 20.0}, {"g_h": 3.0, "alpha_r": 2.0}])
def test_half_slopes_become_the_lyapunov_exponent(parameters: dict[str, float]) -> None:
    numbers = found([40.0, 48.0], **parameters).numbers["adjoint_variance"].logarithm
    assert (numbers[1] - numbers[0]) / 16.0 == pytest.approx(solution(**parameters).values["lyapunov_max"], abs=1e-5)


@pytest.mark.parametrize("parameters", [{"g_h": 2.5}, {"g_h": 3.0, "alpha_r": 5.0, "tau_r": 3.0}])
def test_amplitude_of_the_last_law_is_what_the_march_comes_to(parameters: dict[str, float]) -> None:
    state = solution(**parameters)
    of_state = exponent(state.profile)
    profile = state.profile
    level = amplitude(linearisation(profile), (profile.grid, profile.window), of_state)
    _, far = marching.marched(profile, of_state.value, 48.0, of_state.window)
    assert far.curves["adjoint_variance"].scaled[-1] == pytest.approx(level, rel=3e-6)


def test_amplitude_of_the_additive_network_against_an_independent_value() -> None:
    assert found([1.0], g_h=2.5).law.amplitude == pytest.approx(0.241886, abs=1e-6)


def test_eigenfunction_series_is_the_march_at_long_lags() -> None:
    state = solution(g_h=1.3)
    lags = np.array([16.0, 24.0, 48.0])
    of_series = series.logarithm(linearisation(state.profile).p, state.profile.grid, state.profile.window, lags)
    np.testing.assert_allclose(of_series, found(list(lags), g_h=1.3).numbers["adjoint_variance"].logarithm, atol=2e-6)


def test_a_constant_update_gate_is_a_unit_of_time() -> None:
    gate = 1.0 / (1.0 + math.exp(0.7))
    own, gated = (
        found([6.0], g_h=2.2, alpha_r=1.5, beta_z=0.7, tau_r=1.0 / gate),
        found([6.0 * gate], g_h=2.2, alpha_r=1.5),
    )
    for name in (
        "adjoint_variance",
        "adjoint_variance_r",
        "retained_overlap",
        "gradient_variance_h",
        "gradient_variance_r",
    ):
        np.testing.assert_allclose(own.numbers[name].logarithm, gated.numbers[name].logarithm, atol=1e-7, err_msg=name)
    # An input outside the gate reaches h without it; a profile is a density in time.
    shift = own.numbers["gradient_variance_input"].logarithm - gated.numbers["gradient_variance_input"].logarithm
    np.testing.assert_allclose(shift, -2.0 * math.log(gate), atol=1e-7)
    shift = own.numbers["gradient_profile_h"].logarithm - gated.numbers["gradient_profile_h"].logarithm
    np.testing.assert_allclose(shift, math.log(gate), atol=1e-7)


def test_profiles_are_the_slopes_of_variances() -> None:
    step = 1e-3
    numbers = found([5.0 - step, 5.0, 5.0 + step], g_h=3.0, alpha_r=2.0).numbers
    for kind in ("h", "r", "input"):
        below, _, above = np.exp(numbers[f"gradient_variance_{kind}"].logarithm)
        profile = math.exp(numbers[f"gradient_profile_{kind}"].logarithm[1])
        assert (above - below) / (2.0 * step) == pytest.approx(profile, rel=1e-5)


def test_an_output_gate_without_inertia_is_the_limit_of_fast_ones() -> None:
    at_once = found([2.0, 6.0], g_h=3.0, alpha_r=2.0, tau_r=0.0).numbers
    fast = found([2.0, 6.0], g_h=3.0, alpha_r=2.0, tau_r=0.01).numbers
    for name in ("adjoint_variance", "gradient_variance_h", "gradient_variance_r"):
        np.testing.assert_allclose(at_once[name].logarithm, fast[name].logarithm, atol=0.03, err_msg=name)
    assert np.isneginf(at_once["adjoint_variance_r"].logarithm).all()


def test_a_band_around_the_diagonal_is_enough_at_long_lags() -> None:
    state = solution(g_h=2.5)
    of_state = exponent(state.profile)
    all_pairs = marching._to(state.profile, of_state.value, 100.0, math.inf)
    band = marching._to(state.profile, of_state.value, 100.0, 40.0)
    for name, curve in band.curves.items():
        np.testing.assert_allclose(curve.scaled[-1], all_pairs.curves[name].scaled[-1], rtol=1e-5, err_msg=name)


def test_the_scheme_is_of_second_order() -> None:
    """Errors fall by four when the step is halved: A = exp(-2 s) I_0(2 g s) for constant coefficients g**2."""
    from scipy.special import ive

    g, longest = 1.3, 6.0
    errors = []
    for n in (60, 120, 240):
        constant, none = np.full(n + 1, g * g), np.zeros(n + 1)
        diagonal, rows = np.zeros((2, n + 1)), np.zeros((3, n + 1))
        march(Coupling(constant, none, none, False, np.zeros((3, n + 1))), longest / n, 0.0, 1.0, n, diagonal, rows)
        exact = ive(0, 2.0 * g * longest) * math.exp(2.0 * (g - 1.0) * longest)
        errors.append(abs(diagonal[0, -1] / exact - 1.0))
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.02)
    assert errors[1] / errors[2] == pytest.approx(4.0, rel=0.01)


def test_numbers_beyond_floats_are_lower_bounds_with_a_logarithm() -> None:
    numbers = found([3000.0], g_h=3.0).numbers["adjoint_variance"]
    assert numbers.logarithm[0] == pytest.approx(2.0 * 3000.0 * 0.23546, rel=1e-3)
    assert numbers.value_status[0] == 6
    assert np.isfinite(numbers.value[0])


def test_a_hard_output_gate_has_no_second_moment() -> None:
    of_hard = found([1.0], g_h=3.0, alpha_r=math.inf)
    assert of_hard.numbers["adjoint_variance"].status[0] == 9
    assert "no slope" in of_hard.reason
    assert of_hard.numbers["retained_overlap"].logarithm[0] == -1.0


def test_every_number_has_an_error_or_a_reason() -> None:
    numbers = found([1.0, 8.0, 300.0], g_h=3.0, alpha_r=2.0).numbers
    assert set(numbers) == set(NAMES)
    for one in numbers.values():
        assert np.isfinite(one.error[np.isfinite(one.logarithm)]).all()
