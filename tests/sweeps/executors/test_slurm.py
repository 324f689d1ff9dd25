import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from phasemap.errors import ConfigError, PhasemapError
from phasemap.sweeps.executors import slurm, slurm_queue
from phasemap.sweeps.files.shards import shard_of, shard_path, shards_beside

JOB = slurm.ArrayJob(config="seed = 1\n", output=Path("/data/my results/plane.h5"), jobs=4, python="/opt/python")
HOSTILE = (
    "r.h5;touch PWNED #", "$(touch PWNED).h5", "`touch PWNED`.h5", "a b.h5", "it's.h5", 'a"b.h5', "100%a%j.h5", "a\\b",
    "-rf.h5", "*.h5", "[a].h5", "x.h5 #", "no_suffix", "x.$(touch PWNED)", "&touch PWNED", "\u00fc \u4e2d.h5", "a:b.h5",
)  # fmt: skip
ECHO = 'phasemap() { printf "%s\\n" "$@"; }'


@pytest.mark.parametrize("script", [slurm.array_script(JOB), slurm.merge_script(JOB)])
def test_scripts_are_valid_shell(script: str, tmp_path: Path) -> None:
    path = tmp_path / "script.sh"
    path.write_text(script)
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


def words(script: str, folder: Path) -> list[str]:
    """What the program would be told by a script, run in a folder."""
    environment = {"PATH": os.environ["PATH"], "SLURM_ARRAY_TASK_ID": "3", "SLURM_CPUS_PER_TASK": "2"}
    command = ["bash", "-c", script]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    logs = [path.read_text() for path in folder.glob("*.slurm/logs/*")]  # of names that Slurm cannot be told
    return "".join([ran.stdout, *logs]).splitlines()


@pytest.mark.parametrize("name", HOSTILE)
def test_names_reach_the_program_as_they_are_and_nothing_else_runs(name: str, tmp_path: Path) -> None:
    job = replace(JOB, output=tmp_path / name, setup=(ECHO,))
    (job.folder / "logs").mkdir(parents=True)
    expected = [
        "sweep", str(job.folder / "config.toml"), "--shard", "3/4", "--output", str(shard_path(job.output, 3, 4)),
        "--workers", "2",
    ]  # fmt: skip
    assert words(slurm.array_script(job), tmp_path) == expected
    shards = [shard_path(job.output, number, 4) for number in (1, 2)]
    for path in shards:
        path.touch()
    for path in (job.folder / "logs").iterdir():
        path.unlink()
    assert words(slurm.merge_script(job), tmp_path) == ["merge", *map(str, shards), "--output", str(job.output)]
    assert sorted(tmp_path.iterdir()) == sorted([*shards, job.folder])


@pytest.mark.parametrize("name", ["a\nb.h5", "a\rb.h5", "a\x1b]0;b.h5", "a\x7f.h5", "a\x00.h5", "a\udcff.h5"])
def test_control_characters_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="--output"):
        replace(JOB, output=Path("/data") / name)


@pytest.mark.parametrize("field", ["time", "memory", "partition", "extra", "setup", "python"])
def test_options_cannot_add_lines(field: str) -> None:
    text = "--a=1\ntouch PWNED"
    with pytest.raises(ConfigError, match="control character"):
        replace(JOB, **{field: (text,) if field in ("extra", "setup") else text})


@pytest.mark.parametrize("extra", ["", "physics", "--comment='a"])
def test_extra_options_are_options(extra: str) -> None:
    with pytest.raises(ConfigError, match="--extra"):
        replace(JOB, extra=(extra,))


def sbatch_words(script: str) -> list[str]:
    """The options in a script as sbatch reads them: blanks part them but in quotes, and a backslash escapes."""
    lines = [line.removeprefix("#SBATCH ") for line in script.splitlines() if line.startswith("#SBATCH ")]
    found = []
    for line in lines:
        word, escaped, quoted = "", False, False
        for letter in line + " ":
            if not escaped and letter in '\\"':
                escaped, quoted = letter == "\\", quoted ^ (letter == '"')
            elif letter == " " and not quoted:
                found.append(word)
                word = ""
            else:
                assert quoted or letter not in "#'", f"{letter} is special in {line}"
                word, escaped = word + letter, False
    return found


