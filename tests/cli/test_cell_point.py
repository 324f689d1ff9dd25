"""`phasemap point --cell`: the numbers of a GRU, an LSTM and a tanh network, per step."""

import json
import math

import pytest

GRU = ("point", "--cell", "gru", "--set", "a_h=4", "--set", "a_z=2", "--set", "a_r=2")
LSTM = ("point", "--cell", "lstm", "--set", "a_g=6", "--set", "a_i=2", "--set", "a_f=2", "--set", "a_o=2")


def test_a_gru_in_both_conventions(phasemap) -> None:
    for reset, C, edge in (("before", 0.59474704, 1.14710570), ("after", 0.44944272, 1.09813453)):
        facts = json.loads(phasemap(*GRU, "--set", f"reset={reset}", "--json").out)
        found = facts["quantities"]
        assert facts["phase"] == "chaotic" and facts["parameters"]["reset"] == reset
        assert found["second_moment"]["fixed_point"]["static"]["value"] == pytest.approx(C, abs=1e-8)
        assert found["leading_multiplier"]["fixed_point"]["static"]["value"] == pytest.approx(edge, abs=1e-8)
        assert found["zero_multiplier"]["value"] == pytest.approx(1.5)
        assert found["static_fold"] | {"value": None, "status": "absent"} == found["static_fold"]
        assert found["lyapunov_max"]["status"] == "converged" and found["lyapunov_max"]["error"] < 0.01
        assert found["lyapunov_max"]["value"] == pytest.approx(0.1173 if reset == "before" else 0.0764, abs=0.008)
        assert facts["critical_gains"]["zero_instability"] == pytest.approx([2.0])


def test_beyond_the_dynamic_fold_chaos_coexists_with_rest(phasemap) -> None:
    facts = json.loads(phasemap("point", "--cell", "lstm", "--set", "a_g=1.8", "--set", "a_f=8", "--json").out)
    assert facts["phase"] == "bistable"
    assert facts["quantities"]["lyapunov_max"]["value"] > 0.01


def test_spread_biases_have_dynamics_of_their_own(phasemap) -> None:
    found = json.loads(phasemap(*GRU, "--set", "s_z=1", "--json").out)["quantities"]
    assert found["lyapunov_max"]["status"] == "converged"
    assert found["lyapunov_max"]["value"] == pytest.approx(0.07, abs=0.02)


def test_networks_stand_beside_the_theory_with_what_they_miss(phasemap) -> None:
    networks = ("--simulate", "--set", "simulation.size=120", "--set", "simulation.duration=300")
    found = json.loads(phasemap("point", "--cell", "gru", "--set", "a_h=4", *networks, "--json").out)["quantities"]
    theory, network = found["lyapunov_max"]["value"], found["network_lyapunov_max"]["value"]
    assert found["finite_size_deficit"]["value"] == pytest.approx(network - theory)
    assert -25 / 120 < found["finite_size_deficit"]["value"] < 0.01
    assert found["network_settled_fraction"]["value"] == 0.0


def test_an_lstm(phasemap) -> None:
    found = json.loads(phasemap(*LSTM, "--json").out)["quantities"]
    assert found["second_moment"]["fixed_point"]["static"]["value"] == pytest.approx(0.115310877, abs=1e-9)
    folded = json.loads(phasemap("point", "--cell", "lstm", "--set", "a_g=1.5", "--set", "a_f=8", "--json").out)
    assert folded["phase"] == "static-complex"  # between the static fold and the dynamic one at 1.602
    assert folded["quantities"]["lyapunov_max"]["value"] == pytest.approx(math.log(0.5 + 1.5 / 4))
    assert folded["critical_gains"]["static_fold"] == pytest.approx([1.440382], abs=1e-6)
    assert set(folded["quantities"]["second_moment"]["fixed_point"]) == {"zero", "static_small", "static"}


def test_exponents_that_need_no_dynamics(phasemap) -> None:
    vanilla = json.loads(phasemap("point", "--cell", "vanilla", "--set", "a_h=2", "--json").out)
    assert vanilla["quantities"]["lyapunov_max"]["value"] == pytest.approx(0.15472423, abs=1e-8)
    stable = json.loads(phasemap("point", "--cell", "gru", "--set", "a_h=1", "--json").out)
    assert stable["quantities"]["lyapunov_max"]["value"] == pytest.approx(-0.2876820724, abs=1e-9)


def test_people_read_the_same(phasemap) -> None:
    shown = phasemap(*LSTM).out
    assert "phase: chaotic" in shown and "critical a_g here" in shown and "saturate" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("point", "--cell", "rnn"), "gru, lstm, vanilla"),
        ((*GRU, "--set", "parameters.a_hh=3"), "Did you mean 'a_h'?"),
        ((*GRU, "--set", "a_hh=3"), "no parameter of this cell"),
        ((*GRU, "--set", "a_h=-1"), "from 0 to 100"),
        ((*GRU, "--set", "reset=never"), '"before" or "after"'),
        ((*GRU, "--quantity", "lyapunov_max"), "leave the others out"),
        ((*GRU, "--simulate", "--set", "simulation.sise=3"), "Did you mean 'size'?"),
    ],
)
def test_bad_input_is_one_paragraph(phasemap, arguments, words: str) -> None:
    ran = phasemap(*arguments)
    assert ran.code == 2 and words in ran.err and ran.err.count("\n") == 1
