"""Points that never end are ended, and nothing else is lost; what asks for too much is refused before it begins."""

import math
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from support.sweeping import run
from support.toy_registry import MakeConfig

from phasemap.dataset import Result
from phasemap.errors import ConfigError
from phasemap.model.status import Status
from phasemap.storage import read_result
from phasemap.sweeps.executors import worker as worker_module
from phasemap.sweeps.executors.compiling import CompilerClock
from phasemap.sweeps.executors.limits import check_seconds, check_workers, seconds_per_point
from phasemap.sweeps.executors.processes import Processes
from phasemap.sweeps.executors.worker import Clock


@pytest.fixture(autouse=True)
def no_allowance_for_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "_IMPORT_SECONDS", 0.0)


def swept(toy: MakeConfig, output: Path, seconds: float, *overrides: str, workers: int = 2) -> Result:
    axes = {"g_h": [1, 2, 3], "s_z": [0.0, 0.5, 1.0, 1.5]}  # the last two never end
    config = toy(f"limits.seconds_per_point={seconds}", *overrides, surfaces=[], axes=axes)
    run(config, output, Processes(workers))
    return read_result(output)


def test_points_that_do_not_end_are_out_of_time_and_their_neighbours_are_kept(toy: MakeConfig, tmp_path: Path) -> None:
    result = swept(toy, tmp_path / "x.h5", 0.3)
    draw = result.fields["draw"]
    assert (draw.status[:, 2:] == Status.OUT_OF_TIME).all()
    assert np.isnan(draw.value[:, 2:]).all()
    assert (draw.status[:, :2] == Status.CONVERGED).all()
    assert (result.fields["product"].status == Status.CONVERGED).all()
    assert result.complete and not result.failures
    run(toy(surfaces=[], axes={"g_h": [1, 2, 3], "s_z": [0.0, 0.5]}), tmp_path / "good.h5")
    good = read_result(tmp_path / "good.h5").fields["draw"]
    assert (good.value != 0).all()


def test_the_neighbours_have_the_numbers_that_they_always_have(toy: MakeConfig, tmp_path: Path) -> None:
    """Blocks of one point and blocks of all points end in the same numbers."""
    whole = swept(toy, tmp_path / "whole.h5", 0.3, workers=1)
    single = swept(toy, tmp_path / "single.h5", 0.3, "noise_h=5")
    np.testing.assert_array_equal(whole.fields["draw"].value, single.fields["draw"].value)
    np.testing.assert_array_equal(whole.fields["draw"].status, single.fields["draw"].status)


def test_points_out_of_time_are_not_tried_again_by_themselves(toy: MakeConfig, tmp_path: Path) -> None:
    swept(toy, tmp_path / "x.h5", 0.3)
    config = toy(surfaces=[], axes={"g_h": [1, 2, 3], "s_z": [0.0, 0.5, 1.0, 1.5]})  # the limit is no setting
    assert run(config, tmp_path / "x.h5") == []


def test_a_surface_out_of_time_fails_with_the_reason(
    toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(toy("limits.seconds_per_point=0.2", quantities=[], surfaces=["endless"]), tmp_path / "x.h5", Processes(1))
    [failure] = read_result(tmp_path / "x.h5").failures
    assert "not finished within 0.2 s" in failure.reason


def test_starting_and_compiling_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(worker_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    clock = Clock()
    now[0] = 5.0
    assert clock.spent == 0.0  # it has not started yet
    clock.run(True)
    now[0] = 7.0
    clock.run(False)
    now[0] = 60.0
    clock.run(True)
    now[0] = 61.0
    assert clock.spent == 3.0
    clock.restart()
    now[0] = 62.0
    assert clock.spent == 1.0


def test_the_compiler_is_noticed() -> None:
    import numba

    told: list[bool] = []
    clock = CompilerClock(told.append)
    clock.install()
    deadline = time.monotonic() + 5.0
    while not told and time.monotonic() < deadline:
        numba.njit(lambda x: x + 1)(1)  # a new function each time
    assert told[:2] == [True, False]
    assert 0.0 < clock.seconds < 10.0
    clock.restart()
    assert clock.seconds == 0.0


def test_limits_follow_the_estimate_unless_they_are_given() -> None:
    assert seconds_per_point(1e-3, None) == 600.0
    assert seconds_per_point(1e4, None) == 2e5
    assert seconds_per_point(1e4, 3.0) == 3.0


def test_limits_are_checked(toy: MakeConfig) -> None:
    check_seconds("--point-timeout", math.inf)
    for bad in (0.0, -1.0, math.nan):
        with pytest.raises(ConfigError, match="--point-timeout"):
            check_seconds("--point-timeout", bad)
    with pytest.raises(ConfigError, match=r"limits\.seconds_per_point"):
        toy("limits.seconds_per_point=0")
    with pytest.raises(ConfigError, match="--workers"):
        check_workers(10**8)


def test_the_limit_is_no_setting(toy: MakeConfig) -> None:
    assert toy("limits.seconds_per_point=5").hash == toy().hash


def test_numbers_beyond_double_precision_fail_alone_and_at_once(toy: MakeConfig, tmp_path: Path) -> None:
    """Averages over steps of slope 1e300 would not end."""
    run(toy(surfaces=[], axes={"g_h": [1.0, 1e20, 1e300]}), tmp_path / "x.h5")
    result = read_result(tmp_path / "x.h5")
    assert result.fields["product"].status.tolist() == [Status.CONVERGED, Status.CONVERGED, Status.FAILED]
    reason = result.failures[0].reason
    assert "g_h = 1e+300 is beyond 1e+20" in reason and ".py" not in reason
