"""Growth at the zero state: closed form against random matrices, memory in steps."""

import math

import numpy as np
import pytest

from phasemap.cells.parameters import GruPoint, LstmPoint, VanillaPoint
from phasemap.cells.solvers.options import CellEnsembleOptions
from phasemap.cells.solvers.zero_state import solve_points
from phasemap.cells.static.zero_state import log_growth, log_growth_of_output, memory_steps
from phasemap.model.status import Status


def test_pytorchs_default_gradient_vanishes_within_sixty_steps() -> None:
    gain = 0.5 * 0.5 / math.sqrt(3)
    assert log_growth(60, 0.5, gain) / math.log(10) == pytest.approx(-24, abs=0.6)


def test_memory_of_the_frameworks_defaults() -> None:
    assert [memory_steps(m) for m in (0.644338, 0.856059, 0.75)] == pytest.approx([2.28, 6.43, 3.48], abs=6e-3)
    assert memory_steps(1.0) == math.inf


def test_growth_is_that_of_random_matrices() -> None:
    rng, N, steps = np.random.default_rng(3), 200, 6
    kept, coupled = 0.6, 0.35
    sizes = []
    for _ in range(40):
        J = kept * np.eye(N) + coupled * rng.standard_normal((N, N)) / math.sqrt(N)
        sizes.append(np.sum(np.linalg.matrix_power(J, steps) ** 2) / N)
    error = np.std(sizes) / math.sqrt(len(sizes))
    assert math.exp(log_growth(steps, kept, coupled)) == pytest.approx(np.mean(sizes), abs=4 * error)


def test_growth_of_the_output_of_an_lstm_is_that_of_its_linearisation() -> None:
    rng, N, steps = np.random.default_rng(4), 200, 5
    kept, g, o = 0.7, 0.8, 0.5
    sizes = []
    for _ in range(40):
        U = g * rng.standard_normal((N, N)) / math.sqrt(N)
        h, c = np.eye(N), np.zeros((N, N))
        for _ in range(steps):
            c = kept * c + U @ h
            h = o * c
        sizes.append(np.sum(h**2) / N)
    error = np.std(sizes) / math.sqrt(len(sizes))
    assert math.exp(log_growth_of_output(steps, kept, g * o)) == pytest.approx(np.mean(sizes), abs=4 * error)


def test_extreme_growth_neither_overflows_nor_vanishes() -> None:
    assert log_growth(1000, 0.0, 0.01) == pytest.approx(2000 * math.log(0.01))
    assert log_growth(1000, 1.0, 10.0) > 4600
    assert log_growth(0, 0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("points", "statuses"),
    [
        (
            [GruPoint(2.0, b_z=3.0), GruPoint(2.0, b_h=0.1), GruPoint(2.0, s_z=0.1)],
            ["CONVERGED", "ABSENT", "NOT_SOUGHT"],
        ),
        ([VanillaPoint(1.3), VanillaPoint(0.0), VanillaPoint(1.3, s_in=1.0)], ["CONVERGED", "DIVERGES", "ABSENT"]),
        ([LstmPoint(2.0, b_f=1.0)], ["CONVERGED"]),
    ],
)
def test_gradients_of_the_zero_state_are_a_quantity_where_it_is_one(points, statuses) -> None:
    found = solve_points(points, CellEnsembleOptions(horizon=30))["zero_log_gradient"]
    assert [Status(code).name for code in found.status[:, 30]] == statuses
    assert np.isfinite(found.value[0]).all() and found.value.shape == (len(points), 31)


def test_gradients_of_a_tanh_network_grow_by_its_gain() -> None:
    found = solve_points([VanillaPoint(1.3)], CellEnsembleOptions(horizon=30))["zero_log_gradient"]
    assert found.value[0] == pytest.approx(2.0 * math.log(1.3) * np.arange(31), abs=1e-12)
