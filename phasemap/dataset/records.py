"""What a result file holds, as plain records in memory: this is all that readers of results ever see."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.model.results import CriticalSurface, Estimate, FloatArray, StatusArray
from phasemap.model.status import Status

FORMAT = "phasemap-result"
FORMAT_VERSION = 2

CHECK = "check"
"""Name of the dimension along the check points."""


@dataclass(frozen=True)
class Axis:
    """An axis of the grid: a parameter and its values, increasing. scale: linear | log | list."""

    name: str
    values: FloatArray
    symbol: str = ""
    description: str = ""
    units: str = "1"
    scale: str = "linear"

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Dimension:
    """What a dimension of quantities is, beside its labels."""

    description: str = ""
    units: str = "1"
    symbol: str = ""


@dataclass
class Field:
    """A quantity over the grid (or over the check points).

    dims:   the axes' names in order (or "check"), then the quantity's own dimensions `own_dims`, e.g. "branch".
    values: float64 over `dims`; NaN only where `status` is neither CONVERGED nor NOT_CONVERGED.
    status: uint8 over `dims`, `Status` codes.
    error:  float64 over `dims`, one standard error or a bound on the absolute error; None where exact or unknown.
    cites:  keys of the papers that its solver rests on, in `phasemap.model.bibliography`.
    """

    name: str
    dims: tuple[str, ...]
    values: FloatArray
    status: StatusArray
    error: FloatArray | None = None
    symbol: str = ""
    description: str = ""
    units: str = "1"
    solver: str = ""
    own_dims: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()

    def fill(self, index: Any, values: Any, status: Any, error: Any = None) -> None:
        """Overwrite the entries at flat positions `index` of the leading (axes') dimensions."""
        lead = (-1, *self.own_shape)
        self.values.reshape(lead)[index] = values
        self.status.reshape(lead)[index] = status
        if error is not None:
            if self.error is None:
                self.error = np.full_like(self.values, np.nan)
            self.error.reshape(lead)[index] = error

    @property
    def own_shape(self) -> tuple[int, ...]:
        """Shape along `own_dims`."""
        return self.values.shape[self.values.ndim - len(self.own_dims) :]

    @property
    def pending(self) -> NDArray[np.bool_]:
        """(n_points,) whether a point, in flat order, is still to be computed."""
        waiting: NDArray[np.bool_] = self.status.reshape(-1, math.prod(self.own_shape)) == Status.PENDING
        return np.asarray(waiting.any(axis=1))

    @property
    def estimate(self) -> Estimate:
        """The same numbers as a solver returns them: shape (*dims,)."""
        return Estimate(self.values, self.status, self.error)


@dataclass
class Checks:
    """Single points inside the axes' box where theory and simulated networks are both computed.

    parameters: axis name -> (n_checks,) coordinates.
    fields:     quantity name -> Field over ("check", ...).
    """

    parameters: dict[str, FloatArray]
    fields: dict[str, Field] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.parameters.values())))


@dataclass(frozen=True, order=True)
class Failure:
    """An evaluation that raised an exception or killed its process; it is tried again when the sweep is resumed.

    part:  "grid", "checks" or "surface".
    name:  the solver, or the surface.
    index: flat index of the point (0 for a surface).
    """

    part: str
    name: str
    index: int
    reason: str


@dataclass(frozen=True)
class Session:
    """One run of a program that added to a result. note: what sets its numbers apart from the others, if anything."""

    started: str
    host: str
    process: int
    machine: str
    workers: int
    wall_seconds: float
    versions: Mapping[str, str] = field(default_factory=dict)
    revision: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells sessions apart."""
        return (self.started, self.host, self.process)


@dataclass
class Metadata:
    """Where a result comes from.

    config:     the configuration as TOML text, complete: the sweep can be repeated from it.
    settings:   its validated content in canonical form (what the hash is taken of).
    parameters: the fixed parameters, by symbol, defaults included.
    done/total: evaluations finished and planned (one point by one solver, or one surface).
    """

    title: str = ""
    description: str = ""
    config: str = ""
    config_hash: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, float] = field(default_factory=dict)
    seed: int = 0
    sessions: tuple[Session, ...] = ()
    modified: str = ""
    format_version: int = FORMAT_VERSION

    @property
    def wall_seconds(self) -> float:
        """Wall time of all sessions together."""
        return sum(session.wall_seconds for session in self.sessions)


@dataclass
class Result:
    """The content of a result file, finished or not.

    labels: coordinates of the quantities' own dimensions, e.g. "branch" -> ["zero", "static", ...]; strings or floats.
    dimensions: what these dimensions are.
    surfaces: those that are traced, of those that are wanted.
    """

    axes: tuple[Axis, ...]
    fields: dict[str, Field] = field(default_factory=dict)
    labels: dict[str, NDArray[Any]] = field(default_factory=dict)
    surfaces: dict[str, CriticalSurface] = field(default_factory=dict)
    wanted_surfaces: tuple[str, ...] = ()
    checks: Checks | None = None
    failures: tuple[Failure, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    dimensions: dict[str, Dimension] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values along each axis."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The parameters along the axes, in order."""
        return tuple(axis.name for axis in self.axes)

    def along(self, name: str, **labels: str) -> Field:
        """Field `name` at given labels of its own dimensions, e.g. along("lyapunov_max", branch="fluctuating")."""
        source = self.fields[name]
        index: list[Any] = []
        for dim in source.dims:
            if dim in labels:
                index.append(list(self.labels[dim]).index(labels[dim]))
            else:
                index.append(slice(None))
        place = tuple(index)
        return Field(
            name=name,
            dims=tuple(dim for dim in source.dims if dim not in labels),
            values=source.values[place],
            status=source.status[place],
            error=None if source.error is None else source.error[place],
            symbol=source.symbol,
            description=source.description,
            units=source.units,
            solver=source.solver,
            own_dims=tuple(dim for dim in source.own_dims if dim not in labels),
            cites=source.cites,
        )

    @property
    def pending_surfaces(self) -> tuple[str, ...]:
        """Surfaces that are asked for and neither traced nor failed."""
        failed = {failure.name for failure in self.failures if failure.part == "surface"}
        return tuple(name for name in self.wanted_surfaces if name not in self.surfaces and name not in failed)

    @property
    def progress(self) -> tuple[int, int]:
        """(done, total) evaluations: one point by one solver, or one surface."""
        total = len(self.wanted_surfaces)
        done = total - len(self.pending_surfaces)
        parts = [self.fields] if self.checks is None else [self.fields, self.checks.fields]
        for fields in parts:
            by_solver: dict[str, NDArray[np.bool_]] = {}
            for entry in fields.values():
                before = by_solver.get(entry.solver)
                by_solver[entry.solver] = entry.pending if before is None else before | entry.pending
            done += sum(int((~pending).sum()) for pending in by_solver.values())
            total += sum(len(pending) for pending in by_solver.values())
        return done, total

    @property
    def complete(self) -> bool:
        """Whether nothing is left to compute (failures count as computed)."""
        done, total = self.progress
        return done == total
