"""The multiplier of a fixed point itself, dynamic tricritical points, and biases of an LSTM's candidate."""

import math

import numpy as np
import pytest
from scipy.special import expit

from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.static.fixed_points import fixed_points
from phasemap.cells.vanilla.theory import Vanilla


@pytest.mark.parametrize(
    "cell",
    [
        Gru(3, 1, 5, 0.2, 0.1, -0.3, 0.3, 0.2, 0.3, 0.4, 0.5, reset="after"),
        Gru(3, 1, 5, 0.2, 0.1, -0.3, 0.0, 0.2, 0.3, 0.4, 0.0, reset="before"),
        Vanilla(2, 0.3, 0.2),
        Lstm(3, 2, 4, 1, b_f=0.5, s_i=0.4, s_f=0.3, s_o=0.6, b_g=0.3, s_g=0.2),
    ],
)
def test_the_states_own_slope_is_the_derivative_of_its_second_moment(cell) -> None:
    C, step = 0.2, 1e-4
    ahead, behind = (math.log(cell.second_moment(C * (1 + sign * step))) for sign in (1, -1))
    assert cell.longitudinal(C) == pytest.approx((ahead - behind) / (2 * step), abs=3e-8)


def conditioned_jacobian(cell: Lstm, C: float, N: int, rng: np.random.Generator) -> np.ndarray:
    """Of a network whose matrices were drawn given that units drawn from the mean field are its fixed point."""
    x = {k: getattr(cell, f"a_{k}") * math.sqrt(C) * rng.standard_normal(N) for k in "ifog"}
    i, f, o, g = expit(x["i"]), expit(x["f"]), expit(x["o"]), np.tanh(x["g"])
    c = i * g / (1 - f)
    h = o * np.tanh(c)
    U = {k: getattr(cell, f"a_{k}") / math.sqrt(N) * rng.standard_normal((N, N)) for k in "ifog"}
    U = {k: W + np.outer(x[k] - W @ h, h) / (h @ h) for k, W in U.items()}
    inner = (i * (1 - i) * g)[:, None] * U["i"] + (f * (1 - f) * c)[:, None] * U["f"]
    inner += (i * (1 - g * g))[:, None] * U["g"]
    through = o / np.cosh(c) ** 2
    own = (o * (1 - o) * np.tanh(c))[:, None] * U["o"] + through[:, None] * inner
    return np.block([[own, np.diag(through * f)], [inner, np.diag(f)]])


def test_the_outlier_of_a_lower_root_is_an_eigenvalue_of_networks_drawn_given_it() -> None:
    cell, rng = Lstm(1.9, 0.0, 8.0), np.random.default_rng(0)
    low = fixed_points(cell)[0]
    assert low.edge < 1.012 and low.outlier == pytest.approx(1.04143933, abs=1e-7)
    found = [np.abs(np.linalg.eigvals(conditioned_jacobian(cell, low.C, 300, rng))).max() for _ in range(3)]
    assert low.edge + 0.008 < np.mean(found) < low.outlier + 0.02  # at finite N few units carry the heavy tail


def test_upper_roots_have_none() -> None:
    upper = fixed_points(Lstm(1.9, 0.0, 8.0))[-1]
    assert math.isnan(upper.outlier) and upper.rising


def test_dynamic_tricritical_points() -> None:
    assert Lstm(a_f=math.sqrt(24)).dynamic_tricritical_ratio() == pytest.approx(1.0)
    assert Lstm(a_i=4, a_f=4, a_o=4).dynamic_tricritical_ratio() == pytest.approx(1.0)
    assert Gru(a_r=math.sqrt(12)).dynamic_tricritical_ratio() == pytest.approx(1.0)


def test_a_biased_candidate_of_an_lstm_agrees_with_draws_of_its_units() -> None:
    cell, rng, n = Lstm(3, 1, 2, 1, b_g=0.7, s_g=0.3), np.random.default_rng(1), 400_000
    point = fixed_points(cell)[-1]
    x = rng.standard_normal((4, n)) * math.sqrt(point.C)
    g = np.tanh(0.7 + 3 * x[3] + 0.3 * rng.standard_normal(n))
    h = expit(x[2]) * np.tanh(expit(x[0]) * g / (1 - expit(2 * x[1])))
    assert np.mean(h**2) == pytest.approx(point.C, abs=4 * np.std(h**2) / math.sqrt(n))