def test_options_reach_sbatch_as_they_are(tmp_path: Path) -> None:
    name = '100%a # it"s.h5'
    job = replace(JOB, output=tmp_path / name, partition="a b#c", extra=("--comment='x y'", "-A physics"))
    for script in (slurm.array_script(job), slurm.merge_script(job)):
        found = sbatch_words(script)
        [log] = [word for word in found if word.startswith("--output=")]
        assert log.startswith(f'--output={tmp_path}/100%%a # it"s.h5.slurm/logs/')
        assert "--partition=a b#c" in found and "--comment=x y" in found
        assert found[found.index("-A") + 1] == "physics"


def test_setup_runs_before_the_program(tmp_path: Path) -> None:
    job = replace(JOB, setup=("export WHERE=here", 'phasemap() { echo "$WHERE $1"; }'))
    assert words(slurm.array_script(job), tmp_path) == ["here sweep"]
    assert words(slurm.merge_script(job), tmp_path) == ["here merge"]


def test_shards_have_one_name_everywhere(tmp_path: Path) -> None:
    for name in ("a.h5", "a.b.h5", "a", "[x] *.h5", "a.shard-1-of-2.h5"):
        output = tmp_path / name
        paths = {(n, 12): shard_path(output, n, 12) for n in (2, 10)}
        for path in paths.values():
            path.touch()
        assert shards_beside(output) == paths
        assert all(shard_of(path) == place for place, path in paths.items())
    assert shard_of(Path("a.shard-5-of-4.h5")) is None
    assert shard_of(Path("a.shard-1-of-99999999.h5")) is None


def test_ranges_read_as_slurm_writes_them() -> None:
    assert slurm.index_ranges([7, 1, 2, 3, 9, 10]) == "1-3,7,9-10"


def test_only_missing_shards_are_submitted() -> None:
    assert "#SBATCH --array=2,4\n" in slurm.array_script(replace(JOB, wanted=(2, 4)))
    assert "#SBATCH --array=1-4\n" in slurm.array_script(JOB)


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
        slurm_queue.submit(replace(JOB, output=tmp_path / "plane.h5"))
    assert not list(tmp_path.iterdir())


def fake(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    """Programs of a cluster, as shell."""
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")


def test_a_refused_job_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path / "bin", monkeypatch, sbatch="echo 'invalid partition' >&2; exit 1", scontrol="exit 1")
    with pytest.raises(PhasemapError, match="invalid partition"):
        slurm_queue.submit(replace(JOB, output=tmp_path / "plane.h5"))


def test_an_array_without_its_merge_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sbatch = 'case "$*" in *merge.sh) exit 1;; esac; echo 41'
    cancel = f"echo $1 > {tmp_path}/cancelled"
    fake(tmp_path / "bin", monkeypatch, sbatch=sbatch, scontrol="exit 1", scancel=cancel)
    with pytest.raises(PhasemapError, match="merge"):
        slurm_queue.submit(replace(JOB, output=tmp_path / "plane.h5"))
    assert (tmp_path / "cancelled").read_text() == "41\n"
    assert slurm_queue.read_submitted(tmp_path / "plane.h5") is None


def test_more_tasks_than_the_cluster_takes_are_refused_in_our_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path / "bin", monkeypatch, sbatch="echo 41", scontrol="echo 'MaxArraySize            = 1001'")
    job = replace(JOB, output=tmp_path / "plane.h5", jobs=2000)
    with pytest.raises(PhasemapError, match=r"--jobs 2000 is more than .* give --jobs 1000 or fewer"):
        slurm_queue.submit(job)
    assert not job.folder.exists()
    slurm_queue.submit(replace(job, jobs=1000))


def test_submitted_jobs_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path / "bin", monkeypatch, sbatch="echo 41", scontrol="exit 1")
    output = tmp_path / "plane.h5"
    assert slurm_queue.read_submitted(output) is None
    submitted = slurm_queue.submit(replace(JOB, output=output))
    assert slurm_queue.read_submitted(output) == submitted
    assert submitted.jobs == 4


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"array": 1, "merge": "2"}', '{"array": "--help", "merge": "2"}', "[" * 5000,
             '{"array": "1", "merge": "2", "jobs": "x"}']
)  # fmt: skip
def test_a_damaged_note_of_submitted_jobs_is_none(text: str, tmp_path: Path) -> None:
    output = tmp_path / "plane.h5"
    slurm.slurm_folder(output).mkdir()
    (slurm.slurm_folder(output) / "jobs.json").write_text(text)
    assert slurm_queue.read_submitted(output) is None
