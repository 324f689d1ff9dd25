"""The distance of two copies: finite kicks at a constant update gate against networks, infinitesimal ones anywhere."""

import math
from typing import Any

import numpy as np
import pytest

from phasemap.model.options import GradientOptions, ProtocolOptions
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.status import Status
from phasemap.model.unit.inputs import parse_input
from phasemap.simulation.protocols.kick import Kick, run_kick
from phasemap.simulation.protocols.setup import Setup
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution.window import Found
from phasemap.theory.gradients import states
from phasemap.theory.gradients.states import gradients_of
from phasemap.theory.gradients.static.solve import _horizon
from phasemap.theory.gradients.static.units import FixedPoint, static_units
from phasemap.theory.static import fixed_points
from phasemap.theory.transient.memory import distance
from phasemap.theory.transient.memory.distance import distances
from phasemap.theory.transient.memory.driven import driven
from phasemap.theory.transient.memory.solver import solve_distances, solve_kicks
from phasemap.theory.transient.memory.switching import smallest_strength

DELAYS = (1.0, 4.0)
SEED = np.random.SeedSequence(0)


def known(p: Parameters, **options: Any) -> np.ndarray:
    """r at the delays: rows of value, error, status."""
    return np.array(distances(p, ProtocolOptions(**options), SEED).known)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "amplitude"),
    [({"g_h": 2.0}, 0.5), ({"g_h": 3.0, "alpha_r": 2.0}, 0.3), ({"g_h": 2.5, "alpha_z": 0.0, "beta_z": -1.0}, 1.0)],
)
def test_copies_of_networks_part_as_the_two_time_mean_field_says(values: dict[str, float], amplitude: float) -> None:
    p = make_parameters(values)
    theory = known(p, delays=DELAYS, amplitude=amplitude)
    assert (theory[:, 2] == Status.CONVERGED).all()
    runs = [run_kick(Setup(p, 400, np.random.SeedSequence(k)), Kick(amplitude), DELAYS).at(DELAYS) for k in range(8)]
    m, r = (np.array([run[k] for run in runs]) for k in range(2))
    error = r.std(axis=0, ddof=1) / math.sqrt(len(runs))
    assert (np.abs(r.mean(axis=0) - theory[:, 0]) < 4.0 * error + 0.02 * theory[:, 0]).all()
    exact = solve_kicks([p], ProtocolOptions(delays=DELAYS, amplitude=amplitude), [SEED])
    floor = np.sqrt(r.mean(axis=0) / 400 / len(runs))
    assert (np.abs(m.mean(axis=0) - exact["kick_overlap"].value[0]) < 4.0 * floor).all()


def test_infinitesimal_kicks_are_the_limit_of_small_ones_and_grow_with_the_exponent() -> None:
    p = make_parameters(g_h=2.0)
    found = known(p, delays=(3.0, 40.0, 100.0))[:, 0]
    assert np.diff(np.log(found[1:])) / 120.0 == pytest.approx(0.112458, rel=1e-4)
    assert found[0] == pytest.approx(known(p, delays=(3.0,), amplitude=1e-3, relax=40.0)[0, 0], rel=3e-3)


def test_amplitudes_in_deviations_of_h_are_those_of_the_relaxed_network() -> None:
    p = make_parameters(g_h=2.0)
    in_deviations = known(p, delays=(3.0,), amplitude=1.0, in_deviations=True, relax=40.0)
    absolute = known(p, delays=(3.0,), amplitude=math.sqrt(0.4812), relax=40.0)
    assert in_deviations[0, 0] == pytest.approx(absolute[0, 0], rel=2e-3)


def test_finite_kicks_have_no_theory_beyond_the_march_at_moving_gates_and_at_the_static_solution() -> None:
    delays, p = (0.0, 2.0, 1000.0), make_parameters(g_h=2.0)
    assert known(p, delays=delays, amplitude=0.5)[:, 2].tolist() == [1, 1, Status.NOT_SOUGHT]
    for point, state, said in ((p, "static", "static"), (make_parameters(g_h=2.0, alpha_z=1.0), "attractor", "flips")):
        found = distances(point, ProtocolOptions(delays=delays, amplitude=0.5, state=state), SEED)
        assert {one[2] for one in found.known} == {Status.NOT_SOUGHT}
        assert said in found.reason


def test_a_gate_that_is_closed_for_good_keeps_copies_apart_as_they_are() -> None:
    closed = make_parameters(g_h=2.0, alpha_z=0.0, beta_z=math.inf)
    assert known(closed, delays=(1.0, 1e4), amplitude=0.5)[:, 0].tolist() == [1.0, 1.0]


