"""Stopping: soon lets what runs end, now does not wait, and signals ask for either."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support.toy_registry import MakeConfig

from phasemap.storage import read_file, read_result
from phasemap.sweeps.executors.processes import Processes
from phasemap.sweeps.run import open_sweep
from phasemap.sweeps.stop import Stop, stop_on_signals


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
