"""A sweep cut into blocks: deterministic, so that runs, shards and resumed runs agree on them.

A block is a run of consecutive points of one solver, one surface, or one check point: about `BLOCK_SECONDS` of work.
Where the points along one parameter share work (a curve of solutions that they lie on), the run goes along that
parameter and takes whole lines, so that no two workers do the same. Which points are grouped into a block never changes
a number.

Where a map is refined adaptively, the first plan is the coarse grid; plans made with the numbers so far hold what
these ask for.
"""

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phasemap.config import SweepConfig
from phasemap.dataset import Result
from phasemap.errors import ConfigError
from phasemap.model.parameters import Parameters, Points
from phasemap.model.registry import Registry, Solver
from phasemap.model.status import Status
from phasemap.model.text.expressions import Expression
from phasemap.sweeps.refinement.refine import coarse_points, needed_points

BLOCK_SECONDS = 1.5
"""Longest block that is still cut further, by the solvers' estimates of their cost."""

_SHORTEST_BLOCK = 0.1
_BLOCKS_PER_SOLVER = 16
_COSTS_SAMPLED = 1024


@dataclass(frozen=True, eq=False)
class Block:
    """Some points by one solver, or one surface.

    part:    "grid", "checks" or "surface".
    name:    the solver, or the surface.
    indices: (n,) flat indices of the points; [0] for a surface.
    seconds: estimated cost on one core.
    """

    part: str
    name: str
    indices: NDArray[np.int64]
    seconds: float

    @property
    def order(self) -> tuple[float, str, str, int]:
        """Sort key: longest first, then by name and place."""
        return (-self.seconds, self.part, self.name, int(self.indices[0]))


@dataclass(frozen=True)
class Plan:
    """The blocks of a sweep, longest first. refined: there may be more, which follow from the numbers of these."""

    config: SweepConfig
    blocks: tuple[Block, ...]
    refined: bool = False

    @property
    def seconds(self) -> float:
        """Estimated cost on one core."""
        return sum(block.seconds for block in self.blocks)

    @property
    def evaluations(self) -> int:
        """Points times solvers, plus surfaces."""
        return sum(len(block.indices) for block in self.blocks)

    def seconds_on(self, workers: int) -> float:
        """Estimated duration on a number of workers."""
        useful = max(1, min(workers, len(self.blocks)))
        return max(sum(block.seconds for block in share) for share in _balance(self.blocks, useful))

    def shard(self, number: int, of: int) -> "Plan":
        """Part `number` (from 1) of `of` parts of nearly equal cost.

        Raises:
            ConfigError: the map is refined adaptively: its parts depend on each other.
        """
        return self.shards(of)[number - 1]

    def shards(self, of: int) -> list["Plan"]:
        """All parts of `shard`."""
        if self.refined:
            raise ConfigError(
                "A map that is refined (axes.refine) cannot be cut into shards: which points it needs follows from "
                "the others. Remove axes.refine to compute the whole grid in shards, or run it in one piece (on many "
                "machines with --executor dask)."
            )
        return [replace(self, blocks=tuple(share)) for share in _balance(self.blocks, of)]

    def without(self, result: Result) -> "Plan":
        """What is left to compute when `result` is there: pending points, and those that failed by an exception."""
        left = _Left(result, self.config.registry)
        return replace(self, blocks=tuple(block for block in map(left.part_of, self.blocks) if len(block.indices)))


def make_plan(config: SweepConfig, result: Result | None = None) -> Plan:
    """Cut a sweep into blocks.

    result: the numbers so far, computed points among which stay in the plan (see `Plan.without`). Only an adaptively
        refined map depends on them; None plans its coarse grid.
    """
    blocks = [
        Block("surface", name, np.zeros(1, dtype=np.int64), config.registry.surfaces[name].seconds)
        for name in config.surfaces
    ]
    grid = _grid_points(config, result)
    for part in ("grid", "checks"):
        for solver in config.solvers(part):
            costs = point_costs(config, part, solver)
            chosen = grid if part == "grid" else np.arange(len(costs), dtype=np.int64)
            lean = takes_lean(config, part, solver, chosen)
            for some in (chosen[~lean], chosen[lean]):
                line = _lines(config, solver, some) if part == "grid" else some
                order = np.argsort(line, kind="stable")
                blocks += _cut(part, solver.name, some[order], costs[some[order]], line[order])
    ordered = tuple(sorted(blocks, key=lambda block: block.order))
    return Plan(config, ordered, refined=config.refinement is not None)


def _grid_points(config: SweepConfig, result: Result | None) -> NDArray[np.int64]:
    """Flat indices of the grid's points that are to be computed."""
    if config.refinement is None:
        return np.arange(math.prod(config.shape), dtype=np.int64)
    return coarse_points(config) if result is None else needed_points(config, result)


def parameters_at(
    base: Parameters,
    names: Sequence[str],
    coordinates: NDArray[np.float64],
    derived: Mapping[str, Expression] | None = None,
) -> list[Parameters]:
    """The points that agree with `base` but for the parameters `names`, which are the columns of `coordinates`.

    derived: parameters that follow from the columns; a column may then be no parameter itself.
    """
    fields = base._fields
    table = np.tile(np.array(base), (len(coordinates), 1))
    own = [k for k, name in enumerate(names) if name in fields]
    table[:, [fields.index(names[k]) for k in own]] = coordinates[:, own]
    values = {**dict(zip(fields, table.T, strict=True)), **dict(zip(names, coordinates.T, strict=True))}
    for name, expression in (derived or {}).items():
        table[:, fields.index(name)] = expression(values)
    return Points(table, base)


