"""Dynamics of the cells from ensembles: values computed apart, limits, and networks."""

import math

import numpy as np
import pytest

from phasemap.cells.dynamics.ring import Noise, autocovariance, driven_by_fraction
from phasemap.cells.dynamics.solve import Effort, fluctuating_state
from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.running.free_run import free_run
from phasemap.cells.running.network import State, advance
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.cells.weights.layer import GATES, Layer
from phasemap.errors import UnsupportedError
from phasemap.model.status import Status

CHECKS = [
    (Gru(4, 2, 2, reset="before"), 0.4736, 0.1173),
    (Gru(4, 2, 2, reset="after"), 0.397, 0.0764),
    (Lstm(5), 0.07964, 0.0796),
    (Lstm(6, 2, 2, 2), 0.0963, 0.1373),
    (Lstm(3, 2, 2, 2, b_f=1), 0.13944, 0.0792),
]


def network(cell: Gru | Lstm, N: int, seed: int) -> Layer:
    rng, kind = np.random.default_rng(seed), "gru" if isinstance(cell, Gru) else "lstm"
    gains = {"n": getattr(cell, "a_h", 0.0)} | {gate: getattr(cell, f"a_{gate}", 0.0) for gate in "rzifgo"}
    U = {gate: gains[gate] * rng.standard_normal((N, N)) / math.sqrt(N) for gate in GATES[kind]}
    b = {gate: np.full(N, getattr(cell, f"b_{gate}", 0.0)) for gate in GATES[kind]}
    return Layer("network", kind, "none", U, {}, b, np.zeros(N), getattr(cell, "reset", None))


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "C", "exponent"), CHECKS)
def test_states_and_exponents_have_the_values_computed_apart(cell, C: float, exponent: float) -> None:
    found = fluctuating_state(cell)
    assert found.second_moment.status == found.lyapunov_max.status == Status.CONVERGED
    assert float(found.second_moment.value) == pytest.approx(C, abs=4 * float(found.second_moment.error) + 0.002 * C)
    # The logarithm of a mean over few thousand units is a little low.
    assert float(found.lyapunov_max.value) == pytest.approx(
        exponent, abs=4 * float(found.lyapunov_max.error) + 0.03 * exponent
    )
    assert float(found.lyapunov_max.error) < 0.1 * exponent


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "C", "exponent"), [CHECKS[0], CHECKS[1], CHECKS[3]])
def test_networks_agree_but_for_their_finite_size(cell, C: float, exponent: float) -> None:
    runs = [free_run(network(cell, 300, seed), (10,), seed) for seed in range(3)]
    assert np.mean([run.C for run in runs]) == pytest.approx(C, rel=0.1)
    measured = np.mean([float(run.lyapunov_max.value) for run in runs])
    assert 0.6 * exponent < measured < 1.05 * exponent


def test_without_gates_the_state_is_that_of_the_vanilla_network() -> None:
    """z = 0 and r = 1: steps are uncorrelated, and the exponent is known."""
    found = fluctuating_state(Gru(2.0, b_z=-40.0, b_r=40.0, reset="before"), Effort(horizon=40, ensembles=3))
    exact = Vanilla(2.0).lyapunov_max()
    assert float(found.lyapunov_max.value) == pytest.approx(exact, abs=4 * float(found.lyapunov_max.error) + 1e-3)
    assert np.abs(found.autocovariance[1:]).max() < 0.05 * found.autocovariance[0]


@pytest.mark.slow
def test_a_slow_gru_is_the_rate_network() -> None:
    """h+ = h + d (-h + tanh(U h)): lambda / d tends to the exponent of the rate network without gates as d -> 0.

    The rate network's own solver has an exponent of 0.23546096 and a variance of 0.60514734 at g_h = 3.
    """
    d = 0.25
    effort = Effort(horizon=120, ensembles=3, iterations=300, tolerance=1e-3)
    found = fluctuating_state(Gru(3.0, b_z=math.log((1 - d) / d), b_r=40.0, reset="before"), effort)
    error = float(found.lyapunov_max.error) / d
    assert float(found.lyapunov_max.value) / d == pytest.approx(0.23546, abs=4 * error + 0.02)
    assert float(found.second_moment.value) == pytest.approx(0.60515, abs=4 * float(found.second_moment.error) + 0.005)


def test_coexistence_is_seen_from_small_and_large_amplitude() -> None:
    """An LSTM between its dynamic fold (1.602) and the line of its zero state (2) at a_f = 8."""
    layer, rng = network(Lstm(1.9, 0.0, 8.0), 500, 1), np.random.default_rng(2)
    ends = []
    for size in (1e-2, 1.0):
        state = State(size * rng.uniform(-0.5, 0.5, 500), 10 * size * rng.standard_normal(500))
        for _ in range(250):
            state = advance(layer, state)
        ends.append(float(np.mean(state.h**2)))
    assert ends[0] < 1e-6 and ends[1] > 1e-2


def test_below_the_dynamic_fold_nothing_fluctuates() -> None:
    found = fluctuating_state(Lstm(1.5, 0.0, 8.0), Effort(paths=500, ensembles=2))
    assert found.lyapunov_max.status == Status.ABSENT and math.isnan(float(found.lyapunov_max.value))


def test_what_is_not_derived_is_refused() -> None:
    with pytest.raises(UnsupportedError):
        fluctuating_state(Gru(3.0, b_h=0.1))


def test_noise_has_exactly_the_autocovariance_asked_for() -> None:
    lags = np.minimum(np.arange(64), 64 - np.arange(64))
    wanted = 0.7 * np.exp(-lags / 4.0)
    paths = Noise(200, 64, np.random.default_rng(0)).paths(wanted)
    assert autocovariance(paths) == pytest.approx(wanted, abs=1e-12)


def test_driven_paths_close_on_the_ring() -> None:
    rng = np.random.default_rng(0)
    kept, added = rng.uniform(0.1, 0.9, (5, 40)), rng.standard_normal((5, 40))
    y = driven_by_fraction(kept, added)
    assert np.roll(y, -1, axis=1) == pytest.approx(kept * y + added, abs=1e-12)
