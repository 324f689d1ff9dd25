"""A worker process: how it is started, what it is told and what it says."""

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from phasemap.errors import PhasemapError
from phasemap.storage import BlockData
from phasemap.sweeps.environment import one_thread, one_thread_environment
from phasemap.sweeps.executors.compiling import CompilerClock
from phasemap.sweeps.executors.limits import seconds_per_block
from phasemap.sweeps.work import Task, execute, execute_singly

# What the terminal or the batch system sends to all: the parent decides.
_NOT_FOR_WORKERS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGHUP", "SIGUSR1") if hasattr(signal, name))
_IMPORT_SECONDS = 5.0  # at most, for the code of a solver that a worker has not run yet


class Clock:
    """Seconds that count against a limit: not those of starting and compiling."""

    def __init__(self) -> None:
        self._spent, self._since = 0.0, time.monotonic()
        self._running = False

    def restart(self) -> None:
        """Count from now on."""
        self._spent, self._since = 0.0, time.monotonic()

    def run(self, running: bool) -> None:
        """Count, or pause."""
        self._spent, self._since = self.spent, time.monotonic()
        self._running = running

    @property
    def spent(self) -> float:
        """Seconds since `restart`, without pauses."""
        return self._spent + (time.monotonic() - self._since if self._running else 0.0)


class Worker:
    """A worker process, and the task that it has now.

    parts: the points of the task that are finished, where it goes through them one by one.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs,), name="phasemap worker", daemon=True)
        self.errors = _start(self.process)
        theirs.close()
        self.task: Task | None = None
        self.parts: list[BlockData] = []
        self.ready = False
        self._compiling_since: float | None = None
        self.clock = Clock()
        self._seen: set[str] = set()

    def give(self, task: Task) -> None:
        """Let it compute a task."""
        self.task, self.parts = task, []
        self.clock.restart()
        with contextlib.suppress(OSError):  # it is dead: its sentinel says so, too
            self.connection.send(task)

    def receive(self) -> tuple[str, Any] | None:
        """What it says next, if it says something; also None when it is dead."""
        try:
            if not self.connection.poll():
                return None
            kind, content = self.connection.recv()
        except (EOFError, OSError):
            return None
        if kind in ("ready", "compiling"):
            self.ready = True
            self.clock.run(not content)
            self._compiling_since = None
        elif kind == "compiling anew":
            self._compiling_since = self._compiling_since or time.monotonic()
        elif kind == "point":
            self.parts.append(content)
            self._finished_some()
        elif kind == "block":
            self._finished_some()
        return kind, content

    def _finished_some(self) -> None:
        if self.task is not None:
            self._seen.add(self.task.block.name)
        self.clock.restart()

    @property
    def compiling_seconds(self) -> float:
        """Seconds that it has been compiling, not loading, without a break; 0 if it does not."""
        return 0.0 if self._compiling_since is None else time.monotonic() - self._compiling_since

    @property
    def overdue(self) -> bool:
        """Whether it has had its task (or the present point of it) for longer than that may take."""
        task = self.task
        if task is None or not self.ready:
            return False
        limit = task.seconds_per_point
        if not task.singly and len(task.block.indices) > 1:
            limit = seconds_per_block(limit, task.block.seconds)
        return self.clock.spent > limit + (0.0 if task.block.name in self._seen else _IMPORT_SECONDS)

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.join()
        self.connection.close()
        self.errors.close()

    def cause_of_death(self) -> str:
        """Why it ended, in a few words: how, and the last line that it wrote."""
        code = self.process.exitcode
        cause = f"exit code {code}"
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            cause = f"killed by {name}" + (", perhaps because memory ran out" if name == "SIGKILL" else "")
        return cause + self._last_words()

    def _last_words(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            self.errors.seek(0)
            lines = self.errors.read()[-10_000:].decode(errors="replace").split("\n")
            said = [line.strip() for line in lines if line.strip()]
            if said:
                return ": " + "".join(letter for letter in said[-1][:200] if letter.isprintable())
        return ""


def _start(process: Any) -> Any:
    """Start a process; what it writes to its standard error goes into a file, which is returned."""
    resource_tracker.ensure_running()  # beforehand, because it would unblock signals
    try:
        errors = tempfile.TemporaryFile()  # noqa: SIM115
        with one_thread_environment(), _signals_blocked(), _standard_error_into(errors.fileno()):
            process.start()
    except OSError as error:
        raise PhasemapError(
            f"A worker process cannot be started ({error.strerror or error}): give fewer --workers."
        ) from error
    return errors


@contextlib.contextmanager
def _signals_blocked() -> Iterator[None]:
    """A process that is started in here gets no signal of `_NOT_FOR_WORKERS` before it is ready to ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _NOT_FOR_WORKERS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _standard_error_into(descriptor: int) -> Iterator[None]:
    try:
        before = os.dup(2)
    except OSError:  # there is none
        yield
        return
    os.dup2(descriptor, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


def serve(connection: Connection) -> None:
    """The life of a worker: compute what comes, until the connection closes or the parent is gone."""
    for number in _NOT_FOR_WORKERS:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _NOT_FOR_WORKERS)
    warnings.simplefilter("ignore", RuntimeWarning)  # the status of a number says what is wrong with it
    threading.Thread(target=_die_with_parent, daemon=True).start()
    compiler = CompilerClock(
        lambda busy: connection.send(("compiling", busy)), lambda: connection.send(("compiling anew", None))
    )
    compiler.install()
    with one_thread(), contextlib.suppress(EOFError, OSError):
        connection.send(("ready", False))
        while True:
            _compute(connection, connection.recv(), compiler)


def _compute(connection: Connection, task: Task, compiler: CompilerClock) -> None:
    compiler.restart()
    if task.singly:
        for data in execute_singly(task):
            connection.send(("point", data))
        connection.send(("block", None))
        return
    data = execute(task)
    connection.send(("block", replace(data, seconds=max(0.0, data.seconds - compiler.seconds))))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
