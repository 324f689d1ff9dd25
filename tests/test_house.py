"""The house rules, checked by the tools that know them: style, types and the direction of imports."""

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
