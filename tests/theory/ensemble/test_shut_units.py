"""When <h^2> of an input outside the update gate is finite, and how long it takes."""

import math

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring
from phasemap.theory.ensemble.shut_units import slowest_rest

RING = Ring(102.4, 256)


def rest(moving, staying, **parameters):
    process = Process(make_parameters(g_h=3.0, tau_z=0.0, **parameters))
    return slowest_rest(process, staying + moving * np.exp(-RING.lags), RING)


@pytest.mark.parametrize(("inputs", "limit"), [({"s_h": 0.3}, 2.0), ({"noise_h": 0.3}, 1.0)])
def test_behind_a_hard_gate_the_moment_is_finite_where_enough_of_z_moves(inputs, limit):
    hard = {"alpha_z": math.inf, **inputs}
    assert math.isinf(rest(0.95 * limit * 0.3, 0.3, **hard))
    assert rest(1.05 * limit * 0.3, 0.3, **hard) < math.inf
    assert math.isinf(rest(0.0, 0.3, **hard))
    assert rest(0.8, 0.0, **hard) == 0.0


@pytest.mark.parametrize("alpha", [3.0, 5.0])
def test_behind_a_smooth_gate_it_is_log_normal(alpha):
    """<1 / sigma^2> of a gate that stays is made at z = -2 alpha C, where 1 / sigma = exp(2 alpha^2 C)."""
    assert rest(0.0, 0.5, alpha_z=alpha, s_h=0.3) == pytest.approx(math.exp(2.0 * alpha**2 * 0.5), rel=0.2)


def test_without_an_input_outside_nothing_is_integrated():
    assert rest(0.2, 0.5, alpha_z=5.0) == 0.0
    assert rest(0.2, 0.5, alpha_z=5.0, s_h=0.3, input_inside=1.0) == 0.0


@pytest.mark.slow
def test_networks_go_on_growing():
    """<h^2> at two times: ballistic behind a hard gate, still rising behind a steep one."""
    for parameters, growth in (({"g_h": 1.5, "alpha_z": math.inf}, 8.0), ({"g_h": 3.0, "alpha_z": 5.0}, 2.0)):
        network = draw_network(make_parameters(s_h=0.3, **parameters), 200, np.random.SeedSequence(3))
        integrator = start(network, 0.1, 1.0, np.random.SeedSequence(4))
        squares = []
        for _ in range(2):
            integrator.advance(500 if not squares else 1500)
            squares.append(float(np.mean(integrator.state[0] ** 2)))
        assert squares[1] > growth * squares[0]
