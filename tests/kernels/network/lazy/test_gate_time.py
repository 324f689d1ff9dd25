import math

import numpy as np
import pytest
from scipy.integrate import quad

from phasemap.kernels.network.lazy.gate_time import gate_time, weights
from phasemap.model.unit.nonlinearities import gate


@pytest.mark.parametrize("ends", [(-0.7, 1.3), (0.4, 0.4004), (2.0, -3.0), (-5.0, -4.0)])
@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (8.0, 1.5), (60.0, -2.0)])
def test_gate_time_is_the_mean_of_the_gate_along_a_straight_path(
    ends: tuple[float, float], alpha: float, beta: float
) -> None:
    low, high = ends
    step_at = beta / alpha
    inside = [(step_at - low) / (high - low)] if min(ends) < step_at < max(ends) else None
    mean, _ = quad(lambda s: float(gate(low + s * (high - low), alpha, beta)), 0.0, 1.0, points=inside, epsabs=1e-13)
    assert gate_time(low, high, alpha, beta) == pytest.approx(mean, abs=3e-12)


def test_gate_time_of_a_hard_gate_is_the_open_share_of_the_path() -> None:
    assert gate_time(-1.0, 3.0, math.inf, 0.0) == 0.75
    assert gate_time(3.0, -1.0, math.inf, 0.0) == 0.75
    assert gate_time(-2.0, -1.0, math.inf, 0.0) == 0.0
    assert gate_time(0.0, 0.0, math.inf, 1.0) == pytest.approx(1.0 / (1.0 + math.e))


def test_gate_time_of_a_gate_that_does_not_move_is_its_value() -> None:
    assert gate_time(-1.0, 3.0, 0.0, 0.5) == pytest.approx(1.0 / (1.0 + math.exp(0.5)))
    assert gate_time(-1.0, 3.0, 7.0, -math.inf) == 1.0


@pytest.mark.parametrize("S", [1e-7, 0.00999, 0.01001, 0.3, 5.0, 80.0])
def test_weights_integrate_constant_and_linear_fields_exactly(S: float) -> None:
    decay, w_0, w_1, share = weights(S)
    linear, _ = quad(lambda s: math.exp(-(S - s)) * s / S, 0.0, S, epsabs=1e-15, epsrel=1e-13)
    assert decay == math.exp(-S)
    assert w_0 + w_1 == pytest.approx(-math.expm1(-S), rel=1e-12)
    assert w_1 == pytest.approx(linear, rel=1e-9)
    assert share == pytest.approx(-math.expm1(-S) / S, rel=1e-12)


def test_a_gate_without_inertia_takes_the_field_at_the_end() -> None:
    assert weights(math.inf) == (0.0, 0.0, 1.0, 0.0)
    assert np.isfinite(weights(1e300)).all()
