"""Networks without their matrix: the same numbers as with it, and the flow that the Runge-Kutta network follows."""

import math
from typing import Any

import numpy as np
import pytest

from phasemap.model.parameters import Parameters, make_parameters
from phasemap.simulation.lazy.couplings import LazyCouplings, draw_dense
from phasemap.simulation.lazy.drive import make_drive
from phasemap.simulation.lazy.network import ReplicaNetwork
from phasemap.simulation.lazy.rule import StepRule
from phasemap.simulation.lazy.steps import Stepper
from phasemap.simulation.lazy.tangent import Tangent
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import Integrator
from phasemap.simulation.network.noise import NoiseSource

SEED = np.random.SeedSequence(5)
SOFT = [
    {"g_h": 2.0, "m_h": 0.3},
    {"g_h": 3.0, "alpha_z": 3.0, "tau_z": 2.0, "s_h": 0.5},
    {"g_h": 2.5, "alpha_z": 5.0, "alpha_r": 4.0, "s_z": 0.2, "s_h": 0.3, "input_inside": 1.0},
    {"g_h": 2.5, "alpha_z": 5.0, "alpha_r": 4.0, "tau_r": 0.0},
    {"g_h": 2.5, "alpha_z": 5.0, "tau_z": 0.0},
]
HARD = [
    {"g_h": 2.0, "alpha_z": math.inf},
    {"g_h": 2.0, "alpha_z": math.inf, "alpha_r": math.inf},
    {"g_h": 2.0, "alpha_z": 10.0, "alpha_r": math.inf},
]


