"""Words and single numbers of an HDF5 object, however a program has stored them.

xarray makes arrays of one out of single numbers, R and Julia write texts of fixed length: all of these mean the same.
"""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np


def plain(value: Any) -> Any:
    """An attribute as text, number, or (for several) list of these."""
    if isinstance(value, h5py.Empty):
        return ""
    if isinstance(value, bytes | np.bytes_):
        return value.decode("utf-8").rstrip("\0")
    if isinstance(value, str | np.str_):
        return str(value)
    if isinstance(value, np.ndarray):
        return plain(value.reshape(-1)[0]) if value.size == 1 else [plain(item) for item in value.tolist()]
    return value.item() if isinstance(value, np.generic) else value


class Words:
    """The attributes of an HDF5 object, by type; a missing one raises `KeyError`, one of another type `ValueError`."""

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        self._attributes = attributes

    def __contains__(self, name: str) -> bool:
        return name in self._attributes

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        if default is not None and name not in self:
            return default
        value = plain(self._attributes[name])
        if not isinstance(value, str):
            raise ValueError(f"attribute {name} is no text")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        value = plain(self._attributes[name])
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in found):
            raise ValueError(f"attribute {name} is no list of texts")
        return found

    def number(self, name: str) -> float:
        """A number."""
        value = plain(self._attributes[name])
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"attribute {name} is no number")
        return float(value)

    def whole(self, name: str) -> int:
        """An integer."""
        value = plain(self._attributes[name])
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
            raise ValueError(f"attribute {name} is no whole number")
        return int(value)
