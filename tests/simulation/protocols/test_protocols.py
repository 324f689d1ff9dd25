"""Kicks, resets and staircases in networks, with and without matrices, and against theory."""

import math

import numpy as np
import pytest

from phasemap.errors import UnsupportedError
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.choice import DENSE, LAZY, cost_of, expected_steps
from phasemap.simulation.protocols.integrator import Staircase, run_integrator
from phasemap.simulation.protocols.kick import Kick, KickRun, run_kick, times_of
from phasemap.simulation.protocols.networks import Networks, run_networks
from phasemap.simulation.protocols.reset import ResetPulse, run_reset
from phasemap.simulation.protocols.setup import Setup
from phasemap.simulation.protocols.solver import solve_kicks

SEED = np.random.SeedSequence(3)
HARD = make_parameters(g_h=2.0, alpha_z=math.inf)


def mean_of(p, read, size, count, lazy, **options):
    setups = [Setup(p, size, np.random.SeedSequence(10 + k), lazy, **options) for k in range(count)]
    found = np.array([read(setup) for setup in setups])
    return found.mean(axis=0), found.std(axis=0, ddof=1) / math.sqrt(count)


@pytest.mark.parametrize("lazy", [False, True])
def test_an_ungated_network_keeps_nothing_but_noise(lazy: bool) -> None:
    run = run_kick(Setup(make_parameters(g_h=2.0), 300, SEED, lazy), Kick(0.5), [1.0, 5.0])
    m, r = run.at([1.0, 5.0])
    assert m == pytest.approx(np.exp([-1.0, -5.0]), abs=4.0 * np.sqrt(r / 300).max())


def test_infinitesimal_kicks_are_the_limit_of_small_ones() -> None:
    setup = Setup(make_parameters(g_h=2.0, alpha_z=4.0, alpha_r=2.0), 200, SEED)
    small, tangent = (run_kick(setup, Kick(a), [1.0, 4.0]) for a in (1e-5, 0.0))
    assert small.overlap == pytest.approx(tangent.overlap, rel=1e-3, abs=1e-4)
    assert small.distance == pytest.approx(tangent.distance, rel=1e-3)


def test_a_hard_gate_needs_a_kick_of_finite_size() -> None:
    with pytest.raises(UnsupportedError, match="amplitude"):
        run_kick(Setup(HARD, 50, SEED), Kick(0.0), [1.0])
    options = ProtocolOptions(delays=(1.0,), networks=1, size=50)
    assert solve_kicks([HARD], options, [SEED])["network_kick_overlap"].status[0, 0] == Status.FAILED


def test_amplitudes_are_absolute_or_in_deviations_of_h() -> None:
    setup = Setup(HARD, 200, SEED)
    absolute, relative = run_kick(setup, Kick(0.5), [1.0]), run_kick(setup, Kick(0.5, True), [1.0])
    assert absolute.amplitude == 0.5
    assert relative.amplitude == pytest.approx(0.5 * relative.deviation)
    assert relative.deviation == absolute.deviation


def test_small_amplitudes_far_from_saturation_decay_as_the_static_theory_of_a_silent_state_says() -> None:
    p = make_parameters(g_h=0.5, alpha_z=5.0, beta_z=1.0)
    run = run_kick(Setup(p, 400, SEED, relax=60.0), Kick(0.01), [1.0, 4.0])
    m, _ = run.at([1.0, 4.0])
    assert m == pytest.approx(np.exp(-np.array([1.0, 4.0]) / (1.0 + math.e)), abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "delay"),
    [({"g_h": 2.0, "alpha_z": math.inf}, 30.0), ({"g_h": 2.5, "alpha_z": 8.0, "alpha_r": 3.0}, 10.0),
     ({"g_h": 3.0, "alpha_z": 3.0}, 30.0)],
)  # fmt: skip
def test_networks_with_and_without_matrices_keep_the_same(values: dict[str, float], delay: float) -> None:
    p = make_parameters(values)

    def read(setup: Setup) -> list[float]:
        run = run_kick(setup, Kick(0.5), [1.0, delay])
        return [*run.at([1.0, delay])[0], *np.log(run.at([1.0, delay])[1])]

    (dense, dense_error), (lazy, lazy_error) = (mean_of(p, read, 300, 10, way) for way in (False, True))
    assert (np.abs(dense - lazy) < 4.0 * np.hypot(dense_error, lazy_error)).all()
    if math.isinf(p.alpha_z):
        assert dense[1] > 0.2  # the trace stays
    if p.g_h == 3.0:
        assert abs(dense[1]) < 4.0 * dense_error[1] + 0.05  # the trace is lost


