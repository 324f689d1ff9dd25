"""From configuration text to a validated `SweepConfig`."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from phasemap.config.derived import check_derived, derived_parameters
from phasemap.config.records import LABELS, AxisValues, FigureWish, Point, Refinement, SweepConfig
from phasemap.config.text import apply_overrides, read_toml, write_toml
from phasemap.errors import ParameterError, shown
from phasemap.model.branches import branch_name
from phasemap.model.parameters import PARAMETERS, check_value, make_parameters
from phasemap.model.registry import Registry, SurfaceKind
from phasemap.model.unit.noise import INSTEAD, without_fixed_points

if TYPE_CHECKING:
    from phasemap.config.schema import Validated

LABEL_QUANTITIES = ("static_gain", "lyapunov_max")
# Where fixed points begin to proliferate: phase maps, which ask for both of the above, ask for it by themselves.
COUNT = "complexity"
"""Phase labels are made from these; one of them is enough."""

# Names that a message lists at most.
_MOST_NAMED = 20
_LARGEST_GRID = 20_000_000
_INFINITIES = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf}


def load_config(path: Path, registry: Registry, overrides: Sequence[str] = ()) -> SweepConfig:
    """Read and validate a configuration file.

    Args:
        path: a TOML file.
        registry: what can be asked for.
        overrides: "key=value" strings, see `apply_overrides`.

    Raises:
        ConfigError, ParameterError: with the key, its value and what is allowed.
    """
    text, data = read_toml(path)
    return make_config(data, registry, overrides, text=text, source=path)


def make_config(
    data: Mapping[str, Any],
    registry: Registry,
    overrides: Sequence[str] = (),
    text: str | None = None,
    source: Path | None = None,
) -> SweepConfig:
    """Validate a configuration that is already a dictionary; see `load_config`. `text` is the TOML it came from."""
    from phasemap.config.schema import problems_found, schema, validate

    where = str(source or "the configuration")
    if overrides:
        data, text = apply_overrides(dict(data), overrides, list(schema(registry).model_fields)), None
        where += " with --set"
    read = validate(data, registry, where)
    raw, problems = read.content, list[str]()
    axes = _axes(_sizes_checked(raw.axes.by_name, problems), problems)
    named = _parameters(raw.parameters, problems)
    derived = derived_parameters(raw.derived, axes, named, problems)
    twice = [axis.name for axis in axes if axis.name in named]
    problems += [f"{name} is given twice, under [parameters] and under [axes]: remove one." for name in twice]
    if not 1 <= len(axes) <= 3 and "axes" not in read.left_out:
        problems.append(f"there are {len(axes)} axes: give one to three parameters under [axes].")
    quantities = _quantities(raw, registry, problems)
    surfaces = _surfaces(raw, registry, len(axes), problems)
    _check_noise([registry.surfaces[name] for name in surfaces], named, axes, problems)
    checks = _check_points(raw, registry, quantities, axes, problems)
    free = [axis.name for axis in axes if axis.name not in PARAMETERS]
    if surfaces and free:
        problems.append(f"surfaces need axes that are parameters, which {free[0]} is not: leave surfaces out.")
    refinement = _refinement(raw.axes, registry, quantities, bool(checks), problems)
    problems = _together(read, problems)
    if not problems:
        first = {axis.name: axis.values[0] for axis in axes if axis.name in PARAMETERS}
        base = make_parameters({**named, **first, **_steepnesses(derived)})
        check_derived(derived, axes, base, problems)
    if problems:
        raise problems_found(problems, where)
    return SweepConfig(
        parameters=base,
        axes=axes,
        quantities=quantities,
        surfaces=surfaces,
        registry=registry,
        checks=checks,
        options=_options(raw, registry, quantities),
        seed=raw.seed,
        title=raw.title,
        description=raw.description,
        output=None if raw.output.file is None else Path(raw.output.file),
        text=write_toml(data) if text is None else text,
        source=source,
        quick=tuple(raw.quick),
        figures={name: _figure(entry) for name, entry in raw.figures.items()},
        refinement=refinement,
        seconds_per_point=raw.limits.seconds_per_point,
        derived=derived,
    )


def _steepnesses(derived: Mapping[str, Any]) -> dict[str, float]:
    """A gate whose steepness follows from the axes is centred unless its bias is named, as for any that is named."""
    return {name: 1.0 for name in derived if name in ("alpha_z", "alpha_r")}


# Problems that only follow from something that was left out for its type, by how they start.
_CONSEQUENCES: dict[str, tuple[str, ...]] = {
    "quantities": ("nothing is asked", "simulation.points lists", "output.correlations", "axes.refine"),
    "surfaces": ("nothing is asked",),
    "axes": ("axes.refine", "surface ", "simulation.points["),
    "output": ("output.correlations",),
}


def _together(read: "Validated", problems: Sequence[str]) -> list[str]:
    """The problems of types, and those of what remains, unless they follow from the former."""
    consequences = tuple(start for key in read.left_out for start in _CONSEQUENCES.get(key, ()))
    return [*read.problems, *(problem for problem in problems if not problem.startswith(consequences))]


def _figure(entry: Any) -> FigureWish:
    places = {name: str(value) for name, value in entry.at.items()}
    return FigureWish(entry.quantity, entry.branch and branch_name(entry.branch), places, entry.width)


def make_point(data: Mapping[str, Any], registry: Registry, overrides: Sequence[str] = (), where: str = "") -> Point:
    """One point of parameter space, with the options of all solvers, from a configuration or from overrides alone.

    Raises:
        ConfigError, ParameterError: as `make_config`, or an axis of the configuration is not fixed by an override.
    """
    from phasemap.config.schema import problems_found, schema, validate

    where = where or "the options"
    read = validate(apply_overrides(dict(data), overrides, list(schema(registry).model_fields)), registry, where)
    raw, problems = read.content, list(read.problems)
    named = _parameters(raw.parameters, problems)
    problems += [f"{name} is an axis: fix it for a single point with --set {name}=VALUE." for name in raw.axes.by_name]
    if problems:
        raise problems_found(problems, where)
    options = _options(raw, registry, list(registry.quantities))
    return Point(make_parameters(named), options, raw.seed, raw.limits.seconds_per_point)


def _number(name: str, value: Any, problems: list[str]) -> float:
    """A parameter's value; problems are collected and the value is then NaN."""
    try:
        return check_value(name, _INFINITIES.get(value, value) if isinstance(value, str) else value)
    except ParameterError as error:
        problems.append(str(error))
        return math.nan


