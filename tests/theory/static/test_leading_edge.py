"""The leading edge of a fixed point's spectrum: its condition by quadrature, and its limits."""

import math

import numpy as np
import pytest
from support.static_value import UPPER, value

from phasemap.model.parameters import Parameters
from phasemap.theory.static.fixed_points import solve_points


def test_the_edge_solves_its_condition_by_quadrature(straightforward):
    points = [
        Parameters(g_h=3.0, alpha_z=a, beta_z=b, alpha_r=2.0, beta_r=0.0, tau_r=t)
        for a, b, t in ((1.0, 0.0, 1.0), (8.0, 1.0, 5.0), (60.0, -2.0, 0.0), (math.inf, 0.0, 2.0), (0.0, 0.4, 3.0))
    ]
    points[3] = points[3]._replace(g_h=12.0)
    result = solve_points(points)
    for k, point in enumerate(points):
        edge, q = result["leading_edge"].value[k, UPPER], result["delta_phi"].value[k, UPPER]
        assert edge > 0
        assert straightforward.StaticMeanField(point).growth(q, edge) == pytest.approx(1.0, abs=1e-9)


def test_the_edge_is_pinned_exponentially_by_a_steep_update_gate():
    """1 < S < 1 / f: log lambda_e falls linearly in alpha_z; beyond f S = 1 it has a limit."""
    alphas = np.array([20.0, 40.0, 80.0, 160.0])
    pinned = np.array([value("leading_edge", Parameters(g_h=2.0, alpha_z=float(a), beta_z=0.0)) for a in alphas])
    slopes = np.diff(np.log(pinned)) / np.diff(alphas)
    # The fraction of units open enough is fixed by S: lambda = exp(-alpha_z * threshold).
    assert (slopes < 0).all()
    assert slopes[-1] == pytest.approx(slopes[-2], rel=0.05)
    free = [value("leading_edge", Parameters(g_h=20.0, alpha_z=a, beta_z=0.0)) for a in (160.0, 1e4, math.inf)]
    assert free[2] > 0
    assert abs(free[1] - free[2]) < 0.1 * abs(free[0] - free[2])


def test_marginal_stability_needs_a_hard_fluctuating_gate():
    hard = Parameters(g_h=3.0, alpha_z=math.inf, beta_z=0.0)
    result = solve_points([hard, hard._replace(alpha_z=50.0), hard._replace(g_h=30.0)])
    gain, product = (result[name].value[:, UPPER] for name in ("static_gain", "marginal_gain"))
    assert (gain > 1).all() and product[0] < 1 < product[2]
    assert result["stability"].value[:, UPPER].tolist() == [0.0, -1.0, -1.0]
    assert result["leading_edge"].value[0, UPPER] == 0.0


def test_the_edge_of_a_stable_state_with_constant_gate_is_negative_and_exact():
    point = Parameters(g_h=0.9, beta_h=0.6, alpha_r=2.0, beta_r=0.0, tau_r=3.0, beta_z=0.2)
    result = solve_points([point])
    assert result["static_gain"].value[0, UPPER] < 1
    assert -0.5 < result["leading_edge"].value[0, UPPER] < 0
