import math

import numpy as np
import pytest

from phasemap.errors import ParameterError, UnsupportedError
from phasemap.model.parameters import make_parameters
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.hysteresis import follow, loop
from phasemap.theory.surfaces.dynamic_fold import folds

BASE = make_parameters(g_h=1.8, alpha_r=20.0, tau_r=1.0)


def test_both_ways_differ_between_the_dynamic_fold_and_the_instability_of_zero():
    values = np.linspace(1.6, 2.2, 31)
    up, down = loop(BASE, "g_h", values.tolist())
    back = down.states[::-1]
    fold = math.exp(0.5 * folds(reduce(BASE)[0])[0].ln_gamma)
    for gain, going_up, coming_down in zip(values, up.states, back, strict=True):
        assert going_up == ("zero" if gain < 2.0 else "fluctuating")
        assert coming_down == ("zero" if gain < fold else "fluctuating")
    together = values >= 2.0
    assert up.variance[together] == pytest.approx(down.variance[::-1][together], rel=1e-9)
    assert np.all(np.diff(down.variance[::-1][values > fold]) > 0.0)
    assert np.all(down.lyapunov_max[np.array(down.states) == "fluctuating"] > 0.0)


def test_a_continuous_transition_has_no_hysteresis():
    values = np.linspace(1.5, 2.5, 11)
    up, down = loop(make_parameters(alpha_r=2.0), "g_h", values.tolist())
    assert up.states == down.states[::-1]
    assert up.variance == pytest.approx(down.variance[::-1], rel=1e-9, nan_ok=True)


def test_noise_is_followed_from_the_quiet_response_and_back():
    noisy = BASE._replace(g_h=1.78, tau_noise=1.0)
    values = np.linspace(0.005, 0.06, 12)
    for strength in (1e-9, 1e-4):
        quiet = follow(noisy._replace(noise_h=strength), "g_h", [1.7, 1.72], "fluctuating")
        assert quiet.states == ("fluctuating", "fluctuating") and np.all(quiet.lyapunov_max < 0.0)
    path = follow(noisy, "noise_h", values.tolist())
    assert set(path.states) == {"fluctuating"}
    assert np.all(np.diff(path.variance) > 0.0)


def test_another_parameter_is_followed_as_well():
    path = follow(BASE, "alpha_r", np.linspace(20.0, 6.0, 15).tolist())
    assert path.states[0] == "fluctuating" and path.states[-1] == "zero"


def test_every_number_has_an_error_that_a_finer_path_keeps():
    coarse = follow(BASE, "g_h", [2.2, 2.0, 1.8, 1.7])
    fine = follow(BASE, "g_h", np.linspace(2.2, 1.7, 11).tolist())
    assert coarse.converged.all() and coarse.states == ("fluctuating", "fluctuating", "fluctuating", "zero")
    for name in ("variance", "lyapunov_max"):
        gap = np.abs(getattr(coarse, name) - getattr(fine, name)[[0, 4, 8, 10]])
        error = getattr(coarse, f"{name}_error")
        assert np.all(np.isfinite(error)) and np.all(gap <= 3.0 * error + 1e-10)


# Variance of the small static state at both ends; that of s_h from a plain quadrature of the static theory.
INPUTS = [
    ("s_h", (0.001, 0.005), (4.8376e-6, 1.42166e-4)),
    ("m_h", (0.001, 0.004), (3.84e-6, 6.91e-5)),
    ("beta_h", (0.002, 0.008), (4.85e-6, 9.05e-5)),
]


@pytest.mark.parametrize(("name", "ends", "variances"), INPUTS)
def test_with_an_input_the_way_up_begins_at_what_grows_out_of_rest(name, ends, variances):
    up, down = loop(BASE._replace(g_h=1.78), name, np.linspace(*ends, 4).tolist())
    assert set(up.states) == {"static_small"} and np.all(up.lyapunov_max < 0.0)
    assert up.variance[[0, -1]] == pytest.approx(variances, rel=2e-3)
    assert set(down.states) == {"fluctuating"} and np.all(down.lyapunov_max > 0.19)


def test_under_noise_the_way_up_begins_at_the_small_response():
    """The second example of the command's help."""
    values = np.geomspace(0.001, 0.1, 9)
    up, down = loop(BASE._replace(g_h=1.78), "noise_h", values.tolist())
    small = np.array(up.states) == "fluctuating_small"
    assert small[:5].all() and np.all(up.lyapunov_max[small] < 0.0) and up.states[-1] == "fluctuating"
    linear = up.variance[:2] / values[:2] ** 2
    assert linear[0] == pytest.approx(linear[1], rel=0.05)
    assert np.all(down.lyapunov_max > 0.15)
    assert up.variance[-1] == pytest.approx(down.variance[0], rel=1e-8)


def test_rest_is_followed_into_an_input_and_back():
    values = [0.0, 0.002, 0.004]
    up, _ = loop(BASE._replace(g_h=1.78), "s_h", values)
    assert up.states == ("zero", "static_small", "static_small")
    back = follow(BASE._replace(g_h=1.78), "s_h", values[::-1], "static_small")
    assert back.states == up.states[::-1] and back.variance == pytest.approx(up.variance[::-1], rel=1e-9)


@pytest.mark.parametrize("number", [2, 3, 5, 12])
def test_the_way_does_not_depend_on_how_many_points_are_given(number):
    """Down along g_h chaos lasts to the dynamic fold at 1.7523, however far apart the points."""
    values = [1.6, *np.linspace(1.7524, 4.0, number).tolist()]
    up, down = loop(BASE, "g_h", values)
    assert down.states[::-1] == ("zero", *["fluctuating"] * number)
    assert up.states == tuple("zero" if gain < 2.0 else "fluctuating" for gain in values)
    below = follow(BASE, "g_h", [4.0, 1.7522], "fluctuating")
    assert below.states == ("fluctuating", "zero")


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(ParameterError, match="upper"):
        follow(BASE, "g_h", [1.0], "upper")
    with pytest.raises(ParameterError, match="gain"):
        follow(BASE, "gain", [1.0])
    with pytest.raises(UnsupportedError, match="alpha_z = 0"):
        follow(BASE._replace(beta_z=0.0), "alpha_z", [1.0])
