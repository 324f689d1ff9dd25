"""A gate that moves has its own rate: nothing known of a point lies below it. What diverges says so."""

import math

import numpy as np
import pytest

from phasemap.errors import UnsupportedError
from phasemap.model.branches import BRANCHES
from phasemap.model.options import EnsembleOptions, SpectrumOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.fixed_points.jacobian import eigenvalues
from phasemap.simulation.network.disorder import draw_network
from phasemap.theory import mean_field
from phasemap.theory.jacobian import spectral_points
from phasemap.theory.jacobian.spectrum import Spectrum
from phasemap.theory.jacobian.states import fixed_point_ensembles
from phasemap.theory.static import fixed_points
from phasemap.theory.surfaces import static_surfaces

ZERO, STATIC, FLUCTUATING = (BRANCHES.index(name) for name in ("zero", "static", "fluctuating"))
SEED = np.random.SeedSequence(0)
COARSE = EnsembleOptions(relative_error=0.02)


def solve(**parameters):
    return mean_field.solve_points([make_parameters(parameters)], COARSE, [SEED])


def exponent(found, branch=FLUCTUATING):
    e = found["lyapunov_max"]
    return float(e.value[0, branch]), Status(int(e.status[0, branch]))


@pytest.mark.parametrize(
    ("parameters", "rate"),
    [
        ({"g_h": 0.5, "alpha_z": 1.0, "tau_z": 10.0}, -0.1),
        ({"g_h": 0.5, "alpha_r": 1.0, "tau_r": 10.0}, -0.1),
        ({"g_h": 0.5, "alpha_z": 1.0, "tau_z": 10.0, "alpha_r": 1.0, "tau_r": 40.0}, -0.025),
        ({"g_h": 0.5, "alpha_z": math.inf, "tau_z": 10.0}, -0.1),
        ({"g_h": 0.0, "alpha_z": 1.0, "tau_z": 10.0}, -0.1),
        ({"g_h": 0.5, "alpha_z": 1.0, "tau_z": 0.1}, -0.25),
        ({"g_h": 0.5, "alpha_z": 0.0, "tau_z": 10.0}, -0.25),
        ({"g_h": 0.5, "alpha_r": 0.0, "beta_r": 0.0, "tau_r": 10.0}, -0.75),
    ],
)
def test_edges_of_the_zero_state_know_the_gates_own_rates(parameters, rate):
    point = make_parameters(parameters)
    edge = fixed_points.solve_points([point])["leading_edge"]
    assert edge.value[0, 0] == pytest.approx(rate, abs=1e-12) and edge.status[0, 0] == Status.CONVERGED
    assert exponent(solve(**parameters), ZERO) == (pytest.approx(rate, abs=1e-12), Status.CONVERGED)
    if math.isfinite(point.alpha_z) and point.g_h > 0.0:
        assert Spectrum(fixed_point_ensembles(point)["zero"]).edge == pytest.approx(rate, abs=1e-9)


@pytest.mark.parametrize("gate", ["z", "r"])
def test_networks_have_as_many_eigenvalues_there_as_units(gate):
    point = make_parameters({"g_h": 0.5, f"alpha_{gate}": 1.0, f"tau_{gate}": 10.0})
    found = eigenvalues(draw_network(point, 40, SEED), np.zeros((3, 40)))
    slow = np.abs(found.all_values + 0.1) < 1e-6
    assert slow.sum() == 40
    assert found.all_values.real.max() == pytest.approx(-0.1, abs=1e-6)


@pytest.mark.slow
def test_the_exponent_next_to_a_gates_rate_is_that_of_networks():
    """Networks of 1000 units: -0.0996 (the spectrum's edge without the gate's memory would be -0.2575)."""
    found = solve(g_h=0.5, alpha_z=1.0, tau_z=10.0, noise_h=0.3, tau_noise=1.0)
    value, status = exponent(found)
    assert status == Status.CONVERGED
    assert value == pytest.approx(-0.0996, abs=3e-4) and value > -0.1


def test_gain_zero_is_exact():
    found = solve(g_h=0.0, noise_h=0.3, tau_noise=1.0)
    assert exponent(found) == (-1.0, Status.CONVERGED)
    assert found["variance"].value[0, FLUCTUATING] == pytest.approx(0.045, rel=1e-9)
    assert found["activity_variance"].value[0, FLUCTUATING] == 0.0
    assert exponent(solve(g_h=0.0, noise_h=0.3, tau_noise=1.0, alpha_r=1.0, tau_r=10.0)) == (-0.1, Status.CONVERGED)
    assert exponent(solve(g_h=0.0, noise_h=0.3, tau_noise=1.0, alpha_r=math.inf))[0] == -1.0
    # White noise of strength 0.3 behind a gate that stands at 1/2: variance 0.09 / (2 / 2).
    gated = solve(g_h=0.0, noise_h=0.3, alpha_z=1.0, tau_z=0.2)
    assert exponent(gated) == (pytest.approx(-0.5, abs=1e-6), Status.CONVERGED)
    assert gated["variance"].value[0, FLUCTUATING] == pytest.approx(0.09, rel=0.02)


