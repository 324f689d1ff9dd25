"""Finished planes at half their step: more points where the plane changes, and not one number of the grid another."""

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.refined_plane import refined
from support.sweeping import assert_same_numbers
from support.toy_discs import DISCS, disc

from phasemap.cli.sweep_halves import halves_in_words
from phasemap.cli.sweep_run import run_sweep
from phasemap.config import SweepConfig, make_config
from phasemap.dataset import Result
from phasemap.figures.scenes.stage import stage
from phasemap.figures.scenes.units import in_milliseconds
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.storage import read_result, write_result
from phasemap.storage.reading.validation import problems
from phasemap.storage.tables.arrays import named_fields
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.redo import open_redo
from phasemap.sweeps.refinement.halved import companion, halved, is_affordable, open_halves, plan_of_halves

QUANTITIES = ["static_gain", "count", "hill", "inner"]
FINE = (slice(None, None, 2),) * 2


def plane(points: tuple[int, int] = (24, 19), **entries) -> SweepConfig:
    """A disc in a plane, on a grid that does not know where it is."""
    ends = {"g_h": (0.5, 4.0), "alpha_r": (0.0, 4.0)}
    axes = {name: {"from": a, "to": b, "points": n} for (name, (a, b)), n in zip(ends.items(), points, strict=True)}
    return make_config({"quantities": QUANTITIES, "axes": axes, **entries}, DISCS)


def swept(config: SweepConfig, path: Path, code: int = 0, **options) -> Result:
    """What the command leaves in a file."""
    assert run_sweep(config, path, InProcess, options.pop("shard", None), False, **options) == code
    return read_result(path)


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> Result:
    path = tmp_path_factory.mktemp("halved") / "plane.h5"
    found = swept(plane(), path)
    assert [one.name for one in path.parent.iterdir()] == ["plane.h5"]  # nothing is left beside it
    return found


def test_a_plane_is_refined_unless_the_command_or_the_configuration_says_no(result, tmp_path):
    assert result.refined is not None
    assert swept(plane().halving(False), tmp_path / "asked.h5").refined is None
    assert swept(plane(output={"refine": False}), tmp_path / "written.h5").refined is None


def test_no_number_of_the_grid_is_another_one(result, tmp_path):
    assert_same_numbers(result, swept(plane().halving(False), tmp_path / "plain.h5"))
    for name, entry in result.fields.items():
        np.testing.assert_array_equal(result.refined.fields[name].value[FINE], entry.value)
        np.testing.assert_array_equal(result.refined.fields[name].status[FINE], entry.status)


def test_the_numbers_between_are_those_of_the_solver_or_marked(result):
    g, a = (axis.values for axis in result.refined.axes)
    points = [make_parameters(g_h=x, alpha_r=y) for x in g for y in a]
    exact = disc(points, None, ())
    filled = 0
    for name, entry in result.refined.fields.items():
        rows = exact[name].value.reshape(entry.value.shape)
        own = entry.status == Status.CONVERGED
        np.testing.assert_array_equal(entry.value[own], rows[own])
        between = entry.status == Status.INTERPOLATED
        filled += between.sum()
        errors = np.zeros(rows.shape) if entry.error is None else entry.error
        assert (np.abs(entry.value - rows)[between] <= errors[between] + 1e-12).all()
    assert filled > 1000


def test_what_is_filled_in_has_seven_digits_and_its_error_covers_the_rest(result):
    filled = result.refined.fields["hill"].status == Status.INTERPOLATED
    hill = result.refined.fields["hill"]
    assert (hill.value[filled] == hill.value[filled].astype(np.float32)).all()
    two_digits = 2.0**7 * np.frexp(hill.error[filled])[0]
    assert (two_digits == np.round(two_digits)).all() and (hill.error[filled] > 0).all()
    own = hill.status == Status.CONVERGED
    assert (hill.value[own] != hill.value[own].astype(np.float32)).mean() > 0.9


def test_wherever_the_plane_changes_everything_is_computed(result):
    count, status = (getattr(result.refined.fields["count"], key) for key in ("value", "status"))
    i, j = np.nonzero(np.diff(count, axis=0))
    assert len(i) > 20 and (status[i, j] == Status.CONVERGED).all() and (status[i + 1, j] == Status.CONVERGED).all()


