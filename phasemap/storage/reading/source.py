"""HDF5 objects, none of which is believed: what it refers to, how much it declares, whether it is intact."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from phasemap.storage.checksums import CHECKSUM, is_intact
from phasemap.storage.reading.attributes import Words, plain

# Deflation shrinks by no more than 1032, so that a file cannot hold more than this many times its own size.
_LARGEST_RATIO = 1100
_SMALL = 1 << 16  # bytes that are granted to any file, for datasets of a single repeated value
_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF}

# The kinds of stored numbers, as numpy calls them, that real and whole numbers are made of.
_KINDS: dict[type[np.float64 | np.int64], str] = {np.float64: "fiu", np.int64: "iu"}


class UnsafeFileError(ValueError):
    """A file refers to other files, or declares more than it can hold."""


class ChecksumError(ValueError):
    """What was read is not what was written."""


@dataclass
class Budget:
    """Bytes that all datasets of a file together may still take in memory."""

    left: int

    @classmethod
    def of_file(cls, size: int) -> "Budget":
        """That of a file of `size` bytes."""
        return cls(_SMALL + _LARGEST_RATIO * size)

    def take(self, count: int, name: str) -> None:
        """Spend some; raises `UnsafeFileError` if that is more than there is."""
        if count > self.left:
            raise UnsafeFileError(f"{name} declares {count:,} bytes, more than the file can hold")
        self.left -= count


@dataclass(frozen=True)
class Source:
    """A group of a file. verify: whether checksums are compared (where the whole file's was not)."""

    group: h5py.Group
    budget: Budget
    verify: bool

    @property
    def words(self) -> Words:
        """The group's own attributes; raises `ChecksumError` if they are not those that were written."""
        if self.verify and not is_intact(self.group, None):
            raise ChecksumError(f"the attributes of {self.group.name} are damaged (checksum)")
        return Words(self.group.attrs)

    def __contains__(self, name: str) -> bool:
        return name in self.names()

    def names(self) -> list[str]:
        """What is in the group; raises `UnsafeFileError` for links that lead elsewhere."""
        return list(self._names())

    def _names(self) -> Iterator[str]:
        links = self.group.id.links
        for name in self.group:
            if links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
                raise UnsafeFileError(f"{name} is a link to something else")
            yield name

    def below(self, name: str) -> "Source":
        """A group in this one."""
        found = self._get(name)
        if not isinstance(found, h5py.Group):
            raise ValueError(f"{name} is no group")
        return Source(found, self.budget, self.verify)

    def is_dataset(self, name: str) -> bool:
        """Whether it is a dataset (and not a group)."""
        return isinstance(self._get(name), h5py.Dataset)

    def about(self, name: str) -> Words:
        """Attributes of a dataset, not verified: `array` does."""
        return Words(self._get(name).attrs)

    def scales(self, name: str) -> tuple[str, ...]:
        """Names of a dataset's dimensions, by the scales that are attached to it."""
        return tuple(dim[0].name.rsplit("/", 1)[-1] for dim in self._get(name).dims)

    def array(self, name: str, kind: type[np.float64 | np.int64] | None = None) -> NDArray[Any]:
        """The content of a dataset, verified.

        kind: what is made of it: real numbers, or whole ones, of which there must be nothing else then; None: it stays
            as it is stored, numbers or texts.

        Raises:
            KeyError, ValueError: not there, no dataset, of another kind, too large to be true, kept in other files, or
                damaged.
        """
        data = self._get(name)
        if not isinstance(data, h5py.Dataset):
            raise ValueError(f"{name} is no dataset")
        text = h5py.check_string_dtype(data.dtype) is not None
        if data.dtype.kind not in "fiu" and not text:
            raise ValueError(f"{name} holds neither numbers nor texts")
        self.budget.take(_declared(data), name)
        values = np.asarray(data[()])
        if text:
            values = np.array([str(plain(value)) for value in values.ravel()], dtype=object).reshape(values.shape)
        if self.verify and not is_intact(data, values):
            raise ChecksumError(f"{name} is damaged (checksum)")
        if kind is None:
            return values
        if values.dtype.kind not in _KINDS[kind]:
            raise ValueError(f"{name} holds no {'numbers' if kind is np.float64 else 'whole numbers'}")
        return values.astype(kind)

    def _get(self, name: str) -> h5py.HLObject:
        links = self.group.id.links
        if not links.exists(name.encode()):
            raise KeyError(f"{name} is missing")
        link = links.get_info(name.encode())
        if link.type != h5py.h5l.TYPE_HARD:
            raise UnsafeFileError(f"{name} is a link to something else")
        return self.group[name]


def is_marked(words: Words) -> bool:
    """Whether an object carries a checksum."""
    return CHECKSUM in words


def _declared(data: h5py.Dataset) -> int:
    """Bytes of a dataset in memory; raises `UnsafeFileError` if the file cannot hold them."""
    plist, count = data.id.get_create_plist(), math.prod(data.shape) * data.dtype.itemsize
    layout = plist.get_layout()
    if layout == h5py.h5d.VIRTUAL or plist.get_external_count():
        raise UnsafeFileError(f"{data.name} keeps its numbers in other files")
    filters = [plist.get_filter(k)[0] for k in range(plist.get_nfilters())]
    if len(set(filters)) < len(filters) or set(filters) - _FILTERS:
        raise UnsafeFileError(f"{data.name} is packed in a way that is not supported")
    if layout == h5py.h5d.CHUNKED:
        count = max(count, math.prod(plist.get_chunk()) * data.dtype.itemsize)
    stored = data.id.get_storage_size()
    if count > _SMALL + _LARGEST_RATIO * stored if layout == h5py.h5d.CHUNKED else count > stored:
        raise UnsafeFileError(f"{data.name} declares {count:,} bytes and holds {stored:,}")
    return int(count)
