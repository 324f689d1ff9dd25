"""Static quantities on a grid of their own: the same numbers, more of them, drawn where they are the finer ones."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from phasemap.config import make_config
from phasemap.dataset.phases import LABEL_QUANTITIES
from phasemap.dataset.records import Fine
from phasemap.dataset.sections import cut
from phasemap.figures.captions.numerics import numerics_in_words
from phasemap.figures.scenes.stage import stage
from phasemap.figures.scenes.units import in_milliseconds
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result, write_result
from phasemap.storage.reading.validation import problems
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.files.fine import add_fine
from phasemap.sweeps.files.merge import merge_files
from phasemap.sweeps.run import open_sweep
from phasemap.theory.static.fixed_points import solve_points

AXES = {"g_h": {"from": 1.2, "to": 3.0, "points": 4}, "tau_z": {"from": 0.1, "to": 10.0, "points": 3, "scale": "log"}}
GATE = {"alpha_z": 5.0, "beta_z": 0.0}


def swept(path, shard=None, **entries):
    """The result of a small sweep, as it is read from its file."""
    data = {"quantities": ["static_gain", "leading_edge"], "axes": AXES, "parameters": GATE, **entries}
    with open_sweep(make_config(data, REGISTRY), path, shard=shard) as sweep:
        list(sweep.run(InProcess()))
    return read_result(path)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("fine") / "plane.h5")


@pytest.fixture
def with_exponents(result):
    """The same with an exponent on the coarse grid, as if dynamic theory had been asked for."""
    exponent = replace(result["static_gain"], name="lyapunov_max", solver="dynamics")
    return replace(result, fields={**result.fields, "lyapunov_max": exponent})


def test_every_point_of_the_grid_keeps_its_number(result):
    fine = result.fine
    assert [len(axis) for axis in fine.axes] == [25, 17]
    for name, entry in result.fields.items():
        np.testing.assert_array_equal(fine.fields[name].value[::8, ::8], entry.value)
        np.testing.assert_array_equal(fine.fields[name].status[::8, ::8], entry.status)


def test_points_between_are_computed_not_interpolated(result):
    fine = result.fine
    i, j = 11, 5
    place = {axis.name: float(axis.values[k]) for axis, k in zip(fine.axes, (i, j), strict=True)}
    found = solve_points([make_parameters(**GATE, **place)])
    for name, entry in fine.fields.items():
        np.testing.assert_array_equal(entry.value[i, j], found[name].value[0])
    assert not (fine.fields["static_gain"].status == Status.INTERPOLATED).any()


def test_the_finer_axis_keeps_its_scale(result):
    ratios = result.fine.axes[1].values[1:] / result.fine.axes[1].values[:-1]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-12)


def test_halfway_between_a_value_and_its_opposite_lies_zero(tmp_path):
    axes = {**AXES, "beta_h": {"from": -1.0, "to": 1.0, "points": 64}}
    del axes["tau_z"]
    biases = swept(tmp_path / "biases.h5", axes=axes, quantities=["static_gain"]).fine.axes[1].values
    assert biases[63] == 0.0 and np.count_nonzero(biases == 0.0) == 1


def test_the_parts_of_a_sweep_together_are_the_sweep(result, tmp_path):
    parts = [tmp_path / f"part{k}.h5" for k in (1, 2)]
    for k, part in enumerate(parts, start=1):
        assert swept(part, (k, 2), surfaces=["zero_instability"]).fine is None  # not before everything is there
    joined = merge_files(parts, tmp_path / "joined.h5").result
    np.testing.assert_array_equal(joined.fine.fields["static_gain"].value, result.fine.fields["static_gain"].value)


def test_grids_that_need_none_get_none(tmp_path):
    assert swept(tmp_path / "line.h5", axes={"g_h": AXES["g_h"]}).fine is None
    assert swept(tmp_path / "lines.h5", quantities=[], surfaces=["static_gain_one"]).fine is None
    axes = {**AXES, "g_h": {**AXES["g_h"], "points": 5}, "refine": "labels", "refine_levels": 1}
    assert swept(tmp_path / "refined.h5", axes=axes).fine is None


def test_a_map_shows_the_finer_numbers_with_their_labels(result):
    scene = stage(result, "static_gain")
    assert scene.layer.value.shape == scene.phases.shape == (17, 25)
    assert stage(result, "phase").layer.value.shape == (17, 25)
    assert "25 × 17" in numerics_in_words(result, "static_gain")


def test_labels_that_a_coarse_quantity_decides_stay_where_it_is(with_exponents):
    assert stage(with_exponents, "lyapunov_max").layer.value.shape == (3, 4)
    coarse = stage(with_exponents, "phase").layer.value
    assert coarse.shape == (3, 4)
    phases = stage(with_exponents, "static_gain").phases
    assert phases.shape == (17, 25)
    np.testing.assert_array_equal(phases[::8, ::8], coarse)
    assert "lyapunov_max" in LABEL_QUANTITIES


def test_milliseconds_reach_the_finer_grid(result, with_exponents):
    for one, labelled in ((result, True), (with_exponents, False)):
        there = in_milliseconds(one, 20.0).fine
        np.testing.assert_allclose(there.axes[1].values, 20.0 * one.fine.axes[1].values)
        np.testing.assert_allclose(there.fields["leading_edge"].value, 50.0 * one.fine.fields["leading_edge"].value)
        assert ("phase" in there.fields) == labelled


def test_a_section_has_the_values_of_the_grid_only(result):
    assert cut(result, {"g_h": 1.8}).fine is None


def test_a_grid_that_is_not_finer_is_refused(result, tmp_path):
    write_result(tmp_path / "again.h5", result)
    assert not list(problems(read_result(tmp_path / "again.h5")))
    first, second = result.fine.axes
    shifted = Fine((first, replace(second, values=second.values * 1.001)), result.fine.fields)
    assert any("fine axis tau_z" in problem for problem in problems(replace(result, fine=shifted)))


def test_the_finer_numbers_are_stored_as_those_of_the_grid_are(result, monkeypatch, tmp_path):
    """A solver that calls something known that is no number: the file must be readable all the same."""

    def careless(points, *_):
        found = solve_points(points)
        found["static_gain"].value[0] = np.nan
        found["static_gain"].status[0] = Status.CONVERGED
        return found

    monkeypatch.setattr("phasemap.theory.static.fixed_points.solve_points", careless)
    again = replace(result, fine=None)
    add_fine(make_config({"quantities": ["static_gain"], "axes": AXES, "parameters": GATE}, REGISTRY), again)
    assert (again.fine.fields["static_gain"].status[0, 0] == Status.FAILED).all()
    write_result(tmp_path / "again.h5", again)
    assert not list(problems(read_result(tmp_path / "again.h5")))


def test_a_finer_grid_that_fails_leaves_the_sweep_as_it_is(result, monkeypatch):
    def broken(*_):
        raise FloatingPointError("out of digits")

    monkeypatch.setattr("phasemap.theory.static.fixed_points.solve_points", broken)
    bare = replace(result, fine=None)
    add_fine(make_config(tomllib.loads(result.metadata.config), REGISTRY), bare)
    assert bare.fine is None and bare.complete
