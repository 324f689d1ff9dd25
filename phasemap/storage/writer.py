"""A `Result` as an HDF5 file that xarray opens as it is.

    /                    axes and labels as dimension scales; <quantity>, <quantity>_error, <quantity>_status
    /surfaces/<name>     vertices (vertex, column), residual (vertex), offsets (polylines), triangles (meshes)
    /regions/<name>      the same with the attribute level: closed polygons or a closed sheet, only where there are any
    /fine                cheap quantities over axes of their own, with values between those of the grid
    /checks              the same quantities over the dimension "check", with the coordinates of the check points

Every dataset and dimension carries long_name, units and symbol, every object a checksum, the file a seal at its end.
The file is built in memory and lands in one rename, so that nobody ever sees a part of it.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from phasemap import strict_json
from phasemap.dataset import Axis, Dimension, Failure, Field, Result
from phasemap.dataset.records import CHECK, FORMAT
from phasemap.model.results import CriticalSurface
from phasemap.model.solvers.bibliography import entries
from phasemap.model.status import STATUS_MEANINGS, Status
from phasemap.storage.checksums import mark
from phasemap.storage.durable import write_atomically
from phasemap.storage.seal import SUPERBLOCK, sealed

_TEXT = h5py.string_dtype("utf-8")
# Bytes; numbers of maps shrink to a third or a fifth, in a tenth of a second.
_COMPRESS_ABOVE = 1 << 15
# netCDF-4's mark of a dimension that has no coordinates.
_BARE_DIMENSION = "This is a netCDF dimension but not a netCDF variable.%10d"


def write_result(path: Path, result: Result) -> None:
    """Write `result` to `path`, durably and in one step.

    Raises:
        ResultFileError: the file cannot be written; an existing file is then untouched.
    """
    write_atomically(path, encode(result))


def encode(result: Result) -> bytes:
    """The bytes of the HDF5 file, sealed."""
    buffer = io.BytesIO()
    # Attributes above 64 kB (a long configuration) need the file format of HDF5 1.8 or later.
    with h5py.File(buffer, "w", libver=("v108", "v110")) as file:
        _write_attributes(file, result)
        _write_axes_and_fields(file, result.axes, result.fields, result)
        surfaces = file.create_group("surfaces")
        surfaces.attrs["wanted"] = json.dumps(result.wanted_surfaces)
        surfaces.attrs["traced"] = json.dumps(list(result.surfaces))
        for name, surface in result.surfaces.items():
            _write_surface(surfaces.create_group(name), surface)
        for name, region in result.regions.items():
            _write_surface(file.create_group(f"regions/{name}"), region)
            file[f"regions/{name}"].attrs["level"] = region.level
        for name, finer in (("fine", result.fine), ("refined", result.refined)):
            if finer is not None:
                _write_axes_and_fields(file.create_group(name), finer.axes, finer.fields, result)
        if result.checks is not None:
            group = file.create_group("checks")
            _write_bare_dimension(group, CHECK, len(result.checks), Dimension("check point", symbol="$k$"))
            for axis in result.axes:
                _write_array(group, axis.name, result.checks.parameters[axis.name], (CHECK,), **_of_axis(axis))
            _write_fields(group, result.checks.fields, result)
        mark([file, *_all_below(file)])
    return sealed(buffer.getbuffer(), SUPERBLOCK)


def _all_below(group: h5py.Group) -> list[h5py.HLObject]:
    found: list[h5py.HLObject] = []
    group.visititems(lambda _, item: found.append(item))
    return found


def _of_axis(axis: Axis) -> dict[str, str]:
    return {"long_name": axis.description, "units": axis.units, "symbol": axis.symbol}


def _of_dimension(about: Dimension) -> dict[str, str]:
    return {"long_name": about.description, "units": about.units, "symbol": about.symbol}


def _write_attributes(file: h5py.File, result: Result) -> None:
    metadata = result.metadata
    done, total = result.progress
    last = metadata.sessions[-1] if metadata.sessions else None
    file.attrs.update(
        {
            "format": FORMAT,
            "format_version": metadata.format_version,
            "title": metadata.title,
            "description": metadata.description,
            **({"stopped": metadata.stopped} if metadata.stopped else {}),
            "config": metadata.config,
            "config_hash": metadata.config_hash,
            "settings": _json(metadata.settings),
            "parameters": _json(metadata.parameters),
            "seed": metadata.seed,
            "solvers": _json({name: asdict(about) for name, about in metadata.solvers.items()}),
            "evaluations_done": done,
            "evaluations_total": total,
            "modified": metadata.modified,
            "wall_seconds": metadata.wall_seconds,
            "machine": last.machine if last else "",
            "git_revision": last.revision if last else "",
            "versions": _json(last.versions if last else {}),
            "sessions": _json([asdict(session) for session in metadata.sessions]),
            "failures": _json(_grouped(result.failures)),
            "quantities": _json({part: list(fields) for part, fields in _parts(result).items()}),
            "bibliography": entries(_cited(result)),
            "remarks": _json(_grouped(result.remarks)),
        }
    )


def _parts(result: Result) -> dict[str, dict[str, Field]]:
    return {"grid": result.fields} | ({} if result.checks is None else {"checks": result.checks.fields})


def _cited(result: Result) -> list[str]:
    return [key for fields in _parts(result).values() for entry in fields.values() for key in entry.cites]


def _grouped(failures: Sequence[Failure]) -> list[dict[str, Any]]:
    """Failures with one entry per reason: there may be very many points."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for failure in failures:
        groups.setdefault((failure.part, failure.name, failure.reason), []).append(failure.index)
    return [
        {"part": part, "name": name, "reason": reason, "indices": indices}
        for (part, name, reason), indices in groups.items()
    ]


