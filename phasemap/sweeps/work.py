"""What a worker does: run one solver over one block. Tasks travel by pickle and carry all that they need."""

import math
import time
import traceback
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.config import SweepConfig
from phasemap.errors import PhasemapError, UnsupportedError
from phasemap.model.parameters import Parameters, table_of
from phasemap.model.results import Estimate, Estimates, absent
from phasemap.model.status import Status
from phasemap.model.text.expressions import Expression
from phasemap.storage import BlockData
from phasemap.sweeps.constant_axes import trace_in_box
from phasemap.sweeps.executors.limits import seconds_per_point
from phasemap.sweeps.plan import Block, Plan, parameters_at, takes_lean

_PARTS = {"grid": 0, "checks": 1}
_LARGEST = 1e20


@dataclass(frozen=True, eq=False)
class Task:
    """A block with everything that is needed to compute it, in any process.

    call:        the solver's `solve`, or the surface's `trace`.
    base:        the fixed parameters.
    axes:        the parameters along the axes: the columns of `coordinates`, which has one row per point.
    shapes:      quantity name -> shape of one value, for the quantities that are wanted.
    box:         axis name -> (from, to), for a surface.
    derived:     parameters that follow from the axes.
    seconds_per_point: how long a point may take, where somebody watches.
    singly:      whether points are computed and reported one by one, because one of them may never end.
    """

    block: Block
    call: Callable[..., Any]
    base: Parameters
    axes: tuple[str, ...]
    coordinates: NDArray[np.float64]
    options: Any = None
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    box: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    derived: Mapping[str, Expression] = field(default_factory=dict)
    seed: int = 0
    seconds_per_point: float = math.inf
    singly: bool = False

    def part(self, chosen: slice) -> "Task":
        """The same for some of the points."""
        block = self.block
        if block.part == "surface":
            return self
        indices = block.indices[chosen]
        share = len(indices) / max(len(block.indices), 1)
        smaller = replace(block, indices=indices, seconds=block.seconds * share)
        return replace(self, block=smaller, coordinates=self.coordinates[chosen])


@dataclass(frozen=True)
class PointSeeds(Sequence[np.random.SeedSequence]):
    """The seeds of some points, made when asked for: one per solver and point, whatever the block it is in."""

    seed: int
    part: str
    solver: str
    indices: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return PointSeeds(self.seed, self.part, self.solver, self.indices[position])
        stream = zlib.crc32(self.solver.encode())
        key = (stream, _PARTS[self.part], int(self.indices[position]))
        return np.random.SeedSequence(self.seed, spawn_key=key)


def make_tasks(plan: Plan) -> list[Task]:
    """The tasks of a plan, in its order."""
    maker = _TaskMaker(plan.config)
    return [maker.task(block) for block in plan.blocks]


class _TaskMaker:
    def __init__(self, config: SweepConfig) -> None:
        self._config = config
        self._coordinates = {part: config.points(part) for part in ("grid", "checks")}

    def task(self, block: Block) -> Task:
        """The task of one block: all that a worker needs of the configuration."""
        config, registry = self._config, self._config.registry
        if block.part == "surface":
            box = {axis.name: (axis.values[0], axis.values[-1]) for axis in config.axes}
            none = np.zeros((0, len(config.axes)))
            return Task(
                block=block,
                call=registry.surfaces[block.name].trace,
                base=config.parameters,
                axes=config.axis_names,
                coordinates=none,
                box=box,
                seconds_per_point=seconds_per_point(block.seconds, config.seconds_per_point),
            )
        solver = registry.solvers[block.name]
        options = config.options_of(solver)
        if takes_lean(config, block.part, solver, block.indices[:1]).any():  # one block, one kind of options
            options = options.lean
        wanted = [registry.quantities[name] for name in config.quantities_of(solver)]
        sizes = {dim: len(registry.dimensions[dim].coordinates(options)) for q in wanted for dim in q.dims}
        return Task(
            block=block,
            call=solver.solve,
            base=config.parameters,
            axes=config.axis_names,
            coordinates=self._coordinates[block.part][block.indices],
            options=options,
            derived=config.derived,
            shapes={q.name: tuple(sizes[dim] for dim in q.dims) for q in wanted},
            seed=config.seed,
            seconds_per_point=seconds_per_point(block.seconds / len(block.indices), config.seconds_per_point),
        )


def execute(task: Task) -> BlockData:
    """Compute a block. Exceptions of a solver become FAILED points with the reason; they never escape."""
    started = time.perf_counter()
    data = _trace(task) if task.block.part == "surface" else _solve(task)
    return BlockData(
        part=task.block.part,
        name=task.block.name,
        indices=task.block.indices,
        estimates=data.estimates,
        surface=data.surface,
        failures=data.failures,
        remarks=data.remarks,
        seconds=time.perf_counter() - started,
    )


def execute_singly(task: Task) -> Iterator[BlockData]:
    """Compute a block point by point, each as a block of its own."""
    for position in range(len(task.block.indices)):
        yield execute(task.part(slice(position, position + 1)))


def out_of_time(task: Task) -> BlockData:
    """The block of a task that took too long. A surface has no place for a status: it fails."""
    block = task.block
    if block.part == "surface":
        return failed(task, f"not finished within {task.seconds_per_point:g} s (limits.seconds_per_point)")
    estimates = {name: absent((len(block.indices), *shape), Status.OUT_OF_TIME) for name, shape in task.shapes.items()}
    return BlockData(block.part, block.name, block.indices, estimates, seconds=task.seconds_per_point)