def point_costs(config: SweepConfig, part: str, solver: Solver) -> NDArray[np.float64]:
    """(n_points,) estimated seconds per point; sampled where there are very many points."""
    coordinates = config.points(part)
    stride = -(-len(coordinates) // _COSTS_SAMPLED)
    options = config.options_of(solver)
    points = parameters_at(config.parameters, config.axis_names, coordinates[::stride], config.derived)
    sample = [solver.seconds(point, options) for point in points]
    whole = np.repeat(np.array(sample, dtype=np.float64), stride)[: len(coordinates)]
    lean = takes_lean(config, part, solver, np.arange(len(coordinates), dtype=np.int64))
    if not lean.any():
        return whole
    less = np.array([solver.seconds(point, options.lean) for point in points], dtype=np.float64)
    return np.where(lean, np.repeat(less, stride)[: len(coordinates)], whole)


def takes_lean(config: SweepConfig, part: str, solver: Solver, indices: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) whether a solver takes its lean options at points: off every n-th one along each axis, where it says so."""
    options = config.options_of(solver)
    if part != "grid" or not solver.stride or options.lean == options:
        return np.zeros(len(indices), dtype=bool)
    every = getattr(options, solver.stride)
    off = [place % every > 0 for place in np.unravel_index(indices, config.shape)]
    return np.asarray(np.any(off, axis=0))


def _lines(config: SweepConfig, solver: Solver, points: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) a number for every point of the grid, the same for those whose work is shared."""
    if solver.line not in config.axis_names:
        return points
    place = list(np.unravel_index(points, config.shape))
    place[config.axis_names.index(solver.line)] = np.zeros_like(points)
    return np.ravel_multi_index(place, config.shape).astype(np.int64)


def _cut(
    part: str, name: str, points: NDArray[np.int64], costs: NDArray[np.float64], line: NDArray[np.int64]
) -> list[Block]:
    """Runs of points of nearly equal cost; a line (points with the same number) is cut only if it is a long block."""
    if not len(points):
        return []
    target = min(BLOCK_SECONDS, max(_SHORTEST_BLOCK, float(costs.sum()) / _BLOCKS_PER_SOLVER))
    middle = np.cumsum(costs) - 0.5 * costs
    number = np.cumsum(np.diff(line, prepend=line[:1]) != 0)
    of_line = np.bincount(number, costs)[number]
    middle_of_line = np.cumsum(np.bincount(number, costs))[number] - 0.5 * of_line
    middle = np.where(of_line <= target, middle_of_line, middle)
    starts = np.flatnonzero(np.diff(np.floor(middle / target), prepend=-1.0))
    ends = np.append(starts[1:], len(costs))
    return [Block(part, name, points[a:b], float(costs[a:b].sum())) for a, b in zip(starts, ends, strict=True)]


def _balance(blocks: Iterable[Block], parts: int) -> list[list[Block]]:
    """Deal blocks to parts, longest first, each to the part with the least work so far."""
    shares: list[list[Block]] = [[] for _ in range(parts)]
    heap = [(0.0, number) for number in range(parts)]
    for block in sorted(blocks, key=lambda block: block.order):
        work, number = heapq.heappop(heap)
        shares[number].append(block)
        heapq.heappush(heap, (work + block.seconds, number))
    return shares


class _Left:
    """Which points of a result are still to be computed."""

    def __init__(self, result: Result, registry: Registry) -> None:
        self._surfaces = result.surfaces
        self._pending: dict[tuple[str, str], NDArray[np.bool_]] = {}
        parts = {"grid": result.fields, "checks": result.checks.fields if result.checks else {}}
        for part, fields in parts.items():
            for name, entry in fields.items():
                # Its solver of today: an older file may name another one.
                known = registry.quantities.get(name)
                key = (part, known.solver if known else entry.solver)
                # What a plan lists is to be computed, even if it was filled in before.
                filled = entry.status.reshape(len(entry.pending), -1) == Status.INTERPOLATED
                self._pending[key] = self._pending.get(key, False) | entry.pending | filled.any(axis=1)
        for failure in result.failures:
            if (failure.part, failure.name) in self._pending:
                self._pending[failure.part, failure.name][failure.index] = True

    def _of(self, part: str, solver: str) -> NDArray[np.bool_]:
        """Points that a solver is to compute; of one that the file does not know, where anything of the part is open.

        A quantity may have been another solver's when the file was begun.
        """
        known = self._pending.get((part, solver))
        others = [pending for (of, _), pending in self._pending.items() if of == part]
        return np.asarray(np.logical_or.reduce(others)) if known is None else known

    def part_of(self, block: Block) -> Block:
        """The part of a block that is left."""
        if block.part == "surface":
            return replace(block, indices=block.indices[:0]) if block.name in self._surfaces else block
        pending = self._of(block.part, block.name)[block.indices]
        if pending.all():
            return block
        return replace(block, indices=block.indices[pending], seconds=block.seconds * float(pending.mean()))
