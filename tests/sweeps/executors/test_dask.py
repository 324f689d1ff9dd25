"""The same numbers from a Dask cluster, also when it loses a worker. One cluster serves all tests: it starts slowly."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from phasemap.dataset import Result
from phasemap.errors import ConfigError, PhasemapError
from phasemap.sweeps.environment import one_thread_environment
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.run import open_sweep

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Dask's own, about its own threads


def run(config, output: Path, executor) -> Result:
    with open_sweep(config, output) as job:
        for _ in job.run(executor):
            pass
    return job.result


def assert_same(a: Result, b: Result) -> None:
    for name, entry in a.fields.items():
        np.testing.assert_array_equal(entry.value, b.fields[name].value)
        np.testing.assert_array_equal(entry.status, b.fields[name].status)


@pytest.fixture(scope="module")
def cluster():
    with one_thread_environment():
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs="ERROR"
        )
    with cluster:
        yield cluster


def test_the_engine_is_irrelevant(toy, tmp_path, cluster):
    from phasemap.sweeps.executors.dask import DaskExecutor

    ours = run(toy(), tmp_path / "dask.h5", DaskExecutor(cluster.scheduler_address))
    assert ours.progress[0] == ours.progress[1]
    assert_same(ours, run(toy(), tmp_path / "here.h5", InProcess()))


def test_a_lost_worker_is_survived(toy, tmp_path, cluster):
    from phasemap.sweeps.executors.dask import DaskExecutor

    config = toy("tau_noise=0.05")  # long enough to be in the middle of it
    victim = next(iter(cluster.workers.values())).pid

    def kill() -> None:
        time.sleep(0.2)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    ours = run(config, tmp_path / "dask.h5", DaskExecutor(cluster.scheduler_address))
    killer.join()
    assert ours.progress[0] == ours.progress[1] and not ours.failures
    assert_same(ours, run(config, tmp_path / "here.h5", InProcess()))


def test_a_scheduler_that_is_not_there_is_an_error(monkeypatch):
    from phasemap.sweeps.executors import dask

    told: list[str] = []
    monkeypatch.setattr(dask, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(PhasemapError, match="No Dask scheduler"):
        dask.DaskExecutor("tcp://127.0.0.1:9", told.append)
    assert told == ["Waiting for the Dask scheduler at tcp://127.0.0.1:9 (at most 0.5 s)."]


@pytest.mark.parametrize(
    "address", ["tcp://nowhere", "nowhere:8786", "tcp://a b:1", "tcp://h:99999999", "", "file:///x"]
)
def test_what_is_no_address_is_refused_at_once(address: str) -> None:
    from phasemap.sweeps.executors.dask import DaskExecutor

    with pytest.raises(ConfigError, match="is no address"):
        DaskExecutor(address)


def test_a_host_that_nobody_knows_is_refused_at_once() -> None:
    from phasemap.sweeps.executors.dask import DaskExecutor

    with pytest.raises(PhasemapError, match="not known"):
        DaskExecutor("tcp://no-such-host.invalid:8786")


def test_no_scheduler_is_started_on_this_machine() -> None:
    """Any user of it could run code through the scheduler's port."""
    from phasemap.sweeps.executors.dask import DaskExecutor

    with pytest.raises(ConfigError, match="--scheduler"):
        DaskExecutor(None)


def test_a_scheduler_without_workers_is_waited_for(toy, tmp_path, monkeypatch):
    from phasemap.sweeps.executors import dask

    monkeypatch.setattr(dask, "_COUNT_SECONDS", 0.1)
    told: list[str] = []
    with one_thread_environment():
        cluster = distributed.LocalCluster(
            n_workers=0, threads_per_worker=2, dashboard_address=None, silence_logs="ERROR"
        )
    with cluster:
        executor = dask.DaskExecutor(cluster.scheduler_address, told.append)
        assert "has no workers: waiting" in told[-1] and executor.workers == 1
        threading.Timer(0.5, cluster.scale, [1]).start()
        result = run(toy(), tmp_path / "x.h5", executor)
    assert result.complete
    assert len(told) == 2
    assert executor.workers == 2
