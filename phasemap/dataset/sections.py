"""Sections through a result: fewer axes, the same kind of record. Geometry only; every value is a stored one."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Axis, Checks, Field, Result
from phasemap.errors import PhasemapError
from phasemap.model.results import CriticalSurface, Region
from phasemap.suggest import choices

Array = NDArray[np.float64]
# Share of an axis by which a plane in the face of a box is moved inwards, so that it crosses what ends at the face.
_INSIDE = 1e-9


def cut(result: Result, at: Mapping[str, float]) -> Result:
    """The result with each axis of `at` held at its grid value nearest to the number given.

    Raises:
        PhasemapError: no such axis, or a value outside of it.
    """
    for name, value in at.items():
        result = _cut_axis(result, name, value)
    return result


def nearest(axis: Axis, value: float) -> int:
    """Index of the grid value nearest to `value`.

    Raises:
        PhasemapError: the value lies outside the axis.
    """
    low, high = axis.values[0], axis.values[-1]
    if not low <= value <= high:
        raise PhasemapError(
            f"The section {axis.name} = {value:g} lies outside the axis, which runs from {low:g} to {high:g}."
        )
    with np.errstate(invalid="ignore"):
        distance = np.where(axis.values == value, 0.0, np.abs(axis.values - value))
    return int(np.argmin(distance))


def _cut_axis(result: Result, name: str, value: float) -> Result:
    if name not in result.axis_names:
        raise PhasemapError(f"There is no axis {name!r} to cut.{choices(name, result.axis_names, 'The axes are')}")
    place = result.axis_names.index(name)
    axis = result.axes[place]
    index = nearest(axis, value)
    held = float(axis.values[index])
    axes = tuple(other for other in result.axes if other.name != name)
    metadata = replace(result.metadata, parameters={**result.metadata.parameters, name: held})
    checks = None if result.checks is None else _checks_at(result.checks, name, held)
    surfaces = {key: cut_surface(surface, name, held) for key, surface in result.surfaces.items()}
    return replace(
        result,
        axes=axes,
        fields={key: _field_at(field, place, index, name) for key, field in result.fields.items()},
        surfaces={key: surface for key, surface in surfaces.items() if len(surface.vertices)},
        checks=checks,
        metadata=metadata,
        regions=_regions_at(result, name, held),
        fine=None,
        refined=None,
    )


def _regions_at(result: Result, name: str, held: float) -> dict[str, Region]:
    """The outlines in a plane through a box; none along a line."""
    if len(result.axes) != 3:
        return {}
    axis = result.axes[result.axis_names.index(name)]
    found = {key: cut_region(region, axis, held) for key, region in result.regions.items()}
    return {key: region for key, region in found.items() if len(region.vertices)}


def cut_region(region: Region, axis: Axis, value: float) -> Region:
    """The polygons in which a plane cuts the sheet around a region; one in a face of the box lies just inside."""
    ends = axis.values[np.isfinite(axis.values)][[0, -1]]
    inside = float(np.clip(value, *np.add(ends, _INSIDE * np.ptp(ends) * np.array([1.0, -1.0]))))
    return Region(**vars(_closed(cut_surface(region, axis.name, inside))), level=region.level)


def _closed(section: CriticalSurface) -> CriticalSurface:
    """The same with the first vertex of every piece at its end; what encloses nothing is left out."""
    pieces = [p if (p[0] == p[-1]).all() else np.concatenate([p, p[:1]]) for p in section.pieces if len(p) > 2]
    pieces = [piece for piece in pieces if len(piece) > 3]
    offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    vertices = np.concatenate(pieces) if pieces else section.vertices[:0]
    return replace(section, vertices=vertices, residual=np.zeros(len(vertices)), offsets=offsets)


def _field_at(field: Field, place: int, index: int, name: str) -> Field:
    return replace(
        field,
        dims=tuple(dim for dim in field.dims if dim != name),
        value=np.take(field.value, index, axis=place),
        status=np.take(field.status, index, axis=place),
        error=None if field.error is None else np.take(field.error, index, axis=place),
    )


def _checks_at(checks: Checks, name: str, held: float) -> Checks | None:
    """The check points that lie in the section (all of them if it is not along a parameter)."""
    if name not in checks.parameters:
        return checks
    inside = np.isclose(checks.parameters[name], held, rtol=1e-9, atol=1e-12)
    if not inside.any():
        return None
    fields = {
        key: replace(
            field,
            value=field.value[inside],
            status=field.status[inside],
            error=None if field.error is None else field.error[inside],
        )
        for key, field in checks.fields.items()
    }
    return Checks({key: values[inside] for key, values in checks.parameters.items() if key != name}, fields)


def cut_surface(surface: CriticalSurface, name: str, value: float) -> CriticalSurface:
    """Where a surface passes through the plane `name` = value: a mesh becomes lines, lines become points.

    Vertices of the section are interpolated along the edges; each carries the larger residual of the edge's ends.
    """
    if name not in surface.columns:
        return surface
    height = surface.vertices[:, surface.columns.index(name)] - value
    # A vertex exactly in the plane would give degenerate pieces: it counts as just above.
    height = np.where(height == 0.0, np.finfo(float).tiny, height)
    pieces = _cut_mesh(surface, height) if len(surface.triangles) else _cut_lines(surface, height)
    keep = [k for k, column in enumerate(surface.columns) if column != name]
    vertices = [vertex for piece, _ in pieces for vertex in piece]
    residual = [r for _, residuals in pieces for r in residuals]
    return CriticalSurface(
        name=surface.name,
        condition=surface.condition,
        columns=tuple(surface.columns[k] for k in keep),
        vertices=np.array(vertices, dtype=float).reshape(-1, len(surface.columns))[:, keep],
        residual=np.array(residual, dtype=float),
        offsets=np.concatenate([[0], np.cumsum([len(piece) for piece, _ in pieces])]).astype(np.int64),
    )


Piece = tuple[list[Array], list[float]]


def _crossing(surface: CriticalSurface, height: Array, a: int, b: int) -> tuple[Array, float]:
    share = height[a] / (height[a] - height[b])
    vertex = (1.0 - share) * surface.vertices[a] + share * surface.vertices[b]
    return vertex, float(max(surface.residual[a], surface.residual[b]))


def _cut_lines(surface: CriticalSurface, height: Array) -> list[Piece]:
    pieces = []
    for start, stop in zip(surface.offsets[:-1], surface.offsets[1:], strict=True):
        for a in range(int(start), int(stop) - 1):
            if height[a] * height[a + 1] < 0:
                vertex, residual = _crossing(surface, height, a, a + 1)
                pieces.append(([vertex], [residual]))
    return pieces


def _cut_mesh(surface: CriticalSurface, height: Array) -> list[Piece]:
    """Every crossed triangle has two crossed edges; walking from edge to edge joins them into lines."""
    neighbours: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for triangle in surface.triangles:
        sides = [(int(triangle[k]), int(triangle[(k + 1) % 3])) for k in range(3)]
        crossed = [(min(e), max(e)) for e in sides if height[e[0]] * height[e[1]] < 0]
        if len(crossed) == 2:
            one, other = crossed
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
    pieces: list[Piece] = []
    left = dict.fromkeys(sorted(neighbours, key=lambda edge: (len(neighbours[edge]), edge)))
    while left:
        start = edge = next(iter(left))
        chain = [edge]
        del left[edge]
        while True:
            following = [e for e in neighbours[edge] if e in left]
            if not following:
                break
            edge = following[0]
            chain.append(edge)
            del left[edge]
        if len(chain) > 2 and start in neighbours[edge]:
            chain.append(start)
        pieces.append(_without_repeats([_crossing(surface, height, *e) for e in chain]))
    return pieces


def _without_repeats(crossings: list[tuple[Array, float]]) -> Piece:
    """A plane through a vertex crosses all of its edges in that one point, which is kept once."""
    kept = crossings[:1]
    for vertex, residual in crossings[1:]:
        if not np.allclose(vertex, kept[-1][0], rtol=1e-12, atol=1e-14):
            kept.append((vertex, residual))
    return [vertex for vertex, _ in kept], [residual for _, residual in kept]
