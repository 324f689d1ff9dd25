"""`phasemap simulate`: one network in words, in a file and in figures."""

from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from phasemap.cli.main import app
from phasemap.cli.titles import title_of
from phasemap.model.parameters import make_parameters
from phasemap.storage import read_result

SMALL = ["simulation.size=20", "simulation.duration=40", "simulation.transient=20", "g_h=4"]


def simulate(*options: str):
    settings = [word for setting in SMALL for word in ("--set", setting)]
    return CliRunner().invoke(app, ["simulate", *settings, *options])


def test_it_says_how_the_measurement_ended_and_what_was_eliminated():
    shown = simulate().output
    assert "20 exponents" in shown and "duration asked for was measured" in shown
    assert "The gate z is no degree of freedom" in shown


def test_it_says_what_the_numerics_cost():
    assert "errors by the time step" in simulate().output
    assert "and single precision" in simulate("--set", "simulation.single_precision=true").output
    assert "errors by" not in simulate("--set", "noise_h=0.5").output
    at_rest = simulate("--set", "g_h=0.5").output
    assert "came to rest" in at_rest and "Orthonormalised" not in at_rest


def test_it_says_which_budget_ended_first():
    asked = ("--set", "simulation.lyapunov_error=1e-6", "--set", "simulation.exponents=3")
    assert "max_duration ended first" in simulate(*asked, "--set", "simulation.max_duration=50").output
    assert "max_seconds ended first" in simulate(*asked, "--set", "simulation.max_seconds=0.01").output


def test_the_file_holds_the_spectrum_and_is_never_overwritten_silently(tmp_path: Path):
    target = tmp_path / "net.h5"
    assert simulate("-o", str(target)).exit_code == 0
    stored = read_result(target)
    spectrum = stored.fields["network_lyapunov_spectrum"].values[0]
    assert np.isfinite(spectrum).sum() == 20 and np.all(np.diff(spectrum[np.isfinite(spectrum)]) <= 0)
    again = simulate("-o", str(target))
    assert again.exit_code != 0 and "exists" in str(again.exception)
    assert simulate("-o", str(target), "--force").exit_code == 0


def test_the_seed_fixes_the_network(tmp_path: Path):
    a, b, c = (tmp_path / f"{name}.h5" for name in "abc")
    simulate("-o", str(a), "--set", "seed=3", "--threads", "1")
    simulate("-o", str(b), "--set", "seed=3", "--threads", "2")
    simulate("-o", str(c), "--set", "seed=4")
    values = [read_result(path).fields["network_lyapunov_spectrum"].values for path in (a, b, c)]
    np.testing.assert_array_equal(values[0], values[1])
    assert not np.array_equal(values[0], values[2], equal_nan=True)


def test_figures_are_drawn_beside_the_file(tmp_path: Path):
    assert simulate("-o", str(tmp_path / "net.h5"), "--figures").exit_code == 0
    assert {"net.lyapunov_spectrum.png", "net.autocorrelation.png", "net.activity.png"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_titles_name_everything_that_was_set():
    title = title_of(make_parameters(g_h=3.0, alpha_z=2.0, tau_z=0.5), "$N = 20$")
    assert title == r"$N = 20$, $g_h = 3$, $\alpha_z = 2$, $\beta_z = 0$, $\tau_z = 0.5$"
    assert title_of(make_parameters(g_h=2.0)) == "$g_h = 2$"
    assert title_of(make_parameters(g_h=2.0, alpha_z=1.0, alpha_r=1.0, tau_r=2.0, s_h=1.0)).count("\n") == 1
