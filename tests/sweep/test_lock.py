"""One writer at a time; the dead hold no locks."""

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from phasemap.errors import ResultFileError
from phasemap.sweep import lock as lock_module
from phasemap.sweep.lock import Holder, Lock, LockedError, myself

HOLD = (
    "import sys, time; from pathlib import Path; from phasemap.sweep.lock import Lock\n"
    "with Lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "x.h5"


def leave_lock(output: Path, holder: Holder, age: float = 0.0) -> Path:
    path = output.with_name("x.h5.lock")
    path.write_text(json.dumps(asdict(holder)))
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_lock_is_gone_afterwards(output: Path) -> None:
    with Lock(output) as lock:
        assert json.loads(lock.path.read_text())["process"] == os.getpid()
    assert list(output.parent.iterdir()) == []


def test_the_second_is_told_about_the_first(output: Path) -> None:
    with (
        Lock(output),
        pytest.raises(LockedError, match=rf"x\.h5 is being written by process {os.getpid()} on {platform.node()}"),
        Lock(output),
    ):
        pass
    with Lock(output):
        pass


def test_another_process_is_kept_out_until_it_is_killed(output: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, output], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"process {other.pid}"), Lock(output):
            pass
        other.kill()
        other.wait()
        with Lock(output):
            pass


def test_the_dead_hold_no_lock(output: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as dead:
        dead.wait()
    leave_lock(output, replace(myself(), process=dead.pid))
    with Lock(output):
        pass


def test_a_reused_process_number_holds_no_lock(output: Path) -> None:
    leave_lock(output, replace(myself(), ticks=1))
    with Lock(output):
        pass


def test_a_process_before_the_last_boot_holds_no_lock(output: Path) -> None:
    leave_lock(output, replace(myself(), boot="before"))
    with Lock(output):
        pass


def test_other_machines_hold_their_lock_while_they_touch_it(output: Path) -> None:
    other = Holder("elsewhere", 1, "yesterday")
    path = leave_lock(output, other)
    with pytest.raises(LockedError, match="process 1 on elsewhere"), Lock(output):
        pass
    assert path.exists()
    leave_lock(output, other, age=1000)
    with Lock(output):
        pass


def test_a_holder_touches_its_lock(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_module, "_HEARTBEAT_SECONDS", 0.01)
    with Lock(output) as lock:
        os.utime(lock.path, (0, 0))
        deadline = time.monotonic() + 5
        while lock.path.stat().st_mtime == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert lock.path.stat().st_mtime > 0


def test_an_unfinished_lock_file_holds_nothing(output: Path) -> None:
    output.with_name("x.h5.lock").write_text('{"host": "some')
    with Lock(output):
        pass


def test_unwritable_places_are_named(tmp_path: Path) -> None:
    with pytest.raises(ResultFileError, match="does not exist"), Lock(tmp_path / "no" / "x.h5"):
        pass


def test_many_starters_one_winner(output: Path) -> None:
    """Processes that start together over a stale lock: exactly one gets it."""
    leave_lock(output, replace(myself(), process=2**22 + 1))
    script = (
        "import sys, time; from pathlib import Path; from phasemap.sweep.lock import Lock, LockedError\n"
        "while time.time() < float(sys.argv[2]): pass\n"
        "try:\n"
        "    with Lock(Path(sys.argv[1])): print('won'); time.sleep(1.5)\n"
        "except LockedError: print('lost')"
    )
    start = str(time.time() + 1.5)
    crowd = [
        subprocess.Popen([sys.executable, "-c", script, output, start], stdout=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    assert sorted(process.communicate()[0].strip() for process in crowd) == ["lost"] * 4 + ["won"]
