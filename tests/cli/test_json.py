"""`--json`: every command that computes or reports has it, and prints one document and nothing else."""

import json

import pytest
import typer.main
from support.command_line import Run

from phasemap.cli.main import app

COMMANDS = typer.main.get_command(app).commands
# They make a picture, a page, a file or a job: what they made is asked of `info` and `status`.
MAKERS = {"plot", "explore", "export", "init", "submit", "atlas"}
NETWORK = ["simulate", "--set", "simulation.size=20", "--set", "simulation.duration=40", "--set", "g_h=4"]


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - MAKERS))
def test_every_command_that_computes_or_reports_has_it(name):
    parts = getattr(COMMANDS[name], "commands", {name: COMMANDS[name]})
    for command in parts.values():
        assert "--json" in {flag for parameter in command.params for flag in parameter.opts}, command.name


def test_a_sweep_says_what_the_file_holds(phasemap: Run, plane):
    ran = phasemap("sweep", plane, "--workers", "0", "--json")
    facts = json.loads(ran.out)
    assert ran.code == 0 and facts["complete"]
    assert facts == json.loads(phasemap("info", "plane.h5", "--json").out)
    assert facts == json.loads(phasemap("sweep", plane, "--json").out), "it is complete already"
    assert phasemap("sweep", plane, "--json", "--dry-run").code == 2
    joined = json.loads(phasemap("merge", "plane.h5", "-o", "joined.h5", "--json").out)
    assert joined["quantities"] == facts["quantities"] and joined["complete"]


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
