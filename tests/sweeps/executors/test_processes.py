"""Workers stay from one round to the next, and their compiling is told once."""

from pathlib import Path

import pytest
from support.sweeping import run
from support.toy_registry import MakeConfig

from phasemap.sweeps.executors import processes
from phasemap.sweeps.executors.processes import Processes
from phasemap.sweeps.executors.worker import Worker
from phasemap.sweeps.plan import make_plan
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import make_tasks


def test_workers_serve_one_round_after_the_other_and_end_with_the_executor(toy: MakeConfig) -> None:
    tasks = make_tasks(make_plan(toy(surfaces=[])))
    executor = Processes(2)
    assert len(list(executor.run(tasks, Stop()))) == len(tasks)
    first = [worker.process for worker in executor._idle]
    assert len(list(executor.run(tasks, Stop()))) == len(tasks)
    assert [worker.process.pid for worker in executor._idle] == [process.pid for process in first]
    assert all(process.is_alive() for process in first)
    executor.close()
    assert not any(process.is_alive() for process in first)
    assert len(list(executor.run(tasks[:1], Stop()))) == 1  # begins anew
    executor.close()


def test_a_finished_sweep_leaves_no_worker_behind(toy: MakeConfig, tmp_path: Path) -> None:
    executor = Processes(2)
    run(toy(), tmp_path / "x.h5", executor)
    assert executor._idle == []


@pytest.mark.parametrize(("seconds", "times"), [(0.0, 0), (60.0, 1)])
def test_that_workers_compile_is_told_once(
    toy: MakeConfig, monkeypatch: pytest.MonkeyPatch, seconds: float, times: int
) -> None:
    monkeypatch.setattr(Worker, "compiling_seconds", seconds)
    told: list[str] = []
    executor = Processes(1, told.append)
    for _ in range(2):
        list(executor.run(make_tasks(make_plan(toy(surfaces=[]))), Stop()))
    executor.close()
    assert told == [processes._COMPILING] * times
    assert "only the first run" in processes._COMPILING