def test_hard_gates_hold_perturbations_while_they_pin_the_edge_and_tear_them_apart_beyond() -> None:
    pinned, chaotic = (make_parameters(g_h=g, alpha_z=math.inf) for g in (2.0, 4.0))
    found = known(pinned, delays=(1.0, 1000.0))
    f, gain = 0.5, float(fixed_points.solve_points([pinned])["static_gain"].value[0, 3])
    # docs/theory.md, section 9: A(inf) = (1 - f) / (1 - f S)
    assert found[1, 0] == pytest.approx((1.0 - f) / (1.0 - f * gain), rel=1e-4)
    kept = solve_kicks([pinned], ProtocolOptions(delays=(1.0, 1000.0)), [SEED])["kick_overlap"].value[0]
    assert kept == pytest.approx([f * math.exp(-1.0) + 1.0 - f, 1.0 - f], rel=1e-12)
    beyond = distances(chaotic, ProtocolOptions(delays=(1.0,)), SEED)
    assert beyond.known[0][2] == Status.DIVERGES
    assert "tears" in beyond.reason


def test_moving_hard_gates_that_integrate_inputs_for_ever_have_no_stationary_state() -> None:
    p = make_parameters(g_h=2.0, alpha_z=math.inf, s_h=0.1)
    found = solve_kicks([p], ProtocolOptions(delays=(1.0,)), [SEED])
    assert found["kick_overlap"].status[0, 0] == Status.ABSENT
    assert known(p, delays=(1.0,))[0, 2] == Status.DIVERGES


@pytest.mark.slow
def test_tangents_of_networks_whose_update_gate_moves_grow_as_the_march_along_paths_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    p = make_parameters(g_h=3.0, alpha_z=3.0)
    march = gradients_of(p, GradientOptions(paths=8192, ensemble_error=0.01), np.array(DELAYS), SEED)
    monkeypatch.setattr(distance, "gradients_of", lambda *_, **__: march)  # once is enough
    theory = known(p, delays=DELAYS)
    assert (theory[:, 2] == Status.CONVERGED).all()
    runs = [run_kick(Setup(p, 400, np.random.SeedSequence(k)), Kick(), DELAYS).at(DELAYS) for k in range(8)]
    m, logs = np.array([run[0] for run in runs]), np.log([run[1] for run in runs])
    error = logs.std(axis=0, ddof=1) / math.sqrt(len(runs))
    assert (np.abs(logs.mean(axis=0) - np.log(theory[:, 0])) < 4.0 * error + 0.05).all()
    # The overlap of the same state comes from Gaussian paths of z, of another window of time, with nothing in common.
    kept = solve_kicks([p], ProtocolOptions(delays=(0.0, *DELAYS, 1e6)), [SEED])["kick_overlap"]
    assert kept.value[0, 0] == 1.0
    assert kept.status[0, 3] == Status.NOT_SOUGHT
    assert np.abs(kept.value[0, 1:3] - march.numbers["retained_overlap"].value) == pytest.approx(0.0, abs=0.012)
    assert (np.abs(m.mean(axis=0) - kept.value[0, 1:3]) < 4.0 * np.sqrt(np.exp(logs).mean(axis=0) / 400 / 8)).all()


def test_a_pulse_switches_chaos_on_above_the_dynamic_fold_from_an_impulse_on_and_never_below_it() -> None:
    pulse, folds = parse_input("h:pulse:at=10,duration=2,strength=1,units=each"), {"alpha_r": 20.0}
    on = [smallest_strength(make_parameters(g_h=1.78, **folds), pulse.lasting(d), 100.0, 1e-3) for d in (0.25, 0.5)]
    # Short pulses add up before anything else moves: strength times duration counts.
    assert [0.25 * on[0][0], 0.5 * on[1][0]] == pytest.approx([0.182, 0.182], rel=0.02)  # type: ignore[operator]
    never = smallest_strength(make_parameters(g_h=1.70, **folds), pulse, 100.0, 1e-3)
    assert never[2] == Status.ABSENT

    def final(strength: float) -> float:
        found = driven(make_parameters(g_h=1.78, **folds), [pulse.stronger(strength)], np.array([0.0, 60.0]), 1e-3)
        assert not isinstance(found, str)
        return float(found.square.value[-1])

    assert final(0.4) == pytest.approx(0.0248, rel=0.05)
    assert final(0.03) < 1e-5


