import math

import pytest

from phasemap.errors import ParameterError
from phasemap.model.parameters import PARAMETERS, Parameters, make_parameters


def test_defaults_are_the_additive_network():
    p = make_parameters()
    assert p.beta_z == p.beta_r == -math.inf
    assert p.alpha_z == p.alpha_r == 0.0


def test_every_field_is_described():
    assert tuple(PARAMETERS) == Parameters._fields


@pytest.mark.parametrize("k", ["z", "r"])
def test_a_gate_given_a_steepness_is_centred(k):
    assert getattr(make_parameters({f"alpha_{k}": 2}), f"beta_{k}") == 0.0


@pytest.mark.parametrize("k", ["z", "r"])
def test_a_named_bias_is_kept(k):
    assert getattr(make_parameters({f"alpha_{k}": 2, f"beta_{k}": -1}), f"beta_{k}") == -1.0


def test_hard_gates_are_allowed():
    assert make_parameters(alpha_z=math.inf).alpha_z == math.inf


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("g_hh", 1.0, "Did you mean 'g_h'"),
        ("tau_z", -1.0, "not below 0"),
        ("tau_r", "slow", "must be a number"),
        ("g_h", math.inf, "finite"),
        ("g_h", math.nan, "not allowed"),
        ("g_h", True, "must be a number"),
        ("alpha_r", -2.0, "not below 0"),
        ("input_inside", 0.5, "give 0 or 1 (1: I^h stands inside"),
        ("input_inside", 7, "from 0 to 1"),
    ],
)
def test_bad_values_are_named(name, value, says):
    with pytest.raises(ParameterError, match=name) as caught:
        make_parameters({name: value})
    assert says in str(caught.value)