def test_a_stopped_refinement_goes_on_and_ends_as_one_in_one_piece(result, tmp_path):
    path = tmp_path / "plane.h5"
    half = swept(plane().halving(False), path)
    with (
        open_halves(halved(plane()), half, path) as more,
        contextlib.closing(more.run(InProcess())) as blocks,
    ):
        next(blocks)
    assert read_result(path).refined is None and companion(path).exists()
    there = read_result(companion(path))
    assert (there.fields["hill"].status == Status.CONVERGED).sum() > 0 and not there.complete
    again = swept(plane(), path)
    assert not companion(path).exists() and list(tmp_path.iterdir()) == [path]
    for name, entry in result.refined.fields.items():
        np.testing.assert_array_equal(again.refined.fields[name].value, entry.value)
        np.testing.assert_array_equal(again.refined.fields[name].status, entry.status)


def test_a_finished_file_is_left_alone_unless_it_is_asked_for(result, tmp_path):
    path = tmp_path / "plane.h5"
    write_result(path, replace(result, refined=None))
    before = path.read_bytes()
    swept(plane(), path)
    assert path.read_bytes() == before
    assert swept(plane().halving(True), path).refined is not None


def test_what_would_cost_more_than_half_of_the_plane_is_said_not_done(tmp_path, capsys):
    coarse = plane((6, 5))
    found = swept(coarse, tmp_path / "coarse.h5")
    assert found.refined is None and not is_affordable(plan_of_halves(halved(coarse), found), coarse)
    assert "--refine" in capsys.readouterr().out
    assert swept(coarse.halving(True), tmp_path / "coarse.h5").refined is not None


def test_what_needs_no_more_points_gets_none():
    assert halved(plane((24, 4))) is None  # a sketch
    assert halved(refined()) is None  # refined by its configuration
    assert halved(make_config({"quantities": QUANTITIES, "axes": {"g_h": [1.0, 2.0]}}, DISCS)) is None
    assert halved(plane()).shape == (47, 37)


def test_parts_of_a_sweep_are_refined_when_they_are_one(tmp_path):
    part = swept(plane().halving(True), tmp_path / "part.h5", shard=(1, 2))
    assert not part.complete and part.refined is None


def test_points_that_are_computed_again_take_the_refined_ones_with_them(result, tmp_path):
    path = tmp_path / "plane.h5"
    write_result(path, result)
    with open_redo(plane(), path, [Status.CONVERGED]) as job:
        list(job.run(InProcess()))
    assert read_result(path).refined is None


def test_bad_numbers_are_never_interpolated(tmp_path):
    found = swept(plane(parameters={"m_h": 1.0}).halving(True), tmp_path / "bad.h5").refined
    bad = found.axes[0].values > 3.5
    assert bad.sum() > 5
    assert (found.fields["hill"].status[bad] == Status.NOT_CONVERGED).all()
    edge = np.flatnonzero(~bad)[-1]
    assert (found.fields["hill"].status[edge] == Status.CONVERGED).all()


def test_the_file_the_tables_and_the_figures_know_it(result, tmp_path):
    assert list(problems(result)) == []
    write_result(tmp_path / "again.h5", result)
    again = read_result(tmp_path / "again.h5")
    np.testing.assert_array_equal(again.refined.fields["hill"].error, result.refined.fields["hill"].error)
    assert named_fields(result)["refined_hill"].values.shape == (47, 37)
    assert stage(result, "hill").layer.value.shape == stage(result, "phase").layer.value.shape == (37, 47)
    assert "phase" in in_milliseconds(result, 20.0).refined.fields
    torn = replace(result.refined, axes=result.axes)
    assert list(problems(replace(result, refined=torn)))


def test_the_plan_says_what_may_follow():
    said = " ".join(halves_in_words(plane(), 60.0))
    assert "30 s" in said and "--no-refine" in said
    assert "--refine" in " ".join(halves_in_words(plane().halving(True), 60.0))
    assert halves_in_words(plane().halving(False), 60.0) == []
