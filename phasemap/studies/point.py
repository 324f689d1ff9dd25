"""Everything that is known about a single point of parameter space."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from phasemap.config import Point
from phasemap.dataset import Field
from phasemap.dataset.marginal_region import MARGINALLY_STABLE, NEEDED, membership
from phasemap.dataset.phases import Phase, phase_at
from phasemap.errors import ConfigError, PhasemapError
from phasemap.model.parameters import PARAMETERS, Parameters, different
from phasemap.model.registry import Registry, Solver
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.noise import INSTEAD, without_fixed_points
from phasemap.model.unit.nonlinearities import gate_moves
from phasemap.storage import BlockData
from phasemap.suggest import choices
from phasemap.sweeps.executors.limits import seconds_per_point
from phasemap.sweeps.executors.processes import Executor, InProcess
from phasemap.sweeps.plan import Block
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import Task
from phasemap.theory.static.quantities import PINNED

GAIN = "g_h"
# A strip beside the point, along the first of these parameters that is finite there.
_COMPANIONS = ("alpha_r", "beta_r", "alpha_z", "s_h")
_STRIP = 0.05
# Of its width: vertices so close to its edge lie on it, but for rounding.
_ON_EDGE = 1e-9
# Gains closer than this are one crossing, traced twice.
_DISTINCT = 1e-7
_LEAST_GAIN = 1e-3
# Seconds, by their own estimates, up to which solvers run without being asked for.
_LONGEST_THEORY, _LONGEST_SIMULATION = 5.0, 60.0


@dataclass(frozen=True)
class PointReport:
    """All quantities at a point, and what else is known there.

    fields:         quantity -> its numbers over its own dimensions.
    critical_gains: surface -> values of g_h, the other parameters fixed, at which its condition holds.
    seconds:        solver -> time.
    failures:       solver or surface -> why there is nothing.
    left_out:       solver -> what it would cost, and how to ask for it.
    remarks:        what numbers alone do not say: why one is missing, infinite or without meaning.
    """

    parameters: Parameters
    fields: dict[str, Field] = field(default_factory=dict)
    critical_gains: dict[str, FloatArray] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Field:
        """A quantity by name, e.g. report["lyapunov_max"].sel(branch="fluctuating")."""
        if name not in self.fields:
            raise PhasemapError(f"No quantity {name!r} was computed here.{choices(name, self.fields, 'There are')}")
        return self.fields[name]

    @property
    def phase(self) -> Phase | None:
        """The label made from the numbers; None where none of those that decide it was computed."""
        return phase_at(self.fields, self.parameters._asdict())

    @property
    def regions(self) -> dict[str, dict[str, Any]]:
        """Region -> whether the point lies `inside`, with the numbers that decide it and their `level`.

        Empty where the static numbers were not computed, or the update gate does not move.
        """
        at = self.parameters
        if not set(NEEDED) <= set(self.fields) or not gate_moves(at.alpha_z, at.beta_z):
            return {}
        found = membership(self.fields, np.array(at.alpha_z), PINNED)
        numbers = {"pinning_ratio": float(found.pinning_ratio), "static_gain": float(found.static_gain)}
        return {MARGINALLY_STABLE: {"inside": bool(found.inside), **numbers, "level": PINNED}}

    def __str__(self) -> str:
        named = ", ".join(f"{name} = {value:g}" for name, value in different(self.parameters).items())
        lines = [named, f"phase: {self.phase}" if self.phase is not None else ""]
        return "\n".join([line for line in lines if line] + [repr(one) for one in self.fields.values()])

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{one._repr_html_()}</li>" for one in self.fields.values() if not np.ndim(one.value))
        many = ", ".join(name for name, one in self.fields.items() if np.ndim(one.value))
        return f"<b>{self.phase or ''}</b><ul>{rows}</ul><p>Over branches or fixed points: {many}.</p>"


def solve_point(
    point: Point,
    registry: Registry,
    solvers: Sequence[Solver],
    executor: Executor | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> PointReport:
    """Compute all quantities of `solvers` at a point, and the critical gains around it.

    executor: where that is done; None does it in this process, where nothing ends a solver that takes too long.
    tell:     told what is being computed.
    """
    report = PointReport(point.parameters)
    empty = {solver.name: _empty_fields(point, registry, solver) for solver in solvers}
    tasks = [_solver_task(point, solver, empty[solver.name]) for solver in solvers]
    tasks += [
        task for name in _surfaces_here(report, registry) if (task := _strip_task(point, registry, name)) is not None
    ]
    waiting = [task.block.name for task in tasks]
    tell(waiting[0] if waiting else "")
    for data in (executor or InProcess()).run(tasks, Stop()):
        waiting.remove(data.name)
        tell(waiting[0] if waiting else "")
        if data.part == "surface":
            _take_gains(report, data)
        else:
            _take_estimates(report, data, empty[data.name])
    return report


def critical_gains(point: Point, registry: Registry, names: Sequence[str]) -> dict[str, FloatArray]:
    """Surface -> values of g_h, the other parameters as at the point, at which its condition holds."""
    report = PointReport(point.parameters)
    tasks = [task for name in names if (task := _strip_task(point, registry, name)) is not None]
    for data in InProcess().run(tasks, Stop()):
        _take_gains(report, data)
    return report.critical_gains


def _surfaces_here(report: PointReport, registry: Registry) -> list[str]:
    """The surfaces that have a meaning at a point; the report takes note of the others."""
    noise = without_fixed_points(report.parameters._asdict())
    static = [name for name, kind in registry.surfaces.items() if noise and not kind.noisy]
    if static:
        report.remarks.append(f"{', '.join(static)}: not available, as {noise}: {INSTEAD}")
    return [name for name in registry.surfaces if name not in static]


def choose_solvers(
    point: Point, registry: Registry, quantities: Sequence[str] = (), simulate: bool = False
) -> tuple[list[Solver], dict[str, str]]:
    """The solvers that run at a point, and why others are left out.

    quantities: only the solvers of these; without any, theory that takes a few seconds and, where it is asked for,
        networks that take a minute at most, both by their own estimates.

    Raises:
        ConfigError: a quantity that is unknown.
    """
    for name in quantities:
        if name not in registry.quantities:
            raise ConfigError(f"Unknown quantity {name!r}.{choices(name, registry.quantities, 'Known are')}")
    if quantities:
        named = {registry.quantities[name].solver for name in quantities}
        return [solver for solver in registry.solvers.values() if solver.name in named], {}
    chosen, left_out = [], {}
    for solver in registry.solvers.values():
        seconds = solver.seconds(point.parameters, point.options[solver.table] if solver.options else None)
        if solver.simulated and not simulate:
            continue
        if solver.essential or seconds <= (_LONGEST_SIMULATION if solver.simulated else _LONGEST_THEORY):
            chosen.append(solver)
        else:
            names = ", ".join(row.name for row in registry.quantities.values() if row.solver == solver.name)
            left_out[solver.name] = f"left out, as it takes about {seconds:.0f} s; ask with --quantity: {names}"
    return chosen, left_out


def _empty_fields(point: Point, registry: Registry, solver: Solver) -> dict[str, Field]:
    """The fields of a solver's quantities, everything pending."""
    options = point.options[solver.table] if solver.options is not None else None
    found = {}
    for row in registry.quantities.values():
        if row.solver == solver.name:
            coords = {dim: registry.dimensions[dim].coordinates(options) for dim in row.dims}
            shape = tuple(len(places) for places in coords.values())
            found[row.name] = Field(
                value=np.full(shape, np.nan), status=np.full(shape, Status.PENDING, dtype=np.uint8), name=row.name,
                dims=row.dims, coords=coords, symbol=row.symbol, description=row.description, units=row.units,
                solver=solver.name, own_dims=row.dims, cites=solver.cites,
            )  # fmt: skip
    return found


