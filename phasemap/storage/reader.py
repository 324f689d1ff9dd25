"""Result files back into memory, with errors that say what is wrong with a file."""

import json
import math
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from phasemap.dataset.records import (
    CHECK,
    FORMAT,
    FORMAT_VERSION,
    Axis,
    Checks,
    Failure,
    Field,
    Metadata,
    Result,
    Session,
)
from phasemap.errors import ResultFileError
from phasemap.model.branches import branch_name
from phasemap.model.results import CriticalSurface
from phasemap.storage.blocks import blocks_directory, read_blocks

_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def read_result(path: Path) -> Result:
    """Everything that is known of the result `path`: the file, and the finished blocks that are not yet in it.

    Raises:
        ResultFileError: missing, not a result file, damaged, or of a newer format.
    """
    if not blocks_directory(path).is_dir():
        return read_file(path)
    # Blocks before the file: a block disappears only after the file that contains it is in place.
    blocks = read_blocks(blocks_directory(path))
    result = read_file(path)
    for _, config_hash, block in blocks:
        if config_hash == result.metadata.config_hash:
            block.add_to(result)
    return result


def read_file(path: Path) -> Result:
    """The content of the result file `path` alone; raises `ResultFileError` like `read_result`."""
    if not path.exists():
        raise ResultFileError(_missing(path))
    if path.is_dir():
        raise ResultFileError(f"{path} is a folder, not a result file.")
    try:
        # Through a plain file: writers replace whole files, so HDF5's locks, which network file systems may lack, are
        # not needed.
        with path.open("rb") as stream, h5py.File(stream, "r") as file:
            _check_format(file, path)
            return _read(file)
    except ResultFileError:
        raise
    except PermissionError as error:
        raise ResultFileError(f"Cannot read {path}: you have no permission to.") from error
    except (OSError, KeyError, ValueError, RuntimeError, TypeError) as error:
        raise ResultFileError(_damage(path, error)) from error


def is_hdf5(path: Path) -> bool:
    """Whether a file is there and starts like an HDF5 file."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError:
        return False


def _missing(path: Path) -> str:
    if blocks_directory(path).is_dir():
        return (
            f"{path} does not exist, but {blocks_directory(path)} holds finished blocks of it: run the sweep with the "
            "same configuration and output again, and they are used."
        )
    near = sorted(other.name for other in path.parent.glob("*.h5"))[:5] if path.parent.is_dir() else []
    hint = f" Result files in that folder: {', '.join(near)}." if near else ""
    return f"There is no file {path}.{hint}"


def _damage(path: Path, error: Exception) -> str:
    if not is_hdf5(path):
        return f"{path} is not an HDF5 file: results are what `phasemap sweep` writes (usually *.h5)."
    detail = str(error).strip("'\"")
    return (
        f"{path} is an HDF5 file but cannot be read ({detail}): it is truncated or damaged. "
        "Copy it again from where it came, or delete it and run the sweep again."
    )


def _check_format(file: h5py.File, path: Path) -> None:
    if file.attrs.get("format") != FORMAT:
        raise ResultFileError(f"{path} is an HDF5 file, but not one that phasemap wrote.")
    version = int(file.attrs["format_version"])
    if version > FORMAT_VERSION:
        raise ResultFileError(
            f"{path} has format version {version}, but this phasemap reads versions up to {FORMAT_VERSION}: "
            "install a newer phasemap (pip install --upgrade phasemap)."
        )


def _read(file: h5py.File) -> Result:
    metadata = _read_metadata(file)
    axis_names = [name for name, _ in metadata.settings["axes"]]
    axes = tuple(_read_axis(file[name]) for name in axis_names)
    labels: dict[str, NDArray[Any]] = {}
    fields = _read_fields(file, tuple(axis_names), labels)
    surfaces = file["surfaces"]
    checks = None
    if "checks" in file:
        group = file["checks"]
        parameters = {name: group[name][()] for name in axis_names}
        checks = Checks(parameters, _read_fields(group, (CHECK,), labels))
    return Result(
        axes=axes,
        fields=fields,
        labels=labels,
        surfaces={name: _read_surface(name, surfaces[name]) for name in surfaces},
        wanted_surfaces=tuple(json.loads(surfaces.attrs["wanted"])),
        checks=checks,
        failures=tuple(
            Failure(group["part"], group["name"], index, group["reason"])
            for group in json.loads(file.attrs["failures"])
            for index in group["indices"]
        ),
        metadata=metadata,
    )


def _read_metadata(file: h5py.File) -> Metadata:
    attributes = file.attrs
    return Metadata(
        title=attributes["title"],
        description=attributes["description"],
        config=attributes["config"],
        config_hash=attributes["config_hash"],
        settings=json.loads(attributes["settings"]),
        parameters={name: float(value) for name, value in json.loads(attributes["parameters"]).items()},
        seed=int(attributes["seed"]),
        sessions=tuple(Session(**entry) for entry in json.loads(attributes["sessions"])),
        modified=attributes["modified"],
        format_version=int(attributes["format_version"]),
    )


def _read_axis(data: h5py.Dataset) -> Axis:
    return Axis(
        name=data.name.rsplit("/", 1)[-1],
        values=data[()],
        symbol=data.attrs["symbol"],
        description=data.attrs["long_name"],
        units=data.attrs["units"],
        scale=data.attrs["scale"],
    )


def _read_fields(group: h5py.Group, lead: tuple[str, ...], labels: dict[str, NDArray[Any]]) -> dict[str, Field]:
    fields = {}
    for name in group:
        if not isinstance(group[name], h5py.Dataset) or "solver" not in group[name].attrs:
            continue
        data = group[name]
        dims = tuple(dim[0].name.rsplit("/", 1)[-1] for dim in data.dims)
        for dim in dims[len(lead) :]:
            if dim not in labels:
                scale = group[dim]
                text = h5py.check_string_dtype(scale.dtype) is not None
                labels[dim] = np.array([branch_name(str(label)) for label in scale.asstr()[()]]) if text else scale[()]
        fields[name] = Field(
            name=name,
            dims=dims,
            values=data[()],
            status=group[f"{name}_status"][()],
            error=group[f"{name}_error"][()] if f"{name}_error" in group else None,
            symbol=data.attrs["symbol"],
            description=data.attrs["long_name"],
            units=data.attrs["units"],
            solver=data.attrs["solver"],
            own_dims=dims[len(lead) :],
        )
    return fields


def _read_surface(name: str, group: h5py.Group) -> CriticalSurface:
    columns = tuple(str(column) for column in group["column"].asstr()[()])
    more = {"triangles": group["triangles"][()]} if "triangles" in group else {}
    return CriticalSurface(
        name=name,
        condition=group.attrs["condition"],
        columns=columns,
        vertices=group["vertices"][()].reshape(math.prod(group["vertices"].shape[:1]), len(columns)),
        residual=group["residual"][()],
        offsets=group["offsets"][()],
        **more,
    )
