"""`phasemap spectrum`: numbers as JSON, a table, figures, clear refusals."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.command_line import Run


def test_numbers_of_the_additive_network(phasemap: Run) -> None:
    ran = phasemap("spectrum", "--set", "g_h=2", "--state", "zero", "--size", "60", "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    # The disc of radius g around -1 (circular law).
    assert found["leading_edge"] == pytest.approx(1.0, abs=1e-9)
    (curve,) = found["boundary"]
    points = np.array(curve["real"]) + 1j * np.array(curve["imaginary"])
    np.testing.assert_allclose(np.abs(points + 1.0), 2.0, rtol=1e-8)
    assert max(curve["residual"]) < 1e-8
    assert found["atoms"] == []  # absent gates are no degrees of freedom
    assert found["agreement"]["fraction_outside"] < 0.2


def test_it_draws(phasemap: Run, tmp_path: Path) -> None:
    plane, curves = tmp_path / "plane.png", tmp_path / "curves.pdf"
    arguments = ("--set", "g_h=2", "--size", "40", "-o", str(plane), "--distributions", str(curves))
    ran = phasemap("spectrum", *arguments)
    assert ran.code == 0, ran.err
    assert "leading edge" in ran.out
    assert plane.stat().st_size > 1000
    assert curves.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--state", "uper"), "choose one of"),
        (("--sample", "all"), "choose one of"),
        (("--state", "lower"), "There are: zero, upper"),
        (("-o", "figure.bmp"), ".png"),
    ],
)
def test_bad_input_is_explained(phasemap: Run, arguments: tuple[str, ...], words: str) -> None:
    ran = phasemap("spectrum", "--set", "g_h=2", *arguments)
    assert ran.code == 2
    assert words in ran.err
