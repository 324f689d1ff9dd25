"""Maps of the static theory while a slider is dragged: warm workers, each with a share of the points, lines beside."""

import math
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Result
from phasemap.dataset.field import Field
from phasemap.errors import PhasemapError
from phasemap.explore.lines import line_blocks
from phasemap.explore.numbers import codes, packed
from phasemap.figures.scenes.fields import place_of_outermost
from phasemap.model.parameters import Parameters, check_name, make_parameters
from phasemap.model.results import CriticalSurface
from phasemap.model.unit.noise import without_fixed_points
from phasemap.quantities import REGISTRY
from phasemap.storage import BlockData
from phasemap.suggest import choices
from phasemap.sweeps.executors.processes import Processes
from phasemap.sweeps.plan import Block
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import Task
from phasemap.theory.surfaces.critical_systems import coarse_search

SHAPE = (129, 97)
"""Points of a map along its axes."""

SECONDS = 30.0
_SEARCH, _SHARES = 0.64, 3
LINES = ("static_fold", "zero_instability", "static_tricritical", "marginal_boundary")
_LONGEST = ("static_fold", "marginal_boundary")
_SOLVER = REGISTRY.solvers["statics"]
QUANTITIES = tuple(row.name for row in REGISTRY.quantities.values() if row.solver == _SOLVER.name)
_FIXED_POINTS = len(REGISTRY.dimensions["fixed_point"].labels)


@dataclass(frozen=True)
class Plane:
    """The axes of a map: names, and the ends of each."""

    names: tuple[str, str]
    box: tuple[tuple[float, float], tuple[float, float]]

    def values(self, shape: tuple[int, int]) -> list[NDArray[np.float64]]:
        """The values along both axes."""
        return [np.linspace(*ends, count) for ends, count in zip(self.box, shape, strict=True)]


class StaticMaps:
    """Computes one map at a time; between maps its workers wait, with everything compiled."""

    def __init__(self, workers: int) -> None:
        self._executor, self._share, self._lock = Processes(workers), workers, threading.Lock()

    def warm(self, plane: Plane, base: Mapping[str, float]) -> None:
        """Have every worker compile, or load, what maps need."""
        with self._lock:
            self._found(make_parameters(base), plane, "static_gain", (8, 8))

    def map(self, base: Mapping[str, float], plane: Plane, quantity: str) -> dict[str, Any]:
        """A quantity of the outermost fixed point over a plane, with critical lines, as the page reads it.

        Raises:
            PhasemapError: a parameter outside its domain, no static quantity, or noise, which leaves no fixed point.
        """
        point = make_parameters({**base, **{name: ends[0] for name, ends in zip(plane.names, plane.box, strict=True)}})
        _check(point, plane, quantity)
        started = time.perf_counter()
        with self._lock:
            field, surfaces = self._found(point, plane, quantity, SHAPE)
        drawn = field.pick("fixed_point", place_of_outermost(field, "fixed_point")) if field.own_dims else field
        row = REGISTRY.quantities[quantity]
        return {
            "value": packed(drawn.value),
            "status": codes(drawn.status),
            "quantity": {"name": quantity, "description": row.description},
            "lines": line_blocks(_around(plane, surfaces)),
            "milliseconds": round(1e3 * (time.perf_counter() - started)),
            "divided": point.input_divided,
        }

    def close(self) -> None:
        """End the workers."""
        self._executor.close()

    def _found(
        self, base: Parameters, plane: Plane, quantity: str, shape: tuple[int, int]
    ) -> tuple[Field, dict[str, CriticalSurface]]:
        """The quantity at every point, and the lines."""
        own = (_FIXED_POINTS,) if REGISTRY.quantities[quantity].dims else ()
        field = Field(
            value=np.full((*shape, *own), np.nan), status=np.zeros((*shape, *own), dtype=np.uint8), name=quantity,
            dims=(*plane.names, *REGISTRY.quantities[quantity].dims), own_dims=REGISTRY.quantities[quantity].dims,
        )  # fmt: skip
        surfaces = {}
        for data in self._executor.run(tasks_of_map(base, plane, quantity, shape, self._share), Stop()):
            if data.surface is not None and len(data.surface.vertices):
                surfaces[data.name] = data.surface
            elif data.part == "grid":
                _take(field, data)
        return field, {name: surfaces[name] for name in LINES if name in surfaces}


