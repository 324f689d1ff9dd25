"""The loop: what is computed once stays, numbers do not depend on the way to them, and failures do not spread."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.sweeping import assert_same_numbers, run
from support.toy_registry import TOYS, MakeConfig

from phasemap.config import make_config, parse_toml
from phasemap.dataset import Result
from phasemap.errors import PhasemapError, ResultFileError
from phasemap.model.status import Status
from phasemap.storage import BlockData, blocks_directory, read_file, read_result, write_result
from phasemap.sweeps.executors.processes import InProcess, Processes
from phasemap.sweeps.run import open_sweep
from phasemap.sweeps.stop import Stop, stop_on_signals
from phasemap.sweeps.work import Task, execute


class Shuffled:
    """An executor that finishes blocks in an arbitrary order, cut into pieces."""

    workers = 3

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        for k in self._random.permutation(len(tasks)):
            yield execute(tasks[k])

    def close(self) -> None:
        pass


@pytest.fixture
def reference(toy: MakeConfig, tmp_path: Path) -> Result:
    run(toy("toys.points=[[1, 1], [2, 2]]"), tmp_path / "reference.h5")
    return read_result(tmp_path / "reference.h5")


def test_a_finished_sweep_holds_everything(reference: Result) -> None:
    assert reference.complete
    g, a = np.meshgrid(reference.axes[0].values, reference.axes[1].values, indexing="ij")
    np.testing.assert_allclose(reference.fields["product"].value, g * a)
    pair = reference.fields["pair"]
    assert pair.dims == ("g_h", "alpha_r", "side")
    np.testing.assert_array_equal(pair.value[..., 0], g)
    assert (pair.status[:, 0, 1] == Status.ABSENT).all()
    assert list(reference.surfaces) == ["circle"]
    assert reference.checks is not None
    assert reference.checks.fields["product"].value.tolist() == [1.0, 4.0]
    assert "draw" in reference.checks.fields
    assert "draw" not in reference.fields
    [session] = reference.metadata.sessions
    assert session.process == os.getpid()
    assert {"phasemap", "numpy", "numba", "h5py", "python"} <= set(session.versions)


def test_a_finished_sweep_leaves_one_file(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy(), tmp_path / "x.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["x.h5"]


def test_worker_count_is_irrelevant(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("tau_noise=0.005")
    for name, executor in {"zero": InProcess(), "one": Processes(1), "three": Processes(3)}.items():
        run(config, tmp_path / name, executor)
    results = [read_result(tmp_path / name) for name in ("zero", "one", "three")]
    assert_same_numbers(results[0], results[1])
    assert_same_numbers(results[0], results[2])
    assert np.unique(results[0].fields["draw"].value).size == 30


def test_order_and_blocks_are_irrelevant(
    toy: MakeConfig, tmp_path: Path, reference: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = toy("toys.points=[[1, 1], [2, 2]]")
    for seed in range(3):
        monkeypatch.setattr("phasemap.sweeps.plan._SHORTEST_BLOCK", 10.0**-seed * 1e-4)
        run(config, tmp_path / f"{seed}.h5", Shuffled(seed))
        assert_same_numbers(read_result(tmp_path / f"{seed}.h5"), reference)


def test_resumed_equals_uninterrupted(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("noise_h=0.1")
    run(config, tmp_path / "through.h5", Shuffled(1))
    seen: list[str] = []
    for attempt in range(100):
        with open_sweep(config, tmp_path / "halting.h5") as sweep:
            if not sweep.plan.blocks:
                break
            with closing(sweep.run(Shuffled(attempt))) as blocks:
                for _ in range(3):
                    seen += [block.key for block in [next(blocks, None)] if block]
        assert not blocks_directory(tmp_path / "halting.h5").exists()
    assert len(seen) == len(set(seen)) > 10
    assert_same_numbers(read_result(tmp_path / "halting.h5"), read_result(tmp_path / "through.h5"))


def test_a_finished_sweep_is_not_computed_again(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy(), tmp_path / "x.h5")
    before = (tmp_path / "x.h5").read_bytes()
    assert run(toy(), tmp_path / "x.h5") == []
    assert (tmp_path / "x.h5").read_bytes() == before
    assert len(run(toy(), tmp_path / "x.h5", force=True)) == 3


def test_another_configuration_is_refused(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy(), tmp_path / "x.h5")
    before = (tmp_path / "x.h5").read_bytes()
    with pytest.raises(ResultFileError, match=r"seed is 8 here and 7 there"):
        run(toy("seed=8"), tmp_path / "x.h5")
    assert (tmp_path / "x.h5").read_bytes() == before
    run(toy("seed=8"), tmp_path / "x.h5", force=True)
    assert read_result(tmp_path / "x.h5").metadata.seed == 8


def test_a_new_title_is_no_other_configuration(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy("noise_h=0.2"), tmp_path / "x.h5")
    with open_sweep(toy("noise_h=0.2", "title=better"), tmp_path / "x.h5") as sweep:
        assert not sweep.plan.blocks


def test_other_files_are_never_overwritten(toy: MakeConfig, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    for force in (False, True):
        with pytest.raises(ResultFileError, match="Nothing was written"):
            run(toy(), tmp_path / "thesis.tex", force=force)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_stored_configuration_repeats_the_sweep(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("toys.scale=2.5", "beta_z=-inf", "title=Ü")
    run(config, tmp_path / "x.h5")
    text = read_result(tmp_path / "x.h5").metadata.config
    assert make_config(parse_toml(text, "stored"), TOYS).hash == config.hash


def test_lost_results_come_back_from_loose_blocks(toy: MakeConfig, tmp_path: Path) -> None:
    config, output = toy("noise_h=0.2"), tmp_path / "x.h5"
    with open_sweep(config, output) as sweep:
        blocks = sweep.run(InProcess())
        first = [next(blocks) for _ in range(4)]
        loose = {path.name: path.read_bytes() for path in blocks_directory(output).iterdir()}
        blocks.close()
    assert len(loose) == 4
    output.unlink()
    blocks_directory(output).mkdir()
    for name, content in loose.items():
        (blocks_directory(output) / name).write_bytes(content)
    again = run(config, output)
    assert not {block.key for block in first} & {block.key for block in again}
    assert read_result(output).complete


def test_the_file_is_brought_up_to_date_while_it_runs(
    toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phasemap.sweeps.run._ASSEMBLY_SHARE", 1e9)
    with open_sweep(toy("noise_h=0.2"), tmp_path / "x.h5") as sweep:
        sweep.assemble_every = 0.0
        sizes = [read_file(tmp_path / "x.h5").progress[0] for _ in sweep.run(InProcess())]
    assert sorted(sizes) == sizes
    assert len(set(sizes)) > 4


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


def test_stopping_soon_finishes_the_running_blocks(toy: MakeConfig, tmp_path: Path) -> None:
    stop = Stop()
    with open_sweep(toy("noise_h=0.5", "tau_noise=0.05"), tmp_path / "x.h5") as sweep:
        blocks = []
        for block in sweep.run(Processes(2), stop):
            blocks.append(block)
            stop.request(now=False)
    assert 1 <= len(blocks) <= 3
    assert read_file(tmp_path / "x.h5").progress[0] == sum(len(block.indices) for block in blocks)


def test_stopping_now_does_not_wait(toy: MakeConfig, tmp_path: Path) -> None:
    stop = Stop()
    with open_sweep(toy("tau_noise=30", "noise_h=30", quantities=["draw"]), tmp_path / "x.h5") as sweep:
        threading.Timer(1.0, stop.request).start()
        started = time.monotonic()
        found = [block.name for block in sweep.run(Processes(2), stop)]
    assert time.monotonic() - started < 10
    assert found == ["circle"] or found == []
    assert not read_result(tmp_path / "x.h5").complete


def test_signals_ask_to_stop_and_the_old_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGUSR1)
        assert (stop.soon, stop.now) == (True, False)
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.now
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
    assert signal.getsignal(signal.SIGINT) is before


def test_these_tests_do_not_depend_on_how_they_are_started() -> None:
    """As with `nohup python -m pytest &`, where the shell lets SIGINT be ignored."""
    test = f"{__file__}::test_signals_ask_to_stop_and_the_old_handlers_come_back"
    command = [
        "sh",
        "-c",
        "trap '' INT; exec \"$@\"",
        "sh",
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        test,
    ]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_ignored_signals_stay_ignored() -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signals() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.soon
    finally:
        signal.signal(signal.SIGHUP, before)


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


def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from support.toy_registry import CONFIG, TOYS\n"
        "from pathlib import Path\n"
        "from phasemap.config import make_config\n"
        "from phasemap.sweeps.executors.worker import Worker\n"
        "if __name__ == '__main__':\n"
        "    worker = Worker(); worker.connection.recv(); print(worker.process.pid, flush=True)\n"
        "    import time; time.sleep(60)\n"
    )
    (tmp_path / "script.py").write_text(script)
    command = [sys.executable, str(tmp_path / "script.py"), str(Path(__file__).parents[1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            break  # nobody has collected it yet
        time.sleep(0.05)
    assert time.monotonic() < deadline


def test_a_worker_that_cannot_start_is_an_error(
    toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phasemap.sweeps.executors.worker.serve", _refuse)
    with pytest.raises(PhasemapError, match="cannot start"):
        run(toy(), tmp_path / "x.h5", Processes(1))


def _refuse(connection: Any) -> None:
    os._exit(3)


def test_a_worker_that_dies_at_its_start_says_so_in_one_line(
    toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its traceback is not for the terminal; the last line of it is in the error."""
    monkeypatch.setattr("phasemap.sweeps.executors.worker.serve", _break)
    with pytest.raises(PhasemapError, match=r"cannot start \(exit code 1: OSError: no library\)"):
        run(toy(), tmp_path / "x.h5", Processes(2))
    assert capfd.readouterr().err == ""


def _break(connection: Any) -> None:
    raise OSError("no library")


def test_workers_use_one_thread(toy: MakeConfig) -> None:
    from phasemap.sweeps.environment import one_thread

    with one_thread():
        assert os.environ["OMP_NUM_THREADS"] == "1"


def test_an_empty_result_is_pending(toy: MakeConfig, tmp_path: Path) -> None:
    from phasemap.sweeps.files.skeleton import empty_result

    result = empty_result(toy())
    write_result(tmp_path / "x.h5", result)
    assert read_result(tmp_path / "x.h5").progress == (0, 61)
