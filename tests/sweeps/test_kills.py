"""Kill -9 at random moments: no finished block is lost, and there is never an unreadable file.

PHASEMAP_KILLS sets the number of kills (50 take about two minutes).
"""

import math
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import killable
from support.killable import configuration
from support.sweeping import assert_same_numbers, run

from phasemap.dataset import Result
from phasemap.storage import blocks_directory, read_result
from phasemap.sweeps.locking.lock import Lock

KILLS = int(os.environ.get("PHASEMAP_KILLS", "4"))

KILLABLE = Path(killable.__file__)


def done(result: Result) -> set[str]:
    solvers = {entry.solver for entry in result.fields.values()}
    there = {f"grid/{solver}/{index}" for solver in solvers for index in range(math.prod(result.shape))}
    for entry in result.fields.values():
        there -= {f"grid/{entry.solver}/{index}" for index in entry.pending.nonzero()[0]}
    return there | {f"surface/{name}/0" for name in result.surfaces}


@pytest.mark.parametrize("workers", [0, 2])
def test_kills_lose_nothing(tmp_path: Path, workers: int) -> None:
    output = tmp_path / "x.h5"
    command = [sys.executable, str(KILLABLE), str(output), str(workers)]
    moments = random.Random(workers)
    safe: set[str] = set()
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(moments.randint(1, 2 + 80 // KILLS))]
            time.sleep(moments.uniform(0.0, 0.06))
            process.kill()
            lines += process.stdout.readlines()
        # A line that was cut off is no promise.
        safe |= {place for line in lines[1:] if line.endswith("\n") for place in line.split()}
        if output.exists():
            assert safe <= done(read_result(output))
    assert safe
    config = configuration()
    last = run(config, output)
    computed = {f"{block.part}/{block.name}/{index}" for block in last for index in block.indices}
    assert not computed & safe
    result = read_result(output)
    assert result.complete
    assert not blocks_directory(output).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["x.h5"]
    run(configuration(pause=0.0), tmp_path / "reference.h5")
    assert_same_numbers(result, read_result(tmp_path / "reference.h5"))


def test_a_killed_process_holds_no_lock(tmp_path: Path) -> None:
    output = tmp_path / "x.h5"
    command = [sys.executable, str(KILLABLE), str(output), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    assert (tmp_path / "x.h5.lock").exists()
    with Lock(output):
        pass
