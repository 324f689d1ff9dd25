"""The progress of a sweep: a bar on a terminal, a line now and then in a pipe."""

import time
from collections.abc import Iterable, Iterator
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from phasemap.cli.console import duration, make_console
from phasemap.storage import BlockData
from phasemap.sweeps.plan import Plan

_SECONDS_BETWEEN_LINES = 5.0


class Estimator:
    """How far a sweep is, in cost; the solvers' estimates are corrected by what their blocks took."""

    def __init__(self, plan: Plan, workers: int) -> None:
        self._workers = max(workers, 1)
        self._estimated: dict[tuple[str, str, int], float] = {}
        self._left: dict[str, float] = {}
        self._total: dict[str, float] = {}
        self._measured: dict[str, list[tuple[float, float]]] = {}
        self._started = time.monotonic()
        self.evaluations = 0
        self.total_evaluations = 0
        self.rounds = 0
        self.extend(plan)

    def extend(self, plan: Plan) -> None:
        """Take note of another round, which the numbers of an adaptively refined map ask for."""
        self.rounds += 1
        self.total_evaluations += plan.evaluations
        for block in plan.blocks:
            self._estimated[block.part, block.name, int(block.indices[0])] = block.seconds
            for sums in (self._left, self._total):
                sums[block.name] = sums.get(block.name, 0.0) + block.seconds

    def add(self, block: BlockData) -> None:
        """Take note of a finished block."""
        estimated = self._estimated[block.part, block.name, int(block.indices[0])]
        self._left[block.name] -= estimated
        self._measured.setdefault(block.name, []).append((estimated, block.seconds))
        self.evaluations += len(block.indices)

    @property
    def remaining(self) -> float:
        """Seconds that the rest will take."""
        return max(0.0, sum(left * self._ratio(name) for name, left in self._left.items())) / self._workers

    @property
    def fraction(self) -> float:
        """Share of the cost that is done."""
        total = sum(cost * self._ratio(name) for name, cost in self._total.items())
        left = sum(max(cost, 0.0) * self._ratio(name) for name, cost in self._left.items())
        return 1.0 - left / total if total else 1.0

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """Evaluations per second so far."""
        return self.evaluations / max(self.elapsed, 1e-9)

    def _ratio(self, name: str) -> float:
        """Measured over estimated cost of a solver; its first block also compiles and does not count."""
        pairs = self._measured.get(name, [])[1:] or [pair for others in self._measured.values() for pair in others[1:]]
        estimated = sum(pair[0] for pair in pairs)
        return sum(pair[1] for pair in pairs) / estimated if estimated else 1.0


class Planned(Protocol):
    """What has a plan, which another one takes the place of when its blocks are done."""

    plan: Plan


def show_progress(source: Planned, workers: int, blocks: Iterable[BlockData]) -> None:
    """Drain a running sweep and show how far it is."""
    console = make_console(stderr=True)
    estimator = Estimator(source.plan, workers)
    blocks = _by_rounds(source, estimator, blocks)
    if console.is_terminal:
        _bar(console, estimator, blocks)
    else:
        _lines(console, estimator, blocks)


def _by_rounds(source: Planned, estimator: Estimator, blocks: Iterable[BlockData]) -> Iterator[BlockData]:
    """The same blocks; the estimator learns of a new plan before its first block."""
    plan = source.plan
    for block in blocks:
        if source.plan is not plan:
            plan = source.plan
            estimator.extend(plan)
        yield block


def _bar(console: Console, estimator: Estimator, blocks: Iterable[BlockData]) -> None:
    words = TextColumn("{task.fields[words]}")
    columns = (SpinnerColumn(), BarColumn(bar_width=None), TaskProgressColumn(), TimeElapsedColumn(), words)
    furthest = 0.0  # the estimate may go back, the bar does not
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("sweep", total=1.0, words="starting (the first run compiles)")
        for block in blocks:
            estimator.add(block)
            furthest = max(furthest, estimator.fraction)
            progress.update(task, completed=furthest, words=_words(estimator))


def _lines(console: Console, estimator: Estimator, blocks: Iterable[BlockData]) -> None:
    last = time.monotonic()
    for block in blocks:
        estimator.add(block)
        if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            share, elapsed = 100 * estimator.fraction, duration(estimator.elapsed)
            console.print(f"{share:3.0f} %  {elapsed}: {_words(estimator)}")


def _words(estimator: Estimator) -> str:
    about = f"about {duration(estimator.remaining)} left"
    if estimator.rounds > 1:
        about += f" in round {estimator.rounds} of the refinement"
    return f"{estimator.evaluations:,}/{estimator.total_evaluations:,} evaluations, {estimator.rate:.3g}/s, {about}"
