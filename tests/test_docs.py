"""The README promises nothing that the program does not have, and hides none of its commands."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from phasemap import reference
from phasemap.cli.main import app
from phasemap.dataset.phases import PHASE_NAMES
from phasemap.model.parameters import PARAMETERS
from phasemap.model.status import Status, in_words
from phasemap.quantities import REGISTRY
from phasemap.storage import write_result

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = typer.main.get_command(app).commands


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.M | re.S)


def typed():
    """Every `phasemap ...` in a shell block, as lists of words."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    parts = [part.strip() for line in lines for part in line.split("&&")]
    return [shlex.split(part) for part in parts if part.split()[0].endswith("phasemap")]


def options_of(command):
    """Of a command, with those of its own commands where it is a group."""
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    own = {flag for option in options for flag in (*option.opts, *option.secondary_opts)}
    return own.union(*map(options_of, getattr(command, "commands", {}).values()))


def test_the_test_command_is_the_one_that_ci_runs():
    ci = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for block in blocks("sh") for line in block.splitlines() if "pytest" in line]
    assert len(commands) == 1
    assert commands[0] in ci


def test_both_first_commands_are_one_line_that_builds_its_environment():
    first = [line for block in blocks("sh") for line in block.splitlines() if "venv" in line]
    assert len(first) == 2
    assert all(line.startswith("python3 -m venv .venv && .venv/bin/pip install") for line in first)
    assert "phasemap sweep configs/quickstart.toml -o quickstart.h5" in first[0]
    assert "phasemap plot quickstart.h5 -o quickstart.png" in first[0]


@pytest.mark.parametrize("words", typed(), ids=" ".join)
def test_every_command_line_shown_exists(words):
    name, *rest = words[1:]
    assert name in COMMANDS
    flags = options_of(COMMANDS[name]) | {"--help"}
    for word in rest:
        if word.startswith("-"):
            assert word.split("=")[0] in flags, word


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_shown(name):
    assert any(words[1] == name for words in typed())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_explains_itself(name):
    for command in [COMMANDS[name], *getattr(COMMANDS[name], "commands", {}).values()]:
        assert command.help
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, parameter.name


@pytest.mark.parametrize("option", sorted(set(re.findall(r"`(--[a-z-]+)", README))))
def test_every_option_named_in_the_text_exists(option):
    known = set().union(*(options_of(command) for command in COMMANDS.values())) | options_of(
        typer.main.get_command(app)
    )
    assert option in known | {"--help"}


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README)) | set(re.findall(r"configs/\S+?\.toml", README)))
)
def test_every_file_named_exists(path):
    assert (ROOT / path).exists()


def test_the_tables_are_what_the_declarations_say():
    """Where this fails: python -m phasemap.reference README.md."""
    assert reference.with_tables(README) == README
    assert re.findall(r"<!-- table: (\w+) -->", README) == ["statuses", "parameters", "phases", "quantities"]
    for name in (*PARAMETERS, *REGISTRY.quantities):
        assert f"`{name}`" in README
    for name in PHASE_NAMES.values():
        assert f"| {name} |" in README
    for status in Status:
        assert f"| {int(status)} | {in_words(status)} |" in README


@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_shown_runs(code, tmp_path, monkeypatch, capsys):
    pytest.importorskip("h5netcdf")
    from support import toy_results

    monkeypatch.chdir(tmp_path)
    write_result(tmp_path / "quickstart.h5", toy_results.plane())
    exec(compile(code, "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 2
