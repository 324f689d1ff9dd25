"""The help: quick, and with examples."""

import subprocess
import sys

import pytest
from support.command_line import Run

from phasemap.cli.listing import GROUP, LISTING, NAMES, load, load_group
from phasemap.cli.main import app

COMMANDS = [command.name for command in app.registered_commands]
HEAVY = ("numpy", "scipy", "numba", "h5py", "pydantic", "matplotlib", "distributed", "rich.console", "rich.markdown")
SCRIPT = """
import sys
sys.argv = ["phasemap", "--help"]
from phasemap.__main__ import main
try:
    main()
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""
# What the help may load beyond `import typer, rich`: some of Python's own modules, and a few of ours.
MOST_OTHERS = 25


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "sweep" in done.stdout
    assert loaded.isdisjoint(HEAVY)
    bare = "import sys, typer, rich; print(*sys.modules)"
    known = set(subprocess.run([sys.executable, "-c", bare], capture_output=True, text=True, check=True).stdout.split())
    ours = {name for name in loaded - known if name.startswith("phasemap")}
    assert len(ours) <= 12, sorted(ours)
    assert len(loaded - known - ours) <= MOST_OTHERS, sorted(loaded - known - ours)


@pytest.mark.parametrize("name", sorted(NAMES - {GROUP}))
def test_a_command_is_listed_by_the_first_sentence_of_its_docstring(name: str) -> None:
    sentence = next(commands[name] for commands in LISTING.values() if name in commands)
    docstring = " ".join((load(name).__doc__ or "").split("\n\n")[0].split())
    assert docstring.startswith(sentence)
    assert docstring == sentence or docstring[len(sentence)] == " "


def test_the_group_is_listed_by_its_own_sentence() -> None:
    assert load_group().info.help == next(commands[GROUP] for commands in LISTING.values() if GROUP in commands)


def test_help_says_whole_sentences_under_the_names_of_groups(phasemap: Run) -> None:
    out = phasemap("--help").out
    assert "..." not in out.replace("[ARGS]...", "")
    assert out.index("Phase diagrams:") < out.index("  sweep ") < out.index("Results and clusters:")


def test_help_lists_every_command(phasemap: Run) -> None:
    out = phasemap("--help").out
    assert all(str(name) in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_examples(phasemap: Run, command: str) -> None:
    ran = phasemap(command, "--help")
    assert ran.code == 0
    assert "Examples" in ran.out
    assert f"phasemap {command} " in ran.out


def test_the_version_is_told(phasemap: Run) -> None:
    from phasemap import __version__

    assert phasemap("--version").out == f"phasemap {__version__}\n"
