"""The support of the spectrum: closed forms, completeness, limits, and the leading edge by another route."""

import math

import numpy as np
import pytest
from support.steep_gate_law import pinched_edge, pinching_rate

from phasemap.model.parameters import make_parameters
from phasemap.theory.jacobian.local_ensemble import from_samples, gaussian_ensemble
from phasemap.theory.jacobian.states import fixed_point_ensembles
from phasemap.theory.jacobian.support import Support
from phasemap.theory.static import fixed_points

ZERO = (0.0, 0.0, 0.0)
SOME = (0.3, 0.4, 0.4)


def support(variances=SOME, **parameters):
    return Support(gaussian_ensemble(make_parameters(**parameters), *variances))


def test_additive_network_is_a_disc():
    disc = support(ZERO, g_h=2.0)
    (component,) = disc.components
    np.testing.assert_allclose(np.abs(component.upper + 1.0), 2.0, rtol=1e-12)
    assert (component.left, component.right) == pytest.approx((-3.0, 1.0), abs=1e-12)
    assert disc.edge == pytest.approx(1.0, abs=1e-12)


def test_constant_gates_shrink_and_shift_the_disc():
    s_z, s_r = 1.0 / (1.0 + math.exp(0.7)), 1.0 / (1.0 + math.exp(-0.4))
    (component,) = support(ZERO, g_h=2.0, alpha_z=0.0, beta_z=0.7, alpha_r=0.0, beta_r=-0.4).components
    np.testing.assert_allclose(np.abs(component.upper + s_z), 2.0 * s_z * s_r, rtol=1e-12)


def test_hard_update_gate_leaves_the_disc_of_the_open_units():
    hard = support(g_h=3.0, alpha_z=math.inf, beta_z=0.0)
    radius = math.sqrt(0.5 * hard.ensemble.support.slope)
    np.testing.assert_allclose(np.abs(hard.components[0].upper + 1.0), radius, rtol=1e-12)


@pytest.mark.parametrize(
    "parameters",
    [
        {"g_h": 3.0, "alpha_z": 2.0, "beta_z": 0.3, "alpha_r": 3.0, "tau_r": 1.5},
        {"g_h": 1.1, "alpha_z": 10.0, "alpha_r": 8.0, "tau_r": 0.2},
        {"g_h": 1.2, "alpha_z": 20.0, "beta_z": -3.0, "alpha_r": 5.0, "tau_r": 30.0},
        {"g_h": 0.4, "alpha_r": 5.0, "tau_r": 9.0},
    ],
)
def test_every_vertex_solves_the_condition(parameters):
    for component in support(**parameters).components:
        solved = component.residual[np.isfinite(component.residual)]
        assert len(solved) > 20
        assert solved.max() < 1e-10


def test_a_slow_output_gate_makes_an_island_of_its_own():
    found = support((0.05, 0.1, 0.1), g_h=0.4, alpha_r=5.0, tau_r=9.0)
    assert len(found.intervals) == 2
    (left, middle), (right, edge) = found.intervals
    assert left < -1.0 < middle < right < -1.0 / 9.0 < edge


def test_components_are_those_of_a_fine_grid():
    found = support((0.05, 0.1, 0.1), g_h=0.8, alpha_z=4.0, beta_z=-1.0, alpha_r=6.0, tau_r=0.4)
    x, y = np.meshgrid(np.linspace(-4.0, 1.0, 701), np.linspace(1e-3, 2.0, 301))
    outside = found.radius(x + 1j * y) < 1.0
    np.testing.assert_array_equal(outside, ~found.contains(x + 1j * y))
    assert len(found.intervals) == 2


def test_there_are_no_holes_and_rho_falls_away_from_the_axis():
    found = support(g_h=3.0, alpha_z=2.0, beta_z=0.3, alpha_r=3.0, tau_r=1.5)
    y = np.linspace(1e-3, 2.0, 200)
    for x in np.linspace(-2.0, 1.0, 13):
        assert (np.diff(found.radius(x + 1j * y)) < 0.0).all()


