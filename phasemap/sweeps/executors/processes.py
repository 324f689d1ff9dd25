"""Where blocks are computed: in this process, or in worker processes.

An executor takes tasks and yields their blocks as they finish, in any order. Another engine (a cluster) only has to
do the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
_LONG_COMPILATION = 1.0  # seconds; to load what is compiled already takes a fraction of it
_COMPILING = "Compiling for this machine, which only the first run does: later ones begin to compute at once."


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

    def close(self) -> None:
        """Let go of what is kept from one `run` to the next; another one may follow all the same."""
        ...


class Lent:
    """An executor whose user may not close it, because another one follows."""

    def __init__(self, executor: Executor) -> None:
        self.workers = executor.workers
        self.run = executor.run

    def close(self) -> None:
        """Its owner does."""


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

    def close(self) -> None:
        """Nothing is kept."""


class Processes:
    """Blocks in worker processes, one thread each, which stay for further rounds until `close`.

    tell: told once, in a sentence, when workers are found to compile.
    """

    def __init__(self, workers: int, tell: Callable[[str], None] = lambda _: None) -> None:
        self.workers = workers
        self._tell: Callable[[str], None] | None = tell
        self._idle: list[Worker] = []

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        """See `Executor.run`."""
        count = min(self.workers, len(tasks))
        kept, self._idle = self._idle[:count], self._idle[count:]
        pool = _Pool(tasks, kept, count)
        try:
            for data in pool.run(stop):
                if data is not None:
                    yield data
                elif self._tell is not None and pool.compiling_seconds > _LONG_COMPILATION:
                    self._tell(_COMPILING)
                    self._tell = None
        finally:
            self._idle += pool.release()

    def close(self) -> None:
        """End the workers."""
        for worker in self._idle:
            worker.kill()
        self._idle = []


class _Queue:
    """Tasks in order; a worker rather begins with a solver that no other worker is just compiling."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = list(tasks)
        self._compiled: set[str] = set()
        self._begun: set[str] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def take(self) -> Task:
        """The next task of a worker."""
        compiling = self._begun - self._compiled
        names = (position for position, task in enumerate(self._tasks) if task.block.name not in compiling)
        task = self._tasks.pop(next(names, 0))
        self._begun.add(task.block.name)
        return task

    def put_back(self, task: Task) -> None:
        """A task whose worker was lost comes first again."""
        self._tasks.insert(0, task)

    def finished(self, task: Task) -> None:
        """Note that the solver of a task is compiled by now."""
        self._compiled.add(task.block.name)


class _Pool:
    """Workers at their tasks: those that are there already, and new ones up to `count`."""

    def __init__(self, tasks: Sequence[Task], workers: Sequence[Worker], count: int) -> None:
        self._queue = _Queue(tasks)
        self._attempts: Counter[tuple[str, str, int, int]] = Counter()
        self._failed_starts = 0
        self._workers = list(workers)
        try:
            while len(self._workers) < count:
                self._workers.append(Worker())
        except BaseException:
            for worker in self._workers:
                worker.kill()
            raise

    @property
    def compiling_seconds(self) -> float:
        """For how long the worker that is longest at it has been compiling without a break."""
        return max(worker.compiling_seconds for worker in self._workers)

    def run(self, stop: Stop) -> Iterator[BlockData | None]:
        """The blocks as they come, and now and then None while none does."""
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
            yield None
            for worker in ready.values():
                data = self._receive(worker, stop)
                if data is not None:
                    yield data
            for worker in [worker for worker in self._workers if worker.overdue]:
                data = self._give_up(worker, stop)
                if data is not None:
                    yield data

    def release(self) -> list[Worker]:
        """The workers that are free; the others are ended."""
        free = [worker for worker in self._workers if worker.task is None and worker.process.is_alive()]
        for worker in self._workers:
            if worker not in free:
                worker.kill()
        return free

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


def make_executor(workers: int, tell: Callable[[str], None] = lambda _: None) -> Executor:
    """Worker processes (see `Processes`), or this process where there are to be none."""
    return Processes(workers, tell) if workers > 0 else InProcess()
