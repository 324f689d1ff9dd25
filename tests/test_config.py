"""Configurations: what is accepted, what is refused and in which words, and what the hash depends on."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.configurations import TEXT, config, refusal

from phasemap.config import apply_overrides, differences, load_config, make_config, make_point, parse_toml, write_toml
from phasemap.errors import ConfigError
from phasemap.quantities import REGISTRY


def test_a_configuration_holds_what_it_says() -> None:
    c = config()
    assert c.axis_names == ("g_h", "alpha_r")
    assert c.shape == (5, 4)
    assert c.axes[0].values == (0.5, 1.375, 2.25, 3.125, 4.0)
    assert c.axes[1].values == pytest.approx((0.5, 1.0, 2.0, 4.0))
    assert c.parameters.beta_z == -math.inf
    assert c.checks == ((1.0, 2.0), (3.0, 4.5))
    assert c.options["simulation"].size == 600


def test_points_are_in_row_major_order() -> None:
    points = config().points("grid")
    assert points.shape == (20, 2)
    assert points[:4, 0].tolist() == [0.5] * 4
    assert points[::4, 0].tolist() == list(config().axes[0].values)


def test_an_axis_of_steepness_centres_its_gate() -> None:
    assert config().parameters.beta_r == 0.0
    assert config("beta_r=-0.5").parameters.beta_r == -0.5
    assert make_point({}, REGISTRY, ["g_h=2"]).parameters.beta_r == -math.inf


def test_infinities_are_numbers_or_strings() -> None:
    for text in ('"inf"', "inf", '"+inf"'):
        assert config(f"alpha_z={text}").parameters.alpha_z == math.inf
    assert config("beta_z=-inf").parameters.beta_z == -math.inf


def test_check_points_keep_simulations_off_the_grid() -> None:
    c = config()
    assert [s.name for s in c.solvers("grid")] == ["statics", "mean_field", "complexity"]
    assert [s.name for s in c.solvers("checks")] == ["statics", "mean_field", "complexity", "network"]
    alone = config("simulation={}")
    assert [s.name for s in alone.solvers("grid")] == ["statics", "mean_field", "complexity", "network"]
    assert alone.solvers("checks") == []


def test_the_hash_ignores_order_titles_and_output() -> None:
    lines = TEXT.replace('title = "test"', 'description = "other"\nseed = 0')
    lines = lines.replace('["static_gain", "lyapunov_max", ', '["lyapunov_max", "static_gain", ')
    lines = lines.replace('beta_z = "-inf"\ntau_r = 1', "tau_r = 1.0\nbeta_z = -inf\nbeta_r = 0")
    assert config(text=lines + '[output]\nfile = "x.h5"\n').hash == config().hash


@pytest.mark.parametrize(
    "override",
    ["seed=1", "tau_r=2", "axes.g_h.points=6", "axes.g_h.to=4.1", "simulation.size=601", 'quantities=["static_gain"]',
     "surfaces=[]", "simulation.points=[[1, 2]]", "beta_h=0.1"],
)  # fmt: skip
def test_the_hash_depends_on_everything_else(override: str) -> None:
    overrides = [override, "simulation={}"] if override.startswith("quantities") else [override]
    assert config(*overrides).hash != config().hash


def test_options_of_solvers_that_do_not_run_do_not_matter() -> None:
    fewer = ('quantities=["static_gain"]', "simulation={}")
    assert config(*fewer, "simulation.size=7").hash == config(*fewer).hash


def test_differences_name_the_keys() -> None:
    found = differences(config().settings, config("seed=3", "simulation.size=7", "axes.g_h.points=9").settings)
    assert [phrase.split(" is ")[0] for phrase in found] == ["axes.g_h", "seed", "simulation.size"]
    assert "seed is 0 here and 3 there" in found
    assert differences(config().settings, config().settings) == []


def test_overridden_text_is_the_same_configuration() -> None:
    changed = config("simulation.size=700", "g_h=[1, 2, 3.5]", 'title=a "quoted"\ttitle')
    again = make_config(parse_toml(changed.text, "again"), REGISTRY)
    assert again.hash == changed.hash
    assert again.title == changed.title == 'a "quoted"\ttitle'


def test_a_bare_parameter_is_fixed_or_becomes_an_axis() -> None:
    fixed = config("g_h=2", "surfaces=[]", "simulation.points=[[3]]")
    assert fixed.axis_names == ("alpha_r",)
    assert fixed.parameters.g_h == 2.0
    assert config("tau_r=[1, 3]", "alpha_r=1").axis_names == ("g_h", "tau_r")


def test_a_point_takes_no_axes() -> None:
    with pytest.raises(ConfigError, match="g_h is an axis"):
        make_point(parse_toml(TEXT, "test"), REGISTRY, ["alpha_r=1"])
    point = make_point(parse_toml(TEXT, "test"), REGISTRY, ["alpha_r=1", "g_h=3"])
    assert point.parameters.g_h == 3.0
    assert point.options["simulation"].size == 600


def test_overrides_leave_the_original_alone() -> None:
    data = {"axes": {"g_h": [1, 2]}}
    apply_overrides(data, ["g_h=3", "simulation.size=4"], ["axes"])
    assert data == {"axes": {"g_h": [1, 2]}}


scalars = st.one_of(
    st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False), st.text(st.characters(codec="utf-8"))
)
keys = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))


@given(st.dictionaries(keys, values, max_size=5))
def test_written_toml_reads_back(data: dict[str, Any]) -> None:
    assert parse_toml(write_toml(data), "test") == data


def test_numbers_are_written_as_on_a_calculator() -> None:
    assert make_point({}, REGISTRY, ["g_h=.5", "beta_h=-.25", "tau_z=3."]).parameters[:2] == (0.5, -0.25)
    c = config("g_h=[.5, 1., 2.5]", "axes.alpha_r.from=.25", "title=v.5 and 3.")
    assert c.axes[0].values == (0.5, 1.0, 2.5)
    assert c.axes[1].values[0] == 0.25
    assert c.title == "v.5 and 3."


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load_config(path, REGISTRY).hash == config().hash
    path.write_bytes(TEXT.encode("utf-16"))
    with pytest.raises(ConfigError, match="UTF-16"):
        load_config(path, REGISTRY)


def test_a_parameter_with_single_values_takes_none_between() -> None:
    assert "give 0 or 1" in refusal("input_inside=0.5")
    for axis in ("{ from = 0, to = 1, points = 3 }", "[0, 0.5, 1]"):
        assert "input_inside = 0.5 is not allowed" in refusal(f"input_inside={axis}", "axes.alpha_r=[1, 2]")
