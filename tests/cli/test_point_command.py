"""`phasemap point`: everything known about a point, to the digits of independent computations.

References: values computed independently of this code, and for the additive network two independent methods that agree
to 1e-12. Most tests ask for the quantities that they read, and compute in this process: all that a point has, and a
process of its own, cost seconds; the tests that are about these have both.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run

from phasemap.model.text.stated import number
from phasemap.quantities import REGISTRY
from phasemap.sweeps.executors.processes import InProcess


@pytest.fixture
def here(phasemap: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, which computes in this process."""
    monkeypatch.setattr("phasemap.sweeps.executors.processes.Processes", lambda workers: InProcess())
    return phasemap


def facts(run: Run, *settings: str, only: tuple[str, ...] = (), simulate: bool = False) -> Any:
    """What the command says as JSON; of all quantities, or of some only."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    arguments = [part for setting in settings for part in ("--set", setting)]
    arguments += [part for name in only for part in ("--quantity", name)]
    ran = run("point", "--json", *arguments, *(["--simulate"] if simulate else []))
    assert ran.code == 0, ran.err
    return json.loads(ran.out, parse_constant=refuse)


PHASE = ("static_gain", "lyapunov_max")  # what a phase is made from


def value(found: Any, quantity: str, dim: str, label: str) -> float:
    entry = found["quantities"][quantity][dim][label]
    assert entry["status"] == "converged"
    return float(entry["value"])


@pytest.mark.parametrize(
    ("g", "variance", "exponent"),
    [
        (1.5, 0.3323050580237, 0.046746219524),
        (2.0, 0.4812013534343, 0.112458109627),
        (3.0, 0.6051473425603, 0.235460964037),
    ],
)
def test_additive_network(here: Run, g: float, variance: float, exponent: float) -> None:
    found = facts(here, f"g_h={g}", only=PHASE)
    assert value(found, "variance", "branch", "fluctuating") == pytest.approx(variance, abs=1e-9)
    assert value(found, "lyapunov_max", "branch", "fluctuating") == pytest.approx(exponent, abs=1e-9)
    assert found["phase"] == "chaotic"
    assert found["critical_gains"]["zero_instability"] == pytest.approx([1.0], abs=1e-8)


@pytest.mark.parametrize(
    ("g", "alpha_r", "states"),
    [
        (2.5, 0.0, [(0.0522343, 1.048195)]),
        (3.0, 2.0, [(0.1336322, 1.472605)]),
        (1.8, 20.0, [(0.00129726, 1.209724), (0.08317608, 2.324808)]),
    ],
)
def test_static_states(here: Run, g: float, alpha_r: float, states: list[tuple[float, float]]) -> None:
    found = facts(here, f"g_h={g}", f"alpha_r={alpha_r}", only=("delta_h",))
    quantities = found["quantities"]
    assert quantities["fixed_point_count"]["value"] == len(states) + 1
    labels = [name for name, entry in quantities["delta_h"]["fixed_point"].items() if entry["status"] == "converged"]
    for label, (delta, gain) in zip(labels[1:], states, strict=True):
        assert value(found, "delta_h", "fixed_point", label) == pytest.approx(delta, abs=6e-8)
        assert value(found, "static_gain", "fixed_point", label) == pytest.approx(gain, abs=6e-7)


@pytest.mark.parametrize(
    ("settings", "surface", "gain", "tolerance"),
    [
        (("alpha_r=5",), "static_fold", 1.917143, 6e-7),
        (("alpha_r=20",), "static_fold", 1.627833, 6e-7),
        (("alpha_r=0", "alpha_z=inf"), "marginal_boundary", 6.54635, 6e-6),
        (("alpha_r=1", "alpha_z=inf"), "marginal_boundary", 5.38250, 6e-6),
        (("alpha_r=2", "alpha_z=inf"), "marginal_boundary", 4.28542, 6e-6),
    ],
)
def test_critical_gains(here: Run, settings: tuple[str, ...], surface: str, gain: float, tolerance: float) -> None:
    found = facts(here, "g_h=1.5", "beta_r=0", *settings, only=("static_gain",))
    assert found["critical_gains"][surface] == pytest.approx([gain], abs=tolerance)


def test_output_gate(here: Run) -> None:
    found = facts(here, "g_h=3", "alpha_r=2", "tau_r=1", only=PHASE)
    assert value(found, "variance", "branch", "fluctuating") == pytest.approx(0.107995, abs=6e-7)
    assert value(found, "lyapunov_max", "branch", "fluctuating") == pytest.approx(0.13197, abs=6e-6)
    assert found["parameters"]["beta_z"] == "-inf"
    assert found["parameters"]["beta_r"] == 0.0


def test_what_is_absent_is_null_and_says_why(phasemap: Run) -> None:
    found = facts(phasemap, "g_h=0.5")
    entry = found["quantities"]["variance"]["branch"]["fluctuating"]
    assert (entry["value"], entry["status"]) == (None, "absent")
    assert found["phase"] == "stable zero"
    assert found["failures"] == {}


def test_the_table_says_the_same(phasemap: Run) -> None:
    asked = ("--quantity", "delta_h", "--quantity", "lyapunov_max")
    out = phasemap("point", "--set", "g_h=3", "--set", "alpha_r=2", *asked).out
    for part in ("g_h = 3, alpha_r = 2, beta_r = 0", "phase: chaotic", "0.133632196", "0.13197135", "zero_instability"):
        assert part in out


SMALL = (
    *("simulation.size=40", "simulation.realisations=2", "simulation.duration=40.0", "simulation.transient=20.0"),
    *("count.size=4", "count.networks=4", "count.starts=50", "count.samples=1000"),
    *("network_gradients.size=40", "network_gradients.networks=2", "network_gradients.transient=20"),
    *("protocol.size=40", "protocol.networks=2"),
)  # networks of every kind


def test_everything_is_computed_that_takes_seconds_and_networks_on_request(here: Run) -> None:
    found = facts(here, "g_h=1.5", *SMALL, simulate=True)
    assert not found["failures"]
    plain = facts(here, "g_h=1.5", *SMALL)["quantities"]
    networks = {name for name, row in REGISTRY.quantities.items() if REGISTRY.solvers[row.solver].simulated}
    assert set(found["quantities"]) - networks == set(plain) and not set(plain) & networks
    assert {name: found["quantities"][name] for name in plain} == plain
    again = facts(here, "g_h=1.5", *SMALL, only=tuple(networks & set(found["quantities"])))["quantities"]
    assert again == {name: found["quantities"][name] for name in again}
    other = facts(here, "g_h=1.5", *SMALL, "seed=5", only=("network_lyapunov_max",))["quantities"]
    assert other["network_lyapunov_max"] != found["quantities"]["network_lyapunov_max"]
    assert found["quantities"]["network_lyapunov_max"]["value"] is not None


def test_a_solver_that_fails_is_named(here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise FloatingPointError("out of digits")

    monkeypatch.setattr("phasemap.theory.static.fixed_points.solve_points", broken)
    found = facts(here, "g_h=3", only=("delta_h", "lyapunov_max"))
    assert "out of digits" in found["failures"]["statics"]
    assert found["quantities"]["delta_h"]["fixed_point"]["zero"]["status"] == "failed"


def test_an_infinite_exponent_is_explained(here: Run) -> None:
    shown = here("point", "--set", "g_h=3", "--set", "alpha_r=inf", "--quantity", "lyapunov_max").out
    assert "lambda_max diverges: the output gate is hard (alpha_r = inf)" in shown
    hard, smooth = (facts(here, "g_h=3", f"alpha_r={alpha}", only=PHASE) for alpha in ("inf", "2"))
    exponent = hard["quantities"]["lyapunov_max"]["branch"]["fluctuating"]
    assert exponent == {"value": "inf", "error": None, "status": "diverges"}
    assert hard["phase"] == "chaotic"
    assert smooth["remarks"] == []


ENDLESS = ("--set", "g_h=2", "--set", "alpha_z=10000")  # so steep a gate keeps an ensemble busy for hours
LASTING = ("--set", "g_h=2.2", "--set", "alpha_z=10", "--set", "ensemble.relative_error=0.0005")


@pytest.mark.slow
def test_a_solver_that_does_not_end_is_out_of_time_and_the_others_are_not(phasemap: Run) -> None:
    asked = ("--quantity", "static_gain", "--quantity", "lyapunov_max", "--point-timeout", "0.5")
    ran = phasemap("point", "--json", *LASTING, *asked)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    branches = found["quantities"]["lyapunov_max"]["branch"]
    assert {entry["status"] for entry in branches.values()} == {"out_of_time"}
    assert found["quantities"]["static_gain"]["fixed_point"]["zero"]["value"] == pytest.approx(4.84)
    assert "--point-timeout" in found["failures"]["mean_field"]


def test_a_point_that_does_not_end_is_ended_by_an_interrupt() -> None:
    """As a terminal sends it: to all processes."""
    command = [sys.executable, "-m", "phasemap", "point", *ENDLESS]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    time.sleep(4.0)
    assert process.poll() is None
    started = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - started < 30.0
    assert process.returncode != 0 and out == ""
    assert "Traceback" not in err
    deadline = time.monotonic() + 10.0
    while _alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(process.pid)


def _alive(group: int) -> list[str]:
    """Processes of a group, but for those that nobody has collected yet."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, owner = path.read_text().rpartition(")")[2].split()[:3]
            found += [path.parent.name] if int(owner) == group and state != "Z" else []
    return found


