"""`--json`: every command that computes or reports has it, and prints one document and nothing else."""

import json

import pytest
import typer.main
from support.command_line import Run

from phasemap.cli.main import app

COMMANDS = typer.main.get_command(app).commands
NETWORK = ["simulate", "--set", "simulation.size=20", "--set", "simulation.duration=40", "--set", "g_h=4"]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_it(name):
    parts = getattr(COMMANDS[name], "commands", {name: COMMANDS[name]})
    for command in parts.values():
        assert "--json" in {flag for parameter in command.params for flag in parameter.opts}, command.name


def test_a_sweep_says_what_the_file_holds(phasemap: Run, plane):
    ran = phasemap("sweep", plane, "--workers", "0", "--json")
    facts = json.loads(ran.out)
    assert ran.code == 0 and facts["complete"]
    assert facts == json.loads(phasemap("info", "plane.h5", "--json").out)
    assert facts == json.loads(phasemap("sweep", plane, "--json").out), "it is complete already"
    rest = json.loads(phasemap("sweep", plane, "--json", "--dry-run").out)
    assert rest["evaluations"] == 0 and rest["evaluations_there"] > 0, "it is complete already"
    assert json.loads(phasemap("info", "plane.h5", "--diff", "plane.h5", "--json").out)["differences"] == []
    papers = json.loads(phasemap("info", "plane.h5", "--cite", "--json").out)
    assert papers["papers"] and all(key in papers["bibtex"] for key in papers["papers"])
    joined = json.loads(phasemap("merge", "plane.h5", "-o", "joined.h5", "--json").out)
    assert joined["quantities"] == facts["quantities"] and joined["complete"]


def test_a_plan_says_what_it_costs(phasemap: Run, plane):
    plan = facts_of(phasemap("sweep", plane, "--dry-run", "--workers", "2", "--json"))
    assert plan["evaluations"] == sum(part["evaluations"] for part in plan["parts"]) > 0
    assert plan["seconds"] == pytest.approx(sum(part["seconds"] for part in plan["parts"]))
    assert plan["workers"] == 2 and plan["seconds_on_workers"] <= plan["seconds"]
    assert plan["evaluations_there"] == 0 and not plan["refined"] and plan["most"] is None


def test_a_loop_gives_every_step_of_both_ways(phasemap: Run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = phasemap("hysteresis", "--set", "alpha_r=20", "--along", "g_h=1.6:2.0:3", "-o", "loop.h5", "--json")
    facts = json.loads(ran.out)
    assert facts["along"] == "g_h" and facts["values"] == [1.6, 1.8, 2.0]
    assert set(facts["ways"]) == {"up", "down"}
    for way in facts["ways"].values():
        assert [len(way[name]) for name in ("attractor", "variance", "lyapunov_max")] == [3, 3, 3]
        assert {one["status"] for one in way["variance"]} == {"converged"}
    assert facts["ways"]["up"]["attractor"][1] != facts["ways"]["down"]["attractor"][1], "it is bistable in between"


def test_a_network_gives_its_numbers_and_its_spectrum(phasemap: Run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    facts = json.loads(phasemap(*NETWORK, "-o", "network.h5", "--json").out)
    spectrum = facts["lyapunov_spectrum"]
    assert len(spectrum["exponents"]) == len(spectrum["errors"]) == facts["size"] == 20
    assert spectrum["exponents"] == sorted(spectrum["exponents"], reverse=True)
    assert set(facts["quantities"]["network_variance"]) == {"value", "error", "status"}
    lazy = json.loads(phasemap(*NETWORK, "--lazy", "--json").out)
    assert lazy["size"] == 20 and "network_variance" in lazy["quantities"]


def facts_of(ran, code=0):
    """The one document of a command."""
    assert ran.code == code, ran.err
    return json.loads(ran.out)


def test_a_figure_says_what_it_shows(phasemap: Run, stored_plane, tmp_path):
    facts = facts_of(phasemap("plot", "plane.h5", "--slice", "alpha_r=2", "--branch", "fluctuating", "--json"))
    (panel,) = facts["panels"]
    assert facts["file"] == "plane.png" and (tmp_path / "plane.png").exists()
    assert (panel["quantity"], panel["branch"]) == ("lyapunov_max", "fluctuating")
    assert float(panel["at"]["alpha_r"]) in stored_plane.axes[1].values.round(4)
    assert phasemap("plot", "plane.h5", "--json", "--terminal").code == 2


def test_a_sheet_says_what_its_panels_show(phasemap: Run, stored_plane, tmp_path):
    (tmp_path / "two.toml").write_text(
        '[[panels]]\nfile = "plane.h5"\nquantity = "phase"\n[[panels]]\nfile = "plane.h5"\n'
    )
    facts = facts_of(phasemap("plot", "--panels", "two.toml", "--json"))
    shown = {panel["letter"]: panel["quantity"] for panel in facts["panels"]}
    assert shown == {"(a)": "phase", "(b)": "lyapunov_max"}
    assert facts["panels"][0]["caption"] != facts["panels"][1]["caption"]


def test_a_table_and_a_page_say_where_they_are(phasemap: Run, stored_plane, tmp_path):
    table = facts_of(phasemap("export", "plane.h5", "-o", "x.csv", "--quantity", "lyapunov_max", "--json"))
    parts = (stored_plane.fields, stored_plane.checks.fields)
    assert table == {"file": "x.csv", "rows": sum(part["lyapunov_max"].value.size for part in parts)}
    page = facts_of(phasemap("explore", "plane.h5", "-o", "x.html", "--json"))
    assert page == {"file": "x.html", "bytes": (tmp_path / "x.html").stat().st_size, "left_out": []}


def test_a_draw_says_what_its_file_is_like(phasemap: Run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ("init", "--cell", "gru", "--size", "32", "--phase", "memory=12", "--json")
    facts = facts_of(phasemap(*arguments, "--chrono", "50", "-o", "x.npz"))
    layer = facts_of(phasemap("locate", "x.npz", "--json"))["layers"][0]
    assert facts["zero_multiplier"] == pytest.approx(layer["zero_multiplier"], rel=1e-7), "weights are single precision"
    assert set(facts["chrono"]["biases"]) == {"z"}
    recipe = facts_of(phasemap(*arguments, "--print"))
    assert recipe["gains"] == facts["gains"] and set(recipe["biases"]) == {"n", "r", "z"}


def test_a_job_says_its_numbers(phasemap: Run, plane, tmp_path, monkeypatch):
    queue = tmp_path / "bin" / "sbatch"
    queue.parent.mkdir()
    queue.write_text("#!/bin/sh\necho 42\n")
    queue.chmod(0o755)
    monkeypatch.setenv("PATH", f"{queue.parent}:/bin:/usr/bin")
    arguments = ("submit", plane, "--jobs", "2", "--json")
    scripts = facts_of(phasemap(*arguments, "--dry-run"))["scripts"]
    assert [name.rpartition("/")[2] for name in scripts] == ["array.sh", "merge.sh"]
    facts = facts_of(phasemap(*arguments))
    assert facts["array_job"] == "42" and facts["submitted"] == [1, 2] and facts["output"].endswith("plane.h5")
