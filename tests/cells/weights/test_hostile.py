"""Files that are damaged, of another kind or meant to do harm: one sentence each, nothing executed, no memory taken."""

import io
import json
import os
import pickle
import struct
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from phasemap.cells.weights.formats.safetensors import safetensors_bytes
from phasemap.cells.weights.formats.stored import read_arrays
from phasemap.cells.weights.frameworks.recognise import find_layers
from phasemap.errors import WeightFileError


class Harm:
    def __reduce__(self):
        return os.mkdir, ("harmed",)


def header(entries: dict, data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(**changes):
    return {"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]} | changes}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08\0\0\0\0\0\0\0{",
        header(tensor(), b"\0" * 16, length=1 << 60),
        header(tensor(), b"\0" * 8),
        header(tensor(shape=[1 << 40, 1 << 40]), b"\0" * 16),
        header(tensor(shape=[-2, -2]), b"\0" * 16),
        header(tensor(data_offsets=[16, 0]), b"\0" * 16),
        header(tensor(data_offsets=[0, 16, 3]), b"\0" * 16),
        header(tensor(dtype=["F32"]), b"\0" * 16),
        header(tensor(shape="22"), b"\0" * 16),
        struct.pack("<Q", 20_000) + b"{" * 20_000,
        b"\x89HDF\r\n\x1a\n" + b"\0" * 100,
        b"PK\x03\x04 not a zip",
        pickle.dumps(Harm()),
    ],
)
def test_damaged_files_get_one_sentence(content: bytes, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightFileError) as caught:
        find_layers(read_arrays(path))
    assert "\n" not in str(caught.value)
    assert not Path("harmed").exists()


def test_pickles_are_refused_with_the_line_that_converts_them(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Harm()))
    with pytest.raises(WeightFileError, match="weights_only=True"):
        read_arrays(path)
    np.savez(tmp_path / "objects.npz", weight_hh_l0=np.array([Harm()], dtype=object))
    with pytest.raises(WeightFileError, match="pickled"):
        read_arrays(tmp_path / "objects.npz")
    assert not Path("harmed").exists()


def npy(shape: tuple[int, ...], data: bytes) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return stream.getvalue() + data


def test_an_archive_that_declares_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weight_hh_l0.npy", npy((1 << 30, 1 << 10), b"\0" * 64))
    with pytest.raises(WeightFileError, match="size"):
        read_arrays(path)


def test_hdf5_links_to_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "links.h5"
    with h5py.File(path, "w") as file:
        file["recurrent_kernel"] = h5py.ExternalLink("/etc/passwd", "/")
    with pytest.raises(WeightFileError, match="another place"):
        read_arrays(path)


def test_nan_weights_are_named(tmp_path: Path) -> None:
    path = tmp_path / "nan.safetensors"
    weights = np.zeros((12, 4))
    weights[1, 1] = np.nan
    path.write_bytes(safetensors_bytes({"rnn.weight_hh_l0": weights}))
    with pytest.raises(WeightFileError, match=r"1 of the 48 numbers of 'rnn.weight_hh_l0' are NaN"):
        find_layers(read_arrays(path))


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"weight_hh_l0": (32, 4), "weight_hr_l0": (4, 8)}, "projection"),
        ({"rnn.weight_hh": (12, 4), "rnn.layer_norm_i.weight": (12,)}, "layer norm"),
        ({"cell.w_ci": (4,), "cell.weight_hh": (16, 4)}, "peepholes"),
        ({"weight_hh_l0": (13, 4)}, "shape"),
        ({"dense.weight": (5, 5)}, "dense.weight"),
    ],
)
def test_what_has_no_theory_is_refused_by_name(arrays, words: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.safetensors"
    path.write_bytes(safetensors_bytes({name: np.zeros(shape) for name, shape in arrays.items()}))
    with pytest.raises(WeightFileError, match=words):
        find_layers(read_arrays(path))


def test_half_precision_is_read(tmp_path: Path) -> None:
    values = np.array([[1.0, -2.5], [0.15625, 3.0]], dtype="<f4")
    upper = (values.view("<u4") >> 16).astype("<u2")
    entries = {
        "b": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]},
        "h": {"dtype": "F16", "shape": [2, 2], "data_offsets": [8, 16]},
        "ids": {"dtype": "I64", "shape": [1], "data_offsets": [16, 24]},
    }
    path = tmp_path / "half.safetensors"
    path.write_bytes(header(entries, upper.tobytes() + values.astype("<f2").tobytes() + b"\0" * 8))
    found = read_arrays(path)
    assert set(found) == {"b", "h"}
    assert np.array_equal(found["b"].numbers("b"), values) and np.array_equal(found["h"].numbers("h"), values)
