"""The help: quick, and with examples."""

import subprocess
import sys

import pytest
from support.command_line import Run

from phasemap.cli.main import app

COMMANDS = [command.name for command in app.registered_commands]
HEAVY = ("numpy", "scipy", "numba", "h5py", "pydantic", "matplotlib", "distributed")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['phasemap', '--help']\n"
        "from phasemap.__main__ import main\n"
        "try: main()\n"
        f"except SystemExit: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "sweep" in done.stdout


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
