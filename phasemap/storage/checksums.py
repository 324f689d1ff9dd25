"""Checksums of what a reader reads: one for each dataset and group, over its numbers and its words.

They are taken of values, not of bytes on disk, so that they still hold after another program has copied a file and
stored its texts or single numbers in another way.
"""

import json
import zlib
from collections.abc import Iterable
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from phasemap.storage.reading.attributes import plain

CHECKSUM = "checksum"

# Attributes of HDF5 and netCDF-4 themselves (references that differ from file to file), and our own seal.
_NOT_COVERED = {CHECKSUM, "CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST"}


def _covered(name: str) -> bool:
    return name not in _NOT_COVERED and not name.startswith("_")


def checksum_of(words: dict[str, Any], values: NDArray[Any] | None = None) -> str:
    """Checksum of an object with these attributes (as `plain` gives them) and this content."""
    text = json.dumps(words, sort_keys=True, ensure_ascii=True)
    return f"{zlib.crc32(_bytes(values), zlib.crc32(text.encode())):08x}"


def _bytes(values: NDArray[Any] | None) -> bytes:
    if values is None:
        return b""
    shape = f"{values.shape}".encode()
    if values.dtype.kind in "OSU":
        return shape + json.dumps([plain(value) for value in values.ravel()]).encode()
    kind = {"f": "<f8", "c": "<c16"}.get(values.dtype.kind, "<i8")
    return shape + np.ascontiguousarray(values, dtype=kind).tobytes()


def mark(objects: Iterable[h5py.HLObject]) -> None:
    """Write the checksums of datasets and groups that are complete."""
    for item in objects:
        words = {name: plain(value) for name, value in item.attrs.items() if _covered(name)}
        item.attrs["covers"] = json.dumps(sorted(words))
        words["covers"] = plain(item.attrs["covers"])
        values = item[()] if isinstance(item, h5py.Dataset) else None
        item.attrs[CHECKSUM] = checksum_of(words, values)


def is_intact(item: h5py.HLObject, values: NDArray[Any] | None) -> bool:
    """Whether an object is what its checksum says; attributes that other programs have added do not count."""
    attributes = item.attrs
    if CHECKSUM not in attributes or "covers" not in attributes:
        return False
    names = [*json.loads(plain(attributes["covers"])), "covers"]
    if any(name not in attributes for name in names):
        return False
    words = {name: plain(attributes[name]) for name in names}
    return bool(checksum_of(words, values) == plain(attributes[CHECKSUM]))
