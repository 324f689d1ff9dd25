"""`phasemap quantities`, `parameters` and `explain`: what the program's names mean, from where they are declared."""

import json

import pytest

from phasemap.glossary import error_classes, explanations
from phasemap.model.parameters import PARAMETERS, Parameters
from phasemap.quantities import REGISTRY


def test_every_quantity_and_surface_is_listed(phasemap):
    facts = json.loads(phasemap("quantities", "--json").out)
    assert set(facts["quantities"]) == set(REGISTRY.quantities)
    assert set(facts["surfaces"]) == set(REGISTRY.surfaces)
    assert all(fact["seconds"] > 0.0 for fact in facts["quantities"].values())
    shown = phasemap("quantities").out
    assert all(name in shown for name in (*REGISTRY.quantities, *REGISTRY.surfaces))


def test_names_and_solvers_select(phasemap):
    assert set(json.loads(phasemap("quantities", "static_gain", "--json").out)["quantities"]) == {"static_gain"}
    of_solver = json.loads(phasemap("quantities", "--solver", "statics", "--json").out)
    assert {fact["solver"] for fact in of_solver["quantities"].values()} == {"statics"}


def test_parameters_show_default_and_domain(phasemap):
    facts = json.loads(phasemap("parameters", "--json", "--options").out)
    assert set(facts["parameters"]) == set(PARAMETERS)
    assert facts["parameters"]["beta_z"]["default"] == "-inf"
    assert facts["parameters"]["g_h"]["minimum"] == 0
    assert facts["parameters"]["g_h"]["default"] == Parameters().g_h
    assert facts["options"]["simulation"]["size"]["default"] == 500


@pytest.mark.parametrize("name", error_classes())
def test_every_error_says_what_it_means_and_what_to_do(name, phasemap):
    text = phasemap("explain", name).out
    assert "What to do:" in text


def test_every_name_is_explained_by_a_sentence():
    assert [entry for entry in explanations() if len(entry.text) < 10] == []


def test_names_are_found_however_they_are_written(phasemap):
    for name in ("static-complex", "Static complex", "driven, stable", "driven_stable", "NOT_CONVERGED"):
        assert phasemap("explain", name).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("explain", "ConfigErro"), "Did you mean 'ConfigError'?"),
        (("quantities", "lyapunov_maxx"), "Did you mean 'lyapunov_max'?"),
        (("quantities", "--solver", "static"), "Did you mean 'statics'?"),
    ],
)
def test_what_is_unknown_gets_a_hint(arguments, words, phasemap):
    ran = phasemap(*arguments)
    assert ran.code == 2 and words in ran.err
