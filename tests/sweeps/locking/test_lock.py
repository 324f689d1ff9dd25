"""One writer at a time; the dead hold no locks."""

import json
import os
import platform
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from phasemap.errors import ResultFileError
from phasemap.sweeps.locking import lock as lock_module
from phasemap.sweeps.locking.lock import Lock, LockedError, current_holder
from phasemap.sweeps.locking.lock_holder import Holder, boot_id, myself

HOLD = (
    "import sys, time; from pathlib import Path; from phasemap.sweeps.locking.lock import Lock\n"
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
        "import sys, time; from pathlib import Path; from phasemap.sweeps.locking.lock import Lock, LockedError\n"
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


def test_a_link_is_not_followed(output: Path) -> None:
    """The lock of a result must not be a way to overwrite another file."""
    thesis = output.with_name("thesis.tex")
    for exists in (True, False):
        if exists:
            thesis.write_text("years of work")
        link = output.with_name("x.h5.lock")
        link.symlink_to(thesis)
        with pytest.raises(ResultFileError, match="symbolic link"), Lock(output):
            pass
        assert current_holder(output) is None
        assert link.is_symlink() and thesis.exists() == exists
        link.unlink()
        if exists:
            assert thesis.read_text() == "years of work"
            thesis.unlink()


@pytest.mark.parametrize(
    "content", ["years of work", "{}", "[1]", '{"title": "notes"}', " ", "\x00" * 9, '{"host": "a"}']
)
def test_another_file_of_that_name_is_left_alone(output: Path, content: str) -> None:
    path = output.with_name("x.h5.lock")
    path.write_text(content)
    with pytest.raises(ResultFileError, match=r"is none .* move it away"), Lock(output):
        pass
    assert current_holder(output) is None
    assert path.read_text() == content


def test_what_is_no_file_is_no_lock(output: Path) -> None:
    path = output.with_name("x.h5.lock")
    for make in (Path.mkdir, os.mkfifo):
        make(path)
        with pytest.raises(ResultFileError, match="no regular file"), Lock(output):
            pass
        assert current_holder(output) is None
        path.rmdir() if path.is_dir() else path.unlink()


BAD_FIELDS = [
    {"process": "1"}, {"process": 2**200}, {"process": -1}, {"process": 0}, {"process": True}, {"process": None},
    {"host": 5}, {"host": "a\x1b]0;title\x07"}, {"host": "a" * 300}, {"ticks": "x"}, {"ticks": 1.5}, {"boot": []},
    {"started": {}}, {"more": 1},
]  # fmt: skip


@pytest.mark.parametrize("fields", BAD_FIELDS)
def test_malformed_locks_get_a_sentence(output: Path, fields: dict[str, object]) -> None:
    path = output.with_name("x.h5.lock")
    path.write_text(json.dumps({**asdict(myself()), **fields}))
    with pytest.raises(ResultFileError, match="is none"), Lock(output):
        pass
    assert current_holder(output) is None


def test_damaged_locks_get_a_sentence_or_hold_nothing(output: Path) -> None:
    """300 damages: a flipped bit, a cut, a piece twice."""
    import random

    path, dice = output.with_name("x.h5.lock"), random.Random(0)
    whole = json.dumps(asdict(replace(myself(), host="elsewhere"))).encode()
    for _ in range(300):
        data, place = bytearray(whole), dice.randrange(len(whole))
        kind = dice.randrange(3)
        if kind == 0:
            data[place] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del data[place:]
        else:
            data[place:place] = data[: dice.randrange(1, 99)]
        path.write_bytes(data)
        current_holder(output)
        try:
            with Lock(output):
                pass
        except (ResultFileError, LockedError) as error:
            assert str(error).isprintable()


def test_a_zombie_holds_no_lock(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the file system has no locks of its own."""
    from phasemap.sweeps.locking.lock_holder import start_ticks

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        holder = replace(myself(), process=other.pid, ticks=start_ticks(other.pid))
        assert holder.alive_here()
        other.kill()
        while Path(f"/proc/{other.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        assert not holder.alive_here()
        leave_lock(output, holder)
        monkeypatch.setattr(lock_module, "fcntl", None)
        with Lock(output):
            pass


def test_the_kernel_decides_under_one_system_whatever_the_host_is_called(output: Path) -> None:
    """Containers have names and process numbers of their own."""
    leave_lock(output, Holder("container", 1, "today", boot_id(), 5))
    with Lock(output):
        pass


def test_time_stamps_of_the_future_hold_nothing_unless_they_change(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_module, "_WATCH_SECONDS", 0.4)
    path = leave_lock(output, Holder("elsewhere", 1, "tomorrow"), age=-(10**6))
    assert current_holder(output) is None
    with Lock(output):
        pass
    monkeypatch.setattr(lock_module, "_WATCH_SECONDS", 10.0)
    leave_lock(output, Holder("elsewhere", 1, "tomorrow"), age=-(10**6))
    beat = threading.Timer(0.3, lambda: os.utime(path))  # its clock was set back, it is alive
    beat.start()
    with pytest.raises(LockedError, match="elsewhere"), Lock(output):
        pass
    beat.join()


def test_the_age_is_measured_without_following_links(output: Path) -> None:
    """What an attacker may guess is not opened."""
    leave_lock(output, Holder("elsewhere", 1, "today"))
    victim = output.with_name("victim")
    for number in (os.getpid(), 1):
        output.with_name(f".x.h5.lock.{number}.tmp").symlink_to(victim)
    with pytest.raises(LockedError), Lock(output):
        pass
    assert not victim.exists()


def test_a_name_that_is_too_long_is_named_itself(tmp_path: Path) -> None:
    output = tmp_path / f"{'a' * 250}.h5"
    with pytest.raises(ResultFileError) as caught, Lock(output):
        pass
    assert ".lock" not in str(caught.value)
