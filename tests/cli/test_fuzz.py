"""Damaged files, by a fixed seed: exit code 2 with a sentence or the right numbers, never a traceback, never others.

`PHASEMAP_FUZZ=full python -m pytest tests/cli/test_fuzz.py` tries 300 damages of each kind instead of a few.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.command_line import PLANE, Ran, Run
from support.fuzzing import configurations, count, damages, locks
from support.toy_results import plane as toy_plane

from phasemap.model.estimate import Estimate
from phasemap.model.status import Status
from phasemap.storage import BlockData, Blocks, blocks_directory, read_file, write_result

READERS = (
    ("info",),
    ("info", "--json"),
    ("info", "--config"),
    ("plot", "--terminal"),
    ("plot", "--caption", "--terminal"),
    ("compare", "--json"),
    ("status", "--json"),
    ("merge", "-o", "out.h5", "--force"),
    ("plot", "-o", "figure.svg"),
)


def ran_well(ran: Ran, true: Ran) -> bool:
    """Whether a command said what it says of the sound file, or that the file is not."""
    if ran.code == 1 and '"state": "unreadable"' in ran.out:
        return "Traceback" not in ran.err
    if ran.code == 2:
        return ran.out in ("", true.out) and ran.err.startswith(("Error: ", "Note: ")) and "Traceback" not in ran.err
    return (ran.code, ran.out) == (true.code, true.out)


@pytest.mark.parametrize("made", ["by hand, as written", "by a sweep, as another program copies it"])
def test_result_files(phasemap: Run, plane: Path, made: str) -> None:
    file = Path("plane.h5")
    if made.startswith("by hand"):
        write_result(file, toy_plane())
        content, seed = file.read_bytes(), 11
    else:
        phasemap("sweep", plane, "-j", "0")
        content, seed = file.read_bytes(), 12
        content = content[: content.rindex(b"\nphasemap-seal-1\n")]
        file.write_bytes(content)
    true = {words: phasemap(words[0], file, *words[1:]) for words in READERS}
    drawn = Path("figure.svg").read_bytes()
    for number, damaged in enumerate(damages(content, count(20), seed)):
        for name in ("out.h5", "figure.svg"):
            Path(name).unlink(missing_ok=True)
        file.write_bytes(damaged)
        for words in READERS:
            ran = phasemap(words[0], file, *words[1:])
            assert ran_well(ran, true[words]), (number, words, ran)
        if Path("figure.svg").exists():
            assert Path("figure.svg").read_bytes() == drawn, number
        assert not list(Path().glob(".*")) and not list(Path().glob("*.lock")), number


def _cut_apart(path: Path) -> None:
    """A finished result as it is before its blocks are put into it."""
    result = read_file(path)
    for name, entry in list(result.fields.items()):
        rows = (-1, *entry.own_shape)
        halves = np.array_split(np.arange(int(np.prod(result.shape))), 2)
        for half in halves:
            error = None if entry.error is None else entry.error.reshape(rows)[half]
            estimate = Estimate(
                value=entry.value.reshape(rows)[half], status=entry.status.reshape(rows)[half], error=error
            )
            Blocks(path, result.metadata.config_hash).save(BlockData("grid", f"{entry.solver}", half, {name: estimate}))
        result.fields[name] = replace(
            entry,
            value=np.full_like(entry.value, np.nan),
            status=np.full_like(entry.status, Status.PENDING),
            error=None,
        )
    write_result(path, result)


def test_block_files(phasemap: Run, plane: Path) -> None:
    only = ("--set", 'quantities=["fixed_point_count"]', "--set", "surfaces=[]", "-j", "0")
    phasemap("sweep", plane, *only)
    file = Path("plane.h5")
    true = read_file(file).fields["fixed_point_count"]
    _cut_apart(file)
    whole, blocks = file.read_bytes(), {path: path.read_bytes() for path in blocks_directory(file).glob("*.npz")}
    path, content = min(blocks.items())
    for number, damaged in enumerate(damages(content, count(10), 5)):
        file.write_bytes(whole)
        blocks_directory(file).mkdir(exist_ok=True)
        for other, intact in blocks.items():
            other.write_bytes(damaged if other == path else intact)
        said = phasemap("info", file, "--json")
        assert said.code == 0 and "damaged and ignored" in said.err, (number, said)
        assert json.loads(said.out)["evaluations_done"] == 6, number
        ran = phasemap("sweep", plane, *only)
        assert ran.code == 0 and "damaged and ignored" in ran.err and "Traceback" not in ran.err, (number, ran)
        found = read_file(file).fields["fixed_point_count"]
        np.testing.assert_array_equal(found.value, true.value)
        assert not blocks_directory(file).exists(), number


def test_configurations(phasemap: Run, plane: Path) -> None:
    for number, text in enumerate(configurations(PLANE, count(30, 100), 7)):
        plane.write_text(text, encoding="utf-8")
        for words in (("sweep", plane, "--dry-run"), ("point", plane, "--set", "g_h=3", "--set", "alpha_r=nan")):
            ran = phasemap(*words)
            assert ran.code in (0, 2) and "Traceback" not in ran.err, (number, ran)
            assert ran.code == 0 or (ran.err.startswith("Error: ") and len(ran.err) < 7000), (number, ran)


def test_lock_files(phasemap: Run, plane: Path) -> None:
    only = ("--set", 'quantities=["fixed_point_count"]', "--set", "surfaces=[]", "-j", "0")
    phasemap("sweep", plane, *only)
    holder = b'{"host": "h", "process": 1, "started": "2026-01-01T00:00:00+00:00", "boot": "", "ticks": 0}'
    lock = Path("plane.h5.lock")
    for number, content in enumerate(locks(holder, count(12), 3)):
        lock.write_bytes(content)
        for words in (("sweep", plane, *only), ("status", "plane.h5"), ("merge", "plane.h5", "-o", "plane.h5")):
            ran = phasemap(*words)
            assert ran.code in (0, 1, 2) and "Traceback" not in ran.err, (number, content, ran)
            assert ran.code != 2 or ran.err.startswith("Error: "), (number, content, ran)
