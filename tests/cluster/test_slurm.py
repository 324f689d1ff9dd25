"""Array jobs on a real (private, one-node) Slurm: killed, requeued, warned; nothing lost, nothing twice."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from phasemap.dataset import Result
from phasemap.storage import read_result

pytestmark = pytest.mark.slow

CONFIG = """
seed = 5
quantities = ["fixed_point_count", "static_gain", "network_lyapunov_max"]
surfaces = ["static_fold"]
[parameters]
beta_r = 0
[axes]
g_h = { from = 0.5, to = 4.0, points = 12 }
alpha_r = { from = 0.0, to = 10.0, points = 10 }
[simulation]
size = 150
realisations = 2
duration = 400
points = [[3.0, 2.0], [2.5, 5.0], [3.5, 5.0], [3.5, 8.0], [3.0, 5.0], [3.2, 4.0], [2.8, 7.0], [3.9, 1.0]]
"""

Phasemap = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def phasemap(slurm: dict[str, str]) -> Phasemap:
    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "phasemap", *map(str, arguments)]
        return subprocess.run(command, env=slurm, capture_output=True, text=True, check=False, timeout=300)

    return run


def wait_for(condition: Callable[[], bool], seconds: float, what: str, logs: Path) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            texts = "\n".join(f"--- {log}\n{log.read_text()}" for log in logs.glob("logs/*.log"))
            pytest.fail(f"{what} did not happen within {seconds:g} s\n{texts}")
        time.sleep(0.2)


def numbers(result: Result) -> dict[str, np.ndarray]:
    assert result.checks is not None
    fields = {**result.fields, **{f"check {name}": field for name, field in result.checks.fields.items()}}
    surfaces = {name: surface.vertices for name, surface in result.surfaces.items()}
    return {name: field.value for name, field in fields.items()} | surfaces


def assert_identical(a: Path, b: Path) -> None:
    ours, theirs = numbers(read_result(a)), numbers(read_result(b))
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)


def holder(shard: Path) -> int | None:
    """Process that writes a shard and has finished at least one block of it."""
    try:
        process = int(json.loads(shard.with_name(f"{shard.name}.lock").read_bytes())["process"])
    except (OSError, ValueError):
        return None
    return process if any(shard.with_name(f"{shard.name}.blocks").glob("*.npz")) else None


def test_a_killed_and_requeued_array_equals_an_uninterrupted_run(
    tmp_path: Path, phasemap: Phasemap, slurm: dict[str, str], slurm_module: ModuleType
) -> None:
    config, output = tmp_path / "plane.toml", tmp_path / "plane.h5"
    config.write_text(CONFIG)
    whole = tmp_path / "whole.h5"
    assert phasemap("sweep", config, "-o", whole, "--workers", "0").returncode == 0

    done = phasemap("submit", config, "-o", output, "--jobs", "4", "--mem", "500M", "--time", "10")
    assert done.returncode == 0, done.stderr
    array, merge = re.findall(r"job (\d+)", done.stdout)
    again = phasemap("submit", config, "-o", output, "--jobs", "4")
    assert again.returncode == 2 and "in the queue already" in again.stderr

    folder = tmp_path / "plane.h5.slurm"
    shard = tmp_path / "plane.shard-1-of-4.h5"
    wait_for(lambda: holder(shard) is not None, 240, "the first finished block of task 1", folder)
    victim = holder(shard)
    assert victim is not None
    os.kill(victim, signal.SIGKILL)

    def failed() -> bool:
        return "FAILED" in slurm_module.run(slurm, "scontrol", "show", "job", f"{array}_1")

    wait_for(failed, 180, "the end of the killed task", folder)
    assert phasemap("status", output).returncode == 1
    slurm_module.run(slurm, "scontrol", "requeue", f"{array}_1")

    def left() -> bool:
        return not slurm_module.run(slurm, "squeue", "--noheader", f"--jobs={array},{merge}").strip()

    wait_for(left, 400, "the end of all jobs", folder)
    merged = phasemap("merge", *sorted(tmp_path.glob("plane.shard-*-of-4.h5")), "-o", output)
    assert merged.returncode == 0, merged.stdout + merged.stderr
    assert_identical(output, whole)
    states = phasemap("status", output, "--json")
    assert {part["state"] for part in json.loads(states.stdout)["parts"]} == {"finished"}


def test_a_task_warned_of_its_time_limit_requeues_itself_and_finishes(
    tmp_path: Path, phasemap: Phasemap, slurm: dict[str, str], slurm_module: ModuleType
) -> None:
    config, output = tmp_path / "plane.toml", tmp_path / "plane.h5"
    config.write_text(CONFIG)
    done = phasemap("submit", config, "-o", output, "--jobs", "1", "--mem", "500M", "--time", "10")
    assert done.returncode == 0, done.stderr
    array, _ = re.findall(r"job (\d+)", done.stdout)
    folder, shard = tmp_path / "plane.h5.slurm", tmp_path / "plane.shard-1-of-1.h5"
    wait_for(lambda: holder(shard) is not None, 240, "the first finished block", folder)
    # What the queue does before the time limit: the signal goes to the batch shell.
    slurm_module.run(slurm, "scancel", "--batch", "--signal=USR1", f"{array}_1")
    wait_for(output.exists, 400, "the merge after the requeue", folder)
    # The merged file is complete as soon as it is there: files are replaced whole.
    result = read_result(output)
    assert result.progress[0] == result.progress[1]
    assert "Stopped" in (folder / "logs" / "task-1.log").read_text()
    assert len(result.metadata.sessions) == 2


SMALL = """
quantities = ["fixed_point_count"]
surfaces = []
[axes]
g_h = { from = 0.5, to = 4.0, points = 4 }
alpha_r = { from = 0.0, to = 10.0, points = 3 }
[output]
file = NAME
"""


NAMES = ('100%a; touch PWNED # it\'s "a" $(touch PWNED).h5', "a\\b 100%a.h5")


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_and_only_what_is_missing(
    name: str, tmp_path: Path, phasemap: Phasemap, slurm: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL.replace("NAME", json.dumps(name)))
    many = phasemap("submit", "small.toml", "--jobs", "2000", "--mem", "500M")
    assert many.returncode == 2 and "give --jobs 1000 or fewer" in many.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]

    setup = ("--setup", 'echo "loaded in $PWD"')
    done = phasemap("submit", "small.toml", "--jobs", "2", "--mem", "500M", "--time", "10", *setup)
    assert done.returncode == 0, done.stderr
    [folder] = tmp_path.glob("*.slurm")
    output = folder.with_suffix("")
    state = phasemap("status", output)
    assert state.returncode in (0, 1) and "no result" not in state.stderr  # 0: they were quicker than this question
    wait_for(output.exists, 240, "the merge", folder)
    assert read_result(output).complete
    assert not (tmp_path / "PWNED").exists() and not (folder / "PWNED").exists()
    logs = sorted(path.name for path in (folder / "logs").iterdir())
    assert logs == ["merge.log", "task-1.log", "task-2.log"]
    assert f"loaded in {tmp_path}" in (folder / "logs" / "task-1.log").read_text()

    output.unlink()
    output.with_name(f"{output.stem}.shard-2-of-2.h5").unlink()
    again = phasemap("submit", "small.toml", "--jobs", "2", "--mem", "500M", "--time", "10", *setup)
    assert "Submitted 1 of 2 tasks" in again.stdout, again.stderr
    wait_for(output.exists, 240, "the second merge", folder)
    assert read_result(output).complete
