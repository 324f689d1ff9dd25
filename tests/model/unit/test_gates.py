"""Which gates move, and the rates that they have of their own."""

import math

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.model.unit.gates import Gate, centred_columns, gate_floor
from phasemap.model.unit.noise import acting_noise, undefined_noise, without_fixed_points
from phasemap.model.unit.nonlinearities import gate, gate_moves, is_constant_gate

GATES = [
    Gate(alpha, beta, mean)
    for alpha in (0.0, 1.7, math.inf)
    for beta in (-math.inf, -2.0, 0.0, 0.8, math.inf)
    for mean in (0.0, 0.4, -1.1)
]


@pytest.mark.parametrize(
    ("alpha", "beta", "moves"),
    [
        (1.0, 0.0, True), (math.inf, 0.0, True), (1e-9, 3.0, True),
        (0.0, 0.0, False), (1.0, math.inf, False), (1.0, -math.inf, False), (math.inf, math.inf, False),
    ],
)  # fmt: skip
def test_a_gate_moves_where_it_depends_on_its_variable(alpha, beta, moves):
    assert gate_moves(alpha, beta) == moves
    assert is_constant_gate(alpha, beta) != moves
    assert gate_moves(np.array([alpha]), np.array([beta])).tolist() == [moves]
    assert Gate(alpha, beta).moves is moves and Gate(alpha, beta).is_constant is not moves
    assert Gate(alpha, beta).is_hard is (moves and math.isinf(alpha))


@pytest.mark.parametrize(
    ("parameters", "floor"),
    [
        ({"tau_z": 10.0, "tau_r": 5.0}, -math.inf),
        ({"alpha_z": 1.0, "tau_z": 10.0}, -0.1),
        ({"alpha_z": 1.0, "tau_z": 10.0, "alpha_r": 1.0, "tau_r": 20.0}, -0.05),
        ({"alpha_z": 0.0, "tau_z": 10.0, "alpha_r": 1.0, "tau_r": 2.0}, -0.5),
        ({"alpha_z": 1.0, "beta_z": math.inf, "tau_z": 10.0}, -math.inf),
        ({"alpha_z": 1.0, "tau_z": 0.0}, -math.inf),
    ],
)
def test_the_floor_is_the_slowest_rate_of_a_gate_that_moves(parameters, floor):
    assert gate_floor(make_parameters(parameters)) == floor


def test_noise_on_a_constant_gate_does_not_act():
    constant = make_parameters(noise_z=0.3, noise_r=0.3)
    assert not any(acting_noise(constant._asdict()).values()) and without_fixed_points(constant._asdict()) == ""
    assert not constant.is_noisy and constant._replace(noise_h=0.1).is_noisy
    assert make_parameters(alpha_r=2.0, noise_r=0.3).is_noisy and make_parameters(alpha_z=2.0, noise_z=0.3).is_noisy
    assert "noise_r = 0.3" in without_fixed_points(make_parameters(noise_z=0.3, noise_r=0.3, alpha_r=2.0)._asdict())


@pytest.mark.parametrize("one", GATES)
def test_the_common_input_is_absorbed(one):
    """The gate of a centred variable, from its three numbers, is the gate of the variable about its mean."""
    steepness, offset, at_rest = one.centred
    x = np.array([-2.0, -0.3, 0.7, 2.5])
    expected = gate(x + one.mean, one.alpha, one.beta)
    if steepness == 0.0:
        found = np.full(x.shape, at_rest)
    elif math.isinf(steepness):
        found = (x > offset).astype(float)
    else:
        found = gate(x, steepness, offset)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert at_rest == gate(one.mean, one.alpha, one.beta)


def test_columns_of_gates_are_those_of_each():
    columns = centred_columns(*(np.array([getattr(one, name) for one in GATES]) for name in ("alpha", "beta", "mean")))
    np.testing.assert_allclose(np.transpose(columns), [one.centred for one in GATES], rtol=1e-14)


def test_quantiles_are_those_of_the_variable_sent_through_the_gate():
    p = make_parameters(alpha_z=3.0, beta_z=0.5, m_z=0.2)
    median, upper = p.update_gate.quantiles(0.25, [0.5, 0.8413447460685429])
    assert median == pytest.approx(1.0 / (1.0 + math.exp(-3.0 * 0.2 + 0.5)))
    assert upper == pytest.approx(1.0 / (1.0 + math.exp(-3.0 * 0.7 + 0.5)))


def test_h_rests_at_zero_without_bias_and_without_input_of_its_own():
    p = make_parameters(alpha_z=2.0, alpha_r=2.0, s_z=0.3, m_r=0.2, noise_z=0.1)
    assert p.is_odd and p.has_zero_state
    assert p._replace(noise_h=0.1).is_odd and not p._replace(noise_h=0.1).has_zero_state
    assert not any(p._replace(**{name: 0.1}).is_odd for name in ("beta_h", "m_h", "s_h"))


def test_an_input_is_divided_by_the_gate_outside_which_it_stands():
    p = make_parameters(alpha_z=2.0, s_h=0.3)
    assert p.input_divided and p._replace(s_h=0.0, m_h=-0.1).input_divided
    others = ({"s_h": 0.0}, {"input_inside": 1.0}, {"alpha_z": 0.0}, {"beta_z": math.inf})
    assert not any(p._replace(**changes).input_divided for changes in others)


def test_white_noise_needs_inertia():
    p = make_parameters(alpha_r=2.0, tau_r=0.0, noise_r=0.3)
    assert "noise_r = 0.3" in undefined_noise(p)
    others = ({"tau_r": 1.0}, {"tau_noise": 1.0}, {"alpha_r": 0.0}, {"noise_r": 0.0})
    assert not any(undefined_noise(p._replace(**changes)) for changes in others)
