"""Finished blocks beside a result: they belong to it, damaged and foreign ones do not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.made_up_result import make_result

from phasemap.dataset import Failure, Result
from phasemap.errors import PhasemapWarning, ResultFileError
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.storage import BlockData, Blocks, blocks_directory, read_result, write_result


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where nothing stands yet."""
    return tmp_path / "result.h5"


def make_block(indices: list[int], value: float = 1.0) -> BlockData:
    n = len(indices)
    estimate = Estimate(
        value=np.full((n, 3), value), status=np.ones((n, 3), dtype=np.uint8), error=np.full((n, 3), 0.5)
    )
    return BlockData("grid", "solver", np.array(indices), {"exponent": estimate}, seconds=0.25)


def pending(result: Result) -> Result:
    for entry in result.fields.values():
        entry.status[:] = Status.PENDING
        entry.value[:] = np.nan
    return replace(result, failures=(), surfaces={})


def test_loose_blocks_belong_to_the_result(path: Path) -> None:
    result = pending(make_result())
    write_result(path, result)
    assert read_result(path).progress[0] == 2  # the check points
    blocks = Blocks(path, result.metadata.config_hash)
    blocks.save(make_block([0, 1, 2]))
    surface = make_result().surfaces["fold"]
    blocks.save(BlockData("surface", "fold", np.zeros(1, dtype=np.int64), surface=surface))
    blocks.save(BlockData("surface", "sheet", np.zeros(1, dtype=np.int64), failures=((0, "too curved"),)))
    found = read_result(path)
    exponent = found.fields["exponent"]
    assert exponent.value.reshape(15, 3)[:3].tolist() == [[1.0] * 3] * 3
    assert exponent.pending.tolist() == [False] * 3 + [True] * 12
    np.testing.assert_array_equal(found.surfaces["fold"].vertices, surface.vertices)
    assert found.failures == (Failure("surface", "sheet", 0, "too curved"),)
    assert found.pending_surfaces == ("void", "later")


def test_blocks_of_other_configurations_and_damaged_ones_are_ignored(path: Path) -> None:
    result = pending(make_result())
    write_result(path, result)
    Blocks(path, "another").save(make_block([0]))
    cut = Blocks(path, result.metadata.config_hash).save(make_block([1]))
    content = bytearray(cut.read_bytes())
    cut.write_bytes(content[: len(content) // 2])
    flipped = Blocks(path, result.metadata.config_hash).save(make_block([2]))
    content = bytearray(flipped.read_bytes())
    content[content.index(np.float64(1.0).tobytes()) + 7] ^= 0x01  # a number becomes another one
    flipped.write_bytes(content)
    with pytest.warns(PhasemapWarning, match="2 block file.* damaged and ignored"):
        assert read_result(path).fields["exponent"].pending.all()


def test_blocks_without_their_result_are_mentioned(path: Path) -> None:
    Blocks(path, "0123").save(make_block([0]))
    with pytest.raises(ResultFileError, match="holds finished blocks"):
        read_result(path)


def test_discarded_blocks_leave_no_trace(path: Path) -> None:
    blocks = Blocks(path, "0123")
    blocks.save(make_block([0]))
    blocks.save(make_block([1]))
    blocks.discard(blocks.load())
    assert not blocks_directory(path).exists()


def test_a_block_computed_again_replaces_its_failures(path: Path) -> None:
    result = make_result()
    failed = replace(make_block([3, 4, 5]), failures=((3, "bad"), (5, "bad")))
    failed.add_to(result)
    assert [failure.index for failure in result.failures] == [3, 5]
    assert (result.fields["exponent"].status.reshape(15, 3)[[3, 5]] == Status.FAILED).all()
    assert (result.fields["exponent"].status.reshape(15, 3)[4] == Status.CONVERGED).all()
    make_block([3, 4]).add_to(result)
    assert [failure.index for failure in result.failures] == [5]
