"""Progress: the estimate of what remains, and its two forms."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from phasemap.cli import progress
from phasemap.cli.console import duration
from phasemap.cli.progress import Estimator, show_progress
from phasemap.model.text.stated import number
from phasemap.storage import BlockData
from phasemap.sweeps.plan import Block


def plan(*costs: tuple[str, float]) -> Any:
    blocks = [Block("grid", name, np.array([k]), cost) for k, (name, cost) in enumerate(costs)]
    return SimpleNamespace(blocks=blocks, evaluations=len(blocks))


def done(block: Block, seconds: float) -> BlockData:
    return BlockData(block.part, block.name, block.indices, seconds=seconds)


def test_estimates_are_corrected_by_what_blocks_took() -> None:
    """Blocks take three times what was expected, the first one much more, as it compiles."""
    some = plan(*[("a", 1.0)] * 10)
    estimator = Estimator(some, workers=2)
    assert estimator.remaining == pytest.approx(5.0)
    estimator.add(done(some.blocks[0], 100.0))
    assert estimator.remaining == pytest.approx(4.5)
    for block in some.blocks[1:4]:
        estimator.add(done(block, 3.0))
    assert estimator.remaining == pytest.approx(6 * 3.0 / 2)
    assert estimator.fraction == pytest.approx(0.4)
    assert estimator.evaluations == 4


def test_solvers_are_corrected_each_on_its_own() -> None:
    some = plan(*[("slow", 1.0)] * 4, *[("quick", 1.0)] * 4)
    estimator = Estimator(some, workers=1)
    for block in (*some.blocks[:2], *some.blocks[4:6]):
        estimator.add(done(block, 10.0 if block.name == "slow" else 0.1))
    assert estimator.remaining == pytest.approx(2 * 10.0 + 2 * 0.1)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_compiling_does_not_make_the_estimate_jump(workers: int) -> None:
    """Every worker's first block takes thirty times what was expected, all others take that."""
    some = plan(*[("a", 1.0)] * 40)
    estimator = Estimator(some, workers)
    for count, block in enumerate(some.blocks, start=1):
        estimator.add(done(block, 30.0 if count <= workers else 1.0))
        assert estimator.remaining == pytest.approx((40 - count) / workers)


def test_silence_is_broken(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_SECONDS_OF_SILENCE", 0.05)
    some = plan(("quick", 1.0), ("endless", 1.0))

    def blocks() -> Iterator[BlockData]:
        yield done(some.blocks[0], 1.0)
        time.sleep(0.5)
        yield done(some.blocks[1], 1.0)

    show_progress(SimpleNamespace(plan=some), 1, blocks())
    lines = [line for line in capsys.readouterr().err.splitlines() if "still computing" in line]
    assert 1 <= len(lines) <= 4  # less and less often
    assert lines[0].endswith("still computing endless.")


def test_the_end_is_the_end() -> None:
    some = plan(("a", 1.0), ("b", 2.0))
    estimator = Estimator(some, workers=1)
    for block in some.blocks:
        estimator.add(done(block, 0.5))
    assert estimator.fraction == 1.0
    assert estimator.remaining == 0.0


def test_pipes_get_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 0.0)
    some = plan(*[("a", 1.0)] * 3)
    show_progress(SimpleNamespace(plan=some), 1, (done(block, 1.0) for block in some.blocks))
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert len(lines) == 3
    assert "1/3 evaluations" in lines[0]
    assert lines[-1].startswith("100 %")
    assert "\x1b" not in captured.err


def test_terminals_get_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    some = plan(*[("a", 1.0)] * 3)
    show_progress(SimpleNamespace(plan=some), 1, (done(block, 1.0) for block in some.blocks))
    err = capsys.readouterr().err
    assert "\x1b" in err
    assert "3/3 evaluations" in err


def test_durations_read_well() -> None:
    assert [duration(s) for s in (0.04, 9.96, 12.4, 59.6, 61, 3725, 90000)] == [
        "0.0 s", "10.0 s", "12 s", "1 min 0 s", "1 min 1 s", "1 h 2 min", "25 h 0 min",
    ]  # fmt: skip


def test_numbers_have_the_digits_of_their_error() -> None:
    assert number(0.123456789, 0.002) == "0.1235 ± 2.0e-03"
    assert number(12345.6789, 25.0) == "12346 ± 2.5e+01"
    assert number(2.0, 0.0) == "2"
    assert number(1.5) == "1.5"
    assert number(float("nan"), 0.1) == "-"
    assert number(float("inf")) == "inf"
