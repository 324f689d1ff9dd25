"""`phasemap info`."""

import json
from pathlib import Path

import pytest
from support.command_line import PLANE, Run

from phasemap.model.status import Status
from phasemap.storage import Blocks, blocks_directory, read_result, write_result
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.run import open_sweep


def test_a_finished_file(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0")
    out = phasemap("info", "plane.h5").out
    for part in ("small plane", "complete", "g_h", "static_gain", "beta_r = 0", "zero_instability", "numpy", "seed 0"):
        assert part in out


def test_json_is_strict_and_complete(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0", "--shard", "1/2", "-o", "plane.h5")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    facts = json.loads(phasemap("info", "plane.h5", "--json").out, parse_constant=refuse)
    assert facts["complete"] is False
    assert facts["evaluations_total"] == 13
    assert facts["axes"]["g_h"][0] == 1.0
    assert set(facts["quantities"]["grid"]) == {"fixed_point_count", "static_gain"}
    assert facts["sessions"][0]["versions"]["phasemap"]


def test_the_configuration_comes_back(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0")
    assert phasemap("info", "plane.h5", "--config").out.strip() == PLANE.strip()


def test_an_unfinished_file_and_its_loose_blocks(phasemap: Run, plane: Path) -> None:
    from phasemap.config import load_config
    from phasemap.quantities import REGISTRY

    config = load_config(plane, REGISTRY)
    with open_sweep(config, Path("plane.h5")) as sweep:
        empty = Path("plane.h5").read_bytes()
        blocks = list(sweep.run(InProcess()))
    Path("plane.h5").write_bytes(empty)
    assert "not finished: 0 of 13" in phasemap("info", "plane.h5").out
    Blocks(Path("plane.h5"), config.hash).save(next(block for block in blocks if block.part == "surface"))
    out = phasemap("info", "plane.h5").out
    assert "not finished: 1 of 13" in out
    assert "zero_instability (" in out
    Path("plane.h5").unlink()
    ran = phasemap("info", "plane.h5")
    assert ran.code == 2
    assert "holds finished blocks" in ran.err
    assert blocks_directory(Path("plane.h5")).exists()


REFINED = """
quantities = ["static_gain"]

[axes]
g_h = { from = 0.5, to = 3.0, points = 33 }
beta_r = { from = -1.0, to = 1.0, points = 17 }
"""


def test_shares_of_phases_are_those_of_the_map_not_of_the_computed_points(phasemap: Run, plane: Path) -> None:
    """Refinement computes along the lines between phases; the points in between count as well."""
    Path("full.toml").write_text(REFINED)
    Path("refined.toml").write_text(REFINED + 'refine = "labels"\nrefine_levels = 3\n')
    ends = [phasemap("sweep", name, "-j", "0").out for name in ("full.toml", "refined.toml")]
    told = [phasemap("info", name).out for name in ("full.h5", "refined.h5")]
    lines = [next(line for line in text.splitlines() if line.startswith("Phases: ")) for text in (*ends, *told)]
    assert len(set(lines)) == 1 and "chaotic" in lines[0] and "stable zero" in lines[0]
    computed = read_result(Path("refined.h5")).fields["static_gain"].status[..., 0] == 1
    assert computed.sum() < 0.7 * computed.size


def test_an_unfinished_map_says_what_its_shares_are_of(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0")
    assert "\nPhases: " in phasemap("info", "plane.h5").out
    result = read_result(Path("plane.h5"))
    gain = result.fields["static_gain"]
    gain.value[0], gain.status[0] = float("nan"), Status.PENDING
    write_result(Path("plane.h5"), result)
    assert "Phases of the points computed so far: " in phasemap("info", "plane.h5").out


def test_failures_are_told(phasemap: Run, plane: Path) -> None:
    from phasemap.dataset import Failure

    phasemap("sweep", plane, "-j", "0")
    result = read_result(Path("plane.h5"))
    result.failures = (Failure("grid", "statics", 3, "no luck"),)
    write_result(Path("plane.h5"), result)
    assert "1 evaluation failed" in phasemap("info", "plane.h5").out


HARD = """
quantities = ["lyapunov_max"]
[parameters]
alpha_r = "inf"
[axes]
g_h = [0.5, 3.0]
"""


def test_the_file_and_info_say_why_a_number_is_infinite(
    phasemap: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hard.toml").write_text(HARD)
    ran = phasemap("sweep", "hard.toml", "-j", "0")
    assert ran.code == 0, ran.err
    (remark,) = read_result(Path("hard.h5")).remarks
    assert (remark.name, remark.index) == ("mean_field", 1) and "lambda_max diverges" in remark.reason
    assert "lambda_max diverges" in phasemap("info", "hard.h5").out
    assert json.loads(phasemap("info", "hard.h5", "--json").out)["remarks"][0]["index"] == 1
    for part in ("1/2", "2/2"):
        phasemap("sweep", "hard.toml", "-j", "0", "--shard", part, "-o", f"part{part[0]}.h5")
    phasemap("merge", "part1.h5", "part2.h5", "-o", "joined.h5")
    assert read_result(Path("joined.h5")).remarks == (remark,)