def _json(value: Any) -> str:
    return strict_json.text(value, indent=None)


def _write_coordinate(group: h5py.Group, name: str, values: NDArray[Any], attributes: Mapping[str, Any]) -> None:
    if values.dtype.kind in "UO":
        data = group.create_dataset(name, data=values.astype(object), dtype=_TEXT)
    else:
        data = group.create_dataset(name, data=values)
    data.attrs.update(attributes)
    data.make_scale(name)


def _write_axes_and_fields(
    group: h5py.Group, axes: Sequence[Axis], fields: Mapping[str, Field], result: Result
) -> None:
    for axis in axes:
        _write_coordinate(group, axis.name, axis.values, {**_of_axis(axis), "scale": axis.scale})
    _write_fields(group, fields, result)


def _write_bare_dimension(group: h5py.Group, name: str, size: int, about: Dimension) -> None:
    data = group.create_dataset(name, data=np.zeros(size, dtype=np.int8))
    data.attrs.update(_of_dimension(about))
    data.make_scale(_BARE_DIMENSION % size)


def _write_array(group: h5py.Group, name: str, values: NDArray[Any], dims: Sequence[str], **attributes: Any) -> None:
    compress = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
    data = group.create_dataset(name, data=values, **(compress if values.nbytes > _COMPRESS_ABOVE else {}))
    # For readers of files that another program has copied without the scales.
    data.attrs.update(attributes, dimensions=" ".join(dims))
    for position, dim in enumerate(dims):
        data.dims[position].attach_scale(group[dim])


def _write_fields(group: h5py.Group, fields: Mapping[str, Field], result: Result) -> None:
    for dim in sorted({dim for entry in fields.values() for dim in entry.own_dims}):
        about = result.dimensions.get(dim) or Dimension(dim.replace("_", " "))
        _write_coordinate(group, dim, result.labels[dim], _of_dimension(about))
    for name, entry in fields.items():
        _write_field(group, name, entry)


def _write_field(group: h5py.Group, name: str, entry: Field) -> None:
    beside = [f"{name}_status"] + ([f"{name}_error"] if entry.error is not None else [])
    about = {"long_name": entry.description, "units": entry.units, "symbol": entry.symbol}
    origin = {"solver": entry.solver, "cites": " ".join(entry.cites), "ancillary_variables": " ".join(beside)}
    _write_array(group, name, entry.value, entry.dims, **about, **origin)
    if entry.error is not None:
        words = {**about, "long_name": f"error of {entry.description}", "symbol": f"error of {entry.symbol}"}
        _write_array(group, f"{name}_error", entry.error, entry.dims, **words)
    words = {"long_name": f"status of {entry.description}", "units": "1", "symbol": f"status of {entry.symbol}"}
    _write_array(group, f"{name}_status", entry.status, entry.dims, **words, **_FLAGS)


_FLAGS: dict[str, Any] = {
    "flag_values": np.array([status.value for status in Status], dtype=np.uint8),
    "flag_meanings": " ".join(status.name.lower() for status in Status),
    "comment": "; ".join(f"{status.name.lower()}: {text}" for status, text in STATUS_MEANINGS.items()),
}


def _write_surface(group: h5py.Group, surface: CriticalSurface) -> None:
    group.attrs.update(condition=surface.condition, columns=list(surface.columns))
    _write_bare_dimension(group, "vertex", len(surface.vertices), Dimension("vertex", symbol="$v$"))
    about = Dimension("columns of the vertices: parameters of the axes first", symbol="column")
    _write_coordinate(group, "column", np.array(surface.columns), _of_dimension(about))
    about = Dimension("vertices of the surface, in the units of their columns", "1", "$x_v$")
    _write_array(group, "vertices", surface.vertices, ("vertex", "column"), **_of_dimension(about))
    about = Dimension("absolute residual of the condition at each vertex", symbol="residual")
    _write_array(group, "residual", surface.residual, ("vertex",), **_of_dimension(about))
    _write_bare_dimension(group, "offset", len(surface.offsets), Dimension("start of a polyline", symbol="$k$"))
    about = Dimension("polyline k is vertices[offsets[k]:offsets[k + 1]]", symbol="$o_k$")
    _write_array(group, "offsets", surface.offsets, ("offset",), **_of_dimension(about))
    if len(surface.triangles):
        _write_bare_dimension(group, "triangle", len(surface.triangles), Dimension("triangle", symbol="$t$"))
        _write_bare_dimension(group, "corner", 3, Dimension("corner of a triangle", symbol="$c$"))
        about = Dimension("indices of vertices", symbol="$v_{tc}$")
        _write_array(group, "triangles", surface.triangles, ("triangle", "corner"), **_of_dimension(about))
