"""What a result holds as arrays by name, each with the names of its dimensions.

Quantities keep their names; at the check points `checks_` stands before them, on the finer grid `fine_`. Parts of a
critical line, surface or region stand behind its name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Axis, Dimension, Field, Result
from phasemap.dataset.records import CHECK
from phasemap.model.results import CriticalSurface, Region
from phasemap.model.status import Status, name_of

CHECKS, FINE, REFINED = "checks_", "fine_", "refined_"
"""Stand before the names of what is stored at the check points, or between the grid: a quantity may be in all three."""


@dataclass(frozen=True)
class Named:
    """An array with its dimensions. about: attributes of netCDF."""

    dims: tuple[str, ...]
    values: NDArray[Any]
    about: Mapping[str, Any] = field(default_factory=dict)
    is_coordinate: bool = False


@dataclass(frozen=True)
class Part:
    """The quantities of one part of a result: the grid, the check points, or the finer grid between.

    prefix: stands before its names. places: the coordinates that are its own, with their dimension and words.
    """

    name: str
    prefix: str
    fields: list[Field]
    places: Mapping[str, tuple[str, NDArray[Any], Axis | None]]


def parts_of(result: Result, quantities: Sequence[str] = ()) -> list[Part]:
    """The parts there are, with the quantities that are named; with all of them if none is."""

    def chosen(fields: Mapping[str, Field], own: Mapping[str, NDArray[Any]]) -> list[Field]:
        """Fields with the labels of all their dimensions."""
        names = [name for name in quantities or fields if name in fields]
        labels = {**result.labels, **own}
        return [replace(fields[n], coords={dim: labels[dim] for dim in fields[n].dims}) for n in names]

    parts = [_over_axes("grid", "", chosen, result.axes, result.fields)]
    if result.checks is not None:
        fields = chosen(result.checks.fields, {CHECK: np.arange(len(result.checks))})
        places: dict[str, Any] = {name: (CHECK, values, None) for name, values in result.checks.parameters.items()}
        parts.append(Part("checks", CHECKS, fields, places))
    for name, prefix, finer in (("fine", FINE, result.fine), ("refined", REFINED, result.refined)):
        if finer is not None:
            parts.append(_over_axes(name, prefix, chosen, finer.axes, finer.fields))
    return parts


def _over_axes(
    name: str, prefix: str, chosen: Callable[..., list[Field]], axes: Sequence[Axis], fields: Mapping[str, Field]
) -> Part:
    places = {axis.name: (f"{prefix}{axis.name}", axis.values, axis) for axis in axes}
    return Part(name, prefix, chosen(fields, {axis.name: axis.values for axis in axes}), places)


def named_fields(result: Result, quantities: Sequence[str] = ()) -> dict[str, Named]:
    """Coordinates, and of each quantity (all of them if none is named) value, error and status."""
    named: dict[str, Named] = {}
    for part in parts_of(result, quantities):
        for name, (dim, values, words) in part.places.items():
            named[f"{part.prefix}{name}"] = _coordinate((dim,), values, words)
        for stored in part.fields:
            own = {dim: _coordinate((dim,), stored.coords[dim], result.dimensions.get(dim)) for dim in stored.own_dims}
            named |= own | _of_field(stored, part)
    return named


def named_surfaces(result: Result) -> dict[str, Named]:
    """Vertices, residuals, pieces and triangles of every critical line, surface and region."""
    named: dict[str, Named] = {}
    for one in outlined(result).values():
        named |= {f"{one.name}_{part}": array for part, array in _parts(one)}
    return named


def outlined(result: Result) -> dict[str, CriticalSurface]:
    """Surfaces and regions: no two of them have one name."""
    return {**result.surfaces, **result.regions}


def _coordinate(dims: tuple[str, ...], values: Any, words: Axis | Dimension | None) -> Named:
    """words: an axis or a dimension, which says what it is."""
    about = {} if words is None else {"long_name": words.description, "units": words.units, "symbol": words.symbol}
    return Named(dims, np.asarray(values), about, is_coordinate=True)


def _of_field(stored: Field, part: Part) -> dict[str, Named]:
    about = {"long_name": stored.description, "units": stored.units, "symbol": stored.symbol}
    flags = {"flag_values": [int(s) for s in Status], "flag_meanings": " ".join(name_of(s) for s in Status)}
    name = f"{part.prefix}{stored.name}"
    dims = tuple(part.places[dim][0] if dim in part.places else dim for dim in stored.dims)
    named = {name: Named(dims, stored.value, about), f"{name}_status": Named(dims, stored.status, flags)}
    if stored.error is not None:
        named[f"{name}_error"] = Named(dims, stored.error, {"units": stored.units})
    return named


def _parts(one: CriticalSurface) -> Iterator[tuple[str, Named]]:
    vertex, column = f"{one.name}_vertex", f"{one.name}_column"
    yield "vertices", Named((vertex, column), one.vertices, {"long_name": one.condition})
    yield "residual", Named((vertex,), one.residual)
    yield "offsets", Named((f"{one.name}_offset",), one.offsets)
    yield "triangles", Named((f"{one.name}_triangle", "corner"), one.triangles)
    yield "columns", Named((column,), np.array(one.columns))
    if isinstance(one, Region):
        yield "level", Named((), np.array(one.level))
