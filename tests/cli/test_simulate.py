"""`phasemap simulate`: one network in words, in a file and in figures."""

import re
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

import phasemap
from phasemap.cli.main import app
from phasemap.cli.titles import title_of
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
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
    spectrum = stored.fields["network_lyapunov_spectrum"].value[0]
    assert np.isfinite(spectrum).sum() == 20 and np.all(np.diff(spectrum[np.isfinite(spectrum)]) <= 0)
    again = simulate("-o", str(target))
    assert again.exit_code != 0 and "exists" in str(again.exception)
    assert simulate("-o", str(target), "--force").exit_code == 0


def test_the_seed_fixes_the_network(tmp_path: Path):
    a, b, c = (tmp_path / f"{name}.h5" for name in "abc")
    simulate("-o", str(a), "--set", "seed=3", "--threads", "1")
    simulate("-o", str(b), "--set", "seed=3", "--threads", "2")
    simulate("-o", str(c), "--set", "seed=4")
    values = [read_result(path).fields["network_lyapunov_spectrum"].value for path in (a, b, c)]
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


def test_too_few_exponents_come_with_advice_that_helps():
    few = ("--set", "simulation.size=60", "--set", "simulation.exponents=1", "--set", "simulation.duration=100")
    shown = simulate(*few).output
    advice = re.search(r"too few for the dimension.*simulation\.exponents = (\d+)", shown)
    assert advice is not None
    enough = simulate(*few, "--set", f"simulation.exponents={advice.group(1)}").output
    assert "too few" not in enough and "kaplan_yorke_dimension" in enough


def test_more_exponents_than_there_are_are_said_to_be_fewer():
    shown = simulate("--set", "simulation.exponents=50").output
    assert "20 exponents, fewer than the 50" in shown
    assert "fewer than" not in simulate("--set", "simulation.exponents=20").output


def test_a_short_run_has_unknown_errors_and_no_traceback():
    run = simulate("--set", "simulation.duration=3")
    assert run.exit_code == 0 and "unknown" in run.output and "not converged" in run.output


def test_a_step_that_is_too_long_is_said_to_be(tmp_path: Path):
    target = tmp_path / "net.h5"
    run = simulate("--set", "simulation.time_step=1.5", "-o", str(target))
    assert run.exit_code == 0 and "The time step 1.5 is too long" in run.output
    assert read_result(target).fields["network_variance"].status[0] == Status.NOT_CONVERGED
    unstable = simulate("--set", "simulation.time_step=5")
    assert unstable.exit_code == 0 and "unstable" in unstable.output and "failed" in unstable.output


def test_the_file_says_where_it_comes_from(tmp_path: Path):
    target = tmp_path / "net.h5"
    simulate("-o", str(target), "--set", "seed=7", "--threads", "1")
    stored = read_result(target).metadata
    (session,) = stored.sessions
    assert stored.seed == 7 and stored.config_hash and "[axes]" in stored.config and stored.format_version
    assert session.machine and session.wall_seconds > 0.0 and session.versions["numpy"] == np.__version__
    assert session.revision or not (Path(phasemap.__file__).parent.parent / ".git").exists()
    assert stored.modified and session.workers == 1


def test_the_course_of_a_measurement_is_stored_and_drawn(tmp_path: Path):
    target = tmp_path / "net.h5"
    asked = ("--set", "simulation.lyapunov_error=0.02", "--set", "simulation.max_duration=2000")
    run = simulate("-o", str(target), "--figures", *asked)
    assert "errors asked for were reached" in run.output
    assert (tmp_path / "net.lyapunov_convergence.png").exists()
    stored = read_result(target)
    course, times = stored.fields["network_lyapunov_convergence"], stored.labels["lyapunov_time"]
    there = np.isfinite(course.value[0])
    assert times[-1] == 2000.0 and 5 < there.sum() < len(times) and np.all(np.diff(there[2:].astype(int)) <= 0)
    last = np.flatnonzero(there)[-1]
    largest = stored.fields["network_lyapunov_spectrum"]
    assert abs(course.value[0, last] - largest.value[0, 0]) < 3.0 * largest.error[0, 0]
    assert course.error[0, last] < course.error[0, last - 8]


def test_a_network_that_cannot_fit_is_refused_before_anything_is_drawn():
    run = simulate("--set", "simulation.size=2000000")
    assert run.exit_code != 0 and "GB of memory" in str(run.exception) and "simulation.size" in str(run.exception)


def test_a_hard_gate_has_an_exponent_and_its_course(tmp_path: Path):
    target = tmp_path / "net.h5"
    run = simulate("--set", "alpha_r=inf", "--set", "simulation.size=60", "-o", str(target), "--figures")
    assert run.exit_code == 0 and "every crossing" in run.output and "network_lyapunov_max" in run.output
    assert np.isfinite(read_result(target).fields["network_lyapunov_convergence"].value).any()


def test_a_network_without_its_matrix_is_simulated_and_stored(phasemap, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["simulate", "--lazy", "--set", "g_h=2", "--set", "simulation.size=50"]
    short = ["--set", "simulation.duration=5", "--set", "simulation.transient=1"]
    ran = phasemap(*arguments, *short, "-o", "x.h5")
    assert ran.code == 0 and "directions were drawn" in ran.out
    assert "Taken: lazy, as asked for" in ran.err
    assert (tmp_path / "x.h5").exists()
    refused = phasemap(*arguments, *short, "--figures")
    assert refused.code == 2 and "--lazy" in refused.err
