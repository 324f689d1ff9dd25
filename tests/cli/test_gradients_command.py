"""`phasemap gradients`: numbers as JSON, a file, a figure, clear refusals."""

import json
import math
from pathlib import Path

import pytest
from support.command_line import Run

from phasemap.model.quantities.gradients import NAMES
from phasemap.storage import read_result


def test_numbers_against_independent_values(phasemap: Run) -> None:
    ran = phasemap("gradients", "--set", "g_h=2.5", "--lags", "4,16", "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert found["lags"] == [4.0, 16.0]
    assert [math.log(one["value"]) for one in found["adjoint_variance"]] == pytest.approx(
        [0.021912, 4.217354], abs=1e-6
    )
    assert [math.log(one["value"]) for one in found["gradient_variance_h"]] == pytest.approx(
        [1.320329, 5.980322], abs=1e-6
    )
    assert found["adjoint_growth_rate"]["value"] == pytest.approx(0.176143, abs=1e-6)
    assert found["networks"] is None
    for name in NAMES:
        assert [set(one) >= {"value", "error", "status"} for one in found[name]] == [True, True]


def test_networks_stand_beside_the_theory_in_output_file_figure_and_comparison(phasemap: Run, tmp_path: Path) -> None:
    file = tmp_path / "g.h5"
    ran = phasemap(
        "gradients", "--set", "g_h=0.8", "--state", "zero", "--lags", "1,2", "--networks", "4", "--size", "150",
        "-o", str(file), "--figure", "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert found["networks"]["size"] == 150
    for one in found["networks"]["adjoint_variance"]:
        assert abs(one["pull"]) < 5.0
        assert one["log_mean"] >= one["mean_log"]
    stored = read_result(file)
    assert stored.fields["adjoint_variance"].value[0] == pytest.approx(
        [one["value"] for one in found["adjoint_variance"]]
    )
    assert file.with_suffix(".png").stat().st_size > 5000
    ran = phasemap("compare", str(file), "--json")
    compared = {one["quantity"]: one for one in json.loads(ran.out)}
    assert [point["lag"] for point in compared["adjoint_variance"]["points"]] == [1.0, 2.0]
    assert all(point["agrees"] for point in compared["adjoint_variance"]["points"])


def test_a_table_names_the_state_and_what_diverges(phasemap: Run) -> None:
    ran = phasemap("gradients", "--set", "g_h=2", "--set", "alpha_z=inf", "--set", "s_h=0.5", "--lags", "1")
    assert ran.code == 0
    assert "diverges" in ran.out
    assert "no stationary state" in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lags", "1,two"), "write numbers"),
        (("--lags", "0,1"), "must be positive"),
        (("--state", "chaos"), "attractor, static, zero"),
    ],
)
def test_bad_input_is_explained(phasemap: Run, arguments: tuple[str, ...], words: str) -> None:
    ran = phasemap("gradients", "--set", "g_h=2", *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_nothing_is_overwritten(phasemap: Run, tmp_path: Path) -> None:
    file = tmp_path / "g.h5"
    file.write_text("mine")
    ran = phasemap("gradients", "--set", "g_h=2", "-o", str(file))
    assert ran.code == 2
    assert file.read_text() == "mine"