def _take(field: Field, data: BlockData) -> None:
    """Some points of a map."""
    found = data.estimates[field.name]
    field.fill(data.indices, found.value, found.status)


def tasks_of_map(base: Parameters, plane: Plane, quantity: str, shape: tuple[int, int], share: int) -> list[Task]:
    """The points in shares that cost the same (every n-th point), and the lines, the longest first."""
    grid = np.stack([g.ravel() for g in np.meshgrid(*plane.values(shape), indexing="ij")], axis=-1)
    own = (_FIXED_POINTS,) if REGISTRY.quantities[quantity].dims else ()
    shares = _SHARES * share  # smaller ones than there are workers: who has traced a line takes fewer points
    blocks = [np.arange(k, len(grid), shares, dtype=np.int64) for k in range(shares)]
    points = [
        Task(
            block=Block("grid", _SOLVER.name, indices, 0.0), call=_SOLVER.solve, base=base, axes=plane.names,
            coordinates=grid[indices], shapes={quantity: own}, seconds_per_point=SECONDS,
        )
        for indices in blocks
    ]  # fmt: skip
    lines = _lines(base, plane)
    longest = [line for line in lines if line.block.name in _LONGEST]
    return [*longest, *points, *(line for line in lines if line.block.name not in _LONGEST)]


def _lines(base: Parameters, plane: Plane) -> list[Task]:
    """The tasks of the lines."""
    none = np.zeros(1, dtype=np.int64)
    box = dict(zip(plane.names, plane.box, strict=True))
    return [
        Task(
            block=Block("surface", name, none, 0.0), call=partial(_traced, name), base=base, axes=plane.names,
            coordinates=np.zeros((0, 2)), box=box, seconds_per_point=SECONDS,
        )
        for name in LINES
    ]  # fmt: skip


def _traced(name: str, base: Parameters, box: Mapping[str, tuple[float, float]]) -> CriticalSurface:
    """One line, looked for as finely as a hand that drags can see."""
    with coarse_search(_SEARCH):
        found: CriticalSurface = REGISTRY.surfaces[name].trace(base, box)
    return found


def _check(point: Parameters, plane: Plane, quantity: str) -> None:
    """Whether a map can be made."""
    if quantity not in QUANTITIES:
        raise PhasemapError(f"{quantity!r} is no static quantity.{choices(quantity, QUANTITIES, 'There are')}")
    for name, ends in zip(plane.names, plane.box, strict=True):
        check_name(name)
        if not (all(map(math.isfinite, ends)) and ends[0] < ends[1]):
            raise PhasemapError(f"The axis {name} runs from {ends[0]:g} to {ends[1]:g}: both must be finite, and rise.")
    noise = without_fixed_points(point._asdict())
    if noise:
        raise PhasemapError(f"No fixed points, as {noise}.")


def _around(plane: Plane, surfaces: Mapping[str, CriticalSurface]) -> Result:
    """A result that holds nothing but the lines of a plane."""
    from phasemap.dataset import Axis

    axes = [Axis(name, values) for name, values in zip(plane.names, plane.values((2, 2)), strict=True)]
    return Result(tuple(axes), surfaces=dict(surfaces))


def plane_of(result: Result, shown: Sequence[str] = ()) -> Plane | None:
    """The plane of a result's map, if both axes are parameters with finite ends."""
    axes = [axis for axis in result.axes[:2] if axis.name in Parameters._fields and len(axis) > 1]
    if len(axes) < 2:
        return None
    ends = [axis.values[np.isfinite(axis.values)][[0, -1]] for axis in axes]
    box = [(float(low), float(high)) for low, high in ends]
    return Plane((axes[0].name, axes[1].name), (box[0], box[1]))
