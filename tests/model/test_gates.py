"""Which gates move, and the rates that they have of their own."""

import math

import numpy as np
import pytest

from phasemap.model.gates import gate_floor, gate_moves
from phasemap.model.noise import acting_noise, without_fixed_points
from phasemap.model.nonlinearities import is_constant_gate
from phasemap.model.parameters import make_parameters


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
    quiet = make_parameters(noise_z=0.3, noise_r=0.3)._asdict()
    assert not any(acting_noise(quiet).values()) and without_fixed_points(quiet) == ""
    assert "noise_r = 0.3" in without_fixed_points(make_parameters(noise_z=0.3, noise_r=0.3, alpha_r=2.0)._asdict())