def joined(blocks: Sequence[BlockData]) -> BlockData:
    """Blocks of one solver as one."""
    first = blocks[0]
    if len(blocks) == 1:
        return first
    return BlockData(
        part=first.part,
        name=first.name,
        indices=np.concatenate([block.indices for block in blocks]),
        estimates={name: _join([block.estimates[name] for block in blocks]) for name in first.estimates},
        failures=tuple(failure for block in blocks for failure in block.failures),
        seconds=sum(block.seconds for block in blocks),
    )


def failed(task: Task, reason: str) -> BlockData:
    """The block of a task that could not be computed at all."""
    block = task.block
    estimates = {name: _failures(len(block.indices), shape) for name, shape in task.shapes.items()}
    failures = tuple((int(index), reason) for index in block.indices)
    return BlockData(block.part, block.name, block.indices, estimates, failures=failures)


def _trace(task: Task) -> BlockData:
    block = task.block
    try:
        _check_magnitudes([task.base])
        surface = replace(trace_in_box(task.call, task.base, task.box), name=block.name)
    except Exception as error:
        return failed(task, _reason(error))
    return BlockData(block.part, block.name, block.indices, surface=surface)


def _solve(task: Task) -> BlockData:
    """All points in one call; if that raises, one by one, so that only the offending ones fail."""
    block = task.block
    try:
        found = _estimates(task, slice(None))
        return BlockData(block.part, block.name, block.indices, found, remarks=_remarks(task, slice(None), found))
    except Exception as error:
        if len(block.indices) == 1 or isinstance(error, ImportError | SyntaxError):  # which no point can help
            return failed(task, _reason(error))
    pieces: list[Estimates] = []
    failures: list[tuple[int, str]] = []
    remarks: list[tuple[int, str]] = []
    for position, index in enumerate(block.indices):
        try:
            chosen = slice(position, position + 1)
            pieces.append(_estimates(task, chosen))
            remarks += _remarks(task, chosen, pieces[-1])
        except Exception as error:
            pieces.append(Estimates({name: _failures(1, shape) for name, shape in task.shapes.items()}))
            failures.append((int(index), _reason(error)))
    estimates = {name: _join([piece[name] for piece in pieces]) for name in task.shapes}
    return BlockData(block.part, block.name, block.indices, estimates, failures=tuple(failures), remarks=tuple(remarks))


def _check_magnitudes(points: Sequence[Parameters]) -> None:
    """Refuse numbers whose squares and products leave double precision: averages over them would not end, or be wrong.

    Raises:
        UnsupportedError: a finite parameter is beyond `_LARGEST`; infinite ones have limits of their own.
    """
    table = table_of(points)
    beyond = np.argwhere((np.abs(table) > _LARGEST) & np.isfinite(table))
    for row, column in beyond[:1]:
        name, value = Parameters._fields[column], table[row, column]
        raise UnsupportedError(f"{name} = {value:g} is beyond {_LARGEST:g}, where double precision ends here")


def _remarks(task: Task, chosen: slice, found: Estimates) -> tuple[tuple[int, str], ...]:
    """What a solver remarks on points, by their index in the grid."""
    indices = task.block.indices[chosen]
    return tuple((int(indices[place]), remark) for place, remark in found.remarks)


def _estimates(task: Task, chosen: slice) -> Estimates:
    points = parameters_at(task.base, task.axes, task.coordinates[chosen], task.derived)
    _check_magnitudes(points)
    seeds = PointSeeds(task.seed, task.block.part, task.block.name, task.block.indices[chosen])
    found = task.call(points, task.options, seeds)
    checked = {name: as_stored(name, found[name], (len(points), *shape)) for name, shape in task.shapes.items()}
    return Estimates(checked, getattr(found, "remarks", ()))


def as_stored(name: str, estimate: Estimate, shape: tuple[int, ...]) -> Estimate:
    """An estimate as it is stored: float64, of the promised shape.

    No NaN claims to be a number, no infinity to have converged, nor a value whose error is not known.
    """
    value = np.asarray(estimate.value, dtype=np.float64)
    status = np.array(estimate.status, dtype=np.uint8)
    error = None if estimate.error is None else np.asarray(estimate.error, dtype=np.float64)
    for part in (value, status, error):
        if part is not None and part.shape != shape:
            raise ValueError(f"the solver returned {name} of shape {part.shape} instead of {shape}")
    unexplained = np.isnan(value) & np.isin(status, (Status.CONVERGED, Status.NOT_CONVERGED, Status.PENDING))
    status[unexplained | (status == Status.PENDING)] = Status.FAILED
    status[(status == Status.CONVERGED) & np.isinf(value)] = Status.DIVERGES
    if error is not None:
        status[(status == Status.CONVERGED) & np.isinf(error)] = Status.NOT_CONVERGED
    return Estimate(value=value, status=status, error=error)


def _failures(n_points: int, shape: tuple[int, ...]) -> Estimate:
    full = (n_points, *shape)
    return Estimate(value=np.full(full, np.nan), status=np.full(full, Status.FAILED, dtype=np.uint8))


def _join(pieces: list[Estimate]) -> Estimate:
    errors = [np.full(piece.value.shape, np.nan) if piece.error is None else piece.error for piece in pieces]
    return Estimate(
        value=np.concatenate([piece.value for piece in pieces]),
        status=np.concatenate([piece.status for piece in pieces]),
        error=None if all(piece.error is None for piece in pieces) else np.concatenate(errors),
    )


def _reason(error: Exception) -> str:
    """What went wrong and where, in one line; what the user can mend needs no place in the code."""
    if isinstance(error, PhasemapError):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({last.filename}, line {last.lineno}, in {last.name})"
