"""Points of chosen statuses are computed again, all others stay bit by bit, whatever happens in between."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from support.sweeping import assert_same_numbers, run
from support.toy_registry import MakeConfig

from phasemap.dataset import Result
from phasemap.errors import ConfigError, ResultFileError
from phasemap.model.status import Status
from phasemap.storage import read_result, write_result
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.redo import open_redo, parse_statuses

BAD = (3, 4, 17)


@pytest.fixture
def output(toy: MakeConfig, tmp_path: Path) -> Path:
    """A finished sweep in which three draws did not converge and hold another number."""
    path = tmp_path / "x.h5"
    run(toy("noise_h=0.5"), path)
    result = read_result(path)
    result.fields["draw"].fill(list(BAD), 99.0, Status.NOT_CONVERGED)
    write_result(path, result)
    return path


def redo(
    toy: MakeConfig, output: Path, statuses: str, *overrides: str, stop_after: int = 99
) -> tuple[Result, list[int]]:
    done: list[int] = []
    opened = open_redo(toy("noise_h=0.5", *overrides), output, parse_statuses(statuses))
    with opened as sweep, closing(sweep.run(InProcess())) as blocks:
        for _, block in zip(range(stop_after), blocks, strict=False):
            done += block.indices.tolist()
    return read_result(output), done


def test_only_the_chosen_points_are_computed(toy: MakeConfig, output: Path, tmp_path: Path) -> None:
    result, done = redo(toy, output, "failed, not_converged")
    assert sorted(done) == list(BAD)
    run(toy("noise_h=0.5"), tmp_path / "reference.h5")
    assert_same_numbers(result, read_result(tmp_path / "reference.h5"))
    assert redo(toy, output, "failed,not_converged")[1] == []


def test_other_options_are_for_the_chosen_points_and_the_file_says_so(toy: MakeConfig, output: Path) -> None:
    before = read_result(output)
    result, done = redo(toy, output, "not_converged", "toys.scale=1000")
    draw, old = result.fields["draw"], before.fields["draw"]
    changed = np.flatnonzero((draw.value != old.value).ravel())
    assert changed.tolist() == sorted(done) == list(BAD)
    assert (np.abs(draw.value.ravel()[list(BAD)]) > 10).all()
    assert result.metadata.config_hash == before.metadata.config_hash
    assert "toys.scale is 1000.0 in points computed again and 1.0 in the others" in result.metadata.sessions[-1].note
    assert run(toy("noise_h=0.5"), output) == []  # it is still the result of its own configuration


def test_an_interruption_loses_nothing(toy: MakeConfig, output: Path) -> None:
    before = read_result(output)
    result, done = redo(toy, output, "not_converged", stop_after=1)
    assert 0 < len(done) < len(BAD)
    for index in BAD:
        value = result.fields["draw"].value.ravel()[index]
        assert (value == 99.0) == (index not in done)
    assert result.progress == before.progress
    again, rest = redo(toy, output, "not_converged")
    assert sorted(done + rest) == list(BAD)
    assert (again.fields["draw"].status == Status.CONVERGED).all()


def test_missing_points_stay_missing(toy: MakeConfig, tmp_path: Path) -> None:
    output = tmp_path / "part.h5"
    run(toy("noise_h=0.5"), output, shard=(1, 2))
    part = read_result(output)
    [index] = np.flatnonzero(~part.fields["draw"].pending)[:1]
    part.fields["draw"].fill([index], np.nan, Status.OUT_OF_TIME)
    write_result(output, part)
    result, done = redo(toy, output, "out_of_time")
    assert done == [index]
    np.testing.assert_array_equal(result.fields["draw"].pending, part.fields["draw"].pending)


def test_failed_surfaces_are_failed(toy: MakeConfig, tmp_path: Path) -> None:
    output = tmp_path / "x.h5"
    run(toy("noise_h=0.5", surfaces=["nowhere", "circle"]), output)
    with open_redo(toy("noise_h=0.5", surfaces=["nowhere", "circle"]), output, {Status.FAILED}) as sweep:
        assert [block.name for block in sweep.plan.blocks] == ["nowhere"]


@pytest.mark.parametrize("override", ["axes.g_h.points=7", "m_h=0.5", 'quantities=["draw"]', "toys.points=[[1, 1]]"])
def test_another_sweep_is_refused(toy: MakeConfig, output: Path, override: str) -> None:
    before = output.read_bytes()
    with pytest.raises(ResultFileError, match="another sweep"):
        redo(toy, output, "not_converged", override)
    assert output.read_bytes() == before


def test_words_that_are_no_status_are_refused(toy: MakeConfig, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'not_converged'"):
        parse_statuses("not_convreged")
    for text in ("", ",", "failed,"):
        with pytest.raises(ConfigError):
            parse_statuses(text)
    assert parse_statuses("FAILED,out_of_time") == {Status.FAILED, Status.OUT_OF_TIME}
    with pytest.raises(ResultFileError, match="no result"), open_redo(toy(), tmp_path / "none.h5", {Status.FAILED}):
        pass
