"""A result as a file for other programs: .csv, .npz or .nc."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from phasemap.dataset import Result
from phasemap.errors import ConfigError, PhasemapError, ResultFileError
from phasemap.storage.durable import write_atomically
from phasemap.storage.tables.arrays import Named, named_fields, named_surfaces, parts_of
from phasemap.storage.tables.rows import field_rows, surface_rows
from phasemap.storage.targets import resolve_target
from phasemap.suggest import choices

if TYPE_CHECKING:
    import xarray

_KINDS = (".csv", ".npz", ".nc")


def write_table(
    result: Result,
    source: Path,
    output: Path,
    quantities: Sequence[str] = (),
    surfaces: bool = False,
    force: bool = False,
) -> int:
    """Write what a result holds; the number of rows or arrays.

    quantities: only these, over the grid and at the check points; none named: all, and in .npz and .nc the surfaces
                and regions too.
    surfaces:   critical surfaces and regions alone (in a .csv they are a table of their own).

    Raises:
        ConfigError: another suffix than .csv, .npz, .nc.
        PhasemapError: a quantity or surfaces that the result does not hold, or surfaces and quantities at once.
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
    _check_names(result, quantities, surfaces)
    if kind == ".csv":
        return _write_csv(list(surface_rows(result) if surfaces else field_rows(result, quantities)), target)
    named = {} if surfaces else named_fields(result, quantities)
    if not quantities:
        named |= named_surfaces(result)
    return _write_archive(named, target) if kind == ".npz" else _write_netcdf(named, target)


def labelled(result: Result) -> "xarray.Dataset":
    """All that a result holds as one labelled dataset, as it stands in a .nc (needs `phasemap[xarray]`)."""
    return _dataset({**named_fields(result), **named_surfaces(result)})


def _check_names(result: Result, quantities: Sequence[str], surfaces: bool) -> None:
    if surfaces and quantities:
        raise PhasemapError(
            "--surfaces writes critical lines and regions in place of quantities: leave out --quantity."
        )
    if surfaces and not (result.surfaces or result.regions):
        raise PhasemapError(
            "--surfaces: the result holds no critical line, surface or region. A sweep traces those that `surfaces` in "
            "its configuration names (all of a plane that is typed with --axis); without --surfaces its quantities are "
            "written."
        )
    stored = list(dict.fromkeys(one.name for part in parts_of(result) for one in part.fields))
    for name in quantities:
        if name not in stored:
            raise PhasemapError(f"The result holds no quantity {name!r}.{choices(name, stored, 'It holds')}")


def _write_csv(rows: list[Sequence[Any]], target: Path) -> int:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_atomically(target, text.getvalue().encode())
    return len(rows) - 1


def _write_archive(named: dict[str, Named], target: Path) -> int:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: one.values for name, one in named.items()})  # type: ignore[arg-type]
    write_atomically(target, buffer.getvalue())
    return len(named)


def _dataset(named: dict[str, Named]) -> "xarray.Dataset":
    import xarray

    whole = xarray.Dataset({name: (one.dims, one.values, one.about) for name, one in named.items()})
    return whole.set_coords([name for name, one in named.items() if one.is_coordinate])


def _write_netcdf(named: dict[str, Named], target: Path) -> int:
    try:
        whole = _dataset(named)
    except ImportError:
        raise PhasemapError("netCDF needs xarray: pip install 'phasemap[xarray]', or export as .npz.") from None
    part = target.with_name(f".{target.name}.part")
    try:
        whole.to_netcdf(part, engine="h5netcdf")
        write_atomically(target, part.read_bytes())
    finally:
        part.unlink(missing_ok=True)
    return len(named)
