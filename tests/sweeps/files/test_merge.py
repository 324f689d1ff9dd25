"""Merging shards: nothing lost, nothing twice, nothing that does not belong."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.sweeping import assert_same_numbers, run
from support.toy_registry import MakeConfig

from phasemap.errors import ResultFileError
from phasemap.storage import read_result, write_result
from phasemap.sweeps.files.merge import merge_files

OF = 3


@pytest.fixture
def shards(toy: MakeConfig, tmp_path: Path) -> list[Path]:
    config = toy("noise_h=0.2", "toys.points=[[1, 1], [2, 2], [3, 3], [1, 3]]", "surfaces=['circle', 'nowhere']")
    run(config, tmp_path / "whole.h5")
    paths = [tmp_path / f"part{number}.h5" for number in range(1, OF + 1)]
    for number, path in enumerate(paths, 1):
        run(config, path, shard=(number, OF))
    return paths


def test_shards_are_parts(shards: list[Path]) -> None:
    done = [read_result(path).progress for path in shards]
    assert all(0 < part < total for part, total in done)
    assert sum(part for part, _ in done) == done[0][1]


def test_a_finished_shard_has_nothing_left(shards: list[Path], toy: MakeConfig) -> None:
    result = read_result(shards[0])
    assert not result.complete


def test_merged_equals_uninterrupted(shards: list[Path], tmp_path: Path) -> None:
    merged = merge_files(shards[::-1], tmp_path / "merged.h5")
    assert merged.result.complete
    found = read_result(tmp_path / "merged.h5")
    assert_same_numbers(found, read_result(tmp_path / "whole.h5"))
    assert len(found.metadata.sessions) == OF
    assert len(found.failures) == 1


def test_merging_is_idempotent(shards: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "merged.h5"
    merge_files(shards, output)
    once = read_result(output)
    merge_files(shards, output)
    merge_files([output, *shards, shards[0]], output)
    assert_same_numbers(read_result(output), once)
    assert read_result(output).metadata.sessions == once.metadata.sessions


def test_partial_sets_are_completed_by_a_sweep(shards: list[Path], tmp_path: Path, toy: MakeConfig) -> None:
    output = tmp_path / "merged.h5"
    merged = merge_files([shards[1]], output)
    assert not merged.result.complete
    merge_files([shards[0]], output)  # what was there takes part
    missing = read_result(shards[2]).progress[0]
    config = toy("noise_h=0.2", "toys.points=[[1, 1], [2, 2], [3, 3], [1, 3]]", "surfaces=['circle', 'nowhere']")
    blocks = run(config, output)
    again = [block for block in blocks if block.name == "nowhere"]
    assert sum(len(block.indices) for block in blocks) - len(again) in (missing, missing - 1)
    assert_same_numbers(read_result(output), read_result(tmp_path / "whole.h5"))


def test_loose_blocks_of_a_killed_shard_are_merged(shards: list[Path], tmp_path: Path, toy: MakeConfig) -> None:
    from phasemap.storage import blocks_directory
    from phasemap.sweeps.executors.processes import InProcess
    from phasemap.sweeps.run import open_sweep

    config, path = toy("noise_h=0.2", "seed=11"), tmp_path / "killed.h5"
    with open_sweep(config, path) as sweep:
        blocks = sweep.run(InProcess())
        next(blocks)
        start = path.read_bytes()
        loose = {p.name: p.read_bytes() for p in blocks_directory(path).iterdir()}
        blocks.close()
    path.write_bytes(start)
    blocks_directory(path).mkdir()
    for name, content in loose.items():
        (blocks_directory(path) / name).write_bytes(content)
    assert merge_files([path], tmp_path / "merged.h5").result.progress[0] > 0


def test_a_good_number_replaces_a_failure(shards: list[Path], tmp_path: Path) -> None:
    from phasemap.storage import BlockData

    broken = read_result(tmp_path / "whole.h5")
    entry = broken.checks.fields["draw"]  # type: ignore[union-attr]
    import numpy as np

    BlockData("checks", "random", np.array([1]), failures=((1, "bad luck"),)).add_to(broken)
    assert entry.status[1] == 4
    write_result(tmp_path / "broken.h5", broken)
    for order in (["broken.h5", "whole.h5"], ["whole.h5", "broken.h5"]):
        output = tmp_path / f"from-{order[0]}"
        merge_files([tmp_path / name for name in order], output)
        assert_same_numbers(read_result(output), read_result(tmp_path / "whole.h5"))


def test_other_configurations_are_refused(shards: list[Path], tmp_path: Path, toy: MakeConfig) -> None:
    run(toy("seed=8"), tmp_path / "other.h5")
    with pytest.raises(ResultFileError, match=r"other\.h5 does not belong to .*seed is 7 in part1\.h5 and 8 in other"):
        merge_files([shards[0], tmp_path / "other.h5"], tmp_path / "merged.h5")
    assert not (tmp_path / "merged.h5").exists()


def test_other_versions_are_refused(shards: list[Path], tmp_path: Path) -> None:
    result = read_result(shards[1])
    [session] = result.metadata.sessions
    result.metadata.sessions = (replace(session, versions={"phasemap": "9.9"}),)
    write_result(shards[1], result)
    with pytest.raises(ResultFileError, match=r"phasemap 0\..*phasemap 9\.9.*--force"):
        merge_files(shards, tmp_path / "merged.h5")
    merge_files(shards, tmp_path / "merged.h5", force=True)
    assert read_result(tmp_path / "merged.h5").complete


def test_another_result_is_overwritten_by_force_only(shards: list[Path], tmp_path: Path, toy: MakeConfig) -> None:
    output = tmp_path / "merged.h5"
    run(toy("seed=8"), output)
    with pytest.raises(ResultFileError, match="does not belong"):
        merge_files(shards, output)
    merge_files(shards, output, force=True)
    assert_same_numbers(read_result(output), read_result(tmp_path / "whole.h5"))
