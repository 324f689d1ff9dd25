"""Blocks on a Dask cluster whose scheduler can be reached.

Nothing is started here: a scheduler of our own would listen on this machine, and whoever can reach it may run code as
its owner. On one machine worker processes do the same without a port.
"""

import importlib
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from phasemap.errors import ConfigError, PhasemapError
from phasemap.storage import BlockData
from phasemap.sweeps.environment import one_thread
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import Task, execute, failed

_POLL_SECONDS = 0.2
_CONNECT_SECONDS = 30
_COUNT_SECONDS = 5.0
_LOST_WORKERS = 3  # a block that has taken that many workers with it is given up
_ADDRESS = re.compile(r"[a-z]{2,8}://(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d{1,5})", re.ASCII)


class DaskExecutor:
    """An `Executor` on Dask; see `phasemap.sweeps.executors.processes.Executor.run` for the contract.

    Points that take too long are not ended: that is up to the cluster's own limits.

    Args:
        scheduler: address of a scheduler (tcp://host:port, or tls:// with the certificates of Dask's configuration).
        tell: told, in a sentence, what is being waited for.

    Raises:
        ConfigError: the package `distributed` is not installed, or there is no address, or not one.
        PhasemapError: the scheduler cannot be reached.
    """

    def __init__(self, scheduler: str | None, tell: Callable[[str], None] = lambda _: None) -> None:
        self._scheduler, self._tell = _checked_address(scheduler), tell
        _import("distributed")
        _import("dask").config.set({"distributed.scheduler.allowed-failures": _LOST_WORKERS - 1})
        self._told, self._counted = False, 0.0
        self.workers = 1
        self._connect()
        self._count_workers()

    def _connect(self) -> None:
        self._tell(f"Waiting for the Dask scheduler at {self._scheduler} (at most {_CONNECT_SECONDS:g} s).")
        try:
            self._client = _import("distributed").Client(self._scheduler, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError, RuntimeError) as error:
            raise PhasemapError(
                f"No Dask scheduler answers at {self._scheduler}: start one, or leave out --executor dask."
            ) from error

    def _count_workers(self) -> None:
        """Take note of how many blocks can be computed at a time; say so if there is nobody to compute any."""
        if time.monotonic() - self._counted < _COUNT_SECONDS:
            return
        self._counted = time.monotonic()
        found = self._client.scheduler_info(n_workers=-1)["workers"].values()
        threads = sum(worker["nthreads"] for worker in found)
        if threads == 0 and not self._told:
            self._tell(f"The Dask scheduler at {self._scheduler} has no workers: waiting for some to join.")
        self._told = threads == 0
        self.workers = threads or 1

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
                self._count_workers()
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
        """Leave the cluster."""
        self._client.close()


def _checked_address(scheduler: str | None) -> str:
    """The address, if it can be one; a host that nobody knows is found out at once."""
    if scheduler is None:
        raise ConfigError(
            "--executor dask needs --scheduler ADDRESS: phasemap starts no scheduler itself, as others on this machine "
            "could run code through it. To compute on this machine alone, leave out --executor."
        )
    found = _ADDRESS.fullmatch(scheduler)
    if found is None or int(found[2]) > 65535:
        raise ConfigError(f"--scheduler {scheduler!r} is no address: write it as tcp://host:8786, with its port.")
    try:
        socket.getaddrinfo(found[1].strip("[]"), int(found[2]))
    except OSError as error:
        raise PhasemapError(f"--scheduler {scheduler}: the host {found[1]} is not known here.") from error
    return scheduler


def _import(name: str) -> Any:
    """A module of Dask, which is an optional extra and carries few types."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(
            "--executor dask needs the package `distributed`: install it with pip install 'phasemap[dask]'."
        ) from error


def _execute(task: Task) -> BlockData:
    """Compute a block on a worker, in one thread."""
    with one_thread():
        return execute(task)
