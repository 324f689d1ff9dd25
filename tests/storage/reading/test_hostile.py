"""Files that are made to do harm: they read nothing else, take no memory, and cost no time."""

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from phasemap.errors import ResultFileError
from phasemap.storage import read_file


def _replace(name: str, make: Callable[[h5py.File, dict[str, Any]], h5py.Dataset]) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        words = {k: v for k, v in file[name].attrs.items() if k not in ("DIMENSION_LIST", "checksum", "covers")}
        shape = file[name].shape
        del file[name]
        data = make(file, {"name": name, "shape": shape})
        data.attrs.update(words)

    return change


def _external(file: h5py.File, place: dict[str, Any]) -> h5py.Dataset:
    return file.create_dataset(**place, dtype="f8", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])


def _virtual(file: h5py.File, place: dict[str, Any]) -> h5py.Dataset:
    layout = h5py.VirtualLayout(place["shape"], dtype="f8")
    layout[...] = h5py.VirtualSource("other.h5", "secret", shape=place["shape"])
    return file.create_virtual_dataset(place["name"], layout)


def _huge(count: int) -> Callable[[h5py.File, dict[str, Any]], h5py.Dataset]:
    def make(file: h5py.File, place: dict[str, Any]) -> h5py.Dataset:
        return file.create_dataset(place["name"], shape=(count,), dtype="f8", chunks=(1 << 16,), compression="gzip")

    return make


def _bomb(file: h5py.File, place: dict[str, Any]) -> h5py.Dataset:
    """Packed twice, which no writer does: 1000 times 1000 smaller than what it unpacks to."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((1 << 20,))
    for _ in range(2):
        plist.set_filter(h5py.h5z.FILTER_DEFLATE, 0, (9,))
    space = h5py.h5s.create_simple((1 << 20,))
    data = h5py.Dataset(h5py.h5d.create(file.id, place["name"].encode(), h5py.h5t.NATIVE_DOUBLE, space, plist))
    data[...] = 0.0
    return data


def _link(link: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file["lyapunov_max"]
        file["lyapunov_max"] = link

    return change


HOSTILE = {
    "numbers in another file": (_replace("lyapunov_max", _external), "in other files"),
    "a view of another file": (_replace("lyapunov_max", _virtual), "in other files"),
    "a link to another file": (_link(h5py.ExternalLink("/etc/passwd", "/x")), "is a link"),
    "a soft link": (_link(h5py.SoftLink("/static_gain")), "is a link"),
    "3 GB in a few bytes": (_replace("lyapunov_max", _huge(4 * 10**8)), "declares"),
    "8 TB in a few bytes": (_replace("lyapunov_max", _huge(10**12)), "declares"),
    "an axis of 8 TB": (_replace("g_h", _huge(10**12)), "declares"),
    "packed twice": (_replace("lyapunov_max", _bomb), "packed in a way"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_at_once(path: Path, name: str) -> None:
    change, words = HOSTILE[name]
    with h5py.File(path, "a") as file:
        change(file)
        del file.attrs["checksum"], file.attrs["covers"]
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ResultFileError, match=words):
        read_file(path)
    assert time.process_time() - begun < 2.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def test_zeros_that_are_packed_are_no_bomb(path: Path) -> None:
    """What deflation can do to honest numbers is accepted."""
    with h5py.File(path, "a") as file:
        values = np.ones_like(file["lyapunov_max"][()])
        words = dict(file["lyapunov_max"].attrs)
        del file["lyapunov_max"]
        data = file.create_dataset("lyapunov_max", data=values, compression="gzip", compression_opts=9)
        data.attrs.update({k: v for k, v in words.items() if k not in ("DIMENSION_LIST", "checksum", "covers")})
        del file.attrs["checksum"]
        file.attrs["format_version"] = 1
    assert (read_file(path).fields["lyapunov_max"].value == 1.0).all()
