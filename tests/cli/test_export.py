"""`phasemap export`: every number of a result, with its error and its status, in other formats."""

import csv
from pathlib import Path

import numpy as np
import pytest
from support import toy_results

from phasemap.model.status import Status
from phasemap.storage import write_result


def read(name):
    return list(csv.DictReader(Path(name).read_text().splitlines()))


@pytest.fixture
def stored(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = toy_results.plane()
    write_result(tmp_path / "plane.h5", result)
    return result


def test_a_table_has_one_row_for_every_number(stored, phasemap):
    assert phasemap("export", "plane.h5", "-o", "x.csv", "--quantity", "lyapunov_max").code == 0
    rows = read("x.csv")
    field = stored["lyapunov_max"]
    assert len(rows) == field.value.size
    place = (3, 2, 1)
    row = rows[np.ravel_multi_index(place, field.value.shape)]
    assert float(row["g_h"]) == stored.axes[0].values[3] and row["branch"] == field.coords["branch"][1]
    assert row["status"] == Status(int(field.status[place])).name.lower()
    np.testing.assert_equal(float(row["value"]), field.value[place])


def test_an_archive_holds_the_arrays(stored, phasemap):
    assert phasemap("export", "plane.h5", "-o", "x.npz").code == 0
    arrays = np.load("x.npz")
    for name, field in stored.fields.items():
        np.testing.assert_array_equal(arrays[name], field.value)
        np.testing.assert_array_equal(arrays[f"{name}_status"], field.status)
    assert arrays["branch"].tolist() == list(stored.labels["branch"])


def test_netcdf_opens_in_xarray(stored, phasemap):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    assert phasemap("export", "plane.h5", "-o", "x.nc").code == 0
    with xarray.open_dataset("x.nc", engine="h5netcdf") as data:
        np.testing.assert_array_equal(data.lyapunov_max, stored.fields["lyapunov_max"].value)


def test_critical_lines_are_exported_too(stored, phasemap):
    assert phasemap("export", "plane.h5", "-o", "lines.csv", "--surfaces").code == 0
    rows = read("lines.csv")
    assert len(rows) == sum(len(surface.vertices) for surface in stored.surfaces.values())
    assert {row["surface"] for row in rows} == set(stored.surfaces)
    assert phasemap("export", "plane.h5", "-o", "lines.npz", "--surfaces").code == 0
    name, surface = next(iter(stored.surfaces.items()))
    np.testing.assert_array_equal(np.load("lines.npz")[f"{name}_vertices"], surface.vertices)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "x.xlsx"), ".csv, .npz, .nc"),
        (("-o", "x.csv", "--quantity", "lyapunov"), "Did you mean 'lyapunov_max'?"),
        (("-o", "plane.nc", "--surfaces"), "no grid"),
        (("-o", "there.csv"), "--force"),
    ],
)
def test_what_cannot_be_written_is_said(stored, phasemap, arguments, words, tmp_path):
    (tmp_path / "there.csv").write_text("mine")
    ran = phasemap("export", "plane.h5", *arguments)
    assert ran.code == 2 and words in ran.err
    assert (tmp_path / "there.csv").read_text() == "mine"