def test_a_drive_of_a_leaky_unit_is_integrated_through_its_jumps() -> None:
    p, times = make_parameters(g_h=0.0), np.array([0.0, 2.4, 6.0])
    for units in ("each", "common"):
        found = driven(p, [parse_input(f"h:pulse:at=1,duration=2,strength=0.5,units={units}")], times, 0.0)
        assert not isinstance(found, str)
        assert found.square.value[1] == pytest.approx((0.5 * -math.expm1(-1.4)) ** 2, rel=0.01)
        assert found.square.value[2] == pytest.approx((0.5 * -math.expm1(-2.0) * math.exp(-3.0)) ** 2, rel=0.02)
    later = driven(p, [parse_input("h:step:strength=1")], times, 0.0, 3.0)
    assert not isinstance(later, str)
    assert later.square.value == pytest.approx((1.0 - np.exp(-times)) ** 2, rel=2e-3, abs=1e-3)


def test_what_inputs_in_time_have_no_theory_says_why() -> None:
    """Where the update gate moves the two-time equations do not close."""
    p, times = make_parameters(g_h=2.0), np.array([1.0])
    moving = make_parameters(g_h=2.0, alpha_z=1.0)
    assert "alpha_z = 0" in str(driven(moving, [parse_input("h:step:strength=1")], times, 0.0))
    for point, state in ((p, "static"), (moving, "attractor")):
        found = distances(point, ProtocolOptions(state=state), SEED, [parse_input("h:step:strength=1")])
        assert {one[2] for one in found.known} == {Status.NOT_SOUGHT} and found.reason


def test_small_kicks_under_inputs_stand_for_infinitesimal_ones() -> None:
    p, course = make_parameters(g_h=2.0), parse_input("h:sinusoid:strength=0.6,period=8")
    small, smaller = (
        np.array(distances(p, ProtocolOptions(delays=DELAYS, amplitude=size), SEED, [course]).known)[:, 0]
        for size in (0.0, 1e-2)
    )
    np.testing.assert_allclose(small, smaller, rtol=2e-3)
    assert small[1] < known(p, delays=DELAYS)[1, 0]  # inputs hold chaos down


def test_the_march_at_a_fixed_point_ends_however_late_it_is_read():
    units = static_units(make_parameters(g_h=2.0, alpha_z=10.0), FixedPoint(0.3, 0.3, 0.3, 0.3))
    horizon, step = _horizon(units, 1e308)
    assert 0.0 < step < horizon < 1e4 and horizon == pytest.approx(_horizon(units, 1e6)[0], rel=1e-2)


def test_states_slower_than_the_longest_window_have_no_distance_and_say_what_has():
    found = distances(make_parameters(g_h=2.0, alpha_z=30.0), ProtocolOptions(delays=(1.0, 10.0)), SEED, slow=True)
    assert [known[2] for known in found.known] == [Status.NOT_SOUGHT] * 2 and "--networks 4" in found.reason


def test_a_sweep_does_not_march_along_states_slower_than_the_longest_window(monkeypatch: pytest.MonkeyPatch):
    slow = object.__new__(PointSolution)
    object.__setattr__(slow, "found", Found.SLOW)
    monkeypatch.setattr(states, "solve_state", lambda *_: slow)
    p, options = make_parameters(g_h=2.0, alpha_z=30.0), ProtocolOptions(delays=(0.0, 1.0))
    found = solve_distances([p], options, [SEED])["kick_distance"]
    assert found.status[0].tolist() == [Status.CONVERGED, Status.NOT_SOUGHT]
    assert distances(p, options, SEED).reason.startswith("The state here is slower")


def test_activity_is_read_between_steps_beside_a_jump_of_its_input() -> None:
    """0.16 (1 - e^-t)^2 at a time t after a pulse began, wherever that lies in a step: straight lines were 8 % off."""
    times = np.array([5.25, 5.5, 6.0, 7.25, 8.25])
    pulse = parse_input("h:pulse:at=5,duration=2,strength=0.4,units=each")
    found = driven(make_parameters(g_h=1e-3), [pulse], times, 1e-3)
    assert not isinstance(found, str)
    rise, fall = 1.0 - np.exp(-(np.minimum(times, 7.0) - 5.0)), np.exp(-np.maximum(times - 7.0, 0.0))
    np.testing.assert_allclose(found.square.value, 0.16 * (rise * fall) ** 2, rtol=0.01)
    assert (np.abs(found.square.value - 0.16 * (rise * fall) ** 2) < 1.5 * found.square.error).all()
