"""Blocks on a Dask cluster: one on this machine, or any whose scheduler can be reached."""

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

from phasemap.errors import ConfigError, PhasemapError
from phasemap.storage import BlockData
from phasemap.sweeps.environment import one_thread, one_thread_environment
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import Task, execute, failed

_POLL_SECONDS = 0.2
_CONNECT_SECONDS = 30
_LOST_WORKERS = 3  # a block that has taken that many workers with it is given up


class DaskExecutor:
    """An `Executor` on Dask; see `phasemap.sweeps.executors.processes.Executor.run` for the contract.

    Args:
        scheduler: address of a scheduler (tcp://host:port); None starts a cluster of processes on this machine.
        workers: processes of the cluster on this machine.

    Raises:
        ConfigError: the package `distributed` is not installed.
        PhasemapError: the scheduler cannot be reached.
    """

    def __init__(self, scheduler: str | None, workers: int) -> None:
        _import("distributed")
        _import("dask").config.set({"distributed.scheduler.allowed-failures": _LOST_WORKERS - 1})
        self._scheduler, self._processes = scheduler, workers
        self._connect()
        found = self._client.scheduler_info(n_workers=-1)["workers"].values()
        self.workers = sum(worker["nthreads"] for worker in found) or 1

    def _connect(self) -> None:
        self._cluster = None if self._scheduler else _local_cluster(self._processes)
        try:
            self._client = _import("distributed").Client(self._scheduler or self._cluster, timeout=_CONNECT_SECONDS)
        except OSError as error:
            raise PhasemapError(
                f"No Dask scheduler answers at {self._scheduler}: start one, or leave out --scheduler."
            ) from error

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        """See `Executor.run`. A few blocks per thread are in the cluster at a time, so that a stop is soon obeyed."""
        if self._client.status == "closed":  # after an earlier round
            self._connect()
        waiting = list(reversed(tasks))
        running: dict[Any, Task] = {}
        try:
            while waiting or running:
                while waiting and not stop.soon and len(running) < 2 * self.workers:
                    task = waiting.pop()
                    running[self._client.submit(_execute, task, pure=False)] = task
                if stop.now or not running:
                    return
                for future in self._finished(running):
                    yield self._block(future, running.pop(future))
        finally:
            self._client.cancel(list(running), force=True)
            self.close()

    def _finished(self, running: dict[Any, Task]) -> list[Any]:
        try:
            return list(
                _import("distributed").wait(list(running), timeout=_POLL_SECONDS, return_when="FIRST_COMPLETED").done
            )
        except TimeoutError:
            return []

    def _block(self, future: Any, task: Task) -> BlockData:
        if future.status == "finished":
            data: BlockData = future.result()
            return data
        return failed(task, f"the cluster lost this block: {future.exception()}")

    def close(self) -> None:
        """Leave the cluster; stop it if it was started here."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def _import(name: str) -> Any:
    """A module of Dask, which is an optional extra and carries few types."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(
            "--executor dask needs the package `distributed`: install it with pip install 'phasemap[dask]'."
        ) from error


def _local_cluster(workers: int) -> Any:
    with one_thread_environment():
        return _import("distributed").LocalCluster(
            n_workers=max(workers, 1), threads_per_worker=1, dashboard_address=None, silence_logs="ERROR"
        )


def _execute(task: Task) -> BlockData:
    """Compute a block on a worker, in one thread."""
    with one_thread():
        return execute(task)
