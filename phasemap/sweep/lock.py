"""One process at a time writes a result.

The lock is a file beside the result that names its holder. On one machine the kernel's advisory lock on that file
decides, which dies with its holder. Between machines, where such locks may not reach, the holder touches the file
every few seconds; a file that has not been touched for long belongs to the dead.
"""

import contextlib
import json
import os
import platform
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from phasemap.errors import PhasemapError
from phasemap.storage.durable import explaining_write_errors

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_HEARTBEAT_SECONDS = 10.0
_DEAD_AFTER_SECONDS = 90.0


class LockedError(PhasemapError):
    """Another process writes this result."""


@dataclass(frozen=True)
class Holder:
    """A process, identified beyond the reuse of its number."""

    host: str
    process: int
    started: str
    boot: str = ""
    ticks: int = 0

    def alive_here(self) -> bool | None:
        """Whether it runs on this machine; None if it belongs to another one."""
        if self.host != platform.node():
            return None
        if self.boot != _boot():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return self.ticks == _start_ticks(self.process)


class Lock:
    """The lock of a result file; use it as a context manager.

    Raises on entry:
        LockedError: another living process holds it; the message says which.
        ResultFileError: the lock file cannot be written.
    """

    def __init__(self, result: Path) -> None:
        self.path = result.with_name(f"{result.name}.lock")
        self._descriptor = -1
        self._done = threading.Event()

    def __enter__(self) -> Self:
        with explaining_write_errors(self.path):
            self._descriptor = self._acquire()
            content = json.dumps(asdict(myself())).encode()
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, content, 0)
            os.fsync(self._descriptor)
        threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        with contextlib.suppress(OSError):
            if _same_file(self._descriptor, self.path):
                self.path.unlink()
        os.close(self._descriptor)

    def _acquire(self) -> int:
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                self._take(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            if _same_file(descriptor, self.path):  # else its holder just removed it: try again
                return descriptor
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        holder = _read(descriptor)
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LockedError(self._refusal(_read(descriptor))) from error
            except OSError:
                pass  # this file system has no locks: what the file says must do
            holder = _read(descriptor)
        if holder is None:
            return
        alive = holder.alive_here()
        if alive is None:
            alive = _age(descriptor, self.path) < _DEAD_AFTER_SECONDS
        if alive:
            raise LockedError(self._refusal(holder))

    def _refusal(self, holder: Holder | None) -> str:
        result = self.path.name.removesuffix(".lock")
        if holder is None or holder.alive_here() is False:  # the file does not name the new holder yet
            return f"Another process is about to write {result}: wait for it, or choose another output with -o."
        return (
            f"{result} is being written by process {holder.process} on {holder.host} (since {holder.started}). "
            "Wait for it, stop it, or choose another output with -o. If that process is gone for certain, delete "
            f"{self.path}."
        )

    def _beat(self) -> None:
        while not self._done.wait(_HEARTBEAT_SECONDS):
            with contextlib.suppress(OSError):
                os.utime(self.path)


def myself() -> Holder:
    """This process."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Holder(platform.node(), os.getpid(), now, _boot(), _start_ticks(os.getpid()))


def current_holder(result: Path) -> Holder | None:
    """The living process that writes a result now, as far as its lock file tells; None if there is none."""
    path = result.with_name(f"{result.name}.lock")
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        holder = _read(descriptor)
        if holder is None:
            return None
        alive = holder.alive_here()
        if alive is None:
            alive = _age(descriptor, path) < _DEAD_AFTER_SECONDS
        return holder if alive else None
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> Holder | None:
    """What the lock file says; None if it is empty or was not finished."""
    try:
        return Holder(**json.loads(os.pread(descriptor, 4096, 0)))
    except (ValueError, TypeError):
        return None


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _age(descriptor: int, path: Path) -> float:
    """Seconds since the lock file was touched, by the clock of its file system, which may not be ours."""
    probe = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        probe.touch()
        now = probe.stat().st_mtime
        probe.unlink()
    except OSError:
        now = time.time()
    return now - os.fstat(descriptor).st_mtime


def _boot() -> str:
    """Identity of the running system since it was started."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _start_ticks(process: int) -> int:
    """When a process started, in the kernel's ticks; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19])
    return 0
