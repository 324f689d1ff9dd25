"""Whether what a file says can be true: axes, status codes, numbers, and what it says twice."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Axis, Checks, Field, Result
from phasemap.dataset.records import Fine
from phasemap.model.results import CriticalSurface, Region
from phasemap.model.status import NUMBERS, Status
from phasemap.model.text.fingerprint import settings_hash

_PARTS = ("grid", "checks", "surface")
_SCALES = ("linear", "log", "list")


def validate(result: Result) -> None:
    """Raise `ValueError` with the first thing in a result that cannot be."""
    for problem in problems(result):
        raise ValueError(problem)


def problems(result: Result) -> Iterator[str]:
    """What cannot be, one phrase each."""
    yield from _metadata(result)
    for axis in result.axes:
        yield from _axis(axis)
    for name, values in result.labels.items():
        yield from _labels(name, values)
    for entry in result.fields.values():
        yield from _field(entry, result.shape)
    if result.checks is not None:
        yield from _checks(result.checks, result)
    for surface in result.surfaces.values():
        yield from _surface(surface, result.axis_names)
    for region in result.regions.values():
        yield from _region(region, result.axis_names)
    for finer in (result.fine, result.refined):
        if finer is not None:
            yield from _fine(finer, result)
    yield from _failures(result)


def _metadata(result: Result) -> Iterator[str]:
    metadata, settings = result.metadata, result.metadata.settings
    if settings_hash(settings) != metadata.config_hash:
        yield "the hash of the configuration is not that of its settings"
    for axis, (name, values) in zip(result.axes, settings["axes"], strict=True):
        if axis.name != name or axis.values.tolist() != values:
            yield f"the axis {axis.name} is not that of the settings"
    if settings.get("seed", metadata.seed) != metadata.seed:
        yield "the seed is not that of the settings"
    named = {name: float(value) for name, value in settings.get("parameters", {}).items()}
    if named != metadata.parameters:
        yield "the parameters are not those of the settings"
    for session in metadata.sessions:
        if not np.isfinite(session.wall_seconds):
            yield "the time of a session is no number"


def _axis(axis: Axis) -> Iterator[str]:
    if axis.values.ndim != 1 or not len(axis.values) or not np.isfinite(axis.values).all():
        yield f"the axis {axis.name} is no list of finite numbers"
    elif (np.diff(axis.values) <= 0).any():
        yield f"the axis {axis.name} does not increase"
    if axis.scale not in _SCALES:
        yield f"the axis {axis.name} has an unknown scale"


def _labels(name: str, values: NDArray[np.generic]) -> Iterator[str]:
    if values.ndim != 1 or len(set(values.tolist())) < len(values):
        yield f"the labels of {name} are not distinct"
    elif values.dtype.kind == "f" and not np.isfinite(values).all():
        yield f"the labels of {name} are not finite"


def _field(entry: Field, lead: tuple[int, ...]) -> Iterator[str]:
    shape = entry.value.shape
    if shape[: len(lead)] != lead or any(
        array.shape != shape for array in (entry.status, entry.error) if array is not None
    ):
        yield f"{entry.name} does not have the shape of its axes"
        return
    if (entry.status > max(Status)).any():
        yield f"{entry.name} has a status that does not exist"
    if np.isnan(entry.value[np.isin(entry.status, NUMBERS)]).any():
        yield f"{entry.name} is said to be known where it is no number"
    if entry.error is not None and (entry.error < 0).any():
        yield f"{entry.name} has a negative error"


def _checks(checks: Checks, result: Result) -> Iterator[str]:
    lengths = {values.shape for values in checks.parameters.values()}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1:
        yield "the check points are no list"
        return
    points = np.stack([checks.parameters[name] for name in result.axis_names], axis=-1)
    if not np.isfinite(points).all():
        yield "a check point is not finite"
    if points.tolist() != [list(map(float, point)) for point in result.metadata.settings.get("checks", points)]:
        yield "the check points are not those of the settings"
    for entry in checks.fields.values():
        yield from _field(entry, next(iter(lengths)))


def _surface(surface: CriticalSurface, axes: tuple[str, ...]) -> Iterator[str]:
    count, name = len(surface.vertices), surface.name
    if surface.columns[: len(axes)] != axes or surface.vertices.shape != (count, len(surface.columns)):
        yield f"the columns of {name} are not its axes"
    elif not np.isfinite(surface.vertices[:, : len(axes)]).all() or surface.residual.shape != (count,):
        yield f"the vertices of {name} are not finite"
    offsets, triangles = surface.offsets, surface.triangles
    if offsets.ndim != 1 or not len(offsets) or (np.diff(offsets) < 0).any() or not _within(offsets, count + 1):
        yield f"the polylines of {name} are not among its vertices"
    if triangles.ndim != 2 or triangles.shape[1] != 3 or not _within(triangles, count):
        yield f"the triangles of {name} are not among its vertices"


def _region(region: Region, axes: tuple[str, ...]) -> Iterator[str]:
    """What a surface must be, and closed: pieces in a plane, a sheet in a box."""
    wrong = list(_surface(region, axes))
    yield from wrong
    if not wrong and not (_is_sheet(region) if len(axes) == 3 else len(axes) == 2 and _is_outline(region)):
        yield f"the outlines of {region.name} are not closed"
    if not np.isfinite(region.level):
        yield f"the level of {region.name} is no number"


def _is_outline(region: Region) -> bool:
    """Whether its pieces are polygons."""
    return not len(region.triangles) and all(len(p) > 3 and bool((p[0] == p[-1]).all()) for p in region.pieces)


def _is_sheet(region: Region) -> bool:
    """Whether every edge of its triangles belongs to an even number of them."""
    sides = np.sort(region.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _, shared = np.unique(sides, axis=0, return_counts=True)
    return not region.pieces and len(region.triangles) > 0 and bool((shared % 2 == 0).all())


def _fine(fine: Fine, result: Result) -> Iterator[str]:
    """Fields over finer axes, which hold the values of the grid that are finite."""
    for axis, coarse in zip(fine.axes, result.axes, strict=True):
        yield from _axis(axis)
        if not np.isin(coarse.values, axis.values).all():
            yield f"the fine axis {axis.name} leaves out values of the grid"
    for entry in fine.fields.values():
        yield from _field(entry, tuple(len(axis) for axis in fine.axes))


def _within(indices: NDArray[np.int64], count: int) -> bool:
    return bool(((indices >= 0) & (indices < count)).all())


def _failures(result: Result) -> Iterator[str]:
    points = {
        "grid": math.prod(result.shape),
        "checks": 0 if result.checks is None else len(result.checks),
        "surface": 1,
    }
    for failure in (*result.failures, *result.remarks):
        if failure.part not in _PARTS or not 0 <= failure.index < points[failure.part]:
            yield "a failure is at no point"
            return
