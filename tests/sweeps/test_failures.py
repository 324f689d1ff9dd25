"""What fails fails alone: a point, a worker, a block, a disk; the rest is kept."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.sweeping import assert_same_numbers, run
from support.toy_registry import MakeConfig

from phasemap.errors import ResultFileError
from phasemap.model.status import Status
from phasemap.storage import read_result
from phasemap.sweeps.executors.processes import Processes


def test_one_bad_point_fails_alone(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy(surfaces=[], axes={"g_h": [1, 2, 3], "m_h": [0, 1]})
    run(config, tmp_path / "x.h5")
    result = read_result(tmp_path / "x.h5")
    assert result.complete
    draw = result.fields["draw"]
    assert (draw.status[:, 0] == Status.CONVERGED).all()
    assert (draw.status[:, 1] == Status.FAILED).all()
    assert np.isnan(draw.value[:, 1]).all()
    assert (result.fields["product"].status == Status.CONVERGED).all()
    assert [failure.index for failure in result.failures] == [1, 3, 5]
    assert "ZeroDivisionError: no answer at m_h = 1" in result.failures[0].reason
    good = toy(surfaces=[], axes={"g_h": [1, 2, 3], "m_h": [0, 0.5]})
    run(good, tmp_path / "good.h5")
    np.testing.assert_array_equal(read_result(tmp_path / "good.h5").fields["draw"].value[:, 0], draw.value[:, 0])


def test_failed_points_are_tried_again(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("m_h=1", surfaces=["nowhere", "circle"])
    run(config, tmp_path / "x.h5")
    again = run(config, tmp_path / "x.h5")
    assert sorted({block.name for block in again}) == ["nowhere", "random"]
    result = read_result(tmp_path / "x.h5")
    assert len(result.failures) == 31
    assert result.pending_surfaces == ()


def test_numbers_that_are_none_are_failures(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy(quantities=["lie"]), tmp_path / "x.h5")
    assert (read_result(tmp_path / "x.h5").fields["lie"].status == Status.FAILED).all()


def test_a_lost_worker_costs_nothing(toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker that begins kills itself; its block is computed by another one."""
    monkeypatch.setenv("TOY_ONCE", str(tmp_path / "once"))
    run(toy("m_z=1"), tmp_path / "x.h5", Processes(2))
    assert (tmp_path / "once").exists()
    monkeypatch.delenv("TOY_ONCE")
    result = read_result(tmp_path / "x.h5")
    assert result.complete
    assert not result.failures


def test_a_block_that_kills_its_workers_fails_alone(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("noise_h=5", surfaces=[], axes={"g_h": [1, 2], "m_z": [0, 1]})  # every point is a block
    run(config, tmp_path / "x.h5", Processes(2))
    result = read_result(tmp_path / "x.h5")
    assert result.complete
    assert [(failure.name, failure.index) for failure in result.failures] == [("random", 1), ("random", 3)]
    assert (result.fields["draw"].status[:, 0] == Status.CONVERGED).all()
    assert "lost twice" in result.failures[0].reason
    assert "SIGKILL" in result.failures[0].reason
    assert (result.fields["product"].status == Status.CONVERGED).all()


def test_a_full_disk_ends_the_sweep_and_keeps_what_is_safe(
    toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phasemap.storage import durable

    config, output = toy("noise_h=0.2"), tmp_path / "x.h5"
    original, calls = durable.write_atomically, []

    def fills_up(path: Path, content: bytes) -> None:
        calls.append(path)
        if len(calls) > 3:
            with durable.explaining_write_errors(path):
                raise OSError(28, "No space left on device")
        original(path, content)

    monkeypatch.setattr("phasemap.storage.blocks.write_atomically", fills_up)
    monkeypatch.setattr("phasemap.storage.writer.write_atomically", fills_up)
    with pytest.raises(ResultFileError, match="disk is full"):
        run(config, output)
    monkeypatch.undo()
    kept = read_result(output)
    assert kept.progress[0] > 0
    run(config, output)
    run(config, tmp_path / "reference.h5")
    assert_same_numbers(read_result(output), read_result(tmp_path / "reference.h5"))


def test_a_really_full_disk(toy: MakeConfig, tmp_path: Path) -> None:
    """A file system of 128 kB, where we may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "none", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system is not permitted here")
    try:
        config = toy("axes.g_h.points=40", "axes.alpha_r.points=30", "toys.size=1", "noise_h=0.02")
        with pytest.raises(ResultFileError, match="disk is full"):
            run(config, disk / "x.h5")
        assert not [path for path in disk.rglob("*") if path.name.endswith((".tmp", ".lock"))]
        kept = read_result(disk / "x.h5").progress[0]
        assert 0 < kept < 2401
        subprocess.run(["mount", "-o", "remount,size=2m", disk], check=True)
        assert sum(len(block.indices) for block in run(config, disk / "x.h5")) == 2401 - kept
        run(config, tmp_path / "reference.h5")
        assert_same_numbers(read_result(disk / "x.h5"), read_result(tmp_path / "reference.h5"))
    finally:
        subprocess.run(["umount", disk], check=True)
