"""Running sweeps and comparing results, for the tests."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.config import SweepConfig
from phasemap.dataset import Result
from phasemap.storage import BlockData
from phasemap.sweeps.executors.processes import Executor, InProcess
from phasemap.sweeps.run import open_sweep
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import Task, execute


class Shuffled:
    """An executor that finishes blocks in an arbitrary order."""

    workers = 3

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        """Execute them."""
        for k in self._random.permutation(len(tasks)):
            yield execute(tasks[k])

    def close(self) -> None:
        """Nothing is open."""


def run(config: SweepConfig, output: Path, executor: Executor | None = None, **options: Any) -> list[BlockData]:
    """Run a sweep to its end."""
    with open_sweep(config, output, **options) as sweep:
        return list(sweep.run(executor or InProcess()))


def assert_same_numbers(a: Result, b: Result) -> None:
    """Bitwise."""
    groups = [(a.fields, b.fields)]
    if a.checks is not None and b.checks is not None:
        groups.append((a.checks.fields, b.checks.fields))
    for ours, theirs in groups:
        assert ours.keys() == theirs.keys()
        for name in ours:
            for part in ("value", "status", "error"):
                np.testing.assert_array_equal(getattr(ours[name], part), getattr(theirs[name], part), err_msg=name)
    assert a.surfaces.keys() == b.surfaces.keys()
    for name in a.surfaces:
        np.testing.assert_array_equal(a.surfaces[name].vertices, b.surfaces[name].vertices)
    assert a.failures == b.failures
