"""`phasemap count`."""

import json
import math

import pytest
from typer.testing import CliRunner

from phasemap.cli.main import app

FEW = ["count", "--set", "g_h=3", "--set", "alpha_r=2", "--size", "6"]


def run(*arguments: str) -> dict:
    done = CliRunner().invoke(app, [*FEW, *arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_search_prints_the_count_and_what_is_complete() -> None:
    facts = run("--method", "search", "--networks", "6")
    assert facts["count"]["status"] == "converged" and facts["count"]["value"] >= 0.0
    assert facts["complete_fraction"] == 1.0
    assert facts["expected_count"] == {"value": None, "error": None, "status": "not_sought"}


def test_integral_prints_the_expected_count_and_its_effective_samples() -> None:
    facts = run("--method", "integral", "--samples", "4000", "--seed", "3")
    assert facts["expected_count"]["error"] > 0.0 and facts["effective_samples"] > 100.0
    assert facts["expected_count"] == run("--method", "integral", "--samples", "4000", "--seed", "3")["expected_count"]
    assert facts["complexity"]["value"] == pytest.approx(0.0264452, abs=1e-8)
    predicted = facts["predicted_count"]
    assert predicted["value"] == pytest.approx(2.023184 * math.exp(6 * facts["complexity"]["value"]), rel=1e-6)
    assert predicted["status"] == "not_converged" and predicted["error"] > predicted["value"]


def test_reason_stands_where_there_is_no_number() -> None:
    facts = run("--set", "beta_h=0.3", "--method", "integral")
    assert facts["expected_count"]["value"] is None and "beta_h" in facts["reason"]
    assert facts["predicted_count"] == {"value": None, "error": None, "status": "not_sought"}


def test_unknown_method_is_one_paragraph() -> None:
    done = CliRunner().invoke(app, [*FEW, "--method", "guess"])
    assert done.exit_code != 0 and "search, integral" in str(done.exception)


def test_table_for_people() -> None:
    done = CliRunner().invoke(app, [*FEW, "--networks", "4"], catch_exceptions=False)
    assert done.exit_code == 0 and "fixed points per network" in done.stdout and "in theory" in done.stdout
