"""Where no stationary state exists, because a hard update gate pins everything."""

import math

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.theory.ensemble.solver import solve_points
from phasemap.theory.static.aging import remarks_where_ages

HARD = {"alpha_z": math.inf, "beta_z": 0.0}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"g_h": 2.0}, True),
        ({"g_h": 3.2}, True),  # f S = 1 at g_h = 3.273
        ({"g_h": 3.3}, False),
        ({"g_h": 0.9}, False),
        ({"g_h": 2.0, "s_h": 0.3}, False),  # closed units integrate their input
        ({"g_h": 2.0, "s_h": 0.3, "input_inside": 1.0}, True),
        ({"g_h": 2.0, "noise_z": 0.3}, False),
        ({"g_h": 2.0, "alpha_z": 40.0}, False),
        ({"g_h": 4.2, "alpha_r": 2.0, "beta_r": 0.0}, True),  # S = 2 at g_h = 4.28542
        ({"g_h": 4.4, "alpha_r": 2.0, "beta_r": 0.0}, False),
    ],
)
def test_states_age_between_the_onset_and_the_marginal_boundary_of_a_hard_gate(changes, expected):
    assert (0 in remarks_where_ages([make_parameters(**{**HARD, **changes})])) is expected


def test_a_state_that_ages_has_no_stationary_numbers_and_says_why():
    found = solve_points([make_parameters(g_h=2.0, **HARD)], None, [np.random.SeedSequence(1)])
    for name in ("variance", "lyapunov_max", "lyapunov_times_relaxation"):
        assert found[name].status[0] == Status.DIVERGES, name
        assert np.isnan(found[name].value[0]), name
    assert found["relaxation_time"].value[0] == math.inf
    assert "f S = 0.681 < 1 < S = 1.36" in found.remarks[0][1]
