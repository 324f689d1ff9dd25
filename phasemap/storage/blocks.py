"""Finished blocks as small files beside the result, so that none is lost whatever happens to the process.

A block file is an .npz (a zip archive) with a JSON header, and a checksum of all its bytes at the end. Blocks of other
configurations are ignored; damaged ones, too, and the points in them are computed again.
"""

import contextlib
import io
import json
import math
import warnings
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset.records import Failure, Result
from phasemap.errors import PhasemapWarning
from phasemap.model.results import CriticalSurface, Estimate
from phasemap.model.status import Status
from phasemap.storage.durable import explaining_write_errors, remove_temporaries, write_atomically
from phasemap.storage.seal import is_sealed, sealed
from phasemap.storage.targets import check_regular

_VERSION = 2
_PARTS = ("grid", "checks", "surface")


@dataclass(frozen=True)
class BlockData:
    """The numbers of one finished block: some points by one solver, or one surface.

    part:      "grid", "checks" or "surface".
    name:      the solver, or the surface.
    indices:   (n,) flat indices of the points; empty for a surface.
    estimates: quantity name -> Estimate over these points.
    failures:  (index, reason) of the points (0 for a surface) that raised an exception; their status is FAILED.
    remarks:   (index, reason) of the points at which a number is missing or infinite for a known reason.
    seconds:   time that the worker spent.
    """

    part: str
    name: str
    indices: NDArray[np.int64]
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    surface: CriticalSurface | None = None
    failures: tuple[tuple[int, str], ...] = ()
    remarks: tuple[tuple[int, str], ...] = ()
    seconds: float = 0.0

    @property
    def key(self) -> str:
        """File name: unique for this set of points."""
        if self.part == "surface":
            return f"surface-{self.name}"
        digest = zlib.crc32(np.ascontiguousarray(self.indices, dtype="<i8").tobytes())
        return f"{self.part}-{self.name}-{self.indices[0]:08d}-{self.indices[-1]:08d}-{digest:08x}"

    def add_to(self, result: Result) -> None:
        """Put these numbers into `result`, in place. Quantities that it does not hold are left out."""
        result.failures = self._replaced(result.failures, self.failures)
        result.remarks = self._replaced(result.remarks, self.remarks)
        if self.part == "surface":
            if self.surface is not None:
                result.surfaces[self.name] = self.surface
            return
        fields = result.fields if self.part == "grid" else result.checks.fields if result.checks else {}
        for name, estimate in self.estimates.items():
            if name in fields:
                fields[name].fill(self.indices, estimate.value, estimate.status, estimate.error)
        failed = [index for index, _ in self.failures]
        for entry in fields.values():
            if failed and entry.solver == self.name:
                entry.fill(failed, np.nan, Status.FAILED)

    def fits(self, result: Result) -> bool:
        """Whether these numbers have the places and shapes that `result` has for them."""
        if self.part == "surface":
            return self.name in result.wanted_surfaces
        if self.part == "checks" and result.checks is None:
            return False
        fields = result.fields if result.checks is None or self.part == "grid" else result.checks.fields
        points = math.prod(result.shape) if self.part == "grid" else len(result.checks or ())
        known = [(estimate, fields[name]) for name, estimate in self.estimates.items() if name in fields]
        shapes = all(estimate.value.shape == (len(self.indices), *entry.own_shape) for estimate, entry in known)
        return shapes and bool(((self.indices >= 0) & (self.indices < points)).all())

    def _replaced(self, known: tuple[Failure, ...], own: tuple[tuple[int, str], ...]) -> tuple[Failure, ...]:
        """What is known of other points, and what this block says of its own; in the same order whatever came first."""
        new = [Failure(self.part, self.name, index, reason) for index, reason in own]
        return tuple(sorted((*(f for f in known if not self._covers(f)), *new)))

    def _covers(self, failure: Failure) -> bool:
        if (failure.part, failure.name) != (self.part, self.name):
            return False
        return self.part == "surface" or bool((self.indices == failure.index).any())


def blocks_directory(path: Path) -> Path:
    """Folder of the finished blocks of the result file `path`."""
    return path.with_name(f"{path.name}.blocks")


def has_blocks(path: Path) -> bool:
    """Whether there is a folder of finished blocks beside the result file `path`."""
    try:
        return blocks_directory(path).is_dir()
    except OSError:  # the name is too long
        return False


