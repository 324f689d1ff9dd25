"""Where blocks are computed: in this process, or in worker processes.

An executor takes tasks and yields their blocks as they finish, in any order. Another engine (a cluster) only has to
do the same.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from phasemap.errors import PhasemapError
from phasemap.storage import BlockData
from phasemap.sweep.environment import one_thread, one_thread_environment
from phasemap.sweep.stop import Stop
from phasemap.sweep.work import Task, execute, failed

_POLL_SECONDS = 0.1
_ATTEMPTS = 2


class Executor(Protocol):
    """An engine that computes tasks.

    workers: how many blocks it computes at the same time, for the estimates of what remains.
    """

    workers: int

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        """Compute tasks, the first ones first, and yield their blocks as they finish.

        A lost worker is survived: its block is tried again, and then yielded as failed. When `stop.soon` no further
        task is begun; when `stop.now` the running ones are dropped. Closing the generator drops them as well.
        """
        ...


class InProcess:
    """Blocks one after the other in this process: nothing to start, but a crash of a solver takes all with it."""

    workers = 1

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        """See `Executor.run`; a running block is finished in any case."""
        for task in tasks:
            if stop.soon:
                return
            with one_thread():
                data = execute(task)
            yield data


class Processes:
    """Blocks in worker processes, one thread each."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        """See `Executor.run`."""
        pool = _Pool(tasks, min(self.workers, len(tasks)))
        try:
            yield from pool.run(stop)
        finally:
            pool.close()


class _Queue:
    """Tasks in order; a worker rather begins with a solver that no other worker is just compiling."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = list(tasks)
        self._compiled: set[str] = set()
        self._begun: set[str] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def take(self) -> Task:
        compiling = self._begun - self._compiled
        names = (position for position, task in enumerate(self._tasks) if task.block.name not in compiling)
        task = self._tasks.pop(next(names, 0))
        self._begun.add(task.block.name)
        return task

    def put_back(self, task: Task) -> None:
        self._tasks.insert(0, task)

    def finished(self, task: Task) -> None:
        self._compiled.add(task.block.name)


class _Worker:
    """A worker process, and the task that it has now."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), name="phasemap worker", daemon=True)
        with one_thread_environment():
            self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.ready = False

    def give(self, task: Task) -> None:
        self.task = task
        with contextlib.suppress(OSError):  # it is dead: its sentinel says so, too
            self.connection.send(task)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class _Pool:
    def __init__(self, tasks: Sequence[Task], workers: int) -> None:
        self._queue = _Queue(tasks)
        self._attempts: dict[int, int] = {}
        self._failed_starts = 0
        self._workers = [_Worker() for _ in range(workers)]

    def run(self, stop: Stop) -> Iterator[BlockData]:
        for worker in self._workers:
            self._feed(worker, stop)
        while any(worker.task is not None for worker in self._workers):
            by_handle: dict[Any, _Worker] = {}
            for worker in self._workers:
                by_handle[worker.connection] = worker
                by_handle[worker.process.sentinel] = worker
            ready = {id(by_handle[handle]): by_handle[handle] for handle in wait(list(by_handle), _POLL_SECONDS)}
            if stop.now:
                return
            for worker in ready.values():
                data = self._receive(worker, stop)
                if data is not None:
                    yield data

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()

    def _feed(self, worker: _Worker, stop: Stop) -> None:
        worker.task = None
        if self._queue and not stop.soon:
            worker.give(self._queue.take())

    def _receive(self, worker: _Worker, stop: Stop) -> BlockData | None:
        """The block that a worker sends, if it does; the next task goes out before the block is looked at."""
        try:
            message = worker.connection.recv() if worker.connection.poll() else None
        except (EOFError, OSError):
            message = None
        if message is None:
            return self._bury(worker, stop) if not worker.process.is_alive() else None
        if not isinstance(message, BlockData):
            worker.ready, self._failed_starts = True, 0
            return None
        task = worker.task
        if task is not None:
            self._queue.finished(task)
        self._feed(worker, stop)
        return message

    def _bury(self, worker: _Worker, stop: Stop) -> BlockData | None:
        """A worker died: another one takes its place; its task is tried once more, then given up."""
        task, cause = worker.task, _cause_of_death(worker.process.exitcode)
        worker.kill()
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _ATTEMPTS:
                raise PhasemapError(f"A worker process cannot start ({cause}). Try --workers 0 to see what is wrong.")
        given_up = None
        if task is not None:
            key = id(task)
            self._attempts[key] = self._attempts.get(key, 0) + worker.ready
            if self._attempts[key] >= _ATTEMPTS:
                given_up = failed(task, f"the worker process was lost twice with this block ({cause})")
            else:
                self._queue.put_back(task)
        replacement = _Worker()
        self._workers[self._workers.index(worker)] = replacement
        self._feed(replacement, stop)
        return given_up


def _cause_of_death(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name
        return f"killed by {name}" + (", perhaps because memory ran out" if name == "SIGKILL" else "")
    return f"exit code {exitcode}"


def _serve(connection: Connection) -> None:
    """The life of a worker: compute what comes, until the connection closes or the parent is gone."""
    for name in ("SIGINT", "SIGHUP", "SIGUSR1"):  # the parent decides; the terminal sends them to all
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    warnings.simplefilter("ignore", RuntimeWarning)  # the status of a number says what is wrong with it
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with one_thread():
        connection.send("ready")
        while True:
            try:
                task = connection.recv()
            except EOFError:
                return
            data = execute(task)
            try:
                connection.send(data)
            except OSError:
                return


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
