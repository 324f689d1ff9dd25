"""The same numbers from a Dask cluster, also when it loses a worker. One cluster serves all tests: it starts slowly."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from phasemap.dataset import Result
from phasemap.errors import PhasemapError
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
        np.testing.assert_array_equal(entry.values, b.fields[name].values)
        np.testing.assert_array_equal(entry.status, b.fields[name].status)


@pytest.fixture(scope="module")
def cluster():
    from phasemap.sweeps.executors.dask import _local_cluster

    with _local_cluster(2) as cluster:
        yield cluster


def test_the_engine_is_irrelevant(toy, tmp_path, cluster):
    from phasemap.sweeps.executors.dask import DaskExecutor

    ours = run(toy(), tmp_path / "dask.h5", DaskExecutor(cluster.scheduler_address, 2))
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
    ours = run(config, tmp_path / "dask.h5", DaskExecutor(cluster.scheduler_address, 2))
    killer.join()
    assert ours.progress[0] == ours.progress[1] and not ours.failures
    assert_same(ours, run(config, tmp_path / "here.h5", InProcess()))


def test_a_scheduler_that_is_not_there_is_an_error(monkeypatch):
    from phasemap.sweeps.executors import dask

    monkeypatch.setattr(dask, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(PhasemapError, match="No Dask scheduler"):
        dask.DaskExecutor("tcp://127.0.0.1:9", 1)
