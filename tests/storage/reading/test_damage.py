"""No changed bit goes unnoticed, nothing impossible is believed, and what another program rewrote is still read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray
from support.toy_results import plane

from phasemap.errors import PhasemapWarning, ResultFileError
from phasemap.storage import read_file
from phasemap.storage.checksums import mark


def place_of(path: Path, name: str) -> int:
    with h5py.File(path, "r") as file:
        return int(file[name].id.get_offset())


def flip(path: Path, place: int, bit: int = 1) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= bit
    path.write_bytes(content)


def same_numbers(path: Path) -> bool:
    found, true = read_file(path), plane()
    return all(
        np.array_equal(found.fields[name].value, true.fields[name].value, equal_nan=True) for name in true.fields
    )


NAMES = ("g_h", "lyapunov_max", "lyapunov_max_error", "lyapunov_max_status", "checks/g_h", "checks/static_gain",
         "surfaces/static_fold/vertices", "surfaces/static_fold/residual")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_one_bit_of_a_number_is_noticed(path: Path, name: str) -> None:
    flip(path, place_of(path, name) + 3)
    with pytest.raises(ResultFileError, match=r"damaged.*checksum"):
        read_file(path)


@pytest.mark.parametrize("name", NAMES)
def test_one_bit_of_a_number_is_noticed_in_a_copy(unsealed: Path, name: str) -> None:
    flip(unsealed, place_of(unsealed, name) + 3)
    with pytest.raises(ResultFileError, match=r"damaged \(checksum\)"):
        read_file(unsealed)


def test_changed_words_are_noticed(unsealed: Path) -> None:
    content = unsealed.read_bytes()
    for old, new in ((b"maximum Lyapunov", b"minimum Lyapunov"), (b"toy plane", b"toy plate")):
        assert content.count(old) >= 1
        unsealed.write_bytes(content.replace(old, new))
        with pytest.raises(ResultFileError, match="checksum"):
            read_file(unsealed)


def test_a_file_without_its_seal_is_read(unsealed: Path) -> None:
    assert same_numbers(unsealed)


def edit(path: Path, change: Callable[[h5py.File], None]) -> None:
    """Change a file as somebody would who also makes the checksums right."""
    with h5py.File(path, "a") as file:
        change(file)
        found: list[Any] = [file]
        file.visititems(lambda _, item: found.append(item))
        for item in found:
            for name in ("checksum", "covers"):
                if name in item.attrs:
                    del item.attrs[name]
        mark(found)


def _put(name: str, place: Any, value: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        values = file[name][()]
        values[place] = value
        file[name][...] = values

    return change


def _instead(name: str, values: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        words = {key: value for key, value in file[name].attrs.items() if key not in ("DIMENSION_LIST", "CLASS", "NAME",
                 "REFERENCE_LIST")}  # fmt: skip
        del file[name]
        file[name] = values
        file[name].attrs.update(words)

    return change


IMPOSSIBLE = {
    "a converged NaN": (_put("lyapunov_max", (3, 3, 0), np.nan), "no number"),
    "a status that does not exist": (_put("lyapunov_max_status", (0, 0, 0), 250), "status"),
    "a status of one and a half": (_instead("lyapunov_max_status", np.full((21, 17, 4), 1.5)), "status"),
    "an axis with a value twice": (_put("g_h", 1, 0.5), "axis g_h"),
    "an axis that ends at infinity": (_put("g_h", 20, np.inf), "axis g_h"),
    "an axis of complex numbers": (_instead("g_h", np.linspace(0.5, 4, 21) + 0j), "neither numbers nor texts"),
    "an axis that is not the configuration's": (_put("g_h", 20, 4.5), "axis g_h is not that of the settings"),
    "a negative error": (_put("lyapunov_max_error", (3, 3, 0), -1e-8), "negative error"),
    "too few values": (_instead("lyapunov_max", np.zeros((21, 16, 4))), "shape"),
    "check points of nowhere": (_put("checks/g_h", 0, 9.0), "check points"),
    "vertices without end": (_put("surfaces/static_fold/offsets", 1, 10**9), "polylines"),
    "format version -1": (lambda file: file.attrs.__setitem__("format_version", -1), "format version -1"),
    "another hash": (lambda file: file.attrs.__setitem__("config_hash", "0" * 32), "hash"),
    "another seed": (lambda file: file.attrs.__setitem__("parameters", '{"beta_r": 3.0}'), "parameters"),
    "settings that are no table": (lambda file: file.attrs.__setitem__("settings", "[1, 2]"), "settings"),
    "a failure at no point": (
        lambda file: file.attrs.__setitem__(
            "failures", json.dumps([{"part": "grid", "name": "x", "reason": "", "indices": [10**6]}])
        ),
        "failure",
    ),
    "a quantity left out": (lambda file: file.__delitem__("lyapunov_max"), "lyapunov_max"),
    "an error left out": (lambda file: file.__delitem__("lyapunov_max_error"), "lyapunov_max_error is missing"),
    "a surface left out": (lambda file: file["surfaces"].__delitem__("static_fold"), "static_fold"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_is_refused(path: Path, name: str) -> None:
    change, words = IMPOSSIBLE[name]
    edit(path, change)
    with pytest.raises(ResultFileError, match=words):
        read_file(path)


def test_old_files_without_checksums_are_read(path: Path) -> None:
    with h5py.File(path, "a") as file:
        found: list[Any] = [file]
        file.visititems(lambda _, item: found.append(item))
        for item in found:
            del item.attrs["checksum"], item.attrs["covers"]
        for name in ("quantities", "bibliography"):
            del file.attrs[name]
        file.attrs["format_version"] = 1
    assert same_numbers(path)


def test_a_file_that_lost_its_checksums_says_so(path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file.attrs["checksum"]
    with pytest.warns(PhasemapWarning, match=r"rewritten by another program.*unverified"):
        assert same_numbers(path)


def _fixed_length(item: h5py.HLObject) -> None:
    """Texts as R and Julia write them, numbers as xarray writes them."""
    for key, value in list(item.attrs.items()):
        if isinstance(value, str) and key not in ("CLASS", "NAME"):
            del item.attrs[key]
            item.attrs.create(key, np.bytes_(value.encode() or b"\0"))
        elif isinstance(value, np.integer | int):
            item.attrs[key] = np.array([value])


def test_fixed_length_texts_and_arrays_of_one_mean_the_same(path: Path) -> None:
    with h5py.File(path, "a") as file:
        for name in ("branch", "fixed_point"):
            _instead(name, np.array([label.encode() for label in file[name].asstr()[()]]))(file)
        found: list[Any] = [file]
        file.visititems(lambda _, item: found.append(item))
        for item in found:
            _fixed_length(item)
    assert same_numbers(path)
    assert read_file(path).metadata.title == "toy plane"


def test_a_copy_by_xarray_that_lacks_groups_is_named(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.h5"
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        data.to_netcdf(copy, engine="h5netcdf")
    with pytest.raises(ResultFileError, match=r"rewritten by another program.*left out"):
        read_file(copy)


def test_a_copy_by_xarray_of_all_groups_is_read_and_verified(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.h5"
    with xarray.open_datatree(path, engine="h5netcdf") as tree:
        tree.to_netcdf(copy, engine="h5netcdf")
    assert same_numbers(copy)
    flip(copy, place_of(copy, "lyapunov_max") + 3)
    with pytest.raises(ResultFileError, match="checksum"):
        read_file(copy)


def test_every_dataset_has_a_name_units_a_symbol_and_a_checksum(path: Path) -> None:
    lacking = []

    def look(name: str, item: Any) -> None:
        wanted = ["checksum"] + (["long_name", "units", "symbol"] if isinstance(item, h5py.Dataset) else [])
        lacking.extend(f"{name}: {key}" for key in wanted if key not in item.attrs)

    with h5py.File(path) as file:
        file.visititems(look)
        assert not lacking
        assert file["checks/check"].attrs["long_name"] == "check point"
