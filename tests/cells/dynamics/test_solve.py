"""Dynamics of the cells from ensembles: values computed apart, limits, and networks."""

import math

import numpy as np
import pytest

from phasemap.cells.dynamics.constant_gates import constant_gate_state
from phasemap.cells.dynamics.fold import dynamic_fold
from phasemap.cells.dynamics.ring import Noise, autocovariance, driven_by_fraction
from phasemap.cells.dynamics.solve import fluctuating_state
from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.running.free_run import free_run
from phasemap.cells.solvers.options import CellEnsembleOptions
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.cells.weights.layer import GATES, Layer
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


def test_without_gates_the_state_is_that_of_the_vanilla_network() -> None:
    """z = 0 and r = 1: steps are uncorrelated, and the exponent is known; with and without ensembles."""
    exact = Vanilla(2.0).lyapunov_max()
    alone = fluctuating_state(Gru(2.0, b_z=-40.0, b_r=40.0, reset="before"))
    assert float(alone.lyapunov_max.value) == pytest.approx(exact, abs=1e-6)
    effort = CellEnsembleOptions(horizon=40, ensembles=3)
    found = fluctuating_state(Gru(2.0, a_r=1e-6, b_z=-40.0, b_r=40.0, reset="before"), effort)
    assert float(found.lyapunov_max.value) == pytest.approx(exact, abs=4 * float(found.lyapunov_max.error) + 1e-3)
    curve = np.asarray(found.autocovariance.value)
    assert np.abs(curve[1:]).max() < 0.05 * curve[0]


def test_a_slow_gru_is_the_rate_network() -> None:
    """h+ = h + d (-h + tanh(U h)): lambda / d tends to the exponent of the rate network without gates as d -> 0.

    The rate network's own solver has an exponent of 0.23546096 and a variance of 0.60514734 at g_h = 3.
    """
    rates = []
    for d in (0.05, 0.025):
        found = constant_gate_state(Gru(3.0, b_z=math.log((1 - d) / d), b_r=40.0), 10)
        assert found is not None
        rates.append(found.lyapunov_max / d)
    assert found.C[0] == pytest.approx(0.60514734, abs=2e-6)
    assert 2 * rates[1] - rates[0] == pytest.approx(0.23546096, abs=5e-5)  # what is left falls with d


def test_constant_gates_need_no_ensemble() -> None:
    """(3, 0, 0): C(0) and exponent computed apart; the ensemble of a gate that hardly moves is near."""
    exact = fluctuating_state(Gru(3.0))
    assert float(exact.second_moment.value) == pytest.approx(0.332281, abs=1e-6)
    assert float(exact.lyapunov_max.value) == pytest.approx(0.022957, abs=1e-6)
    ensemble = fluctuating_state(Gru(3.0, a_r=1e-6))
    for one, other in ((ensemble.second_moment, exact.second_moment), (ensemble.lyapunov_max, exact.lyapunov_max)):
        assert abs(float(one.value) - float(other.value)) < 4 * float(one.error)
    slope = np.diff(np.asarray(exact.log_gradient.value))[-1] / 2
    assert slope == pytest.approx(float(exact.lyapunov_max.value), rel=0.01)


def test_biases_and_their_spread_have_the_dynamics_of_networks() -> None:
    cell = Gru(4.0, 1.0, 1.0, b_h=0.3, s_h=0.2, s_z=1.0, reset="after")
    found = fluctuating_state(cell, CellEnsembleOptions(paths=500, ensembles=2))
    layer, rng = network(cell, 400, 3), np.random.default_rng(4)
    layer.biases["n"][:] += 0.3 + 0.2 * rng.standard_normal(400)
    layer.biases["z"][:] += rng.standard_normal(400)
    assert pytest.approx(float(found.second_moment.value), rel=0.1) == free_run(layer, (10,)).C


def test_below_the_dynamic_fold_nothing_fluctuates() -> None:
    found = fluctuating_state(Lstm(1.5, 0.0, 8.0), CellEnsembleOptions(paths=500, ensembles=2))
    assert found.lyapunov_max.status == Status.ABSENT and math.isnan(float(found.lyapunov_max.value))


@pytest.mark.slow
def test_the_dynamic_fold_has_the_place_computed_apart() -> None:
    """(0, 8, 0): 1.602(2), where nothing fluctuates below."""
    fold = dynamic_fold(Lstm(a_f=8.0), CellEnsembleOptions(paths=400, ensembles=3))
    assert fold.status == Status.CONVERGED
    assert float(fold.value) == pytest.approx(1.602, abs=4 * float(fold.error))
    assert dynamic_fold(Lstm(a_f=4.8), CellEnsembleOptions()).status == Status.ABSENT  # below sqrt(24)
    assert dynamic_fold(Lstm(a_f=8.0, b_g=0.1), CellEnsembleOptions()).status == Status.NOT_SOUGHT


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
