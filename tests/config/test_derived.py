"""Axes that are no parameters: parameters follow from them by expressions."""

import numpy as np
import pytest

from phasemap.config import make_config
from phasemap.errors import PhasemapError
from phasemap.figures.scenes.fields import phase_field
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result, write_result
from phasemap.studies.grid import solve_grid
from phasemap.sweeps.plan import parameters_at

EFFECTIVE = {
    "quantities": ["static_gain"],
    "parameters": {"beta_r": 0.5, "alpha_r": 0.0},
    "axes": {"effective": [0.8, 1.5], "tau_r": [1.0, 2.0]},
    "derived": {"g_h": "effective * (1 + exp(beta_r))"},
}


def test_a_fixed_product_keeps_the_additive_network(tmp_path):
    """At alpha_r = 0 only g_h s_r counts: S of the zero state is its square."""
    config = make_config(EFFECTIVE, REGISTRY)
    points = parameters_at(config.parameters, config.axis_names, config.points("grid"), config.derived)
    assert [p.g_h for p in points] == pytest.approx([0.8 * (1 + np.exp(0.5))] * 2 + [1.5 * (1 + np.exp(0.5))] * 2)
    result = solve_grid(config)
    gain = result["static_gain"].sel(fixed_point="zero", tau_r=1.0)
    assert gain.value == pytest.approx([0.64, 2.25], rel=1e-12)
    write_result(tmp_path / "x.h5", result)
    again = read_result(tmp_path / "x.h5")
    assert again.axes[0].name == "effective" and "g_h = effective" in again.axes[0].description


def test_a_diagonal_runs_along_both_parameters():
    config = make_config(
        {
            "quantities": ["static_gain"],
            "axes": {"u": {"from": 0.0, "to": 1.0, "points": 3}},
            "derived": {"g_h": "1 + 2*u", "alpha_z": "3*u"},
        },
        REGISTRY,
    )
    points = parameters_at(config.parameters, config.axis_names, config.points("grid"), config.derived)
    assert [(p.g_h, p.alpha_z) for p in points] == [(1.0, 0.0), (2.0, 1.5), (3.0, 3.0)]
    assert points[1].beta_z == 0.0
    assert phase_field(solve_grid(config)).value.shape == (3,)


def test_the_hash_knows_the_expression():
    other = {**EFFECTIVE, "derived": {"g_h": "effective * 2"}}
    assert make_config(EFFECTIVE, REGISTRY).hash != make_config(other, REGISTRY).hash


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"derived": {"g_h": "effectve"}}, "Did you mean 'effective'"),
        ({"derived": {"gh": "effective"}}, "Did you mean 'g_h'"),
        ({"derived": {}}, "Unknown parameter 'effective'.*under .derived."),
        ({"derived": {"g_h": "-effective"}}, "derived.g_h"),
        ({"derived": {"g_h": "log(effective - 5)"}}, "derived.g_h"),
        ({"parameters": {"g_h": 2.0}}, "given twice"),
        ({"surfaces": ["static_fold"]}, "surfaces need axes that are parameters"),
    ],
)
def test_what_cannot_be_is_said(changes, words):
    with pytest.raises(PhasemapError, match=words):
        make_config({**EFFECTIVE, **changes}, REGISTRY)
