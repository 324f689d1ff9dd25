"""The settings by which a configuration knows its results."""

from phasemap.config import make_config
from phasemap.quantities import REGISTRY

PLANE = {
    "quantities": ["variance"],
    "axes": {"g_h": {"from": 1.0, "to": 3.0, "points": 3}},
    "parameters": {"alpha_z": 3.0, "beta_z": 0.0},
}


def _config(**ensemble):
    return make_config(PLANE | {"ensemble": ensemble}, REGISTRY)


def test_an_option_that_came_later_leaves_results_from_before_it_what_they_are():
    assert "lazy_runs" not in _config().settings["options"]["ensemble"]
    assert _config(lazy_runs=0).hash == _config().hash


def test_an_option_that_came_later_is_a_setting_once_it_is_given():
    assert _config(lazy_runs=8).settings["options"]["ensemble"]["lazy_runs"] == 8
    assert _config(lazy_runs=8).hash != _config().hash


def test_other_options_are_settings_at_their_defaults_too():
    assert "relative_error" in _config().settings["options"]["ensemble"]
