"""`phasemap atlas`: every diagram that comes with phasemap, with one command."""

import json
from pathlib import Path

from support.command_line import Run
from typer.testing import CliRunner

from phasemap.cli.atlas import draw_all
from phasemap.cli.gallery import gallery_text
from phasemap.cli.main import app
from phasemap.config import catalogue, diagrams, load_config
from phasemap.errors import PhasemapError
from phasemap.quantities import REGISTRY
from phasemap.sweeps.plan import make_plan

SMALL = ["--workers", "0", "--formats", "png"]


def test_the_list_has_every_diagram_with_its_cost(phasemap: Run, monkeypatch):
    entries = json.loads(phasemap("atlas", "--json").out)["diagrams"]
    assert {one["name"] for one in entries} == {*catalogue(), *diagrams()}
    assert all(one["quick_seconds"] <= one["seconds"] for one in entries)
    monkeypatch.setattr("phasemap.cli.atlas._entries", lambda _: entries)
    shown = phasemap("atlas").out
    assert all(f"{one['name']} " in shown and one["title"] in shown for one in entries)


def test_quick_versions_are_valid_and_cheaper_or_equal():
    for path in catalogue().values():
        whole = load_config(path, REGISTRY)
        quick = load_config(path, REGISTRY, whole.quick)
        assert make_plan(quick).seconds <= make_plan(whole).seconds
        # Two minutes on one core are a minute on two.
        assert make_plan(quick).seconds < 120.0, path.stem


def test_one_command_computes_and_draws(phasemap: Run, tmp_path: Path):
    done = phasemap("atlas", "static_activation_bias", "--quick", "-d", tmp_path, *SMALL, "--json")
    assert done.code == 0, done.err
    made = json.loads(done.out)
    assert made["complete"] and all(Path(path).exists() for figure in made["figures"] for path in figure["files"])
    assert made["figures"][0]["caption"] in Path(made["file"]).with_suffix(".txt").read_text()
    stem = "static_activation_bias.quick"
    assert {f"{stem}.h5", f"{stem}.png", f"{stem}.txt"} <= {path.name for path in tmp_path.iterdir()}
    page = gallery_text(tmp_path)
    assert f"![{stem}]({stem}.png)" in page and "phasemap atlas static_activation_bias --quick" in page


def test_a_figure_called_default_takes_the_place_of_the_one_without_a_name(phasemap: Run, tmp_path: Path) -> None:
    config, target = tmp_path / "line.toml", tmp_path / "line.h5"
    config.write_text(
        'quantities = ["delta_h", "static_gain"]\n[axes]\ng_h = [0.8, 1.5, 2.0]\n'
        '[figures.default]\nquantity = "delta_h"\nbranch = "upper"\n[figures.gain]\nquantity = "static_gain"\n'
    )
    assert phasemap("sweep", config, "-o", target).code == 0
    draw_all(load_config(config, REGISTRY), target, ["png"])
    assert {path.name for path in tmp_path.glob("*.png")} == {"line.png", "line.gain.png"}
    assert "at a fixed point, Δ_h, of the upper state" in target.with_suffix(".txt").read_text()


def test_a_folder_is_made_or_named_before_a_diagram_is_computed(monkeypatch, tmp_path: Path) -> None:
    made = []

    def compute(*_: object) -> None:
        made.append((tmp_path / "new").is_dir())
        raise PhasemapError("enough")

    monkeypatch.setattr("phasemap.cli.diagrams._make", compute)
    (tmp_path / "file").write_text("")
    for name, computed in (("new", [True]), ("file", [True])):
        done = CliRunner().invoke(app, ["atlas", "decoupling", "--quick", "-d", str(tmp_path / name)])
        assert done.exit_code != 0 and made == computed


def test_an_unknown_name_is_an_error_with_the_nearest_one():
    done = CliRunner().invoke(app, ["atlas", "quickstrat"])
    assert done.exit_code != 0 and "'quickstart'" in str(done.exception)


def test_a_result_of_another_command_says_where_it_comes_from(phasemap: Run, tmp_path: Path) -> None:
    target = tmp_path / "my_loop.h5"
    assert phasemap("hysteresis", "--along", "g_h=0.8:1.2:3", "-o", target).code == 0
    (tmp_path / "my_loop.txt").write_text("my_loop: A loop.\n")
    page = gallery_text(tmp_path)
    assert "## Hysteresis along g_h" in page and "phasemap hysteresis --along g_h=0.8:1.2:3" in page
    assert "phasemap atlas my_loop" not in page
