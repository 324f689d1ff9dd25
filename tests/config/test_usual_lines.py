"""A plane that is typed is cut along the lines that apply to it."""

import pytest

from phasemap.config import make_config
from phasemap.config.usual_lines import usual_lines
from phasemap.quantities import REGISTRY

G, R = {"g_h": [1.0, 2.0, 3.0]}, {"alpha_r": [0.0, 5.0]}


def lines(axes, **parameters):
    named = {"axes": axes, "quantities": ["static_gain"], "parameters": parameters}
    found = usual_lines(make_config(named, REGISTRY))
    make_config({**named, "quantities": ["lyapunov_max"], "surfaces": list(found)}, REGISTRY)  # which refuses none
    return set(found)


@pytest.mark.parametrize(
    ("axes", "parameters", "some", "none"),
    [
        (G | R, {}, "dynamic_fold", "pinning_limit"),
        (G | {"alpha_z": [0.0, 9.0]}, {}, "pinning_limit", "dynamic_fold"),
        (G | R, {"alpha_z": "inf"}, "marginal_boundary", "dynamic_fold"),
        (G | {"beta_r": [-1.0, 1.0]}, {"alpha_r": 9.0}, "static_fold", "lyapunov_zero"),
    ],
)
def test_fixed_points_have_lines_and_so_has_what_moves(axes, parameters, some, none):
    found = lines(axes, **parameters)
    assert {"zero_instability", "static_fold", some} <= found and none not in found


@pytest.mark.parametrize(("axes", "parameters"), [(G | {"noise_h": [0.0, 0.3]}, {}), (G | R, {"noise_r": 0.2})])
def test_under_noise_no_line_of_fixed_points_is_asked_for(axes, parameters):
    assert lines(axes, **parameters) == {"dynamic_fold", "lyapunov_zero"}


@pytest.mark.parametrize(("axes", "parameters"), [(G | {"s_h": [0.0, 0.3]}, {}), (G | R, {"beta_h": 0.4})])
def test_where_zero_is_no_fixed_point_the_instability_of_others_counts(axes, parameters):
    found = lines(axes, **parameters)
    assert "static_gain_one" in found and "zero_instability" not in found


def test_lines_need_two_axes_that_are_parameters():
    assert lines(G) == lines(G | R | {"tau_r": [1.0, 2.0]}) == set()


def test_cells_have_the_one_that_is_cheap():
    config = make_config(
        {"cell": "gru", "axes": {"a_h": [1.0, 3.0], "a_r": [0.0, 1.0]}, "quantities": ["static_gain"]}, REGISTRY
    )
    assert usual_lines(config) == ("zero_instability",)
