"""`phasemap status` and `phasemap submit`, as a user meets them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """
quantities = ["fixed_point_count"]
surfaces = ["zero_instability"]
[parameters]
beta_r = 0
[axes]
g_h = { from = 0.5, to = 4.0, points = 4 }
alpha_r = { from = 0.0, to = 10.0, points = 3 }
"""


def phasemap(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "phasemap", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "plane.toml"
    path.write_text(CONFIG)
    return path


def test_shards_are_reported_one_by_one(config: Path, tmp_path: Path) -> None:
    output = tmp_path / "plane.h5"
    assert (
        phasemap("sweep", config, "-o", tmp_path / "plane.shard-1-of-2.h5", "--shard", "1/2", "-j", "0").returncode == 0
    )
    done = phasemap("status", output, "--json")
    first, second = json.loads(done.stdout)["parts"]
    assert first["shard"] == [1, 2] and first["state"] == "finished" and first["blocks"]["missing"] == 0
    assert second["shard"] == [2, 2] and second["state"] == "not begun" and second["blocks"] is None
    assert done.returncode == 1
    assert "Not begun: 1 of 2 shards have no file yet (2)." in phasemap("status", output).stdout
    assert phasemap("merge", tmp_path / "plane.shard-1-of-2.h5", "-o", output).returncode == 1
    partial = phasemap("status", output)
    assert partial.returncode == 1 and "stopped" in partial.stdout
    assert phasemap("sweep", output, "-j", "0").returncode == 0
    assert phasemap("status", output).returncode == 0  # nobody waits for shards of what is finished


def test_a_submitted_sweep_without_a_file_is_awaited(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plane.h5.slurm"
    folder.mkdir()
    (folder / "jobs.json").write_text('{"array": "1", "merge": "2", "jobs": 3}')
    done = phasemap("status", tmp_path / "plane.h5")
    assert done.returncode == 1, done.stderr
    assert "Not begun: 3 of 3 shards have no file yet (1-3)." in done.stdout


def test_finished_shards_are_not_submitted_again(config: Path, tmp_path: Path) -> None:
    output = tmp_path / "plane.h5"
    submit = ("submit", config, "--jobs", "3", "--dry-run", "-o", output)
    for number in (1, 3):
        shard = tmp_path / f"plane.shard-{number}-of-3.h5"
        assert phasemap("sweep", config, "-o", shard, "--shard", f"{number}/3", "-j", "0").returncode == 0
    assert "#SBATCH --array=2\n" in phasemap(*submit).stdout
    other = phasemap(*submit, "--set", "s_h=0.1")
    assert other.returncode == 2 and "another configuration" in other.stderr
    shard = tmp_path / "plane.shard-2-of-3.h5"
    assert phasemap("sweep", config, "-o", shard, "--shard", "2/3", "-j", "0").returncode == 0
    done = phasemap(*submit)
    assert done.returncode == 0 and "nothing to submit" in done.stdout and "#SBATCH" not in done.stdout


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    done = phasemap("status", tmp_path / "nothing.h5")
    assert done.returncode == 2 and "no result" in done.stderr


def test_dry_run_prints_the_scripts_and_writes_nothing(config: Path, tmp_path: Path) -> None:
    done = phasemap("submit", config, "--jobs", "3", "--dry-run", "-o", tmp_path / "plane.h5", "--time", "1:00:00")
    assert done.returncode == 0
    assert "#SBATCH --array=1-3" in done.stdout and "phasemap merge" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["plane.toml"]


def test_unknown_engines_are_refused(config: Path) -> None:
    done = phasemap("submit", config, "--jobs", "3", "--engine", "pbs")
    assert done.returncode == 2 and "slurm" in done.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--executor", "threads"), "processes, dask"),
        (("--scheduler", "tcp://x:1"), "--executor dask"),
        (("--executor", "dask"), "needs --scheduler"),
        (("--executor", "dask", "--scheduler", "tcp://nowhere"), "with its port"),
        (("--executor", "dask", "--scheduler", "tcp://no-such-host.invalid:1"), "not known"),
    ],
)
def test_executors_are_checked_before_anything_runs(config: Path, options: tuple[str, ...], says: str) -> None:
    done = phasemap("sweep", config, *options)
    assert done.returncode == 2 and says in done.stderr
    assert list(config.parent.iterdir()) == [config]