def _parameters(raw: Mapping[str, Any], problems: list[str]) -> dict[str, float]:
    return {name: _number(name, value, problems) for name, value in raw.items()}


def _sizes_checked(raw: Mapping[str, Any], problems: list[str]) -> Mapping[str, Any]:
    """The axes; with two values each if their grid is too large to be made, and a problem then."""
    sizes = [len(entry) if isinstance(entry, list) else entry.points for entry in raw.values()]
    if math.prod(sizes) <= _LARGEST_GRID:
        return raw
    problems.append(f"the grid has more than {_LARGEST_GRID:,} points: reduce `points` under [axes].")
    return {
        name: entry if isinstance(entry, list) else entry.model_copy(update={"points": 2})
        for name, entry in raw.items()
    }


def _axes(raw: Mapping[str, Any], problems: list[str]) -> tuple[AxisValues, ...]:
    axes = []
    for name, entry in raw.items():
        before = len(problems)
        axis = AxisValues(name, tuple(entry), "list") if isinstance(entry, list) else _range(name, entry, problems)
        if len(problems) == before:
            # Between the ends of an interval everything is allowed; of some parameters only single values are.
            discrete = name in PARAMETERS and PARAMETERS[name].values
            for value in axis.values if discrete else (axis.values[0], axis.values[-1]):
                if name in PARAMETERS:
                    _number(name, value, problems)
        if any(b <= a for a, b in zip(axis.values, axis.values[1:], strict=False)):
            problems.append(f"axes.{name}: the values must increase from one to the next.")
        axes.append(axis)
    return tuple(axes)


def _range(name: str, entry: Any, problems: list[str]) -> AxisValues:
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
    from phasemap.config.schema import suggestion

    problems += [f"unknown {kind} {shown(name)}. {suggestion(name, known)}" for name in names if name not in known]
    return [name for name in dict.fromkeys(names) if name in known]


def _quantities(raw: Any, registry: Registry, problems: list[str]) -> tuple[str, ...]:
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


def _surfaces(raw: Any, registry: Registry, n_axes: int, problems: list[str]) -> tuple[str, ...]:
    names = _known("surface", raw.surfaces, registry.surfaces, problems)
    for name in names:
        allowed = registry.surfaces[name].axes
        if n_axes not in allowed:
            numbers = " or ".join(str(number) for number in allowed)
            problems.append(f"surface {name!r} can be traced over {numbers} axes, but there are {n_axes}.")
    return tuple(names)


def _check_noise(
    surfaces: Sequence[SurfaceKind], named: Mapping[str, float], axes: Sequence[AxisValues], problems: list[str]
) -> None:
    """Surfaces of fixed points do not exist where noise acts."""
    if problems:
        return
    ends = {axis.name: axis.values[-1] for axis in axes if axis.name in PARAMETERS}
    reason = without_fixed_points(make_parameters({**named, **ends})._asdict())
    static = [kind.name for kind in surfaces if reason and not kind.noisy]
    if static:
        problems.append(f"surfaces {', '.join(static)} are made of fixed points, but {reason}: {INSTEAD}")


def _refinement(
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


def _check_points(
    raw: Any, registry: Registry, quantities: Sequence[str], axes: Sequence[AxisValues], problems: list[str]
) -> tuple[tuple[float, ...], ...]:
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
                    _number(axis.name, value, problems) if axis.name in PARAMETERS else float(value)
                    for axis, value in pairs
                )
            )
    return tuple(checked)


def _options(raw: Any, registry: Registry, quantities: Sequence[str]) -> dict[str, Any]:
    """The options records of the solvers that are needed: others do not matter to the result."""
    records: dict[str, Any] = {}
    for name in quantities:
        solver = registry.solver_of(name)
        if solver.options is not None:
            values = getattr(raw, solver.table).model_dump(exclude={"points"})
            records[solver.table] = solver.options(**values)
    return records
