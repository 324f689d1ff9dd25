"""`phasemap export`: all that a result holds, with its errors and statuses, in other formats and back again."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import toy_results

from phasemap.dataset.records import Fine
from phasemap.model.results import CriticalSurface, Region
from phasemap.model.status import Status
from phasemap.storage import read_result, write_result

CODES = {status.name.lower(): status for status in Status}
SQUARE = np.array([[1.0, 2.0], [2.0, 2.0], [2.0, 3.0], [1.0, 2.0]])
HOLE = np.array([[1.25, 2.25], [1.5, 2.25], [1.5, 2.5], [1.25, 2.25]])


def read(name):
    return list(csv.DictReader(Path(name).read_text().splitlines()))


def with_region(result):
    """The same with a region of one polygon and one hole."""
    vertices = np.concatenate([SQUARE, HOLE])
    result.regions["marginally_stable"] = Region(
        "marginally_stable", "p <= 0.1", ("g_h", "alpha_r"), vertices, np.full(len(vertices), 1e-9),
        np.array([0, 4, 8]), level=0.1,
    )  # fmt: skip
    return result


def with_mesh(result):
    """A box with a mesh of two triangles among its surfaces."""
    corners = np.array([[1.0, 2.0, 0.0], [2.0, 2.0, 0.0], [2.0, 3.0, 0.0], [1.0, 3.0, 0.5]])
    result.surfaces["mesh"] = CriticalSurface(
        "mesh", "a condition", tuple(result.axis_names), corners, np.arange(4) * 1e-9,
        triangles=np.array([[0, 1, 2], [2, 3, 0]]),
    )  # fmt: skip
    return result


def with_fine_grid(result):
    """The gain once more, with a value between any two along the first axis."""
    first, second = result.axes
    values = np.interp(np.arange(2 * len(first) - 1) / 2, np.arange(len(first)), first.values)
    values[::2] = first.values
    gain = result.fields["static_gain"]
    rows = np.repeat(np.arange(len(first)), 2)[:-1]
    result.fine = Fine(
        (replace(first, values=values), second),
        {gain.name: replace(gain, value=gain.value[rows] + 0.5, status=gain.status[rows])},
    )
    return result


def box():
    return with_mesh(toy_results.consistent(toy_results.checked_box()))


def parts(stored):
    """The fields of each part of a result by its prefix in archives."""
    fine = {} if stored.fine is None else {"fine": stored.fine.fields}
    return {"grid": stored.fields, "checks": stored.checks.fields, **fine}


MADE = {"plane": lambda: with_fine_grid(with_region(toy_results.plane())), "box": box}


@pytest.fixture(params=MADE)
def stored(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_result(tmp_path / "made.h5", MADE[request.param]())
    return read_result(tmp_path / "made.h5")


def same(got, field):
    """Whether value, error and status, of whatever shape, are those of a field."""
    value, error, status = got
    np.testing.assert_array_equal(np.reshape(value, field.value.shape), field.value)
    np.testing.assert_array_equal(np.reshape(status, field.status.shape), field.status)
    if field.error is None:
        assert error is None
    else:
        np.testing.assert_array_equal(np.reshape(error, field.error.shape), field.error)


def test_a_table_gives_every_number_back(stored, phasemap):
    ran = phasemap("export", "made.h5", "-o", "x.csv")
    assert ran.code == 0 and "--surfaces" in ran.out
    rows = read("x.csv")
    for part, fields in parts(stored).items():
        for name, field in fields.items():
            own = [row for row in rows if (row["part"], row["quantity"]) == (part, name)]
            error = None if field.error is None else [float(row["error"]) for row in own]
            same(([float(row["value"]) for row in own], error, [CODES[row["status"]] for row in own]), field)
    assert len(rows) == sum(field.value.size for fields in parts(stored).values() for field in fields.values())


def test_every_row_says_where_it_stands(stored_plane, phasemap):
    assert phasemap("export", "plane.h5", "-o", "x.csv", "--quantity", "lyapunov_max").code == 0
    rows, field = read("x.csv"), stored_plane["lyapunov_max"]
    place = (3, 2, 1)
    row = rows[np.ravel_multi_index(place, field.value.shape)]
    assert float(row["g_h"]) == stored_plane.axes[0].values[3] and row["branch"] == field.coords["branch"][1]
    at_checks = rows[field.value.size :]
    for name, values in stored_plane.checks.parameters.items():
        np.testing.assert_array_equal(
            [float(row[name]) for row in at_checks], values[[int(r["check"]) for r in at_checks]]
        )


@pytest.mark.parametrize("kind", ["npz", "nc"])
def test_arrays_give_everything_back(stored, phasemap, kind):
    if kind == "nc":
        pytest.importorskip("xarray")
        pytest.importorskip("h5netcdf")
    assert phasemap("export", "made.h5", "-o", f"x.{kind}").code == 0
    arrays = opened(f"x.{kind}")
    for part, fields in parts(stored).items():
        prefix = "" if part == "grid" else f"{part}_"
        for name, field in fields.items():
            same([arrays.get(f"{prefix}{name}{end}") for end in ("", "_error", "_status")], field)
            for dim in field.own_dims:
                assert list(arrays[dim]) == list(stored.labels[dim])
    for axis in stored.axes:
        np.testing.assert_array_equal(arrays[axis.name], axis.values)
        np.testing.assert_array_equal(arrays[f"checks_{axis.name}"], stored.checks.parameters[axis.name])
    for axis in () if stored.fine is None else stored.fine.axes:
        np.testing.assert_array_equal(arrays[f"fine_{axis.name}"], axis.values)
    assert stored.surfaces
    for name, surface in {**stored.surfaces, **stored.regions}.items():
        for part in ("vertices", "residual", "offsets", "triangles"):
            np.testing.assert_array_equal(arrays[f"{name}_{part}"], getattr(surface, part))
        assert tuple(arrays[f"{name}_columns"]) == surface.columns
    assert {name: float(arrays[f"{name}_level"]) for name in stored.regions} == {
        name: region.level for name, region in stored.regions.items()
    }


def opened(name):
    """The arrays of an archive or of a netCDF file, by name."""
    if name.endswith(".npz"):
        return dict(np.load(name))
    import xarray

    with xarray.open_dataset(name, engine="h5netcdf") as data:
        return {key: data[key].values for key in data.variables}


def test_netcdf_is_labelled(stored_plane, phasemap):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    assert phasemap("export", "plane.h5", "-o", "x.nc").code == 0
    with xarray.open_dataset("x.nc", engine="h5netcdf") as data:
        place = data.lyapunov_max.sel(g_h=stored_plane.axes[0].values[3], branch="fluctuating")
        np.testing.assert_array_equal(place, stored_plane["lyapunov_max"].sel(branch="fluctuating").value[3])
        assert data.lyapunov_max.attrs["units"] == stored_plane.fields["lyapunov_max"].units
        assert data.checks_network_lyapunov_max.coords["checks_g_h"].dims == ("check",)


def test_critical_lines_and_regions_are_a_table_of_their_own(stored, phasemap):
    assert phasemap("export", "made.h5", "-o", "lines.csv", "--surfaces").code == 0
    rows = read("lines.csv")
    for name, surface in {**stored.surfaces, **stored.regions}.items():
        own = [row for row in rows if row["surface"] == name]
        got = np.array([[float(row[column]) for column in surface.columns] for row in own])
        if len(surface.triangles):
            np.testing.assert_array_equal(got.reshape(-1, 3, got.shape[1]), surface.vertices[surface.triangles])
        else:
            np.testing.assert_array_equal(got, surface.vertices)
            lengths = np.diff(surface.offsets)
            assert [int(row["piece"]) for row in own] == np.repeat(np.arange(len(lengths)), lengths).tolist()
        assert {row["level"] for row in own} == {str(getattr(surface, "level", ""))}
    assert {row["surface"] for row in rows} == {*stored.surfaces, *stored.regions}


@pytest.mark.parametrize("kind", ["npz", "nc"])
def test_parts_are_chosen(stored_plane, phasemap, kind):
    if kind == "nc":
        pytest.importorskip("h5netcdf")
    assert phasemap("export", "plane.h5", "-o", f"lines.{kind}", "--surfaces").code == 0
    assert "lyapunov_max" not in opened(f"lines.{kind}") and "static_fold_vertices" in opened(f"lines.{kind}")
    assert phasemap("export", "plane.h5", "-o", f"one.{kind}", "--quantity", "network_lyapunov_max").code == 0
    arrays = opened(f"one.{kind}")
    assert "checks_network_lyapunov_max" in arrays and not {"lyapunov_max", "static_fold_vertices"} & set(arrays)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "x.xlsx"), ".csv, .npz, .nc"),
        (("-o", "x.csv", "--quantity", "lyapunov"), "Did you mean 'lyapunov_max'?"),
        (("-o", "x.nc", "--surfaces", "--quantity", "lyapunov_max"), "--quantity"),
        (("-o", "there.csv"), "--force"),
    ],
)
def test_what_cannot_be_written_is_said(stored_plane, phasemap, arguments, words, tmp_path):
    (tmp_path / "there.csv").write_text("mine")
    ran = phasemap("export", "plane.h5", *arguments)
    assert ran.code == 2 and words in ran.err
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_a_result_without_lines_makes_no_empty_table(stored_plane, phasemap, tmp_path):
    write_result(tmp_path / "bare.h5", replace(stored_plane, surfaces={}, regions={}))
    ran = phasemap("export", "bare.h5", "-o", "lines.csv", "--surfaces")
    assert ran.code == 2 and "holds no critical line" in ran.err and "Traceback" not in ran.err
    assert not (tmp_path / "lines.csv").exists()
