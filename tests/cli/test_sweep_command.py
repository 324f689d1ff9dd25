"""`phasemap sweep`: what it computes, says and leaves behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from support.command_line import Run

from phasemap.model.status import Status
from phasemap.storage import blocks_directory, read_result, write_result

SLOW = (
    "--set", 'quantities=["network_lyapunov_max"]', "--set", "surfaces=[]", "--set", "simulation.size=100",
    "--set", "simulation.realisations=1", "--set", "simulation.duration=4000.0", "--set", "axes.g_h.points=20",
)  # fmt: skip


def written(path: Path) -> tuple[int, int]:
    """Changes when a file is written or replaced, but not when it is read."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def test_a_sweep_gives_a_result_and_a_summary(phasemap: Run, plane: Path) -> None:
    ran = phasemap("sweep", plane, "--workers", "0")
    assert (ran.code, ran.err) == (0, "")
    assert "Finished" in ran.out
    assert "Phases: " in ran.out
    assert "static_gain: from" in ran.out
    assert "phasemap plot plane.h5" in ran.out
    result = read_result(Path("plane.h5"))
    assert result.complete
    assert sorted(path.name for path in Path().iterdir()) == ["plane.h5", "plane.toml"]


def test_pipes_get_plain_text(phasemap: Run, plane: Path) -> None:
    ran = phasemap("sweep", plane, "--workers", "0")
    assert "\x1b" not in ran.out + ran.err
    assert all(line.isprintable() for line in ran.out.splitlines())


def test_a_finished_sweep_is_left_alone_without_force(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "--workers", "0")
    before = written(Path("plane.h5"))
    ran = phasemap("sweep", plane)
    assert ran.code == 0
    assert "nothing to compute" in ran.out
    assert "--force" in ran.out
    assert written(Path("plane.h5")) == before
    assert "Finished" in phasemap("sweep", plane, "--force", "--workers", "0").out


def test_a_dry_run_says_the_cost_and_writes_nothing(phasemap: Run, plane: Path) -> None:
    ran = phasemap("sweep", plane, "--dry-run", "--workers", "3")
    assert ran.code == 0
    for part in ("g_h: 4 values from 1 to 3", "statics", "zero_instability", "on one core", "on 3 workers"):
        assert part in ran.out
    assert [path.name for path in Path().iterdir()] == ["plane.toml"]


def test_a_typed_plane_is_cut_along_the_usual_lines_or_those_that_are_named(phasemap: Run) -> None:
    axes = ("--axis", "g_h=1:3:3", "--axis", "alpha_r=0:9:3", "--dry-run")
    assert {"static_fold", "dynamic_fold"} <= set(phasemap("sweep", *axes).out.split())
    chosen = set(phasemap("sweep", *axes, "--surface", "zero_instability").out.split())
    assert "zero_instability" in chosen and "static_fold" not in chosen
    assert "surface" not in phasemap("sweep", *axes, "--set", "surfaces=[]").out.split()
    assert "lyapunov_zero" in phasemap("sweep", *axes, "--set", "noise_h=0.3").out.split()


def test_a_dry_run_of_a_half_done_sweep_plans_the_rest(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "--shard", "1/2", "-o", "plane.h5", "--workers", "0")
    ran = phasemap("sweep", plane, "--dry-run")
    assert "is there already" in ran.out
    assert ("statics" in ran.out) != ("zero_instability" in ran.out)


def test_the_output_is_chosen_by_option_then_configuration_then_name(phasemap: Run, plane: Path) -> None:
    assert phasemap("sweep", plane, "-j", "0", "--set", "output.file=deep/er/a.h5").code == 0
    assert read_result(Path("deep/er/a.h5")).complete
    assert phasemap("sweep", plane, "-j", "0", "--set", "output.file=a.h5", "-o", "b.h5").code == 0
    assert Path("b.h5").exists()
    assert not Path("a.h5").exists()


