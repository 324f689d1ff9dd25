"""Fixed points, edges, folds and tricritical points of the cells: check values, limits, and integrals done apart."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.parameters import LstmPoint
from phasemap.cells.solvers.points import cell_at
from phasemap.cells.solvers.statics import _moment, solve_points
from phasemap.cells.static.fixed_points import FixedPoint, fixed_points, gain_at, static_fold
from phasemap.cells.static.phases import place_of
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.model.status import Status


@pytest.mark.parametrize(
    ("cell", "C", "S", "edge"),
    [
        (Gru(4, 2, 2, reset="before"), 0.59474704, 1.88257109, 1.14710570),
        (Gru(4, 2, 2, reset="after"), 0.44944272, 1.56644960, 1.09813453),
        (Lstm(5), 0.088207243, 1.5761877, 1.12773157),
        (Lstm(6, 2, 2, 2), 0.115310877, 2.4049652, 1.22513936),
        (Lstm(3, 2, 2, 2, b_f=1), 0.154403093, 2.6175316, 1.11628504),
    ],
)
def test_fixed_points_have_the_values_computed_apart(cell, C, S, edge) -> None:
    (point,) = fixed_points(cell)
    assert pytest.approx(C, abs=2e-9 if isinstance(cell, Lstm) else 6e-9) == point.C
    assert pytest.approx(S, abs=1e-6 if isinstance(cell, Lstm) else 6e-9) == point.S
    assert point.edge == pytest.approx(edge, abs=1e-7 if isinstance(cell, Lstm) else 6e-9)


@pytest.mark.parametrize(
    ("cell", "gain"),
    [
        (Gru(a_r=5, reset="before"), 1.917143),
        (Gru(a_r=10, reset="before"), 1.753983),
        (Gru(a_r=5, reset="after"), 1.954834),
        (Gru(a_r=10, reset="after"), 1.820316),
        (Lstm(a_f=6), 1.799962),
        (Lstm(a_f=8), 1.440382),
        (Lstm(a_i=4, a_f=4, a_o=4), 1.962069),
    ],
)
def test_static_folds_have_the_values_computed_apart(cell, gain) -> None:
    fold = static_fold(cell)
    assert fold.status == Status.CONVERGED
    assert float(fold.value) == pytest.approx(gain, abs=6e-7)
    assert fixed_points(cell.with_gain(gain * 0.999)) == []
    small, large = fixed_points(cell.with_gain(gain * 1.001))
    assert not small.rising and large.rising


@pytest.mark.parametrize(
    "cell",
    [
        Gru(a_r=math.sqrt(8), reset="before"),
        Gru(a_r=math.sqrt(8), reset="after"),
        Gru(a_r=2.0 / math.sqrt((1 - expit(-1)) * (2 - 3 * expit(-1)) * 2), b_r=-1.0),
        Lstm(a_f=8 / math.sqrt(3)),
        Lstm(a_i=8),
        Lstm(a_o=8),
    ],
)
def test_the_gain_rises_from_zero_on_one_side_of_the_tricritical_point_only(cell) -> None:
    assert cell.tricritical_ratio() == pytest.approx(1.0, rel=1e-12)
    names = [name for name in ("a_r", "a_i", "a_f", "a_o") if getattr(cell, name, 0.0)]
    slopes = []
    for factor in (0.9, 1.0, 1.1):
        scaled = type(cell)(**{**vars(cell), **{name: factor * getattr(cell, name) for name in names}})
        slopes.append((gain_at(scaled, 1e-4) / scaled.zero_gain() - 1.0) / 1e-4)
    assert slopes[0] > 10 * abs(slopes[1]) and slopes[2] < -10 * abs(slopes[1])


def test_below_the_tricritical_point_there_is_no_fold() -> None:
    assert static_fold(Gru(a_r=2.0)).status == Status.ABSENT
    assert static_fold(Lstm(a_i=2.0, a_f=2.0, a_o=2.0)).status == Status.ABSENT


def test_the_slope_variance_of_an_lstm_is_the_integral_done_apart() -> None:
    """With constant gates i = f = o = 1/2, w = 1: S = a^2 <sech^4(g) (1 - g^2)^2> / 4."""
    cell = Lstm(5.0)
    (point,) = fixed_points(cell)
    spread = 5.0 * math.sqrt(point.C)

    def integrand(xi: float) -> float:
        g = math.tanh(spread * xi)
        return math.exp(-0.5 * xi * xi) / math.sqrt(2 * math.pi) * (1 - g * g) ** 2 / math.cosh(g) ** 4

    S = 25.0 / 4.0 * quad(integrand, -9, 9, epsabs=1e-13, limit=200)[0]
    assert pytest.approx(S, rel=1e-9) == point.S


def test_an_lstm_with_gates_agrees_with_draws_of_its_units() -> None:
    cell, rng = Lstm(6, 2, 2, 2, b_f=0.5), np.random.default_rng(1)
    (point,) = fixed_points(cell)
    x = rng.standard_normal((4, 1_000_000)) * math.sqrt(point.C)
    i, f, o = expit(2 * x[0]), expit(0.5 + 2 * x[1]), expit(2 * x[2])
    g = np.tanh(6 * x[3])
    c = i * g / (1 - f)
    squares = (o * np.tanh(c)) ** 2
    assert squares.mean() == pytest.approx(point.C, abs=4 * squares.std() / 1000)
    own = 4 * (c * f * (1 - f)) ** 2 + 4 * (g * i * (1 - i)) ** 2 + 36 * (i * (1 - g**2)) ** 2
    inside = np.mean(o**2 / np.cosh(c) ** 4 * own / (point.edge - f) ** 2)
    direct = 4 * np.mean((o * (1 - o)) ** 2) * np.mean(np.tanh(c) ** 2) / point.edge**2
    assert inside + direct == pytest.approx(1.0, abs=0.01)


def test_with_a_constant_reset_gate_the_two_conventions_agree() -> None:
    before, after = (
        fixed_points(Gru(5.0, 1.5, 0.0, b_r=0.3, b_z=1.0, reset=reset))[0] for reset in ("before", "after")
    )
    assert pytest.approx(before.C, rel=1e-9) == after.C
    assert after.edge == pytest.approx(before.edge, rel=1e-9)


def test_an_open_reset_gate_and_no_update_gate_leave_the_vanilla_network() -> None:
    (gru,) = fixed_points(Gru(2.0, b_r=40.0, b_z=-40.0, reset="before"))
    (vanilla,) = fixed_points(Vanilla(2.0))
    assert pytest.approx(vanilla.C, rel=1e-11) == gru.C
    assert gru.edge == pytest.approx(vanilla.edge, rel=1e-9)


@pytest.mark.parametrize(("gain", "exponent"), [(2.0, 0.15472423), (3.0, 0.31024932)])
def test_the_exponent_of_the_vanilla_network(gain: float, exponent: float) -> None:
    assert Vanilla(gain).lyapunov_max() == pytest.approx(exponent, abs=5e-9)


@pytest.mark.parametrize(
    ("cell", "multiplier"),
    [
        (Gru(1 / math.sqrt(3), 0.5, 0.5), 0.644338),
        (Lstm(1 / math.sqrt(3)), 0.644338),
        (Lstm(0.5, b_f=1.0), 0.856059),
        (Lstm(1.0), 0.75),
    ],
)
def test_multipliers_of_the_frameworks_defaults(cell, multiplier: float) -> None:
    assert cell.zero_multiplier() == pytest.approx(multiplier, abs=6e-7)


def test_random_biases_move_the_line_of_the_zero_state() -> None:
    rng = np.random.default_rng(2)
    x = rng.standard_normal((3, 400_000))
    r = expit(0.5 + x[0])
    assert Gru(b_r=0.5, s_r=1.0).zero_gain() == pytest.approx(1 / math.sqrt(np.mean(r**2)), rel=3e-3)
    i, o, T = expit(x[0]), expit(0.3 * x[1]), 1 + np.exp(0.5 + 0.3 * x[2])
    expected = 1 / math.sqrt(np.mean(i**2) * np.mean(o**2) * np.mean(T**2))
    assert Lstm(b_f=0.5, s_i=1.0, s_f=0.3, s_o=0.3).zero_gain() == pytest.approx(expected, rel=5e-3)


def test_a_bias_of_the_candidate_leaves_no_zero_state() -> None:
    """C = <tanh^2(r u + v)> with v of spread 0.3, u of variance a^2 C, and r = 1/2."""
    (point,) = fixed_points(Gru(1.0, s_h=0.3))
    spread = math.sqrt(0.25 * point.C + 0.09)
    square = quad(lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi) * math.tanh(spread * x) ** 2, -9, 9)[0]
    assert pytest.approx(square, rel=1e-9) == point.C


def test_phases() -> None:
    assert place_of(Gru(1.0, 1.0, 1.0)).phase == "stable zero"
    assert place_of(Gru(1.0, s_h=0.3)).phase == "stable fixed point"
    assert place_of(Gru(4.0, 1.0, 1.0)).phase == "chaotic"
    assert place_of(Gru(3.0, 8.0, 1.0)).phase == "marginally stable"
    assert place_of(Gru(1.9, 0.0, 10.0)).phase == "undetermined"
    # No gate of an LSTM pins: its edge stays away from 1 where that of the GRU does not.
    assert place_of(Lstm(5.0, 0.0, 16.0)).phase == "chaotic"


def test_the_widest_spreads_of_an_lstm_have_a_fixed_point() -> None:
    """Fields reach hundreds: units there only hold their sign, and the average is that over units drawn."""
    cell = Lstm(a_g=3.0, s_f=100.0)
    (point,) = fixed_points(cell)
    rng = np.random.default_rng(0)
    x_f, x_g = 100.0 * rng.standard_normal(200_000), 3.0 * math.sqrt(point.C) * rng.standard_normal(200_000)
    with np.errstate(over="ignore"):
        c = 0.5 * np.tanh(x_g) * (1.0 + np.exp(x_f))
    assert 0.25 * np.mean(np.tanh(c) ** 2) == pytest.approx(point.C, rel=0.01)


@pytest.mark.parametrize(("spread", "status"), [(6.0, Status.CONVERGED), (30.0, Status.LOWER_BOUND)])
def test_the_slope_variance_of_steep_forget_gates_is_a_bound_where_they_are_not_followed(spread, status) -> None:
    """ln S grows as s_f^2 / 2: a number as long as the units that make it up lie below 200."""
    found = solve_points([LstmPoint(a_g=3.0, b_i=1.0, s_f=spread)])["static_gain"]
    assert found.status[0, -1] == status
    assert np.isnan(found.error[0, -1]) == (status == Status.LOWER_BOUND)
    (logarithm,) = np.log(found.value[:, -1])
    assert (logarithm > 0.9 * spread**2 / 2.0) == (status == Status.CONVERGED)


@pytest.mark.parametrize(("spread", "status"), [(20.0, Status.CONVERGED), (100.0, Status.NOT_CONVERGED)])
def test_an_lstm_with_two_steep_gates_knows_what_it_leaves_out(spread, status) -> None:
    """ln w is the difference of two fields: with both beyond 200 its sign is lost."""
    cell = cell_at(LstmPoint(3.0, s_i=spread, s_f=spread))
    assert (cell.left_out(0.2) > 1e-7) == (status == Status.NOT_CONVERGED)
    estimate = _moment(cell, FixedPoint(0.2, 1.0, 1.0, True), 1e-7)
    assert estimate.status == status and (estimate.error > 1e-4) == (status == Status.NOT_CONVERGED)
