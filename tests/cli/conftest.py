"""Run the command line in this process."""

import sys
from pathlib import Path

import pytest
from support import toy_results
from support.command_line import PLANE, Ran, Run

from phasemap.cli.main import main
from phasemap.dataset import Result
from phasemap.storage import write_result


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


@pytest.fixture
def stored_plane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A result that nobody computed, as plane.h5 in the current folder."""
    monkeypatch.chdir(tmp_path)
    result = toy_results.plane()
    write_result(tmp_path / "plane.h5", result)
    return result