@pytest.mark.slow
def test_a_pulse_to_the_update_gate_resets_one_to_the_output_gate_does_not_and_both_bring_copies_together() -> None:
    p = make_parameters(g_h=2.0, alpha_z=math.inf, alpha_r=10.0)
    found = {}
    for gate in ("z", "r", "both"):
        pulse = ResetPulse(gate, 20.0, 15.0, 5.0)

        def read(setup: Setup, pulse: ResetPulse = pulse) -> list[float]:
            run = run_reset(setup, Kick(0.5), pulse, [0.0, 6.0])
            return [*run.overlap, run.end_distance[1]]

        found[gate], _ = mean_of(p, read, 300, 4, False)
    assert found["z"][1] < 0.35 * found["z"][0]
    assert found["r"][1] > 0.5 * found["r"][0]
    assert abs(found["both"][1]) < 0.1
    assert found["both"][2] < 1e-3 < found["z"][2]


def test_every_strength_starts_from_the_same_trace() -> None:
    pulse = ResetPulse("z", 5.0, 1.0, 2.0)
    together = run_reset(Setup(HARD, 100, SEED), Kick(0.5), pulse, [0.0, 1.0])
    alone = run_reset(Setup(HARD, 100, SEED), Kick(0.5), pulse, [1.0])
    assert together.overlap[1] == alone.overlap[0]
    assert together.before == alone.before


def test_a_network_with_closed_gates_integrates_its_pulses() -> None:
    p = make_parameters(g_h=1.5, alpha_z=math.inf, m_z=-6.0)
    run = run_integrator(Setup(p, 100, SEED), Staircase(4, 5.0, 0.3, hold=10.0))
    assert run.trace == pytest.approx(0.3 * np.arange(1, 5), rel=1e-9)
    assert run.held == pytest.approx(1.2, rel=1e-9)


def test_half_time_is_interpolated_and_infinite_where_nothing_decays() -> None:
    times = np.geomspace(0.1, 1000.0, 81)
    assert readings.half_time(times, 1.0 / (1.0 + times / 100.0)) == pytest.approx(120.0, rel=0.02)
    assert math.isinf(readings.half_time(times, np.ones_like(times)))
    run = KickRun(times, np.ones_like(times), np.ones_like(times), 0.5, 1.0, 1000)
    bound = readings.lifetime(Networks({1000: [run, run]}, {1000: DENSE}))
    assert bound.status == Status.LOWER_BOUND
    assert bound.value == times[-1]


def test_delays_are_among_the_times() -> None:
    times = times_of([3.0, 250.0])
    assert {3.0, 10.0, 250.0} <= set(times.tolist())
    assert (np.diff(times) > 0.0).all()


def test_several_sizes_are_extrapolated() -> None:
    options = ProtocolOptions(delays=(2.0,), amplitude=0.5, networks=3, sizes=(60, 120))
    found = solve_kicks([make_parameters(g_h=1.5)], options, [SEED])
    limit = found["network_kick_overlap_extrapolated"]
    assert limit.status[0, 0] == Status.CONVERGED
    assert abs(limit.value[0, 0] - math.exp(-2.0)) < 4.0 * limit.error[0, 0] + 0.02


def test_networks_with_and_without_matrices_are_extrapolated_to_the_same_limit() -> None:
    limits, errors = [], []
    for couplings in ("dense", "lazy"):
        options = ProtocolOptions(
            delays=(20.0,), relax=20.0, amplitude=0.5, networks=6, sizes=(100, 200, 400), couplings=couplings
        )
        seed = np.random.SeedSequence(len(limits))
        limit = solve_kicks([HARD], options, [seed])["network_kick_overlap_extrapolated"]
        assert limit.status[0, 0] == Status.CONVERGED
        limits.append(limit.value[0, 0])
        errors.append(limit.error[0, 0])
    assert max(errors) < 0.15
    assert abs(limits[0] - limits[1]) < 3.0 * math.hypot(*errors)


@pytest.mark.parametrize(("gain", "expected"), [(1.25, 0.33), (1.5, 0.275), (2.0, 0.24), (2.5, 0.22)])
def test_networks_of_hard_gates_keep_for_long_what_independent_ones_kept(gain: float, expected: float) -> None:
    """Computed independently: m(1000) after A = 0.5 of 1000 units, to two digits or a range of 0.05."""
    options = ProtocolOptions(delays=(1000.0,), amplitude=0.5, networks=3, size=1000)
    found = solve_kicks([make_parameters(g_h=gain, alpha_z=math.inf)], options, [SEED])["network_kick_overlap"]
    assert abs(found.value[0, 0] - expected) < 3.0 * found.error[0, 0] + 0.03
    assert found.value[0, 0] > 2.0 * found.error[0, 0]


def test_large_networks_are_cheaper_without_matrices_and_small_ones_with() -> None:
    steps = expected_steps([200.0, 1000.0])
    assert cost_of(HARD, 100, steps).cheaper == DENSE
    assert cost_of(HARD, 16_000, steps).cheaper == LAZY


def test_the_number_of_steps_is_foreseen() -> None:
    run = run_networks(
        lambda setup: setup.relaxed().network.steps,
        HARD, ProtocolOptions(networks=1, size=100, relax=500.0), SEED, 1.0,
    )  # fmt: skip
    assert 0.5 < run.runs[100][0] / expected_steps([500.0]) < 2.0
