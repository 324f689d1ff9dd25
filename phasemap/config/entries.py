"""The entries of a configuration, one kind a function: what is wrong with them is collected, not raised."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from phasemap.config.records import LABELS, AxisValues, Refinement
from phasemap.errors import ParameterError, shown
from phasemap.model.family import RATE, Family
from phasemap.model.registry import Registry, SurfaceKind
from phasemap.model.unit.noise import INSTEAD, without_fixed_points

LABEL_QUANTITIES = ("static_gain", "lyapunov_max")
"""Phase labels are made from these; one of them is enough."""
# Where fixed points begin to proliferate: phase maps, which ask for both of the above, ask for it by themselves.
COUNT = "complexity"

# Names that a message lists at most.
_MOST_NAMED = 20
_LARGEST_GRID = 20_000_000
_INFINITIES = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf}


def _number(name: str, value: Any, problems: list[str], family: Family) -> float:
    """A parameter's value; problems are collected and the value is then NaN."""
    try:
        return family.check_value(name, _INFINITIES.get(value, value) if isinstance(value, str) else value)
    except ParameterError as error:
        problems.append(str(error))
        return math.nan


def read_parameters(raw: Mapping[str, Any], problems: list[str], family: Family = RATE) -> dict[str, float]:
    """The parameters of [parameters], by name; a missing one is not in it."""
    return {name: _number(name, value, problems, family) for name, value in raw.items()}


def sizes_checked(raw: Mapping[str, Any], problems: list[str]) -> Mapping[str, Any]:
    """The axes; with two values each if their grid is too large to be made, and a problem then."""
    sizes = [len(entry) if isinstance(entry, list) else entry.points for entry in raw.values()]
    if math.prod(sizes) <= _LARGEST_GRID:
        return raw
    problems.append(f"the grid has more than {_LARGEST_GRID:,} points: reduce `points` under [axes].")
    return {
        name: entry if isinstance(entry, list) else entry.model_copy(update={"points": 2})
        for name, entry in raw.items()
    }


def read_axes(raw: Mapping[str, Any], problems: list[str], family: Family = RATE) -> tuple[AxisValues, ...]:
    """The axes of [axes], in their order."""
    axes = []
    for name, entry in raw.items():
        before = len(problems)
        axis = AxisValues(name, tuple(entry), "list") if isinstance(entry, list) else _range(name, entry, problems)
        if len(problems) == before:
            # Between the ends of an interval everything is allowed; of some parameters only single values are.
            discrete = name in family.infos and family.infos[name].values
            for value in axis.values if discrete else (axis.values[0], axis.values[-1]):
                if name in family.infos:
                    _number(name, value, problems, family)
        if any(b <= a for a, b in zip(axis.values, axis.values[1:], strict=False)):
            problems.append(f"axes.{name}: the values must increase from one to the next.")
        axes.append(axis)
    return tuple(axes)


def _range(name: str, entry: Any, problems: list[str]) -> AxisValues:
    """The values of one axis, from its ends and number of points."""
    if entry.start >= entry.end:
        word = "inverted" if entry.start > entry.end else "empty"
        problems.append(f"axes.{name} is {word}: from = {entry.start:g} must be below to = {entry.end:g}.")
        return AxisValues(name, (entry.start,), entry.scale)
    if entry.scale == "log":
        if entry.start <= 0:
            problems.append(f"axes.{name}: a logarithmic axis starts above 0, not at from = {entry.start:g}.")
            return AxisValues(name, (entry.start,), entry.scale)
        values = np.geomspace(entry.start, entry.end, entry.points)
    else:
        values = np.linspace(entry.start, entry.end, entry.points)
    return AxisValues(name, tuple(values.tolist()), entry.scale)


def _known(kind: str, names: Sequence[str], known: Mapping[str, Any], problems: list[str]) -> list[str]:
    """Those names that are known; a problem with close ones for each other."""
    from phasemap.config.schema import suggestion

    problems += [f"unknown {kind} {shown(name)}. {suggestion(name, known)}" for name in names if name not in known]
    return [name for name in dict.fromkeys(names) if name in known]


def read_quantities(raw: Any, registry: Registry, problems: list[str]) -> tuple[str, ...]:
    """The quantities to compute: those named, and those that go with them (correlations, the count of a phase map)."""
    names = _known("quantity", raw.quantities, registry.quantities, problems)
    if not raw.quantities and not raw.surfaces:
        some = ", ".join(list(registry.quantities)[:_MOST_NAMED])
        problems.append(f"nothing is asked for: give `quantities`, such as {some} (see `phasemap quantities`).")
    if raw.output.correlations:
        solvers = {registry.quantities[name].solver for name in names}
        more = [q.name for q in registry.quantities.values() if q.correlation and q.solver in solvers]
        if not more:
            problems.append("output.correlations = true, but no quantity that is asked for has correlation functions.")
        names += [name for name in more if name not in names]
    counted = raw.output.complexity and set(LABEL_QUANTITIES) <= set(names)
    if counted and COUNT in registry.quantities and COUNT not in names:
        names.append(COUNT)
    return tuple(names)


