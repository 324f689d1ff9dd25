"""What a result holds as rows for people: one for every number, one for every vertex."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from phasemap.dataset import Field, Result
from phasemap.dataset.records import CHECK
from phasemap.model.results import CriticalSurface, Region
from phasemap.model.status import name_of
from phasemap.storage.tables.arrays import check_fields, fields_of, outlined


def field_rows(result: Result, quantities: Sequence[str]) -> Iterator[Sequence[Any]]:
    """One row for every number over the grid, then at the check points; what a number does not have is left empty.

    A check point has a number of its own, from 0, and the values of the axes that belong to it.
    """
    grid, checks = fields_of(result, quantities), check_fields(result, quantities)
    places = {} if result.checks is None else result.checks.parameters
    axes = [axis.name for axis in result.axes]
    numbered = [CHECK] if checks else []
    own = dict.fromkeys(dim for stored in (*grid, *checks) for dim in stored.own_dims)
    columns = [*axes, *numbered, *own]
    yield ["quantity", *columns, "value", "error", "status"]
    for stored in (*grid, *checks):
        along = [_labels(stored, dim) for dim in stored.dims]
        for place, labels in zip(np.ndindex(stored.value.shape), itertools.product(*along), strict=True):
            at: dict[str, Any] = dict(zip(stored.dims, labels, strict=True))
            at |= _check_place(at, places)
            yield [stored.name, *(at.get(column, "") for column in columns), *_number(stored, place)]


def _labels(stored: Field, dim: str) -> list[Any]:
    """What stands along a dimension; check points are numbered."""
    along: list[Any] = np.asarray(stored.coords.get(dim, np.arange(stored.value.shape[0]))).tolist()
    return along


def _check_place(at: Mapping[str, Any], places: Mapping[str, Any]) -> dict[str, float]:
    """The values of the axes at a check point; nothing on the grid."""
    return {name: float(values[at[CHECK]]) for name, values in places.items()} if CHECK in at else {}


def _number(stored: Field, place: tuple[int, ...]) -> tuple[str, float | None, str]:
    """Value, error and status in words, as exact as they are stored."""
    error = None if stored.error is None else float(stored.error[place])
    return repr(float(stored.value[place])), error, name_of(stored.status[place])


def surface_rows(result: Result) -> Iterator[Sequence[Any]]:
    """One row for every vertex of a critical line, surface or region; parameters a surface does not have are empty.

    piece: number of the polyline or polygon, of a mesh the number of the triangle: three rows each.
    level: of a region, the threshold in its condition.
    """
    columns = list(dict.fromkeys(column for one in outlined(result).values() for column in one.columns))
    yield ["surface", "piece", *columns, "residual", "level"]
    for name, one in outlined(result).items():
        level = one.level if isinstance(one, Region) else ""
        for piece, vertex in _order(one):
            at = dict(zip(one.columns, one.vertices[vertex].tolist(), strict=True))
            yield [name, piece, *(at.get(column, "") for column in columns), float(one.residual[vertex]), level]


def _order(one: CriticalSurface) -> Iterator[tuple[int, int]]:
    """(piece, vertex) in the order in which a pen meets them."""
    if len(one.triangles):
        for number, corners in enumerate(one.triangles.tolist()):
            yield from ((number, corner) for corner in corners)
        return
    pieces = np.searchsorted(one.offsets, np.arange(len(one.vertices)), side="right") - 1
    yield from ((max(int(piece), 0), vertex) for vertex, piece in enumerate(pieces))
