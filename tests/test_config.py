"""Configurations: what is accepted, what is refused and in which words, and what the hash depends on."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasemap.config import apply_overrides, differences, load_config, make_config, make_point, parse_toml, write_toml
from phasemap.errors import ConfigError, PhasemapError
from phasemap.quantities import REGISTRY

TEXT = """
title = "test"
quantities = ["static_gain", "lyapunov_max", "network_lyapunov_max"]
surfaces = ["static_fold"]

[parameters]
beta_z = "-inf"
tau_r = 1

[axes]
g_h = { from = 0.5, to = 4.0, points = 5 }
alpha_r = { from = 0.5, to = 4.0, points = 4, scale = "log" }

[simulation]
size = 600
points = [[1, 2], [3, 4.5]]
"""


def config(*overrides: str, text: str = TEXT) -> Any:
    return make_config(parse_toml(text, "test"), REGISTRY, overrides, text=text)


def refusal(*overrides: str, text: str = TEXT) -> str:
    with pytest.raises(PhasemapError) as caught:
        config(*overrides, text=text)
    return str(caught.value)


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


MISTAKES = {
    "simulation.sise=5": ["simulation.sise", "Did you mean 'size'"],
    "simulation.size=0": ["simulation.size = 0", "at least 1"],
    "simulation.size=1.5": ["simulation.size = 1.5", "whole number"],
    "simulation.size=big": ["simulation.size = 'big'", "whole number"],
    "simulation.time_step=0": ["simulation.time_step = 0", "greater than 0"],
    "simulation=3": ["simulation = 3", "table"],
    "simulation.points=[[1, 2, 3]]": ["simulation.points[0]", "2 coordinates", "g_h, alpha_r"],
    "simulation.points=[[1, -2]]": ["alpha_r = -2", "not below 0"],
    "sed=1": ["sed", "Did you mean 'seed'"],
    "size=1": ["size", "Did you mean 'simulation.size'"],
    "tau_rr=1": ["tau_rr", "Did you mean 'parameters.tau_r'"],
    "seed=-1": ["seed = -1", "at least 0"],
    "seed=true": ["seed = True", "whole number"],
    "title=3": ["title = 3", "string"],
    "axes.g_h.from=9": ["axes.g_h is inverted", "from = 9"],
    "axes.g_h.from=4": ["axes.g_h is empty"],
    "axes.g_h.points=1": ["axes.g_h.points = 1", "at least 2"],
    "axes.g_h.pints=3": ["axes.g_h.pints", "Did you mean 'points'"],
    "axes.g_h.scale=lag": ["axes.g_h.scale = 'lag'", "'linear' or 'log'"],
    "axes.g_h.to=inf": ["axes.g_h.to = inf", "finite"],
    "axes.alpha_r.from=0": ["axes.alpha_r", "above 0"],
    "axes.g_h=3": ["axes.g_h = 3", "range"],
    "axes.g_h=[]": ["axes.g_h", "at least 1"],
    "axes.g_h=[2, 1]": ["axes.g_h", "increase"],
    'axes.g_h=[1, "a"]': ["axes.g_h", "'a'", "number"],
    "axes.g_q={from=0, to=1, points=3}": ["'g_q'", "Did you mean 'g_h'"],
    "axes.tau_z={from=-1, to=2, points=3}": ["tau_z = -1", "not below 0"],
    "parameters.g_h=2": ["g_h is given twice"],
    "tau_r=-1": ["tau_r = -1", "not below 0"],
    "tau_r=slow": ["tau_r", "'slow'", "number"],
    "alpha_r=nan": ["alpha_r = nan"],
    'quantities=["static_gian"]': ["'static_gian'", "Did you mean 'static_gain'"],
    "quantities=static_gain": ["quantities = 'static_gain'", "list"],
    'surfaces=["static_fould"]': ["'static_fould'", "Did you mean 'static_fold'"],
    "output.file=": ["output.file = ''", "empty"],
    "nothing": ["--set 'nothing'", "key=value"],
    "title.x=1": ["title", "no keys inside"],
}


@pytest.mark.parametrize("override", MISTAKES)
def test_mistakes_are_named(override: str) -> None:
    message = refusal(override)
    for part in MISTAKES[override]:
        assert part in message


def test_all_problems_are_listed_at_once() -> None:
    message = refusal("simulation.size=0", "seed=-1")
    assert "2 problems" in message
    assert "simulation.size" in message
    assert "seed" in message


def test_an_empty_configuration_says_what_it_needs() -> None:
    message = refusal(text="")
    assert "0 axes" in message
    assert "static_gain" in message


def test_surfaces_need_a_plane() -> None:
    assert "over 2 or 3 axes" in refusal("g_h=2", "simulation.points=[[3]]")


def test_check_points_need_a_simulated_quantity() -> None:
    assert "network_lyapunov_max" in refusal('quantities=["static_gain"]')


def test_absurd_grids_are_refused() -> None:
    assert "more than" in refusal("axes.g_h.points=10000", "axes.alpha_r.points=10000")


def test_a_point_takes_no_axes() -> None:
    with pytest.raises(ConfigError, match="g_h is an axis"):
        make_point(parse_toml(TEXT, "test"), REGISTRY, ["alpha_r=1"])
    point = make_point(parse_toml(TEXT, "test"), REGISTRY, ["alpha_r=1", "g_h=3"])
    assert point.parameters.g_h == 3.0
    assert point.options["simulation"].size == 600


def test_files_that_are_no_configurations_are_refused(tmp_path: Path) -> None:
    (tmp_path / "right.toml").write_text(TEXT)
    with pytest.raises(ConfigError, match=r"Did you mean .*right\.toml"):
        load_config(tmp_path / "rihgt.toml", REGISTRY)
    with pytest.raises(ConfigError, match="folder"):
        load_config(tmp_path, REGISTRY)
    with pytest.raises(ConfigError, match="does not exist either"):
        load_config(tmp_path / "no" / "x.toml", REGISTRY)
    (tmp_path / "binary.toml").write_bytes(b"\x89\xff\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(tmp_path / "binary.toml", REGISTRY)
    (tmp_path / "broken.toml").write_text("[axes\n")
    with pytest.raises(ConfigError, match="line 1"):
        load_config(tmp_path / "broken.toml", REGISTRY)


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


def test_a_wrong_type_does_not_hide_the_other_problems() -> None:
    words = refusal(
        "seed=many",
        "tau_r=-1",
        'quantities=["static_gian", "network_variance"]',
        "axes.g_h.points=x",
        "axes.alpha_r.from=9",
    )
    for part in ("seed = 'many'", "tau_r = -1", "static_gian", "axes.g_h.points = 'x'", "axes.alpha_r is inverted"):
        assert part in words
    assert "5 problems" in words
    words = refusal("quantities=static_gain", "axes=3", "sed=1")
    for part in ("quantities = 'static_gain'", "axes = 3", "sed"):
        assert part in words
    assert "3 problems" in words


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


ABSURD = {
    "an integer of 5000 digits": (f"seed = 1{'0' * 5000}", "not valid TOML"),
    "an integer beyond all floats": (f"[parameters]\ntau_z = 1{'0' * 400}", "too large"),
    "a network of 10^100 units": (f"[simulation]\nsize = 1{'0' * 100}", "at most"),
    "sizes of 10^100 units": (f"[simulation]\nsizes = [100, 1{'0' * 100}]", "at most"),
    "a run without end": ("[simulation]\nduration = inf", "finite"),
    "a grid of 10^30 points": (f"[axes]\ng_h = {{ from = 0, to = 1, points = 1{'0' * 30} }}", "points"),
    "5000 nested brackets": (f"x = {'[' * 5000}{']' * 5000}", "nested too deeply"),
    "100,000 unknown keys": ("\n".join(f"k{k} = 1" for k in range(100_000)), "99,9"),
    "a key of 1 MB": (f"{'k' * 1_000_000} = 1", "unknown key"),
    "a value of 1 MB": (f'seed = "{"k" * 1_000_000}"', "whole number"),
    "a parameter of 1 MB": (f"[parameters]\n{'k' * 1_000_000} = 1", "nknown parameter"),
    "an axis of 1 MB": (f"[axes]\n{'k' * 1_000_000} = [1, 2]", "nknown parameter"),
    "a quantity of 1 MB": (f'quantities = ["{"k" * 1_000_000}"]', "unknown quantity"),
}


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_configurations_are_refused_in_a_few_words(name: str, tmp_path: Path) -> None:
    text, words = ABSURD[name]
    path = tmp_path / "absurd.toml"
    path.write_text(text)
    with pytest.raises(PhasemapError, match=words) as caught:
        load_config(path, REGISTRY)
    assert len(str(caught.value)) < 6000


def test_what_is_no_regular_file_is_no_configuration(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ConfigError, match="not a regular file"):
            load_config(path, REGISTRY)


def test_a_parameter_with_single_values_takes_none_between() -> None:
    assert "give 0 or 1" in refusal("input_inside=0.5")
    for axis in ("{ from = 0, to = 1, points = 3 }", "[0, 0.5, 1]"):
        assert "input_inside = 0.5 is not allowed" in refusal(f"input_inside={axis}", "axes.alpha_r=[1, 2]")


def test_surfaces_of_fixed_points_are_refused_under_noise() -> None:
    assert "static_fold are made of fixed points" in refusal("noise_h=0.1")
    assert "noise_h = 0.2" in refusal("axes.alpha_r=[1, 2]", "noise_h=[0.0, 0.2]")
    assert config('surfaces=["dynamic_fold"]', "noise_h=0.1").surfaces == ("dynamic_fold",)
    assert config("noise_z=0.1").surfaces == ("static_fold",)  # no gate feels it
