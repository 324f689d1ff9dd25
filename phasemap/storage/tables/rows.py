"""What a result holds as rows for people: one for every number, one for every vertex."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from phasemap.dataset import Field, Result
from phasemap.dataset.records import CHECK
from phasemap.model.results import CriticalSurface, Region
from phasemap.model.status import name_of
from phasemap.storage.tables.arrays import Part, outlined, parts_of


def field_rows(result: Result, quantities: Sequence[str]) -> Iterator[Sequence[Any]]:
    """One row for every number; what a number does not have is left empty.

    part: "grid"; "checks", whose points have a number of their own, from 0, and the values of the axes that belong to
    it; "fine", cheap quantities between the points of the grid; "refined", all of theory's at half the step.
    """
    parts = parts_of(result, quantities)
    dims = dict.fromkeys(dim for part in parts for stored in part.fields for dim in stored.dims)
    columns = list(dict.fromkeys([*result.axis_names, *dims]))
    yield ["part", "quantity", *columns, "value", "error", "status"]
    for part in parts:
        for stored in part.fields:
            along = [np.asarray(stored.coords[dim]).tolist() for dim in stored.dims]
            for place, labels in zip(np.ndindex(stored.value.shape), itertools.product(*along), strict=True):
                at = dict(zip(stored.dims, labels, strict=True))
                at |= _check_place(at, part)
                yield [part.name, stored.name, *(at.get(one, "") for one in columns), *_number(stored, place)]


def _check_place(at: Mapping[str, Any], part: Part) -> dict[str, float]:
    """The values of the axes at a check point; nothing on a grid."""
    return {name: float(one[1][at[CHECK]]) for name, one in part.places.items()} if CHECK in at else {}


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