def test_a_weak_response_to_noise_is_linear_down_to_vanishing_gain():
    gains = (1e-7, 5e-7, 2e-6, 1e-5)
    rise = [exponent(solve(g_h=g, noise_h=0.3, tau_noise=1.0))[0] + 1.0 for g in gains]
    assert np.array(rise) / gains == pytest.approx(np.full(4, rise[-1] / gains[-1]), rel=1e-2)


@pytest.mark.parametrize("gate", ["z", "r"])
def test_exponents_through_hard_gates_diverge(gate):
    found = solve(g_h=6.0, m_z=0.8, **{f"alpha_{gate}": math.inf})
    assert found["variance"].status[0, FLUCTUATING] != Status.DIVERGES
    assert exponent(found) == (math.inf, Status.DIVERGES)
    assert math.isnan(found["lyapunov_max"].error[0, FLUCTUATING])
    assert any("hard" in remark for _, remark in found.remarks)


def test_under_noise_the_sign_of_a_diverging_exponent_is_not_known():
    value, status = exponent(solve(g_h=1.0, alpha_r=math.inf, noise_h=0.3, tau_noise=1.0))
    assert math.isnan(value) and status == Status.DIVERGES


@pytest.mark.parametrize(
    "parameters",
    [
        {"g_h": 1.5, "alpha_z": math.inf, "s_h": 0.3},
        {"g_h": 3.0, "alpha_z": 5.0, "s_h": 0.3},
        {"g_h": 1.0, "beta_z": math.inf, "noise_h": 0.3},
    ],
)
def test_inputs_behind_a_shut_gate_leave_no_stationary_state(parameters):
    found = solve(**parameters)
    for name in ("variance", "lyapunov_max", "correlation_time"):
        assert found[name].status[0, FLUCTUATING] == Status.DIVERGES
        assert math.isnan(found[name].value[0, FLUCTUATING])
    assert any("no stationary state" in remark for _, remark in found.remarks)


def test_inputs_inside_the_gate_or_behind_a_flat_one_do():
    for parameters in ({"alpha_z": 1.0}, {"alpha_z": 1.0, "input_inside": 1.0}):
        found = solve(g_h=3.0, s_h=0.3, **parameters)
        assert found["variance"].status[0, FLUCTUATING] in (Status.CONVERGED, Status.NOT_CONVERGED)


@pytest.mark.parametrize("parameters", [{"alpha_z": math.inf, "s_h": 0.3}, {"alpha_z": 5.0, "s_h": 0.3}])
def test_there_is_no_spectrum_without_a_stationary_state(parameters):
    found = spectral_points.solve_dynamics([make_parameters(g_h=3.0, **parameters)], SpectrumOptions(), [SEED])
    assert found["dynamic_leading_edge"].status[0] == Status.DIVERGES
    assert len(found.remarks) == 1


def test_a_state_that_was_not_found_says_why():
    found = solve(g_h=2.0, alpha_z=math.inf, beta_h=0.4)
    assert found["variance"].status[0, FLUCTUATING] == Status.DIVERGES
    assert any("The state ages" in remark for _, remark in found.remarks)
    undefined = solve(g_h=2.0, alpha_r=2.0, tau_r=0.0, noise_r=0.2)
    assert any("White noise" in remark for _, remark in undefined.remarks)


@pytest.mark.parametrize("noise", [{"noise_h": 0.2}, {"noise_r": 0.2}])
def test_surfaces_of_fixed_points_are_refused_under_noise(noise):
    base, box = make_parameters(alpha_r=20.0, **noise), {"g_h": (1.0, 3.0), "tau_r": (1.0, 2.0)}
    with pytest.raises(UnsupportedError, match="has no fixed point"):
        static_surfaces.trace("zero_instability", base, box)
    still = make_parameters(alpha_r=20.0, noise_z=0.2)  # on no gate
    assert len(static_surfaces.trace("zero_instability", still, box).vertices)


def test_there_is_no_slow_edge_without_an_update_gate():
    box = {"g_h": (1.0, 3.0), "alpha_r": (0.0, 1.0)}
    assert not len(static_surfaces.trace("slow_edge", make_parameters(beta_r=0.0), box, 1e-3).vertices)
    gated = make_parameters(beta_r=0.0, alpha_z=1.0)
    assert len(static_surfaces.trace("slow_edge", gated, box, 1e-3).vertices)
