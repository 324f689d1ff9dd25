"""What a result file holds, as plain records in memory: this is all that readers of results ever see."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset.field import Field
from phasemap.model.results import CriticalSurface, FloatArray, Region

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
class Checks:
    """Single points inside the axes' box where theory and simulated networks are both computed.

    parameters: axis name -> (n_checks,) coordinates.
    fields:     quantity name -> Field over ("check", ...).
    """

    parameters: dict[str, FloatArray]
    fields: dict[str, Field] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.parameters.values())))


@dataclass(frozen=True)
class Fine:
    """Quantities of a plane once more, between the points of its grid too.

    axes:   the axes of the grid with more values, the grid's own among them.
    fields: quantity name -> Field over them.
    """

    axes: tuple[Axis, ...]
    fields: dict[str, Field]


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


@dataclass(frozen=True)
class SolverRecord:
    """What a solver is, for captions: in words, whether it simulates networks, and the options that counted.

    table, options: the table of the settings' options, and the names in it that were read somewhere in the result.
    """

    description: str = ""
    simulated: bool = False
    table: str = ""
    options: tuple[str, ...] = ()


@dataclass
class Metadata:
    """Where a result comes from.

    config:     the configuration as TOML text, complete: the sweep can be repeated from it.
    settings:   its validated content in canonical form (what the hash is taken of).
    parameters: the fixed parameters, by symbol, defaults included.
    solvers:    the solvers of the quantities, by name; empty in files that do not say.
    stopped:    what there is, where a signal stopped a protocol before its end; else empty.
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
    solvers: dict[str, SolverRecord] = field(default_factory=dict)
    stopped: str = ""

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
    regions: parts of a plane, found when the sweep is complete; older files have none.
    fine: cheap quantities on a grid of their own, likewise.
    refined: all of theory's at half the step: computed where the phase or what there is changes, else interpolated.
    remarks: points at which a number is missing or infinite for a known reason; not tried again, unlike failures.
    """

    axes: tuple[Axis, ...]
    fields: dict[str, Field] = field(default_factory=dict)
    labels: dict[str, NDArray[Any]] = field(default_factory=dict)
    surfaces: dict[str, CriticalSurface] = field(default_factory=dict)
    wanted_surfaces: tuple[str, ...] = ()
    checks: Checks | None = None
    failures: tuple[Failure, ...] = ()
    remarks: tuple[Failure, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    fine: Fine | None = None
    refined: Fine | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values along each axis."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The parameters along the axes, in order."""
        return tuple(axis.name for axis in self.axes)

    @property
    def on_fine_grid(self) -> "Result":
        """The quantities that have a grid of their own over it, with the same lines; itself where none has."""
        return self.over(self.fine)

    def over(self, finer: Fine | None) -> "Result":
        """The same lines over one of the finer grids; itself over none."""
        if finer is None:
            return self
        return replace(self, axes=finer.axes, fields=finer.fields, checks=None, fine=None, refined=None)

    def __getitem__(self, name: str) -> Field:
        """Field `name` with its coordinates, e.g. result["lyapunov_max"].sel(branch="fluctuating")."""
        field = self.fields[name]
        axes = {axis.name: axis.values for axis in self.axes}
        return replace(field, coords={dim: axes[dim] if dim in axes else self.labels[dim] for dim in field.dims})

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
