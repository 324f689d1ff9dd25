"""The progress of a sweep: a bar on a terminal, a line now and then in a pipe."""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from phasemap.cli.console import duration, make_console
from phasemap.cli.reporting import is_quiet
from phasemap.storage import BlockData
from phasemap.sweeps.plan import Plan

_SECONDS_BETWEEN_LINES = 5.0
_SECONDS_OF_SILENCE = 60.0
_LONGEST_SILENCE = 600.0


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
        """Measured over estimated cost of a solver; the first blocks, in which workers load code, do not count."""
        pairs = self._counted(name) or [pair for other in self._measured for pair in self._counted(other)]
        estimated = sum(pair[0] for pair in pairs)
        return sum(pair[1] for pair in pairs) / estimated if estimated else 1.0

    def _counted(self, name: str) -> list[tuple[float, float]]:
        return self._measured.get(name, [])[self._workers :]

    @property
    def unfinished(self) -> list[str]:
        """The solvers and surfaces of which blocks are left."""
        return [name for name, left in self._left.items() if left > 1e-12 * self._total[name]]


class Planned(Protocol):
    """What has a plan, which another one takes the place of when its blocks are done."""

    plan: Plan


def show_progress(source: Planned, workers: int, blocks: Iterable[BlockData]) -> None:
    """Drain a running sweep and show how far it is."""
    estimator = Estimator(source.plan, workers)
    blocks = _by_rounds(source, estimator, blocks)
    if is_quiet():
        for _ in blocks:
            pass
        return
    console = make_console(stderr=True)
    with _breaking_silence(console, estimator):
        if console.is_terminal:
            _bar(console, estimator, blocks)
        else:
            _lines(console, estimator, blocks)


@contextlib.contextmanager
def _breaking_silence(console: Console, estimator: Estimator) -> Iterator[None]:
    """Say now and then what is being computed while no block comes in, because a point may take very long."""
    done = threading.Event()

    def watch() -> None:
        """Look at the clock until the sweep is done, and say what is unfinished where nothing came in."""
        before, since, pause = -1, time.monotonic(), _SECONDS_OF_SILENCE
        while not done.wait(pause):
            if estimator.evaluations != before:
                before, since, pause = estimator.evaluations, time.monotonic(), _SECONDS_OF_SILENCE
                continue
            names = ", ".join(estimator.unfinished)
            console.print(f"No block has finished for {duration(time.monotonic() - since)}: still computing {names}.")
            pause = min(2.0 * pause, _LONGEST_SILENCE)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


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