@dataclass(frozen=True)
class Blocks:
    """The block files of one result file and one configuration (by its hash)."""

    path: Path
    config_hash: str

    @property
    def directory(self) -> Path:
        """Where they are."""
        return blocks_directory(self.path)

    def save(self, block: BlockData) -> Path:
        """Write a block durably; raises `ResultFileError` if that is impossible."""
        target = self.directory / f"{block.key}.npz"
        with explaining_write_errors(target):
            self.directory.mkdir(parents=True, exist_ok=True)
        write_atomically(target, encode(block, self.config_hash))
        return target

    def load(self) -> dict[Path, BlockData]:
        """All readable blocks of this configuration."""
        return {path: block for path, found, block in read_blocks(self.directory) if found == self.config_hash}

    def damaged(self) -> list[Path]:
        """Block files that cannot be read: a complete result needs none of them."""
        return [path for path in self.directory.glob("*.npz") if decode(path) is None]

    def discard(self, paths: Iterable[Path]) -> None:
        """Remove block files, and the folder when nothing is left in it."""
        for path in paths:
            path.unlink(missing_ok=True)
        if self.directory.is_dir():
            remove_temporaries(self.directory)
            with contextlib.suppress(OSError):  # not empty
                self.directory.rmdir()


def read_blocks(directory: Path) -> list[tuple[Path, str, BlockData]]:
    """(file, configuration's hash, block) of all undamaged block files in a folder; a warning names damaged ones."""
    found, damaged = [], []
    for path in sorted(directory.glob("*.npz")):
        decoded = decode(path)
        if decoded is not None:
            found.append((path, *decoded))
        else:
            damaged.append(path.name)
    if damaged:
        some = f"{', '.join(damaged[:3])}{', ...' if len(damaged) > 3 else ''}"
        warnings.warn(
            f"{len(damaged)} block file(s) in {directory} are damaged and ignored ({some}): a sweep computes what was "
            "in them again.",
            PhasemapWarning,
            stacklevel=2,
        )
    return found


def encode(block: BlockData, config_hash: str) -> bytes:
    """The content of a block file."""
    arrays: dict[str, NDArray[Any]] = {"indices": block.indices}
    for name, estimate in block.estimates.items():
        arrays[f"value/{name}"] = np.asarray(estimate.value, dtype=np.float64)
        arrays[f"status/{name}"] = estimate.status
        if estimate.error is not None:
            arrays[f"error/{name}"] = estimate.error
    header: dict[str, Any] = {
        "version": _VERSION,
        "config_hash": config_hash,
        "part": block.part,
        "name": block.name,
        "failures": block.failures,
        "remarks": block.remarks,
        "seconds": block.seconds,
    }
    if block.surface is not None:
        surface = block.surface
        header["surface"] = {"name": surface.name, "condition": surface.condition, "columns": surface.columns}
        for part in _SURFACE_ARRAYS:
            arrays[f"surface/{part}"] = getattr(surface, part)
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    content = io.BytesIO()
    np.savez(content, **arrays)  # type: ignore[arg-type]  # the keyword allow_pickle is not among our names
    return sealed(content.getbuffer())


_SURFACE_ARRAYS = ("vertices", "residual", "offsets", "triangles")


def decode(path: Path) -> tuple[str, BlockData] | None:
    """The configuration's hash and the block in a file; None if the file is damaged or of another version."""
    try:
        check_regular(path)
        if not is_sealed(path):
            return None
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            header = json.loads(archive["header"].tobytes())
            if header["version"] != _VERSION:
                return None
            arrays = {name: archive[name] for name in archive.files if name != "header"}
        return str(header["config_hash"]), _block(header, arrays)
    except (NameError, ImportError):  # faults of ours
        raise
    except Exception:  # whatever is in there, it is not a block
        return None


def _block(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> BlockData:
    if header["part"] not in _PARTS or arrays["indices"].ndim != 1:
        raise ValueError("this is no block")
    names = [name.removeprefix("value/") for name in arrays if name.startswith("value/")]
    surface = None
    if "surface" in header:
        about = header["surface"]
        surface = CriticalSurface(
            about["name"],
            about["condition"],
            tuple(about["columns"]),
            **{part: arrays[f"surface/{part}"] for part in _SURFACE_ARRAYS},
        )
    return BlockData(
        part=header["part"],
        name=header["name"],
        indices=arrays["indices"],
        estimates={name: _estimate(arrays, name) for name in names},
        surface=surface,
        failures=tuple((int(index), str(reason)) for index, reason in header["failures"]),
        remarks=tuple((int(index), str(reason)) for index, reason in header.get("remarks", ())),
        seconds=float(header["seconds"]),
    )


def _estimate(arrays: Mapping[str, NDArray[Any]], name: str) -> Estimate:
    error = arrays.get(f"error/{name}")
    return Estimate(value=arrays[f"value/{name}"], status=arrays[f"status/{name}"], error=error)
