"""`phasemap hysteresis`: the loop in words, in a file and in a figure."""

from pathlib import Path

import numpy as np
import pytest
from support.command_line import Run

from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.storage import read_result
from phasemap.studies.hysteresis import parse_along
from phasemap.theory.dynamic.hysteresis import loop

LOOP = ["hysteresis", "--set", "alpha_r=20", "--along", "g_h=1.6:2.2:13"]


@pytest.fixture(autouse=True)
def _somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_what_is_stored_is_what_is_followed(phasemap: Run):
    assert phasemap(*LOOP, "-o", "loop.h5").code == 0
    stored = read_result(Path("loop.h5"))
    values = np.linspace(1.6, 2.2, 13)
    up, down = loop(make_parameters(alpha_r=20.0), "g_h", values.tolist())
    assert stored.labels["way"].tolist() == ["up", "down"] and stored.complete
    variance = stored.fields["loop_variance"]
    np.testing.assert_array_equal(variance.value, np.stack([up.variance, down.variance[::-1]], axis=1))
    np.testing.assert_array_equal(variance.error[:, 1], down.variance_error[::-1])
    assert np.all(variance.status == Status.CONVERGED)
    exponent = stored.fields["loop_lyapunov_max"].value
    between = (values > 1.76) & (values < 2.0)
    assert np.all(exponent[between, 0] < 0.0) and np.all(exponent[between, 1] > 0.0)
    codes = stored.fields["loop_attractor"].value
    assert set(codes[between, 0]) == {0.0} and set(codes[between, 1]) == {2.0}
    assert "phasemap hysteresis --set alpha_r=20 --set beta_r=0 --along g_h=1.6:2.2:13" in stored.metadata.description


def test_it_says_where_the_attractor_changes(phasemap: Run):
    shown = phasemap(*LOOP).out
    assert shown.count("fluctuating") == 2 and shown.count("zero") == 2
    assert not list(Path().iterdir())


def test_the_loop_is_drawn_and_never_overwritten_silently(phasemap: Run):
    assert phasemap(*LOOP, "-o", "loop.h5", "--figure").code == 0
    again = phasemap(*LOOP, "-o", "loop.h5")
    assert again.code == 2 and "--force" in again.err
    drawn = Path("loop.png").read_bytes()
    assert phasemap("plot", "loop.h5", "-o", "again.png", "--caption").code == 0
    assert Path("again.png").read_bytes() == drawn
    assert phasemap("plot", "loop.h5", "--quantity", "loop_attractor", "-o", "states.png").code == 0
    assert "up" in phasemap("plot", "loop.h5", "--terminal").out


def test_a_configuration_gives_the_other_parameters(phasemap: Run):
    Path("x.toml").write_text('quantities = ["variance"]\n[parameters]\nalpha_r = 20.0\n[axes]\ng_h = [1.0, 2.0]\n')
    assert phasemap("hysteresis", "x.toml", "--along", "g_h=1.7:1.9:3", "-o", "loop.h5").code == 0
    assert read_result(Path("loop.h5")).metadata.parameters["alpha_r"] == 20.0


def test_logarithmic_ranges():
    assert parse_along("noise_h=0.01:1:3:log").values == pytest.approx((0.01, 0.1, 1.0))


@pytest.mark.parametrize(
    ("along", "words"),
    [
        ("g_h", "NAME=FROM:TO:POINTS"),
        ("g_h=1:2", "NAME=FROM:TO:POINTS"),
        ("g_h=2:1:5", "below TO"),
        ("g_h=1:2:1", "POINTS = 1"),
        ("g_h=0:2:5:log", "above 0"),
        ("gain=1:2:5", "Unknown parameter 'gain'"),
        ("g_h=-1:2:5", "outside its domain"),
    ],
)
def test_bad_ranges_are_refused(phasemap: Run, along, words):
    ran = phasemap("hysteresis", "--along", along)
    assert ran.code == 2 and words in ran.err and "Traceback" not in ran.err


def test_a_fluctuating_update_gate_is_refused(phasemap: Run):
    ran = phasemap("hysteresis", "--set", "alpha_z=1", "--along", "g_h=1:2:5", "-o", "loop.h5")
    assert ran.code == 2 and "alpha_z = 0" in ran.err and not Path("loop.h5").exists()
