"""The trace of a kick in theory: check values, limits, and integrals done another way."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.integrator import Staircase
from phasemap.simulation.protocols.solver import cleared
from phasemap.theory.transient.memory.attractor import MovingOverlap, static_units
from phasemap.theory.transient.memory.frozen import FrozenUnits
from phasemap.theory.transient.memory.reset import Pulse, retained_fraction
from phasemap.theory.transient.memory.solver import solve_distances, solve_kicks, solve_resets
from phasemap.theory.transient.memory.staircase import moving_trace, staircase_trace

SEEDS = [np.random.SeedSequence(0)]


def units(**values: float) -> FrozenUnits:
    found = static_units(make_parameters(**values))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("alpha_z", "time", "expected"),
    [(10.0, 1.0, 0.667363), (10.0, 100.0, 0.242284), (30.0, 10.0, 0.449749), (30.0, 1000.0, 0.366203)],
)
def test_overlap_at_the_static_solution_has_the_values_computed_apart(
    alpha_z: float, time: float, expected: float
) -> None:
    assert units(g_h=2.0, alpha_z=alpha_z).overlap(time).value == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(
    ("duration", "strength", "expected"), [(2.0, 1.0, 0.36121), (2.0, 4.0, 0.03032), (10.0, 0.5, 0.49256)]
)
def test_hard_gates_are_reset_as_the_closed_form_says(duration: float, strength: float, expected: float) -> None:
    found = retained_fraction(units(g_h=2.0, alpha_z=math.inf), Pulse(20.0, duration, strength, 30.0))
    assert found.value == pytest.approx(expected, abs=6e-6)
    assert found.error < 1e-8


def test_the_closed_form_of_hard_gates_is_the_integral_over_units() -> None:
    gates = units(g_h=2.0, alpha_z=math.inf, tau_z=1.0)
    deviation, B, d = math.sqrt(gates.delta_z), 1.5, 3.0
    reach = B * (1.0 - math.exp(-d))
    beyond = math.erfc(reach / deviation / math.sqrt(2.0))

    def weight(a: float) -> float:
        density = 2.0 * math.exp(-0.5 * (a / deviation) ** 2) / deviation / math.sqrt(2.0 * math.pi)
        return density * math.exp(-d) * a / (reach * (1.0 - a / B))

    closed = beyond + quad(weight, 0.0, reach)[0]
    assert retained_fraction(gates, Pulse(60.0, d, B, 60.0)).value == pytest.approx(closed, abs=1e-10)


def test_soft_gates_approach_hard_ones_in_a_reset() -> None:
    hard = retained_fraction(units(g_h=2.0, alpha_z=math.inf), Pulse(20.0, 2.0, 1.0, 30.0)).value
    gaps = [retained_fraction(units(g_h=2.0, alpha_z=a), Pulse(20.0, 2.0, 1.0, 30.0)).value - hard for a in (30, 100)]
    assert 0.0 < abs(gaps[1]) < abs(gaps[0]) < 0.05


@pytest.mark.parametrize(("strength", "tau_z"), [(-0.7, 0.5), (0.4, 2.0), (2.0, 0.5)])
def test_a_reset_is_the_average_over_units_of_their_own_decay(strength: float, tau_z: float) -> None:
    gates = units(g_h=2.5, alpha_z=6.0, beta_z=0.5, tau_z=tau_z)
    p, pulse = gates.parameters, Pulse(5.0, 1.5, strength, 4.0)
    z = np.linspace(-9.0, 9.0, 1501) * math.sqrt(gates.delta_z)
    weight = np.exp(-0.5 * z**2 / gates.delta_z)

    def k(t: float) -> float:
        on = min(t, pulse.duration)
        return (1.0 - math.exp(-on / tau_z)) * math.exp(-(t - on) / tau_z)

    times = np.linspace(0.0, pulse.duration + pulse.read, 2201)
    rates = np.array([expit(p.alpha_z * (z + strength * k(t)) - p.beta_z) for t in times])
    left = np.exp(-np.trapezoid(rates, times, axis=0))
    before = np.exp(-pulse.at * expit(p.alpha_z * z - p.beta_z))
    plain = float((weight * before * left).sum() / (weight * before).sum())
    assert retained_fraction(gates, pulse).value == pytest.approx(plain, rel=2e-5)


def test_no_gate_forgets_exponentially_and_a_pulse_changes_nothing() -> None:
    options = ProtocolOptions(delays=(1.0, 3.0), strengths=(0.0, 5.0), state="static")
    p = make_parameters(g_h=2.0)
    found = solve_kicks([p], options, SEEDS)
    assert found["kick_overlap"].value[0] == pytest.approx(np.exp([-1.0, -3.0]), rel=1e-14)
    assert found["memory_lifetime"].value[0] == pytest.approx(10.0 + math.log(2.0))
    assert solve_resets([p], options, SEEDS)["retained_fraction"].value[0] == pytest.approx([math.exp(-32.0)] * 2)


def test_finite_kicks_at_a_constant_gate_are_forgotten_like_infinitesimal_ones() -> None:
    p = make_parameters(g_h=2.0, alpha_z=0.0, beta_z=1.0)
    found = solve_kicks([p], ProtocolOptions(delays=(2.0,), amplitude=1.0), SEEDS)["kick_overlap"]
    assert found.value[0, 0] == pytest.approx(math.exp(-2.0 / (1.0 + math.e)), rel=1e-14)


def test_distance_about_the_silent_state_is_the_modified_bessel_function() -> None:
    options = ProtocolOptions(delays=(1.0, 2.0, 4.0, 8.0))
    found = solve_distances([make_parameters(g_h=0.8)], options, SEEDS)
    assert np.log(found["kick_distance"].value[0]) == pytest.approx([-1.44040, -2.25129, -3.42568, -5.38348], abs=6e-6)


def test_hard_gates_keep_their_share_for_ever_and_steeper_ones_keep_longer() -> None:
    assert math.isinf(units(g_h=2.0, alpha_z=math.inf).lifetime().value)
    lifetimes = [units(g_h=2.0, alpha_z=a).lifetime().value for a in (3.0, 10.0, 20.0, 30.0)]
    logs = np.diff(np.log(lifetimes))
    assert (logs > 0.0).all()
    # Exponential in alpha_z: equal steps in alpha_z multiply it alike.
    assert logs[2] == pytest.approx(logs[1], rel=0.1)
    infinite = solve_kicks([make_parameters(g_h=2.0, alpha_z=math.inf)], ProtocolOptions(state="static"), SEEDS)
    assert infinite["memory_lifetime"].status[0] == Status.DIVERGES


def test_lifetime_is_where_the_overlap_is_half_of_that_at_ten() -> None:
    gates = units(g_h=2.0, alpha_z=12.0, beta_z=0.3)
    assert gates.overlap(gates.lifetime().value).value == pytest.approx(0.5 * gates.overlap(10.0).value, rel=1e-9)


def test_a_staircase_adds_up_and_the_hard_gate_integrates_with_its_closed_share() -> None:
    gates, stairs = units(g_h=2.0, alpha_z=math.inf), Staircase(5, 30.0, 0.2)
    trace, error = staircase_trace(gates, stairs)
    assert trace == pytest.approx(0.1 * np.arange(1, 6), rel=1e-6)
    assert (error < 1e-10).all()
    open_ones, _ = staircase_trace(units(g_h=2.0), stairs)
    assert open_ones == pytest.approx(np.zeros(5), abs=1e-9)


def test_a_staircase_where_units_move_is_that_of_frozen_ones_if_they_keep_the_same() -> None:
    stairs = Staircase(4, 5.0, 0.3, duration=2.0)
    for inside in (False, True):
        gates = units(g_h=2.0, alpha_z=6.0, input_inside=float(inside))
        times = np.concatenate([np.linspace(0.0, 10.0, 400), np.geomspace(10.0, 17.0, 50)[1:]])
        kept = np.array([gates.overlap(t).value for t in times])
        trace, error = moving_trace(MovingOverlap(times, kept, np.full_like(times, 1e-3), True), inside, stairs)
        assert trace[:3] == pytest.approx(staircase_trace(gates, stairs)[0][:3], rel=1e-6)
        assert np.isnan(trace[3])  # at 20: beyond what is known
        assert error[2] == pytest.approx(3 * 0.3e-3 * (math.sqrt(0.5) if inside else 1.0), rel=1e-6)


def test_what_has_no_theory_says_so() -> None:
    p = make_parameters(g_h=2.0, alpha_z=10.0)
    found = solve_kicks([p], ProtocolOptions(amplitude=0.5, delays=(10.0,)), SEEDS)
    assert found["kick_overlap"].status[0, 0] == Status.NOT_SOUGHT
    moving = make_parameters(g_h=3.0, alpha_z=3.0)
    assert solve_resets([moving], ProtocolOptions(), SEEDS)["retained_fraction"].status[0, 0] == Status.NOT_SOUGHT
    silent = make_parameters(g_h=0.9, alpha_z=5.0)  # nothing moves: the theory of frozen units
    still, static = (solve_resets([silent], ProtocolOptions(state=one), SEEDS) for one in ("attractor", "static"))
    assert still["retained_fraction"].value == pytest.approx(static["retained_fraction"].value)
    with_output = make_parameters(g_h=2.0, alpha_z=math.inf, alpha_r=10.0)
    for gate, status in (("z", Status.CONVERGED), ("r", Status.NOT_SOUGHT), ("both", Status.NOT_SOUGHT)):
        pulse = ProtocolOptions(state="static", gate=gate)
        assert solve_resets([with_output], pulse, SEEDS)["retained_fraction"].status[0, 0] == status
    noisy = solve_kicks([make_parameters(g_h=2.0, alpha_z=10.0, noise_h=0.1)], ProtocolOptions(state="static"), SEEDS)
    assert (noisy["kick_overlap"].status == Status.ABSENT).all()


def test_strong_pulses_need_panels_only_while_gates_are_not_saturated(monkeypatch):
    """Panels all the way give the same; a pulse without a bound opens every gate for its whole length."""
    units = static_units(make_parameters({"g_h": 2.0, "alpha_z": 10.0}))
    assert units is not None
    pulses = [Pulse(20.0, 2.0, strength, 5.0) for strength in (15.0, -15.0)]
    found = [retained_fraction(units, pulse).value for pulse in pulses]
    strongest = retained_fraction(units, Pulse(20.0, 2.0, 1e200, 1.0)).value
    monkeypatch.setattr("phasemap.theory.transient.memory.reset._SATURATED", 1e4)
    assert found == pytest.approx([retained_fraction(units, pulse).value for pulse in pulses], rel=1e-9)
    assert strongest == pytest.approx(math.exp(-3.0), rel=1e-9)


def test_networks_that_rest_at_a_stable_fixed_point_are_reset_as_frozen_units_are() -> None:
    """Inputs hold them there; without a pulse, opened and shut: six networks of 300 units, a small trace."""
    p = make_parameters(g_h=0.7, s_h=0.5, alpha_z=2.0)
    options = ProtocolOptions(strengths=(-2.0, 0.0, 1.0), amplitude=0.02, relax=30.0, at=1.0, duration=2.0, read=0.5,
                              networks=6, size=300)  # fmt: skip
    theory = solve_resets([p], options, [np.random.SeedSequence(0)])["retained_fraction"]
    networks = readings.retained(cleared(p, options, np.random.SeedSequence(1)))
    assert (theory.status == Status.CONVERGED).all() and (networks.error < 0.03).all()
    assert (np.abs(networks.value - theory.value[0]) < 3.5 * networks.error).all()
    assert np.ptp(theory.value) > 0.4
