import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from phasemap.errors import PhasemapError
from phasemap.sweep import slurm

JOB = slurm.ArrayJob(config="seed = 1\n", output=Path("/data/my results/plane.h5"), jobs=4, python="/opt/python")


@pytest.mark.parametrize("script", [slurm.array_script(JOB), slurm.merge_script(JOB)])
def test_scripts_are_valid_shell(script: str, tmp_path: Path) -> None:
    path = tmp_path / "script.sh"
    path.write_text(script)
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


def test_every_shard_is_merged() -> None:
    assert "'/data/my results/plane'.shard-\"$task\"-of-4.h5" in slurm.array_script(JOB)
    assert "'/data/my results/plane'.shard-*-of-4.h5" in slurm.merge_script(JOB)


def test_limits_go_to_the_queue_in_its_own_words() -> None:
    job = replace(JOB, time="2:00:00", memory="2G", partition="short", cpus=3, extra=("--account=physics",))
    for script in (slurm.array_script(job), slurm.merge_script(job)):
        for directive in ("--time=2:00:00", "--mem=2G", "--partition=short", "--account=physics"):
            assert f"#SBATCH {directive}\n" in script
    assert "#SBATCH --cpus-per-task=3\n" in slurm.array_script(job)


def test_unset_limits_are_left_to_the_queue() -> None:
    assert not any(option in slurm.array_script(JOB) for option in ("--time", "--mem", "--partition"))


def test_jobs_read_a_copy_of_the_configuration(tmp_path: Path) -> None:
    job = replace(JOB, output=tmp_path / "plane.h5")
    slurm.write_scripts(job)
    assert (job.folder / "config.toml").read_text() == JOB.config
    assert str(job.folder / "config.toml") in slurm.array_script(job)


def test_without_slurm_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PhasemapError, match="no Slurm"):
        slurm.submit(replace(JOB, output=tmp_path / "plane.h5"))
    assert not list(tmp_path.iterdir())


def test_a_refused_job_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bin" / "sbatch"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho 'invalid partition' >&2; exit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/bin:/usr/bin")
    with pytest.raises(PhasemapError, match="invalid partition"):
        slurm.submit(replace(JOB, output=tmp_path / "plane.h5"))


def test_submitted_jobs_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bin" / "sbatch"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho 41\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/bin")
    output = tmp_path / "plane.h5"
    assert slurm.read_submitted(output) is None
    submitted = slurm.submit(replace(JOB, output=output))
    assert slurm.read_submitted(output) == submitted
