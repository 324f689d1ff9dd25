"""Points computed on request, in the background: a few at a time, none for ever."""

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Any

from phasemap import strict_json
from phasemap.config import make_point
from phasemap.config.records import Point
from phasemap.dataset import Result
from phasemap.errors import PhasemapError
from phasemap.explore.numbers import rounded
from phasemap.explore.quantities import quantity_block
from phasemap.model.parameters import PARAMETERS, Parameters
from phasemap.model.text.expressions import parse_expression
from phasemap.quantities import REGISTRY
from phasemap.storage import BlockData
from phasemap.studies.point import PointReport, choose_solvers, solve_point
from phasemap.sweeps.executors.processes import Processes
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import Task

MOST_WAITING = 3
"""Points that may be asked for before the first of them is finished."""

SECONDS = 60.0
"""Time that one solver may take at one point, compilation not counted."""

MOST_SECONDS = 300.0
"""Time after which the rest of a point is dropped, whatever it is doing."""

_MOST_KEPT = 32


class Computing:
    """Computes points of a result's model, one after the other, in a process of its own."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._numbers = itertools.count(1)
        self._jobs: dict[str, Future[dict[str, Any]]] = {}
        self._places: dict[str, tuple[tuple[str, float], ...]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="compute here")
        self._lock = threading.Lock()

    def begin(self, coordinates: Mapping[str, float]) -> str:
        """Begin with a point, and return the name by which it is asked after: one that is known is not begun again.

        Raises:
            PhasemapError: too many points are waiting, or a coordinate is outside its domain.
        """
        settings = self._settings(coordinates)
        place = tuple(sorted(coordinates.items()))
        with self._lock:
            known = next((name for name, of in self._places.items() if of == place and not self._failed(name)), None)
            if known is not None:
                return known
            if sum(not job.done() for job in self._jobs.values()) >= MOST_WAITING:
                raise PhasemapError(f"{MOST_WAITING} points are being computed already: wait for one of them.")
            name = str(next(self._numbers))
            self._jobs[name], self._places[name] = self._thread.submit(self._compute, settings), place
            for old in list(self._jobs)[:-_MOST_KEPT]:
                del self._jobs[old], self._places[old]
        return name

    def _failed(self, name: str) -> bool:
        """Whether a point is to be tried again when it is asked for again."""
        job = self._jobs[name]
        return job.done() and (job.cancelled() or job.exception() is not None)

    def state(self, name: str) -> dict[str, Any]:
        """What became of a point: {"state": "computing" | "done" | "failed", …}.

        Raises:
            PhasemapError: there is none of that name.
        """
        job = self._jobs.get(name)
        if job is None:
            raise PhasemapError(f"No point {name} was asked for.")
        if not job.done():
            return {"state": "computing"}
        problem = job.exception()
        return {"state": "failed", "reason": str(problem)} if problem else {"state": "done", **job.result()}

    def close(self) -> None:
        """Begin nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _settings(self, coordinates: Mapping[str, float]) -> Point:
        """The point with the result's parameters, options and seed."""
        meta = self._result.metadata
        values: dict[str, Any] = {**Parameters()._asdict(), **meta.parameters, **coordinates}
        for name, text in meta.settings.get("derived", {}).items():
            values[name] = float(parse_expression(text, tuple(values), f"derived.{name}")(values))
        content = {name: strict_json.plain(float(value)) for name, value in values.items() if name in PARAMETERS}
        tables = {name: dict(table) for name, table in meta.settings.get("options", {}).items()}
        point = make_point({"parameters": content, "seed": meta.seed, **tables}, REGISTRY, (), "the file")
        return replace(point, seconds_per_point=SECONDS)

    def _compute(self, settings: Point) -> dict[str, Any]:
        """What the theory of the file's quantities says there, as far as it takes a few seconds by its own estimate."""
        chosen, _ = choose_solvers(settings, REGISTRY)
        stored = {field.solver for field in self._result.fields.values()}
        solvers = [solver for solver in chosen if solver.essential or solver.name in stored]
        with closing(_Limited(MOST_SECONDS)) as worker:
            return _as_blocks(solve_point(settings, REGISTRY, solvers, worker))


class _Limited:
    """One worker process that stops after some time: what is finished by then is kept."""

    workers = 1

    def __init__(self, seconds: float) -> None:
        self._process, self._seconds = Processes(1), seconds

    def run(self, tasks: Sequence[Task], stop: Stop) -> Iterator[BlockData]:
        """See `phasemap.sweeps.executors.processes.Executor.run`."""
        clock = threading.Timer(self._seconds, stop.request)
        clock.daemon = True
        clock.start()
        try:
            yield from self._process.run(tasks, stop)
        finally:
            clock.cancel()

    def close(self) -> None:
        """End the worker."""
        self._process.close()


def _as_blocks(report: PointReport) -> dict[str, Any]:
    """A report as the page reads it: quantities as blocks without axes."""
    labels = {dim: places for field in report.fields.values() for dim, places in field.coords.items()}
    here = Result((), dict(report.fields), labels)
    return {
        "phase": None if report.phase is None else int(report.phase),
        "quantities": [quantity_block(here, here.fields, name) for name in here.fields],
        "labels": {dim: [str(v) if isinstance(v, str) else v for v in strict_json.plain(values)]
                   for dim, values in labels.items()},
        "gains": {name: rounded(values) for name, values in report.critical_gains.items()},
        "seconds": sum(report.seconds.values()),
        "remarks": report.remarks,
        "failures": report.failures,
    }  # fmt: skip
