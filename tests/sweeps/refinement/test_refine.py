"""Refined maps: the same picture as the whole grid for a part of its cost, and the same numbers whatever the way."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.refined_plane import refined
from support.sweeping import Shuffled, assert_same_numbers, run
from support.toy_discs import DISCS
from support.toy_registry import CONFIG, TOYS

from phasemap.config import SweepConfig, make_config
from phasemap.dataset import Result
from phasemap.errors import ConfigError
from phasemap.figures.scenes.fields import phase_field
from phasemap.model.status import Status
from phasemap.storage import read_result, write_result
from phasemap.sweeps.executors.processes import Executor, InProcess, Processes
from phasemap.sweeps.plan import make_plan
from phasemap.sweeps.redo import open_redo
from phasemap.sweeps.refinement import refine
from phasemap.sweeps.run import open_sweep


def whole(config: SweepConfig, output: Path) -> Result:
    run(replace(config, refinement=None), output)
    return read_result(output)


def swept(config: SweepConfig, output: Path) -> Result:
    run(config, output)
    result = read_result(output)
    assert result.complete
    return result


def labels(result: Result) -> np.ndarray:
    return phase_field(result).value


def computed(result: Result, name: str = "static_gain") -> np.ndarray:
    status = result.fields[name].status
    found: np.ndarray = (status != Status.INTERPOLATED).reshape(*result.shape, -1).all(axis=-1)
    return found


def changes(values: np.ndarray) -> np.ndarray:
    """The points of the finest grid next to one with another value."""
    found = np.zeros(values.shape, dtype=bool)
    for axis in range(values.ndim):
        differ = np.diff(values, axis=axis) != 0
        a, b = [slice(None)] * values.ndim, [slice(None)] * values.ndim
        a[axis], b[axis] = slice(None, -1), slice(1, None)
        found[tuple(a)] |= differ
        found[tuple(b)] |= differ
    return found


def test_the_boundary_is_resolved_to_the_finest_level_and_labels_are_right_everywhere(tmp_path: Path) -> None:
    result, full = swept(refined(), tmp_path / "a.h5"), whole(refined(), tmp_path / "b.h5")
    np.testing.assert_array_equal(labels(result), labels(full))
    assert len(np.unique(labels(full))) == 2
    assert computed(result)[changes(labels(full))].all()
    assert computed(result).mean() < 0.3


@pytest.mark.parametrize("points", [(64, 50), (7, 90), (2, 33), (40, 5)])
def test_any_number_of_points_will_do(tmp_path: Path, points: tuple[int, int]) -> None:
    config = refined(f"axes.g_h.points={points[0]}", f"axes.alpha_r.points={points[1]}", refine_levels=4)
    result, full = swept(config, tmp_path / "a.h5"), whole(config, tmp_path / "b.h5")
    for name in full.fields:
        np.testing.assert_array_equal(np.isnan(result.fields[name].value), np.isnan(full.fields[name].value))
    if min(points) > 20:
        np.testing.assert_array_equal(labels(result), labels(full))


@pytest.mark.parametrize("names", [("g_h",), ("g_h", "alpha_r", "beta_r")])
def test_lines_and_boxes_are_refined_too(tmp_path: Path, names: tuple[str, ...]) -> None:
    ranges = {"g_h": (0.5, 4.0, 33), "alpha_r": (0.0, 4.0, 33), "beta_r": (0.0, 1.0, 9)}
    axes: dict[str, Any] = {n: dict(zip(("from", "to", "points"), ranges[n], strict=True)) for n in names}
    parameters = {} if len(names) > 1 else {"alpha_r": 1.5}
    data = {"quantities": ["static_gain"], "parameters": parameters, "axes": {**axes, "refine": "labels"}}
    config = make_config(data, DISCS)
    result, full = swept(config, tmp_path / "a.h5"), whole(config, tmp_path / "b.h5")
    np.testing.assert_array_equal(labels(result), labels(full))
    assert computed(result).mean() < 0.7


def test_neighbouring_cells_differ_by_one_level_at_most(tmp_path: Path) -> None:
    """Along a row, gaps between computed points at least halve or double; a gap is never beside one of a quarter."""
    result = swept(refined(refine_levels=4), tmp_path / "a.h5")
    rows = np.flatnonzero(computed(result).sum(axis=0) > 5)
    for row in rows[rows % 16 == 0]:
        gaps = np.diff(np.flatnonzero(computed(result)[:, row]))
        ratio = gaps[1:] / gaps[:-1]
        assert ((ratio >= 0.5) & (ratio <= 2.0)).all()


def test_counts_take_the_value_of_their_corners(tmp_path: Path) -> None:
    config = refined(refine="count", quantities=["count"])
    result, full = swept(config, tmp_path / "a.h5"), whole(config, tmp_path / "b.h5")
    np.testing.assert_array_equal(result.fields["count"].value, full.fields["count"].value)
    assert (result.fields["count"].status == Status.INTERPOLATED).mean() > 0.7


@pytest.mark.parametrize("tolerance", [0.1, 0.03, 0.01])
def test_smooth_quantities_are_within_the_tolerance_and_their_error(tmp_path: Path, tolerance: float) -> None:
    config = refined(refine="hill", quantities=["hill"], refine_tolerance=tolerance)
    result, full = swept(config, tmp_path / "a.h5"), whole(config, tmp_path / "b.h5")
    hill = result.fields["hill"]
    filled = hill.status == Status.INTERPOLATED
    off = np.abs(hill.value - full.fields["hill"].value)
    assert filled.mean() > 0.2
    assert (off[~filled] == 0).all()
    assert off[filled].max() < tolerance
    assert hill.error is not None
    assert (off[filled] <= hill.error[filled]).all()
    assert hill.error[filled].max() <= tolerance


def test_tighter_tolerances_cost_more(tmp_path: Path) -> None:
    shares = [
        computed(
            swept(refined(refine="hill", quantities=["hill"], refine_tolerance=t), tmp_path / f"{t}.h5"), "hill"
        ).mean()
        for t in (0.1, 0.03, 0.01)
    ]
    assert shares[0] < shares[1] < shares[2]


def test_where_a_branch_ends_is_computed(tmp_path: Path) -> None:
    config = refined(refine="hill", quantities=["hill", "inner"], refine_tolerance=10.0)
    inner, full = (swept(config, tmp_path / "a.h5").fields["inner"], whole(config, tmp_path / "b.h5").fields["inner"])
    np.testing.assert_array_equal(inner.status == Status.ABSENT, full.status == Status.ABSENT)
    assert np.isfinite(inner.value[inner.status == Status.INTERPOLATED]).all()
    assert (inner.status == Status.INTERPOLATED).any()


def test_nothing_is_filled_in_from_a_number_that_is_not_good(tmp_path: Path) -> None:
    result = swept(refined("m_h=1"), tmp_path / "a.h5")
    bad = result.axes[0].values > 3.5
    assert (result.fields["static_gain"].status[bad] == Status.NOT_CONVERGED).all()


def test_order_and_workers_are_irrelevant(tmp_path: Path) -> None:
    config = refined(quantities=["static_gain", "hill"])
    reference = swept(config, tmp_path / "reference.h5")
    executors: dict[str, Executor] = {"shuffled": Shuffled(1), "processes": Processes(2)}
    for name, executor in executors.items():
        run(config, tmp_path / name, executor)
        assert_same_numbers(read_result(tmp_path / name), reference)


def test_resumed_equals_uninterrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phasemap.sweeps.plan._SHORTEST_BLOCK", 0.02)
    config = refined(quantities=["static_gain", "hill"])
    reference = swept(config, tmp_path / "reference.h5")
    blocks = sessions = 0
    for sessions in range(1, 100):
        with open_sweep(config, tmp_path / "x.h5") as sweep:
            if not sweep.plan.blocks:
                break
            loop = sweep.run(Shuffled(sessions))
            for _, _block in zip(range(5), loop, strict=False):
                blocks += 1
                assert not (sweep.result.fields["hill"].status == Status.INTERPOLATED).any()
            loop.close()
    assert sessions > 4
    with open_sweep(config, tmp_path / "x.h5") as sweep:
        list(sweep.run(InProcess()))  # a process that died before it filled in the rest
    assert_same_numbers(read_result(tmp_path / "x.h5"), reference)


def test_points_that_failed_are_tried_again_and_end_as_if_they_had_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = refined("m_z=1")
    run(config, tmp_path / "x.h5")
    failed = read_result(tmp_path / "x.h5")
    assert failed.failures
    assert failed.complete
    monkeypatch.setenv("TOY_WELL", "1")
    run(config, tmp_path / "x.h5")
    result, reference = read_result(tmp_path / "x.h5"), whole(config, tmp_path / "whole.h5")
    assert not result.failures
    np.testing.assert_array_equal(labels(result), labels(reference))


def test_what_is_infinite_all_over_a_cell_is_no_reason_to_halve_it(tmp_path: Path) -> None:
    """Behind a hard output gate S is infinite: above the line where that state appears it is so everywhere."""
    from phasemap.quantities import REGISTRY

    axes = {"g_h": {"from": 0.5, "to": 3.0, "points": 33}, "beta_z": {"from": 0.0, "to": 1.0, "points": 17}}
    config = make_config(
        {
            "quantities": ["static_gain"],
            "parameters": {"alpha_r": "inf", "beta_r": 0.0},
            "axes": {**axes, "refine": "labels", "refine_levels": 3},
        },
        REGISTRY,
        (),
    )
    result, full = swept(config, tmp_path / "refined.h5"), whole(config, tmp_path / "full.h5")
    gain, expected = result.fields["static_gain"], full.fields["static_gain"]
    np.testing.assert_array_equal(labels(result), labels(full))
    np.testing.assert_array_equal(np.isinf(gain.value), np.isinf(expected.value))
    assert np.isinf(gain.value).any() and computed(result).mean() < 0.7
    assert not (gain.status == Status.PENDING).any()


def test_what_was_not_sought_is_not_sought_in_between(tmp_path: Path) -> None:
    """Status and all: refinement neither halves for it nor leaves points without a reason."""
    config = refined(refine="hill", quantities=["hill", "inner"], refine_tolerance=10.0)
    result = swept(config, tmp_path / "one.h5")
    entry, known = result.fields["inner"], computed(result, "hill")
    gaps = entry.status == Status.ABSENT
    assert gaps[~known].any()
    entry.status[gaps & known.reshape(gaps.shape[:2] + (1,) * (gaps.ndim - 2))] = Status.NOT_SOUGHT
    for field in result.fields.values():
        field.status[~known], field.value[~known] = Status.PENDING, np.nan
    assert refine.fill(config, result)
    assert np.array_equal(entry.status == Status.NOT_SOUGHT, gaps)


def test_a_finished_map_is_not_computed_again(tmp_path: Path) -> None:
    swept(refined(), tmp_path / "a.h5")
    with open_sweep(refined(), tmp_path / "a.h5") as sweep:
        assert not sweep.plan.blocks
        assert not sweep.left.blocks


def test_the_first_plan_is_the_coarse_grid() -> None:
    assert make_plan(refined()).evaluations == 9 * 8
    assert make_plan(refined(refine_levels=1)).evaluations == 33 * 29


def test_shards_are_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match="cannot be cut into shards"),
        open_sweep(refined(), tmp_path / "a.h5", shard=(1, 2)),
    ):
        pass


def test_a_sweep_without_refinement_has_the_settings_that_it_always_had() -> None:
    config = make_config(CONFIG, TOYS)
    assert "refinement" not in config.settings
    assert refined().hash != replace(refined(), refinement=None).hash
    assert refined().hash != refined(refine_levels=2).hash


def test_points_of_a_refined_map_are_computed_again_and_the_rest_is_filled_in_from_them(tmp_path: Path) -> None:
    """Points that were wrong drag refinement and interpolation along; computed again, the map is as it should be."""
    config, output = refined(), tmp_path / "x.h5"
    reference = swept(config, tmp_path / "reference.h5")
    result = swept(config, output)
    bad = np.flatnonzero(computed(result))[::7]
    result.fields["static_gain"].fill(bad, 99.0, Status.NOT_CONVERGED, np.nan)
    write_result(output, result)
    with open_redo(config, output, {Status.NOT_CONVERGED}) as sweep:
        done = [block.indices for block in sweep.run(InProcess())]
        assert not sweep.left.blocks
    assert sorted(np.concatenate(done)) == sorted(bad)
    assert_same_numbers(read_result(output), reference)
