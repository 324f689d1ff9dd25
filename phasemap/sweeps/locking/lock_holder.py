"""Who holds a lock: how it is written into the lock file, and whether it is alive."""

import contextlib
import json
import os
import platform
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

LONGEST = 4096
"""Bytes of the longest lock file."""

_BEGINNING = b'{"host": "'
_DEAD_STATES = ("Z", "X")  # a zombie does nothing any more, its parent has just not asked


class NoLockError(ValueError):
    """A file is no lock; the message says why."""


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
        if self.boot != boot_id():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return _process_state(self.process) not in _DEAD_STATES and self.ticks == start_ticks(self.process)


def myself() -> Holder:
    """This process."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Holder(platform.node(), os.getpid(), now, boot_id(), start_ticks(os.getpid()))


def same_kernel(holder: Holder) -> bool:
    """Whether a holder runs (or ran) under the system that runs now: containers may give it another host's name."""
    return bool(holder.boot) and holder.boot == boot_id()


def encode(holder: Holder) -> bytes:
    """The content of a lock file."""
    return json.dumps(asdict(holder)).encode()


def decode(content: bytes) -> Holder | None:
    """The holder that a lock file names; None if it is empty or breaks off, as when its writer was killed.

    Raises:
        NoLockError: it is something else.
    """
    beginning = content[: len(_BEGINNING)]
    if not _BEGINNING.startswith(beginning):
        raise NoLockError("it holds something else")
    if len(content) > LONGEST:
        raise NoLockError("it is too long")
    try:
        return _checked(json.loads(content))
    except (ValueError, RecursionError) as error:
        if content.rstrip().endswith(b"}"):
            raise NoLockError("it is damaged") from error
        return None


def _checked(found: object) -> Holder:
    """Raises ValueError where a field is missing, unknown, or cannot be what it should be."""
    try:
        holder = Holder(**found)  # type: ignore[arg-type]
    except TypeError as error:
        raise ValueError(str(error)) from error
    texts, numbers = (holder.host, holder.started, holder.boot), (holder.process, holder.ticks)
    if not all(isinstance(text, str) and text.isprintable() and len(text) < 256 for text in texts):
        raise ValueError("a text is none")
    if not all(type(number) is int and 0 <= number < 2**63 for number in numbers) or not 0 < holder.process < 2**31:
        raise ValueError("a number is none")
    return holder


def age(descriptor: int, path: Path) -> float:
    """Seconds since the lock file was touched, by the clock of its file system, which may not be ours."""
    try:
        probe, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        now = os.fstat(probe).st_mtime
        os.close(probe)
        Path(name).unlink()
    except OSError:
        now = time.time()
    return now - os.fstat(descriptor).st_mtime


def boot_id() -> str:
    """Identity of the running system since it was started."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def start_ticks(process: int) -> int:
    """When a process started, in the kernel's ticks; 0 where the system does not tell."""
    with contextlib.suppress(ValueError, IndexError):
        return int(_process_fields(process)[19])
    return 0


def _process_state(process: int) -> str:
    return (_process_fields(process) or [""])[0]


def _process_fields(process: int) -> list[str]:
    """What /proc says of a process, after its name."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return []
