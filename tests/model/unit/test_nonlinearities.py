import math

import numpy as np
import pytest

from phasemap.model.unit import nonlinearities as nl

X = np.linspace(-6.0, 6.0, 241)


def test_the_gate_is_the_logistic_function():
    np.testing.assert_allclose(nl.gate(X, 2.0, 0.5), 1.0 / (1.0 + np.exp(-2.0 * X + 0.5)), rtol=1e-14)


@pytest.mark.parametrize(("beta", "value"), [(-math.inf, 1.0), (math.inf, 0.0)])
@pytest.mark.parametrize("alpha", [0.0, 3.0, math.inf])
def test_infinite_bias_opens_or_shuts_the_gate(alpha, beta, value):
    assert np.all(nl.gate(X, alpha, beta) == value)


def test_a_hard_gate_is_the_limit_of_steep_gates():
    off_step = X[X != 0.0]
    np.testing.assert_allclose(nl.gate(off_step, 5000.0, 0.7), nl.gate(off_step, math.inf, 0.7), atol=1e-12)
    assert nl.gate(0.0, math.inf, 0.7) == nl.gate(0.0, 5000.0, 0.7) == nl.gate_at_rest(0.7)


def test_extreme_arguments_do_not_overflow():
    assert nl.gate(1e6, 1e6, 0.0) == 1.0
    assert nl.gate(-1e6, 1e6, 0.0) == 0.0
    assert nl.gate_at_rest(1000.0) == 0.0


@pytest.mark.parametrize(
    ("function", "slope", "arguments"),
    [(nl.activation, nl.activation_slope, (1.7, 0.3)), (nl.gate, nl.gate_slope, (2.5, -0.4))],
)
def test_slopes_are_derivatives(function, slope, arguments):
    step = 1e-5
    difference = (function(X + step, *arguments) - function(X - step, *arguments)) / (2 * step)
    np.testing.assert_allclose(slope(X, *arguments), difference, atol=1e-9)


def test_a_hard_gate_has_no_pointwise_slope():
    with pytest.raises(ValueError, match="analytically"):
        nl.gate_slope(0.1, math.inf, 0.0)


@pytest.mark.parametrize(("alpha", "beta", "constant"), [(0.0, 1.0, True), (2.0, -math.inf, True), (2.0, 1.0, False)])
def test_constant_gates_are_recognised(alpha, beta, constant):
    assert nl.is_constant_gate(alpha, beta) is constant
