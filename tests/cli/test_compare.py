"""`phasemap compare` as it is typed."""

import json

import pytest
from support import toy_results
from typer.testing import CliRunner

from phasemap.cli.main import app
from phasemap.errors import PhasemapError
from phasemap.storage import write_result


@pytest.fixture
def result():
    return toy_results.plane()


@pytest.fixture
def run(tmp_path):
    def _run(result, *arguments):
        write_result(tmp_path / "toy.h5", result)
        done = CliRunner().invoke(app, ["compare", str(tmp_path / "toy.h5"), *arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return _run


def test_agreement_is_exit_code_0(result, run):
    done = run(result)
    assert done.exit_code == 0
    assert "5 of 5 points agree" in done.output and "pull" in done.output


def test_disagreement_is_exit_code_1(result, run):
    result.checks.fields["network_lyapunov_max"].value[2] += 1.0
    done = run(result)
    assert done.exit_code == 1
    assert "4 of 5 points agree" in done.output and "NO" in done.output


def test_the_criterion_can_be_tightened(result, run):
    assert run(result, "--errors", "0.1", "--finite-size", "0").exit_code == 1


def test_json_has_every_point(result, run):
    (facts,) = json.loads(run(result, "--json").output)
    assert facts["quantity"] == "lyapunov_max" and facts["size"] == 500 and len(facts["points"]) == 5
    assert facts["points"][2]["g_h"] == 3.0 and facts["points"][2]["agrees"] is True


def test_an_exact_difference_survives_json(result, run):
    for field in result.checks.fields.values():
        field.error = None if field.error is None else field.error * 0.0
    (facts,) = json.loads(run(result, "--json").output)
    assert facts["points"][2]["pull"] in ("inf", "-inf")


def test_a_figure_on_request(result, run, tmp_path):
    run(result, "-o", str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_nothing_to_compare_is_explained(result, run):
    result.checks = None
    with pytest.raises(PhasemapError, match="network_ twin"):
        run(result)


def test_what_was_allowed_and_why_is_said_at_every_point(result, run):
    """A pull of -5 that agrees does so by the allowance for the finite size, and the table says it."""
    result.checks.fields["network_lyapunov_max"].value[2] -= 0.03
    shown = run(result).output
    assert "yes, finite size" in shown and "0.018 + 0.05" in shown
    assert "3 combined standard errors + 25/500 = 0.05 for the finite size" in shown and "1/N" in shown
    (facts,) = json.loads(run(result, "--json").output)
    point = facts["points"][2]
    assert point["verdict"] == "yes, finite size"
    assert point["allowed"] == pytest.approx(point["allowed_statistical"] + point["allowed_finite_size"])
