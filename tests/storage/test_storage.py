"""Result files: nothing is lost on the way, other tools can read them, and broken ones are named."""

import errno
import json
import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray
from support.made_up_result import BRANCHES, make_result

from phasemap.dataset import Field, Result
from phasemap.errors import ResultFileError
from phasemap.model.status import Status
from phasemap.model.text.fingerprint import settings_hash
from phasemap.storage import is_hdf5, read_file, read_result, write_result


def assert_same_field(a: Field, b: Field) -> None:
    for name in ("value", "status", "error"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    for name in ("name", "dims", "own_dims", "symbol", "description", "units", "solver"):
        assert getattr(a, name) == getattr(b, name)


def assert_same(a: Result, b: Result) -> None:
    assert a.metadata == b.metadata
    assert (a.failures, a.wanted_surfaces, a.dimensions) == (b.failures, b.wanted_surfaces, b.dimensions)
    assert [replace(axis, values=None) for axis in a.axes] == [replace(axis, values=None) for axis in b.axes]
    for one, two in zip(a.axes, b.axes, strict=True):
        np.testing.assert_array_equal(one.values, two.values)
    assert a.fields.keys() == b.fields.keys()
    for name in a.fields:
        assert_same_field(a.fields[name], b.fields[name])
    assert a.surfaces.keys() == b.surfaces.keys()
    for name, surface in a.surfaces.items():
        other = b.surfaces[name]
        assert (surface.name, surface.condition, surface.columns) == (other.name, other.condition, other.columns)
        for part in ("vertices", "residual", "offsets", "triangles"):
            np.testing.assert_array_equal(getattr(surface, part), getattr(other, part))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "result.h5"


def test_what_is_written_is_read(path: Path) -> None:
    result = make_result()
    write_result(path, result)
    assert_same(read_result(path), result)
    assert [p.name for p in path.parent.iterdir()] == ["result.h5"]


def test_a_result_without_any_quantity_is_written_and_read(path: Path) -> None:
    result = replace(make_result(), fields={}, checks=None, labels={}, dimensions={})
    result.metadata.settings.pop("checks")
    result.metadata.config_hash = settings_hash(result.metadata.settings)
    write_result(path, result)
    assert_same(read_result(path), result)


def test_xarray_opens_it_as_it_is(path: Path) -> None:
    result = make_result()
    write_result(path, result)
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert data["exponent"].dims == ("g_h", "alpha_r", "branch")
        assert data["branch"].values.tolist() == BRANCHES.tolist()
        np.testing.assert_array_equal(data["exponent"], result.fields["exponent"].value)
        np.testing.assert_array_equal(data["exponent_error"], result.fields["exponent"].error)
        np.testing.assert_array_equal(data["alpha_r"], result.axes[1].values)
        assert data["g_h"].attrs["symbol"] == "$g_h$"
        assert data["exponent"].attrs["units"] == "1 / s"
        flags = dict(
            zip(
                data["exponent_status"].attrs["flag_meanings"].split(),
                data["exponent_status"].attrs["flag_values"],
                strict=True,
            )
        )
        assert flags["converged"] == Status.CONVERGED
        assert data.attrs["title"] == "größte Lyapunov-Zahl"
        assert json.loads(data.attrs["versions"]) == {"numpy": "2.0"}
    with xarray.open_dataset(path, engine="h5netcdf", group="checks") as data:
        assert data["exponent"].dims == ("check", "branch")
        np.testing.assert_array_equal(data["g_h"], [1.0, 2.0])
    with xarray.open_dataset(path, engine="h5netcdf", group="surfaces/sheet") as data:
        assert data["column"].values.tolist() == ["g_h", "alpha_r", "tau_r"]
        assert data["triangles"].dims == ("triangle", "corner")


def test_a_long_configuration_fits(path: Path) -> None:
    result = make_result()
    result.metadata.config = "# " + "x" * 200_000
    write_result(path, result)
    assert read_result(path).metadata.config == result.metadata.config


def test_no_locks_are_needed_to_read(path: Path) -> None:
    write_result(path, make_result())
    with h5py.File(path, "r+", locking=True):  # a writer with HDF5's exclusive lock
        assert read_file(path).shape == (5, 3)


def test_missing_files_are_named(path: Path) -> None:
    with pytest.raises(ResultFileError, match=r"no file .*result\.h5"):
        read_result(path)
    write_result(path.with_name("other.h5"), make_result())
    with pytest.raises(ResultFileError, match=r"other\.h5"):
        read_result(path)
    with pytest.raises(ResultFileError, match="folder"):
        read_result(path.parent)


def test_other_files_are_named(path: Path) -> None:
    path.write_text("not at all")
    assert not is_hdf5(path)
    with pytest.raises(ResultFileError, match="not an HDF5 file"):
        read_result(path)
    path.unlink()
    with h5py.File(path, "w") as file:
        file["x"] = 1
    assert is_hdf5(path)
    with pytest.raises(ResultFileError, match="not one that phasemap wrote"):
        read_result(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.99])
def test_truncated_files_are_named(path: Path, share: float) -> None:
    write_result(path, make_result())
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ResultFileError, match="truncated or damaged"):
        read_result(path)


def test_missing_parts_are_named(path: Path) -> None:
    write_result(path, make_result())
    with h5py.File(path, "a") as file:
        del file["exponent_status"]
    with pytest.raises(ResultFileError, match="exponent_status"):
        read_result(path)


def test_newer_formats_are_named(path: Path) -> None:
    write_result(path, make_result())
    with h5py.File(path, "a") as file:
        file.attrs["format_version"] = 99
    with pytest.raises(ResultFileError, match=r"format version 99.*newer phasemap"):
        read_result(path)


def test_unwritable_places_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultFileError, match="does not exist"):
        write_result(tmp_path / "no" / "x.h5", make_result())
    with pytest.raises(ResultFileError, match="not a folder"):
        write_result(tmp_path / "file" / "x.h5", make_result())
    with pytest.raises(ResultFileError, match="folder"):
        write_result(tmp_path, make_result())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folders_are_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ResultFileError, match="permission"):
        write_result(tmp_path / "x.h5", make_result())


@pytest.mark.parametrize("stage", ["write", "fsync"])
def test_a_full_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    result = make_result()
    write_result(path, result)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if stage == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "open", full)
    with pytest.raises(ResultFileError, match="disk is full"):
        write_result(path, replace(result, fields={}))
    monkeypatch.undo()
    assert_same(read_result(path), result)
    assert [p.name for p in path.parent.iterdir()] == ["result.h5"]


def test_a_file_size_limit_leaves_the_old_file(path: Path) -> None:
    """The real thing, in a process of its own: the kernel refuses to go on in the middle of the file."""
    write_result(path, make_result())
    before = path.read_bytes()
    script = (
        "import resource, sys; from pathlib import Path; from phasemap.storage.durable import write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "write_atomically(Path(sys.argv[1]), b'x' * 100000)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=False)
    assert "ResultFileError" in done.stderr
    assert "size limit" in done.stderr
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["result.h5"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 5000


def test_a_field_is_taken_along_a_label() -> None:
    result = make_result()
    chaotic = result["exponent"].sel(branch="fluctuating")
    np.testing.assert_array_equal(chaotic.value, result.fields["exponent"].value[..., 2])
    assert chaotic.dims == ("g_h", "alpha_r")