def test_overrides_reach_the_result(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0", "--set", "axes.g_h.points=2", "--set", "s_h=0.1", "--set", "title=other")
    result = read_result(Path("plane.h5"))
    assert result.shape == (2, 3)
    assert result.metadata.parameters["s_h"] == 0.1
    assert result.metadata.title == "other"


def test_shards_merge_into_the_whole(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0", "-o", "whole.h5")
    for number in (1, 2):
        ran = phasemap("sweep", plane, "-j", "0", "--shard", f"{number}/2")
        assert ran.code == 0
        assert "part of the sweep" in ran.out
    part = phasemap("merge", "plane.shard-1-of-2.h5", "-o", "merged.h5")
    assert part.code == 1
    assert "missing" in part.out
    ran = phasemap("merge", "plane.shard-1-of-2.h5", "plane.shard-2-of-2.h5", "-o", "merged.h5")
    assert ran.code == 0
    assert "Complete" in ran.out
    whole, merged = read_result(Path("whole.h5")), read_result(Path("merged.h5"))
    for name in whole.fields:
        np.testing.assert_array_equal(whole.fields[name].value, merged.fields[name].value)


def test_a_result_file_is_completed_by_its_own_configuration(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0", "--shard", "1/2", "--set", "s_h=0.2")
    assert not read_result(Path("plane.shard-1-of-2.h5")).complete
    assert phasemap("sweep", "plane.shard-1-of-2.h5", "-j", "0").code == 0
    assert read_result(Path("plane.shard-1-of-2.h5")).complete


def test_a_resumed_sweep_mentions_other_versions(phasemap: Run, plane: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phasemap("sweep", plane, "-j", "0", "--shard", "1/2", "-o", "plane.h5")
    monkeypatch.setattr("phasemap.__version__", "99.0")
    ran = phasemap("sweep", plane, "-j", "0")
    assert ran.code == 0
    assert "the rest will be by 99.0" in ran.err


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "phasemap", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_blocks(output: Path, process: subprocess.Popen[str], count: int = 1) -> None:
    deadline = time.monotonic() + 90
    while len(list(blocks_directory(output).glob("*.npz"))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGUSR1"])
def test_an_interrupted_sweep_keeps_its_blocks_and_says_how_to_go_on(phasemap: Run, plane: Path, name: str) -> None:
    process = start("sweep", plane, "-j", "1", *SLOW)
    wait_for_blocks(Path("plane.h5"), process)
    os.kill(process.pid, getattr(signal, name))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert "same command again" in err
    assert "Traceback" not in err
    done, total = read_result(Path("plane.h5")).progress
    assert 0 < done < total == 60
    assert not blocks_directory(Path("plane.h5")).exists()
    assert not Path("plane.h5.lock").exists()
    info = phasemap("info", "plane.h5")
    assert f"not finished: {done} of 60" in info.out


def test_a_second_sweep_on_the_same_output_is_refused(phasemap: Run, plane: Path) -> None:
    process = start("sweep", plane, "-j", "1", *SLOW)
    try:
        wait_for_blocks(Path("plane.h5"), process)
        ran = phasemap("sweep", plane, *SLOW)
        assert ran.code == 2
        assert f"process {process.pid}" in ran.err
    finally:
        process.kill()
        process.communicate()
    assert "not finished" in phasemap("info", "plane.h5").out


def test_failures_show_in_the_exit_code(phasemap: Run, plane: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise FloatingPointError("out of digits")

    monkeypatch.setattr("phasemap.theory.static.fixed_points.solve_points", broken)
    ran = phasemap("sweep", plane, "-j", "0")
    assert ran.code == 1
    assert "12 evaluations failed" in ran.out
    assert "out of digits" in ran.out
    monkeypatch.undo()
    os.chdir(Path(plane).absolute().parent)


def test_worker_count_is_irrelevant_to_networks(phasemap: Run, plane: Path) -> None:
    """Bitwise, BLAS included: every worker takes its sums in the same order."""
    small = (*SLOW[:-4], "--set", "simulation.duration=20.0", "--set", "axes.g_h.points=2")
    for workers in (0, 2):
        assert phasemap("sweep", plane, "-j", workers, *small, "-o", f"{workers}.h5").code == 0
    one, two = (read_result(Path(f"{workers}.h5")).fields["network_lyapunov_max"] for workers in (0, 2))
    np.testing.assert_array_equal(one.value, two.value)
    np.testing.assert_array_equal(one.error, two.error)


def test_workers_cannot_be_negative(phasemap: Run, plane: Path) -> None:
    assert phasemap("sweep", plane, "-j", "-1").code == 2


def test_too_many_of_anything_is_refused_at_once(phasemap: Run, plane: Path) -> None:
    """Before anything of that size is made."""
    for arguments, part in (
        (("--workers", "100000000"), "--workers 100,000,000"),
        (("--shard", "1/99999999"), "--shard '1/99999999'"),
        (("--shard", "1/" + "9" * 5000), "I/N"),
        (("--set", "axes.g_h.points=1000000000"), "more than 20,000,000 points"),
        (("--set", "axes.g_h.points=" + "9" * 30), "more than 20,000,000 points"),
        (("--set", 'quantities=["network_variance"]', "--set", "simulation.size=200000"), "of memory"),
    ):
        started = time.process_time()
        for dry in ((), ("--dry-run",)):
            ran = phasemap("sweep", plane, *arguments, *dry)
            assert (ran.code, ran.out) == (2, ""), arguments
            assert part in ran.err and len(ran.err) < 600
        assert time.process_time() - started < 10.0
    assert [path.name for path in Path().iterdir()] == ["plane.toml"]


def test_a_dry_run_says_the_memory(phasemap: Run, plane: Path) -> None:
    assert "for each worker" in phasemap("sweep", plane, "--dry-run", "--workers", "3").out


def test_chosen_points_are_computed_again_and_all_others_kept(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0")
    result = read_result(Path("plane.h5"))
    result.fields["static_gain"].fill([5], np.nan, Status.OUT_OF_TIME)
    result.fields["static_gain"].fill([6], np.nan, Status.PENDING)
    write_result(Path("plane.h5"), result)
    assert "--redo out_of_time --point-timeout" in phasemap("sweep", plane, "-j", "0").out
    assert "nothing to compute" in phasemap("sweep", plane, "-j", "0").out
    dry = phasemap("sweep", plane, "--redo", "out_of_time", "--dry-run")
    assert dry.code == 0 and "statics" in dry.out
    ran = phasemap("sweep", "plane.h5", "-j", "0", "--redo", "failed,out_of_time")
    assert ran.code == 0, ran.err
    assert "Computing 1 evaluation of plane.h5 again" in ran.out
    assert (read_result(Path("plane.h5")).fields["static_gain"].status != Status.OUT_OF_TIME).all()
    assert "No point" in phasemap("sweep", plane, "--redo", "out_of_time").out
    for arguments, part in (
        (("--redo", "bad"), "no status"),
        (("--redo", "failed", "--force"), "--force"),
        (("--redo", "failed", "--set", "tau_r=2"), "tau_r is 2.0 here"),
        (("--redo", "failed", "-o", "none.h5"), "no result"),
    ):
        wrong = phasemap("sweep", plane, *arguments)
        assert wrong.code == 2 and part in wrong.err


def test_a_limit_of_time_is_given_by_an_option(phasemap: Run, plane: Path) -> None:
    assert phasemap("sweep", plane, "-j", "0", "--point-timeout", "60").code == 0
    assert phasemap("sweep", plane, "-j", "0", "--set", "limits.seconds_per_point=60").code == 0  # the same sweep
    for wrong in ("0", "-1", "nan"):
        ran = phasemap("sweep", plane, "--point-timeout", wrong)
        assert ran.code == 2 and "--point-timeout" in ran.err


@pytest.mark.slow
def test_an_interruption_at_any_moment_of_the_start_leaves_no_traceback(plane: Path) -> None:
    """As a terminal does it: the signal goes to all processes, those that are just starting among them."""
    for delay in (0.0, 0.2, 0.5, 1.0, 2.0):
        command = [sys.executable, "-m", "phasemap", "sweep", str(plane), "-j", "3", *SLOW]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        while not Path("plane.h5.lock").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert "Traceback" not in err, (delay, err)
        assert process.returncode in (130, 1, -signal.SIGINT)
