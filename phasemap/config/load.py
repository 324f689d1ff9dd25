"""From configuration text to a validated `SweepConfig`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasemap.config.derived import check_derived, derived_parameters
from phasemap.config.entries import (
    check_noise,
    read_axes,
    read_check_points,
    read_options,
    read_parameters,
    read_quantities,
    read_refinement,
    read_surfaces,
    sizes_checked,
)
from phasemap.config.records import FigureWish, Point, SweepConfig
from phasemap.config.text import apply_overrides, cell_named, read_toml, write_toml
from phasemap.errors import ConfigError
from phasemap.model.branches import branch_name
from phasemap.model.family import RATE
from phasemap.model.registry import Registry

if TYPE_CHECKING:
    from phasemap.config.schema import Validated


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
    registry = registry.of_cell(cell_named(data, overrides))
    family = registry.family
    if overrides:
        data, text = apply_overrides(dict(data), overrides, list(schema(registry).model_fields), family.infos), None
        where += " with --set"
    read = validate(data, registry, where)
    raw, problems = read.content, list[str]()
    axes = read_axes(sizes_checked(raw.axes.by_name, problems), problems, family)
    named = read_parameters(raw.parameters, problems, family)
    derived = derived_parameters(raw.derived, axes, named, problems, family)
    twice = [axis.name for axis in axes if axis.name in named]
    problems += [f"{name} is given twice, under [parameters] and under [axes]: remove one." for name in twice]
    if not 1 <= len(axes) <= 3 and "axes" not in read.left_out:
        problems.append(f"there are {len(axes)} axes: give one to three parameters under [axes].")
    quantities = read_quantities(raw, registry, problems)
    surfaces = read_surfaces(raw, registry, len(axes), problems)
    check_noise([] if family.name else [registry.surfaces[name] for name in surfaces], named, axes, problems)
    checks = read_check_points(raw, registry, quantities, axes, problems)
    free = [axis.name for axis in axes if axis.name not in family.infos]
    if surfaces and free:
        problems.append(f"surfaces need axes that are parameters, which {free[0]} is not: leave surfaces out.")
    refinement = read_refinement(raw.axes, registry, quantities, bool(checks), problems)
    problems = _together(read, [*problems, *_marks_without_axes(raw.marks, len(axes))])
    if not problems:
        first = {axis.name: axis.values[0] for axis in axes if axis.name in family.infos}
        base = family.make({**named, **first, **_steepnesses(derived)})
        check_derived(derived, axes, base, problems, family)
    if problems:
        raise problems_found(problems, where)
    return SweepConfig(
        parameters=base,
        axes=axes,
        quantities=quantities,
        surfaces=surfaces,
        registry=registry,
        checks=checks,
        options=read_options(raw, registry, quantities),
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
    ).halving(raw.output.refine)


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


def _marks_without_axes(marks: Mapping[str, Sequence[float]], n_axes: int) -> list[str]:
    """Marks are drawn from the text of a result: only their number of coordinates is checked."""
    return [
        f"marks.{name} has {len(place)} coordinates and there are {n_axes} axes: give one for each, in their order."
        for name, place in marks.items()
        if len(place) != n_axes
    ]


def _figure(entry: Any) -> FigureWish:
    places = {name: str(value) for name, value in entry.at.items()}
    return FigureWish(entry.quantity, entry.branch and branch_name(entry.branch), places, entry.width, entry.along)


def make_point(data: Mapping[str, Any], registry: Registry, overrides: Sequence[str] = (), where: str = "") -> Point:
    """One point of parameter space, with the options of all solvers, from a configuration or from overrides alone.

    Raises:
        ConfigError, ParameterError: as `make_config`, or an axis of the configuration is not fixed by an override.
    """
    from phasemap.config.schema import problems_found, schema, validate

    where = where or "the options"
    if cell_named(data, overrides):
        raise ConfigError(f"In {where}: this command is about the rate network. A discrete cell goes with --cell.")
    read = validate(apply_overrides(dict(data), overrides, list(schema(registry).model_fields)), registry, where)
    raw, problems = read.content, list(read.problems)
    named = read_parameters(raw.parameters, problems)
    problems += [f"{name} is an axis: fix it for a single point with --set {name}=VALUE." for name in raw.axes.by_name]
    if problems:
        raise problems_found(problems, where)
    options = read_options(raw, registry, list(registry.quantities))
    return Point(RATE.make(named), options, raw.seed, raw.limits.seconds_per_point)
