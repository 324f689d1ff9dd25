"""Configurations that are refused, and in which words."""

from pathlib import Path

import pytest
from support.configurations import TEXT, config, refusal

from phasemap.config import load_config
from phasemap.errors import ConfigError, PhasemapError
from phasemap.quantities import REGISTRY

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


def test_surfaces_of_fixed_points_are_refused_under_noise() -> None:
    assert "static_fold are made of fixed points" in refusal("noise_h=0.1")
    assert "noise_h = 0.2" in refusal("axes.alpha_r=[1, 2]", "noise_h=[0.0, 0.2]")
    assert config('surfaces=["dynamic_fold"]', "noise_h=0.1").surfaces == ("dynamic_fold",)
    assert config("noise_z=0.1").surfaces == ("static_fold",)  # no gate feels it
