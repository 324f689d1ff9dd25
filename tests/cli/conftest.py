"""Run the command line in this process."""

import sys
from pathlib import Path

import pytest
from support.command_line import PLANE, Ran, Run

from phasemap.cli.main import main


@pytest.fixture
def phasemap(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["phasemap", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def plane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small configuration, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "plane.toml"
    path.write_text(PLANE)
    return Path("plane.toml")
