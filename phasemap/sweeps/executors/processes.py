"""Where blocks are computed: in this process, or in worker processes.

An executor takes tasks and yields their blocks as they finish, in any order. Another engine (a cluster) only has to
do the same.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import wait
from typing import Any, Protocol

from phasemap.errors import PhasemapError
from phasemap.storage import BlockData
from phasemap.sweeps.environment import one_thread
from phasemap.sweeps.executors.worker import Worker
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import Task, execute, failed, joined, out_of_time

_POLL_SECONDS = 0.1
_ATTEMPTS = 2


class Executor(Protocol):
    """An engine that computes tasks.

    workers: how many blocks it computes at the same time, for the estimates of what remains.
    """

    workers: int

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        """Compute tasks, the first ones first, and yield their blocks as they finish.

        A lost worker is survived: its block is tried again, and then yielded as failed. Where points can be ended from
        outside, one that takes longer than its task allows is yielded as out of time, and its neighbours as usual.
        When `stop.soon` no further task is begun; when `stop.now` the running ones are dropped. Closing the generator
        drops them as well.
        """
        ...


class InProcess:
    """Blocks one after the other in this process: nothing to start, but a crash of a solver takes all with it, and
    nothing ends a point that takes too long."""

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


class _Pool:
    def __init__(self, tasks: Sequence[Task], workers: int) -> None:
        self._queue = _Queue(tasks)
        self._attempts: Counter[tuple[str, str, int, int]] = Counter()
        self._failed_starts = 0
        self._workers: list[Worker] = []
        try:
            for _ in range(workers):
                self._workers.append(Worker())
        except BaseException:
            self.close()
            raise

    def run(self, stop: Stop) -> Iterator[BlockData]:
        for worker in self._workers:
            self._feed(worker, stop)
        while any(worker.task is not None for worker in self._workers):
            by_handle: dict[Any, Worker] = {}
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
            for worker in [worker for worker in self._workers if worker.overdue]:
                data = self._give_up(worker, stop)
                if data is not None:
                    yield data

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()

    def _feed(self, worker: Worker, stop: Stop) -> None:
        worker.task = None
        if self._queue and not stop.soon:
            worker.give(self._queue.take())

    def _receive(self, worker: Worker, stop: Stop) -> BlockData | None:
        """The block that a worker sends, if it does; the next task goes out before the block is looked at."""
        message = worker.receive()
        if message is None:
            return self._replace_dead(worker, stop) if not worker.process.is_alive() else None
        kind, data = message
        if kind == "ready":
            self._failed_starts = 0
        task = worker.task
        if kind != "block" or task is None:
            return None
        found: BlockData = data if data is not None else joined(worker.parts)
        self._queue.finished(task)
        self._feed(worker, stop)
        return found

    def _replace_dead(self, worker: Worker, stop: Stop) -> BlockData | None:
        """A worker died: another one takes its place; its task is tried once more, then given up."""
        task, cause = worker.task, worker.cause_of_death()
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _ATTEMPTS:
                raise PhasemapError(f"A worker process cannot start ({cause}). Try --workers 0 to see what is wrong.")
        given_up = None
        if task is not None:
            key = (task.block.part, task.block.name, int(task.block.indices[0]), len(task.block.indices))
            self._attempts[key] += worker.ready
            if self._attempts[key] >= _ATTEMPTS:
                given_up = failed(task, f"the worker process was lost twice with this block ({cause})")
            else:
                self._queue.put_back(task)
        self._renew(worker, stop)
        return given_up

    def _give_up(self, worker: Worker, stop: Stop) -> BlockData | None:
        """A task took too long: its points are tried one by one; a point that takes too long is given up."""
        task = worker.task
        assert task is not None
        if not task.singly and len(task.block.indices) > 1:
            self._queue.put_back(replace(task, singly=True))
            self._renew(worker, stop)
            return None
        done = len(worker.parts)
        found = joined([*worker.parts, out_of_time(task.part(slice(done, done + 1)))])
        if done + 1 < len(task.block.indices):
            self._queue.put_back(task.part(slice(done + 1, None)))
        self._renew(worker, stop)
        return found

    def _renew(self, worker: Worker, stop: Stop) -> None:
        """Put a new process in the place of a worker."""
        worker.kill()
        replacement = Worker()
        self._workers[self._workers.index(worker)] = replacement
        self._feed(replacement, stop)


def make_executor(workers: int) -> Executor:
    """Worker processes, or this process where there are to be none."""
    return Processes(workers) if workers > 0 else InProcess()