def test_a_smooth_gate_reaches_zero_where_the_fixed_point_is_stable():
    stable = support((0.02, 0.1, 0.1), g_h=0.8, alpha_z=5.0)
    assert stable.edge == pytest.approx(0.0, abs=1e-12)
    assert float(stable.height(-0.3)) > 0.0


def test_no_couplings_no_support():
    assert support((0.0, 0.0, 0.0), g_h=0.0).intervals == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"g_h": 3.0, "alpha_r": 2.0},
        {"g_h": 3.0, "alpha_z": 3.0, "alpha_r": 2.0, "tau_r": 4.0},
        {"g_h": 1.8, "alpha_z": 20.0, "alpha_r": 20.0, "tau_r": 0.1},
        {"g_h": 2.0, "beta_h": 0.4, "alpha_z": 6.0, "beta_z": 1.0, "s_z": 0.3, "m_z": 0.2},
    ],
)
def test_edge_is_the_growth_rate_of_the_static_theory(parameters):
    p = make_parameters(**parameters)
    expected = fixed_points.solve_points([p])["leading_edge"].value[0]
    for slot, name in enumerate(("zero", "lower", "middle", "upper")):
        if name in (ensembles := fixed_point_ensembles(p)):
            assert Support(ensembles[name]).edge == pytest.approx(expected[slot], rel=1e-8, abs=1e-9)


def test_edge_with_input_outside_the_gate_agrees_with_the_static_theory():
    p = make_parameters(g_h=3.0, alpha_z=1.5, s_h=0.2)
    expected = fixed_points.solve_points([p])["leading_edge"].value[0, 3]
    assert Support(fixed_point_ensembles(p)["upper"]).edge == pytest.approx(expected, rel=0.02)


def test_samples_of_gaussians_give_the_boundary_of_gaussians():
    p = make_parameters(g_h=3.0, alpha_z=2.0, alpha_r=3.0, tau_r=1.5)
    rng = np.random.default_rng(0)
    h, z, r = rng.standard_normal((3, 200_000)) * np.sqrt(SOME)[:, None]
    sampled, exact = Support(from_samples(p, h, z, r)), Support(gaussian_ensemble(p, *SOME))
    x = np.array([-1.2, -0.8, -0.4, -0.1, 0.02])
    np.testing.assert_allclose(sampled.height(x), exact.height(x), rtol=0.01)


# --- pinching -------------------------------------------------------------------------------------------------------


def test_edge_falls_exponentially_with_the_steepness_at_the_predicted_rate():
    alphas = np.array([40.0, 60.0, 90.0, 120.0])
    points = [make_parameters(g_h=2.0, alpha_z=a, beta_z=0.4) for a in alphas]
    known = fixed_points.solve_points(points[:1])
    gain, delta_z = (float(known[name].value[0, 3]) for name in ("static_gain", "delta_z"))
    edges = np.array([Support(fixed_point_ensembles(p)["upper"]).edge for p in points])
    slope, _ = np.polyfit(alphas, np.log(edges), 1)
    assert -slope == pytest.approx(pinching_rate(gain, delta_z), rel=5e-3)
    # The prefactor exp(-beta_z - 1) as well: what is left falls as 1 / alpha_z.
    left = np.log(edges) - np.log(pinched_edge(alphas, gain, delta_z, beta_z=0.4))
    np.testing.assert_allclose(left * alphas, (left * alphas)[-1], rtol=0.1)
    assert abs(left[-1]) < 0.05


def test_no_pinching_without_an_unstable_fixed_point():
    assert math.isnan(pinching_rate(0.9, 0.4))
    assert pinching_rate(2.5, 0.4) < 0.0  # f S > 1 at f = 1 / 2: the edge is detached