def test_an_error_that_is_not_known_is_said_to_be() -> None:
    assert number(1.25, float("inf")) == "1.25 ± unknown"


@pytest.mark.slow
def test_short_simulations_are_printed_with_unknown_errors(here: Run) -> None:
    """Three samples have no error: it was an OverflowError."""
    small = ("simulation.size=20", "simulation.duration=2", "simulation.transient=1", "simulation.realisations=1")
    settings = [part for one in ("g_h=3", *small) for part in ("--set", one)]
    ran = here("point", "--simulate", "--quantity", "network_variance", *settings)
    assert ran.code == 0 and "Traceback" not in ran.err
    assert "network_variance" in ran.out and "unknown (not converged)" in ran.out


def test_no_stationary_state_is_said_in_words(here: Run) -> None:
    found = facts(here, "g_h=1.5", "alpha_z=inf", "s_h=0.3", only=PHASE)
    assert any("no stationary state" in remark for remark in found["remarks"])
    exponent = found["quantities"]["lyapunov_max"]["branch"]["fluctuating"]
    assert exponent == {"value": None, "error": None, "status": "diverges"}
    assert found["phase"] == "undetermined" and not found["failures"]


def test_surfaces_of_the_network_without_noise_are_not_given_under_noise(here: Run) -> None:
    found = facts(here, "g_h=2", "noise_h=0.2", "tau_noise=1", only=("static_gain",))
    assert set(found["critical_gains"]) <= {"dynamic_fold", "lyapunov_zero"}
    for name in ("zero_instability", "static_fold"):
        assert any(name in remark and "noise_h = 0.2" in remark for remark in found["remarks"])


def test_there_is_no_slow_edge_where_there_is_no_update_gate(here: Run) -> None:
    assert "slow_edge" not in facts(here, "g_h=3", only=("static_gain",))["critical_gains"]