def read_surfaces(raw: Any, registry: Registry, n_axes: int, problems: list[str]) -> tuple[str, ...]:
    """The surfaces to trace: those named; a problem for one that cannot be traced over so many axes."""
    names = _known("surface", raw.surfaces, registry.surfaces, problems)
    for name in names:
        allowed = registry.surfaces[name].axes
        if n_axes not in allowed:
            numbers = " or ".join(str(number) for number in allowed)
            problems.append(f"surface {name!r} can be traced over {numbers} axes, but there are {n_axes}.")
    return tuple(names)


def check_noise(
    surfaces: Sequence[SurfaceKind], named: Mapping[str, float], axes: Sequence[AxisValues], problems: list[str]
) -> None:
    """Surfaces of fixed points do not exist where noise acts."""
    if problems or not surfaces:
        return
    ends = {axis.name: axis.values[-1] for axis in axes if axis.name in RATE.infos}
    reason = without_fixed_points(RATE.make({**named, **ends})._asdict())
    static = [kind.name for kind in surfaces if reason and not kind.noisy]
    if static:
        problems.append(f"surfaces {', '.join(static)} are made of fixed points, but {reason}: {INSTEAD}")


def read_refinement(
    raw: Any, registry: Registry, quantities: Sequence[str], checked: bool, problems: list[str]
) -> Refinement | None:
    """How the map is refined; None if it is not. `checked`: simulated networks run at check points, not on the grid."""
    given = {key: getattr(raw, key) for key in ("refine_levels", "refine_tolerance") if getattr(raw, key) is not None}
    if raw.refine is None:
        problems += [f"axes.{key} is given without axes.refine: say what to refine by, or remove it." for key in given]
        return None
    on_grid = [name for name in quantities if not (checked and registry.solver_of(name).simulated)]
    if raw.refine == LABELS:
        if not set(on_grid) & set(LABEL_QUANTITIES):
            some = " or ".join(LABEL_QUANTITIES)
            problems.append(f'axes.refine = "{LABELS}" needs {some} among the quantities on the grid.')
        if raw.refine_tolerance is not None:
            problems.append(f'axes.refine_tolerance has no meaning with axes.refine = "{LABELS}": remove it.')
    elif raw.refine not in on_grid:
        from phasemap.config.schema import suggestion

        problems.append(
            f"axes.refine = {shown(raw.refine)} is neither {LABELS!r} nor one of the quantities on the grid. "
            f"{suggestion(raw.refine, [LABELS, *on_grid])}"
        )
    return Refinement(raw.refine, **{key.removeprefix("refine_"): value for key, value in given.items()})


def read_check_points(
    raw: Any, registry: Registry, quantities: Sequence[str], axes: Sequence[AxisValues], problems: list[str]
) -> tuple[tuple[float, ...], ...]:
    """The points at which networks are simulated, by axis."""
    family = registry.family
    simulated = {solver.table: solver for solver in registry.solvers.values() if solver.simulated}
    rows = {table: getattr(raw, table).points for table in simulated if getattr(raw, table).points}
    if not rows:
        return ()
    table, points = next(iter(rows.items()))
    if not any(registry.solver_of(name).simulated for name in quantities):
        some = [q.name for q in registry.quantities.values() if registry.solvers[q.solver].simulated]
        problems.append(
            f"{table}.points lists check points, but no simulated quantity is asked for: {', '.join(some)}."
        )
    checked = []
    for position, entry in enumerate(points):
        point = entry if isinstance(entry, list) else [entry]
        if len(point) != len(axes):
            names = ", ".join(axis.name for axis in axes)
            problems.append(f"{table}.points[{position}] = {shown(entry)} must have {len(axes)} coordinates: {names}.")
        else:
            pairs = zip(axes, point, strict=True)
            checked.append(
                tuple(
                    _number(axis.name, value, problems, family) if axis.name in family.infos else float(value)
                    for axis, value in pairs
                )
            )
    return tuple(checked)


def read_options(raw: Any, registry: Registry, quantities: Sequence[str]) -> dict[str, Any]:
    """The options records of the solvers that are needed: others do not matter to the result."""
    records: dict[str, Any] = {}
    for name in quantities:
        solver = registry.solver_of(name)
        if solver.options is not None:
            values = getattr(raw, solver.table).model_dump(exclude={"points"})
            records[solver.table] = solver.options(**values)
    return records
