"""Results as tables for other programs: CSV, NumPy archives, netCDF."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.dataset import Field, Result
from phasemap.errors import ConfigError, PhasemapError, ResultFileError
from phasemap.model.results import CriticalSurface
from phasemap.model.status import name_of
from phasemap.storage.durable import write_atomically
from phasemap.storage.targets import resolve_target
from phasemap.suggest import choices

_KINDS = (".csv", ".npz", ".nc")


def write_table(
    result: Result,
    source: Path,
    output: Path,
    quantities: Sequence[str] = (),
    surfaces: bool = False,
    force: bool = False,
) -> int:
    """Write quantities (all of them if none is named) or critical surfaces; the number of rows or arrays.

    Raises:
        ConfigError: another suffix than .csv, .npz, .nc.
        PhasemapError: a quantity that the result does not hold, or surfaces as netCDF.
        ResultFileError: something is there already, or it cannot be written.
    """
    kind = output.suffix.lower()
    if kind not in _KINDS:
        raise ConfigError(f"-o {output}: write a name that ends in {', '.join(_KINDS)}.")
    target = resolve_target(output)
    if target == source.resolve():
        raise ResultFileError(f"{output} is the result itself: choose another -o.")
    if target.exists() and not force:
        raise ResultFileError(f"{output} exists: choose another -o, or give --force to overwrite it.")
    fields = [] if surfaces else _fields(result, quantities)
    if kind == ".nc":
        return _netcdf(fields, target, surfaces)
    if kind == ".npz":
        arrays = _surface_arrays(result) if surfaces else _arrays(result, fields)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        write_atomically(target, buffer.getvalue())
        return len(arrays)
    rows = list(_surface_rows(result) if surfaces else _rows(fields))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_atomically(target, text.getvalue().encode())
    return len(rows) - 1


def _fields(result: Result, quantities: Sequence[str]) -> list[Field]:
    for name in quantities:
        if name not in result.fields:
            raise PhasemapError(f"The result holds no quantity {name!r}.{choices(name, result.fields, 'It holds')}")
    return [result[name] for name in quantities or result.fields]


def _rows(fields: Sequence[Field]) -> Iterator[Sequence[Any]]:
    """One row for every number; dimensions that a quantity does not have are left empty."""
    dims = list(dict.fromkeys(dim for field in fields for dim in field.dims))
    yield ["quantity", *dims, "value", "error", "status"]
    for field in fields:
        along = [np.asarray(field.coords[dim]).tolist() for dim in field.dims]
        for place, labels in zip(np.ndindex(field.value.shape), itertools.product(*along), strict=True):
            at = dict(zip(field.dims, labels, strict=True))
            error = None if field.error is None else float(field.error[place])
            status = name_of(field.status[place])
            yield [field.name, *(at.get(dim, "") for dim in dims), repr(float(field.value[place])), error, status]


def _arrays(result: Result, fields: Sequence[Field]) -> dict[str, Any]:
    arrays: dict[str, Any] = {axis.name: axis.values for axis in result.axes}
    for field in fields:
        arrays |= {dim: np.asarray(field.coords[dim]) for dim in field.own_dims}
        arrays[field.name], arrays[f"{field.name}_status"] = field.value, field.status
        if field.error is not None:
            arrays[f"{field.name}_error"] = field.error
    return arrays


def _outlined(result: Result) -> dict[str, CriticalSurface]:
    """Surfaces and regions: no two of them have one name."""
    return {**result.surfaces, **result.regions}


def _surface_rows(result: Result) -> Iterator[Sequence[Any]]:
    columns = list(dict.fromkeys(column for surface in _outlined(result).values() for column in surface.columns))
    yield ["surface", "piece", *columns, "residual"]
    for name, surface in _outlined(result).items():
        pieces = np.searchsorted(surface.offsets, np.arange(len(surface.vertices)), side="right") - 1
        for vertex, piece, residual in zip(surface.vertices, pieces, surface.residual, strict=True):
            at = dict(zip(surface.columns, vertex.tolist(), strict=True))
            yield [name, max(int(piece), 0), *(at.get(column, "") for column in columns), float(residual)]


def _surface_arrays(result: Result) -> dict[str, Any]:
    parts = ("vertices", "residual", "offsets", "triangles")
    outlined = _outlined(result)
    arrays = {f"{name}_{part}": getattr(surface, part) for name, surface in outlined.items() for part in parts}
    arrays |= {f"{name}_level": np.array(region.level) for name, region in result.regions.items()}
    return arrays | {f"{name}_columns": np.array(surface.columns) for name, surface in outlined.items()}


def _netcdf(fields: Sequence[Field], target: Path, surfaces: bool) -> int:
    if surfaces:
        raise PhasemapError("Critical surfaces have no grid: export them as .csv or .npz.")
    try:
        import xarray
    except ImportError:
        raise PhasemapError("netCDF needs xarray: pip install 'phasemap[xarray]', or export as .npz.") from None
    whole = xarray.merge([field.to_xarray() for field in fields])
    part = target.with_name(f".{target.name}.part")
    try:
        whole.to_netcdf(part, engine="h5netcdf")
        write_atomically(target, part.read_bytes())
    finally:
        part.unlink(missing_ok=True)
    return len(whole)
