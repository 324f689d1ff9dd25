"""The safetensors format: eight bytes of length, a JSON header, numbers. Read and written without a library."""

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.cells.weights.formats.stored import MOST_ARRAYS, Arrays, Stored
from phasemap.errors import WeightFileError, shown

_LARGEST_HEADER = 100_000_000  # as the format's own library has it
_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_BYTES = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
          "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8}  # fmt: skip


def read_safetensors(path: Path) -> Arrays:
    """Arrays by name; those of integers are left out.

    Raises:
        WeightFileError: header, sizes and offsets do not fit each other or the file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = struct.unpack("<Q", file.read(8).ljust(8, b"\0"))[0]
        if not 2 <= length <= min(_LARGEST_HEADER, size - 8):
            raise WeightFileError(f"{path} is damaged: its header would have {length:,} bytes.")
        header = _parsed(file.read(length), path)
    found: Arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            kind, shape, begin = _checked(name, entry, size - 8 - length, path)
            if kind in _KINDS:
                found[name] = Stored(shape, _loader(path, kind, shape, 8 + length + begin))
    return found


def _parsed(text: bytes, path: Path) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WeightFileError(f"{path} is damaged: its header is not JSON.") from error
    if not isinstance(header, dict) or len(header) > MOST_ARRAYS:
        raise WeightFileError(f"{path} is damaged: its header is no list of at most {MOST_ARRAYS:,} tensors.")
    return header


def _checked(name: str, entry: Any, room: int, path: Path) -> tuple[str, tuple[int, ...], int]:
    """Kind, shape and first byte of one tensor, if they fit."""
    wrong = WeightFileError(f"{path} is damaged: kind, shape and offsets of {shown(name)} do not fit each other.")
    if not isinstance(entry, dict):
        raise wrong
    kind, shape, offsets = entry.get("dtype"), _naturals(entry.get("shape")), _naturals(entry.get("data_offsets"))
    if not isinstance(kind, str) or shape is None or offsets is None or len(offsets) != 2:
        raise wrong
    width = _BYTES.get(kind)
    begin, end = offsets
    if not 0 <= begin <= end <= room or len(shape) > 8:
        raise wrong
    if width is not None and math.prod(shape) * width != end - begin:
        raise wrong
    return kind, tuple(shape), begin


def _naturals(value: Any) -> list[int] | None:
    """A list of numbers >= 0, if it is one."""
    if isinstance(value, list) and all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in value):
        return value
    return None


def _loader(path: Path, kind: str, shape: tuple[int, ...], begin: int) -> Any:
    def load() -> np.ndarray:
        """The numbers, from their place in the file, widened where NumPy has no such type."""
        values = np.fromfile(path, dtype=_KINDS[kind], count=math.prod(shape), offset=begin)
        if kind == "BF16":  # the upper half of a single-precision number
            values = (values.astype("<u4") << 16).view("<f4")
        return np.asarray(values.reshape(shape))

    return load


def safetensors_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """A whole file of single-precision arrays, in the order of their names."""
    header: dict[str, Any] = {"__metadata__": {"made_by": "phasemap"}}
    parts, begin = [], 0
    for name in sorted(arrays):
        data = np.ascontiguousarray(arrays[name], dtype="<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(arrays[name].shape),
            "data_offsets": [begin, begin + len(data)],
        }
        parts.append(data)
        begin += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(parts)