def _solver_task(point: Point, solver: Solver, fields: Mapping[str, Field]) -> Task:
    options = point.options[solver.table] if solver.options is not None else None
    return Task(
        block=Block("grid", solver.name, np.zeros(1, dtype=np.int64), 0.0),
        call=solver.solve,
        base=point.parameters,
        axes=(),
        coordinates=np.zeros((1, 0)),
        options=options,
        shapes={name: one.value.shape for name, one in fields.items()},
        seed=point.seed,
        seconds_per_point=seconds_per_point(solver.seconds(point.parameters, options), point.seconds_per_point),
    )


def _take_estimates(report: PointReport, data: BlockData, empty: Mapping[str, Field]) -> None:
    report.seconds[data.name] = data.seconds
    for name, estimate in data.estimates.items():
        here = estimate.at(0)
        value = np.asarray(here.value, dtype=float)
        report.fields[name] = replace(empty[name], value=value, status=here.status, error=here.error)
        if (estimate.status == Status.OUT_OF_TIME).all():
            report.failures[data.name] = f"not finished within {data.seconds:g} s: see --point-timeout"
    for _, reason in data.failures:
        report.failures[data.name] = reason
    report.remarks.extend(remark for _, remark in data.remarks if remark not in report.remarks)


def _strip_task(point: Point, registry: Registry, name: str) -> Task | None:
    """Trace a surface in a narrow strip whose edge is the line along g_h through the point: it ends on that edge."""
    base, kind = point.parameters, registry.surfaces[name]
    strip = _strip(base)
    if strip is None or 2 not in kind.axes:
        return None
    companion, edge, width = strip
    return Task(
        block=Block("surface", name, np.zeros(1, dtype=np.int64), kind.seconds),
        call=kind.trace,
        base=base,
        axes=(GAIN, companion),
        coordinates=np.zeros((0, 2)),
        box={GAIN: (_LEAST_GAIN, max(10.0, 2.0 * base.g_h)), companion: (edge, edge + width)},
        seconds_per_point=seconds_per_point(kind.seconds, point.seconds_per_point),
    )


def _take_gains(report: PointReport, data: BlockData) -> None:
    for _, reason in data.failures:
        report.failures[data.name] = reason
    strip = _strip(report.parameters)
    if strip is None or data.surface is None or not len(data.surface.vertices):
        return
    companion, edge, width = strip
    gain, other = (data.surface.vertices[:, data.surface.columns.index(key)] for key in (GAIN, companion))
    on_edge = np.sort(gain[np.abs(other - edge) < _ON_EDGE * width])
    if len(on_edge):
        distinct = np.diff(on_edge, prepend=-np.inf) > _DISTINCT
        report.critical_gains[data.name] = on_edge[distinct]


def _strip(base: Parameters) -> tuple[str, float, float] | None:
    for name in _COMPANIONS:
        value = float(getattr(base, name))
        if np.isfinite(value) and value < PARAMETERS[name].maximum:
            return name, value, _STRIP * (1.0 + abs(value))
    return None