def two_replicas(size: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    state = np.repeat(rng.standard_normal((1, 3, size)), 2, axis=0)
    state[1, 0] += 0.3 * rng.standard_normal(size)
    return state


def dense(p: Parameters, state: np.ndarray, size: int) -> ReplicaNetwork:
    return ReplicaNetwork(p, draw_dense(p, size, SEED), make_drive(p, size, SEED), state)


@pytest.mark.parametrize("values", [*SOFT, *HARD], ids=str)
def test_a_network_without_its_matrix_is_the_one_with_the_completed_matrix(values: dict[str, float]) -> None:
    p, size = make_parameters(values), 80
    lazy = LazyCouplings(p, size, SEED, tolerance=0.0)
    drive, state = make_drive(p, size, SEED), two_replicas(size)
    one = ReplicaNetwork(p, lazy, drive, state)
    for _ in range(20):
        one.step(0.1)
    assert lazy.rank < size
    other = ReplicaNetwork(p, lazy.complete(SEED), drive, state)
    for _ in range(20):
        other.step(0.1)
    assert np.abs(one.x - other.x).max() < 1e-12


def test_completed_couplings_are_independent_gaussians_of_variance_one_over_n() -> None:
    p, size = make_parameters(g_h=2.0, alpha_z=3.0, alpha_r=3.0), 200
    lazy = LazyCouplings(p, size, SEED)
    network = ReplicaNetwork(p, lazy, make_drive(p, size, SEED), two_replicas(size))
    for _ in range(30):
        network.step(0.2)
    J = lazy.complete(SEED).J
    for matrix in J.values():
        assert size * matrix.var() == pytest.approx(1.0, abs=4.0 * math.sqrt(2.0) / size)
        assert abs(matrix.mean()) < 4.0 / size**1.5
        assert abs((matrix * matrix.T).mean()) < 4.0 * math.sqrt(2.0) / size**2
    assert abs((J[0] * J[1]).mean()) < 4.0 / size**2


@pytest.mark.parametrize("values", SOFT, ids=str)
def test_steps_in_gate_time_converge_to_the_runge_kutta_network_at_second_order(values: dict[str, float]) -> None:
    p, size, end = make_parameters(values), 60, 3.0
    state = two_replicas(size)[:1]
    network = draw_network(p, size, SEED)
    exact = Integrator(network, 0.01, state[0], NoiseSource(network, 0.01, np.random.default_rng(0)))
    exact.advance(300)
    errors = []
    for step in (0.1, 0.05, 0.025):
        ours = dense(p, state, size)
        for _ in range(round(end / step)):
            ours.step(step)
        errors.append(float(np.abs(ours.h[0] - exact.h).max()))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 1e-2
    assert ((orders > 1.7) & (orders < 2.4)).all(), (errors, orders)


@pytest.mark.parametrize("values", SOFT, ids=str)
@pytest.mark.parametrize("lazy", [False, True])
def test_the_tangent_is_the_derivative_of_the_steps(values: dict[str, float], lazy: bool) -> None:
    p, size, shift = make_parameters(values), 50, 1e-6
    couplings: Any = LazyCouplings(p, size, SEED, tolerance=0.0) if lazy else draw_dense(p, size, SEED)
    network = ReplicaNetwork(p, couplings, make_drive(p, size, SEED), two_replicas(size)[0])
    direction = np.random.default_rng(1).standard_normal(size)
    tangent = Tangent(network, direction)
    network.add_replica(0, shift * direction)
    network.add_replica(0, -shift * direction)
    for length in [0.1, 0.5, 0.05] * 8:
        tangent.follow(network.step(length))
    difference = (network.h[1] - network.h[2]) / (2.0 * shift)
    u = tangent.u[0] * math.exp(tangent.log_length)
    assert np.abs(difference - u).max() < 1e-7 * np.abs(u).max()


def test_steps_grow_with_age_restart_at_events_and_end_on_times() -> None:
    p, size = make_parameters(g_h=1.5, alpha_z=math.inf), 200
    stepper = Stepper(dense(p, two_replicas(size)[:1], size), StepRule())
    lengths = []
    for time in stepper.visit([1.0, 50.0, 400.0]):
        assert stepper.network.time == time
        before, steps = stepper.network.time, stepper.network.steps
        stepper.advance_to(time + 30.0)
        lengths.append((stepper.network.time - before) / (stepper.network.steps - steps))
    assert lengths[0] < lengths[1] < lengths[2]
    stepper.event()
    assert stepper.network.step(0.1).length < lengths[2]
    assert stepper._length() == pytest.approx(StepRule().shortest)


def test_a_moving_network_keeps_short_steps() -> None:
    p, size = make_parameters(g_h=5.0), 200
    stepper = Stepper(dense(p, two_replicas(size)[:1], size))
    stepper.advance_to(200.0)
    assert 200.0 / stepper.network.steps < 1.0


@pytest.mark.slow
def test_the_exponent_with_independent_couplings_is_the_mean_fields() -> None:
    p, size = make_parameters(g_h=2.0), 500
    found = []
    for k in range(6):
        seed, rng = np.random.SeedSequence(k), np.random.default_rng(k)
        network = ReplicaNetwork(
            p, LazyCouplings(p, size, seed), make_drive(p, size, seed), rng.standard_normal((3, size))
        )
        stepper = Stepper(network, StepRule(longest=0.25))
        stepper.advance_to(40.0)
        own = LazyCouplings(p, size, np.random.SeedSequence(100 + k))
        tangent = Tangent(network, rng.standard_normal(size), own)
        stepper.tangents.append(tangent)
        stepper.advance_to(60.0)
        before = tangent.log_length
        stepper.advance_to(120.0)
        found.append((tangent.log_length - before) / 60.0)
    error = np.std(found, ddof=1) / math.sqrt(len(found))
    assert error < 0.015
    assert abs(np.mean(found) - 0.11246) < 3.0 * error + 0.01


@pytest.mark.parametrize(("lazy", "amplitudes"), [(False, (1e-6, 1e-10)), (True, (1e-5, 1e-7))])
def test_copies_are_followed_in_double_precision(lazy: bool, amplitudes: tuple[float, float]) -> None:
    """A kick too small for single precision does what a larger one does, through the couplings, too.

    Without matrices copies nearer than the root of the rounding error do not see each other.
    """
    p, size = make_parameters(g_h=2.5, alpha_z=5.0, alpha_r=4.0), 60
    u = np.random.default_rng(1).standard_normal(size)
    left = []
    for amplitude in amplitudes:
        couplings: Any = LazyCouplings(p, size, SEED, tolerance=0.0) if lazy else draw_dense(p, size, SEED)
        network = ReplicaNetwork(p, couplings, make_drive(p, size, SEED), two_replicas(size)[:1])
        network.add_replica(shift=amplitude * u)
        for _ in range(20):
            network.step(0.1)
        assert network.x.dtype == network.eta.dtype == np.float64
        left.append((network.h[1] - network.h[0]) / amplitude)
    difference = np.abs(left[1] - left[0]).max()
    assert difference < 2e-3 < 0.1 < np.abs(left[0]).max()
