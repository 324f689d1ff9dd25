"""Whether a point lies in the marginally stable region, as a report of it says."""

from dataclasses import replace

import numpy as np
import pytest

from phasemap.config import make_point
from phasemap.quantities import REGISTRY
from phasemap.studies.point import choose_solvers, solve_point


def region(**parameters):
    """What the report says of the region; {} where it says nothing."""
    point = make_point({"parameters": parameters}, REGISTRY)
    chosen, _ = choose_solvers(point, REGISTRY, ["static_gain"])
    return solve_point(point, replace(REGISTRY, surfaces={}), chosen).regions


def test_the_point_of_the_notes_is_inside_by_its_numbers():
    fact = region(g_h=1.5, alpha_z=10.0, beta_z=0.0)["marginally_stable"]
    assert set(fact) == {"inside", "pinning_ratio", "static_gain", "level"}
    assert fact["inside"] and fact["static_gain"] > 1.0 and fact["pinning_ratio"] <= fact["level"] == 0.1


@pytest.mark.parametrize(("g_h", "alpha_z", "inside"), [(3.0, 5.0, False), (0.5, 10.0, False), (2.0, np.inf, True)])
def test_outside_are_what_is_not_pinned_and_what_is_not_unstable(g_h, alpha_z, inside):
    assert region(g_h=g_h, alpha_z=alpha_z, beta_z=0.0)["marginally_stable"]["inside"] is inside


def test_without_a_moving_update_gate_nothing_is_said():
    assert region(g_h=1.5) == {}
