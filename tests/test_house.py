"""The house rules: style, types and the direction of imports by the tools that know them, and the size of folders."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CHECKS = {
    "ruff_finds_nothing": ["ruff", "check", "--no-cache", "."],
    "formatting_is_settled": ["ruff", "format", "--no-cache", "--check", "."],
    "types_hold": ["mypy"],
    "imports_run_downwards": ["lint-imports"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_house(name: str) -> None:
    command, *arguments = CHECKS[name]
    program = Path(sys.executable).parent / command
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


ENTRIES = 13  # files and subfolders of one folder that a reader takes in; the package's root and its commands are lists


def entries(folder: Path) -> list[str]:
    """What a folder lists: its modules, and the folders that hold any."""
    return [path.name for path in folder.iterdir() if _is_module(path) or (path.is_dir() and any(path.rglob("*.py")))]


def _is_module(path: Path) -> bool:
    return path.suffix == ".py" and path.name != "__init__.py"


def test_no_folder_is_overfull() -> None:
    package = ROOT / "phasemap"
    folders = [path.parent for path in package.glob("*/**/__init__.py") if path.parent != package / "cli"]
    assert len(folders) > 50, "the walk found no package"
    assert {str(f.relative_to(ROOT)): entries(f) for f in folders if len(entries(f)) > ENTRIES} == {}
