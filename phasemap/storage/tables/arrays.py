"""What a result holds as arrays by name, each with the names of its dimensions.

Quantities keep their names; at the check points `checks_` stands before them. Parts of a critical line, surface or
region stand behind its name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Field, Result
from phasemap.dataset.records import CHECK
from phasemap.model.results import CriticalSurface, Region
from phasemap.model.status import Status

CHECKS = "checks_"
"""Stands before the names of what is stored at the check points: the same quantity may be on the grid."""


@dataclass(frozen=True)
class Named:
    """An array with its dimensions. about: attributes of netCDF."""

    dims: tuple[str, ...]
    values: NDArray[Any]
    about: Mapping[str, Any] = field(default_factory=dict)
    is_coordinate: bool = False


def named_fields(result: Result, quantities: Sequence[str] = ()) -> dict[str, Named]:
    """Coordinates, and of each quantity (all of them if none is named) value, error and status."""
    named = {axis.name: _coordinate((axis.name,), axis.values, axis) for axis in result.axes}
    for stored in fields_of(result, quantities):
        named |= {dim: _coordinate((dim,), stored.coords[dim], result.dimensions.get(dim)) for dim in stored.own_dims}
        named |= _of_field(stored, "")
    for stored in check_fields(result, quantities):
        named |= {dim: _coordinate((dim,), stored.coords[dim], result.dimensions.get(dim)) for dim in stored.own_dims}
        named |= _of_field(stored, CHECKS)
    if result.checks is not None:
        for name, values in result.checks.parameters.items():
            named[f"{CHECKS}{name}"] = _coordinate((CHECK,), values, None)
    return named


def fields_of(result: Result, quantities: Sequence[str]) -> list[Field]:
    """The quantities over the grid, of those named; all of them if none is."""
    return [result[name] for name in quantities or result.fields if name in result.fields]


def check_fields(result: Result, quantities: Sequence[str]) -> list[Field]:
    """The quantities at the check points, of those named, with the labels of their own dimensions."""
    stored = {} if result.checks is None else result.checks.fields
    return [
        replace(stored[name], coords={dim: result.labels[dim] for dim in stored[name].own_dims})
        for name in quantities or stored
        if name in stored
    ]


def named_surfaces(result: Result) -> dict[str, Named]:
    """Vertices, residuals, pieces and triangles of every critical line, surface and region."""
    named: dict[str, Named] = {}
    for one in outlined(result).values():
        named |= {f"{one.name}_{part}": array for part, array in _parts(one)}
    return named


def outlined(result: Result) -> dict[str, CriticalSurface]:
    """Surfaces and regions: no two of them have one name."""
    return {**result.surfaces, **result.regions}


def _coordinate(dims: tuple[str, ...], values: Any, words: Any) -> Named:
    """words: an axis or a dimension, which says what it is."""
    about = {} if words is None else {"long_name": words.description, "units": words.units, "symbol": words.symbol}
    return Named(dims, np.asarray(values), about, is_coordinate=True)


def _of_field(stored: Field, prefix: str) -> dict[str, Named]:
    about = {"long_name": stored.description, "units": stored.units, "symbol": stored.symbol}
    flags = {"flag_values": [int(s) for s in Status], "flag_meanings": " ".join(s.name.lower() for s in Status)}
    name = f"{prefix}{stored.name}"
    named = {name: Named(stored.dims, stored.value, about), f"{name}_status": Named(stored.dims, stored.status, flags)}
    if stored.error is not None:
        named[f"{name}_error"] = Named(stored.dims, stored.error, {"units": stored.units})
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
