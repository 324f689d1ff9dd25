"""Inputs of a network in gate time against the equations that a single unit then obeys."""

import math

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.model.unit.inputs import parse_input
from phasemap.simulation.lazy.couplings import DenseCouplings
from phasemap.simulation.lazy.drive import Noise, make_drive, with_courses
from phasemap.simulation.lazy.network import ReplicaNetwork
from phasemap.simulation.lazy.steps import Stepper

SEED = np.random.SeedSequence(2)


def lone_units(words: list[str], size: int = 2, **values: float) -> Stepper:
    """Units without couplings."""
    p = make_parameters(g_h=1.0, **values)
    couplings = DenseCouplings(dict.fromkeys(range(3), np.zeros((size, size))))
    courses = tuple(parse_input(word) for word in words)
    return Stepper(ReplicaNetwork(p, couplings, make_drive(p, size, SEED, courses), np.zeros((3, size))))


def test_a_pulse_through_an_open_gate_arrives_and_decays() -> None:
    stepper = lone_units(["h:pulse:at=1.03,duration=0.5,strength=2"])
    stepper.advance_to(4.0)
    assert stepper.network.h[0] == pytest.approx(2.0 * (1.0 - math.exp(-0.5)) * math.exp(-(4.0 - 1.53)), rel=1e-12)


def test_a_closed_gate_integrates_its_input_and_one_inside_the_bracket_never_sees_it() -> None:
    word = "h:pulse:at=0.2,duration=3,strength=0.5"
    outside = lone_units([word, "z:step:strength=-1"], alpha_z=math.inf)
    inside = lone_units([word, "z:step:strength=-1"], alpha_z=math.inf, input_inside=1.0)
    for stepper in (outside, inside):
        stepper.advance_to(30.0)
    assert outside.network.h[0] == pytest.approx(1.5)
    assert inside.network.h[0] == pytest.approx(0.0)


def test_a_gate_follows_its_input_with_its_time_constant() -> None:
    stepper = lone_units(["z:pulse:at=0,duration=3,strength=1"], alpha_z=2.0, tau_z=2.0)
    stepper.advance_to(3.0)
    assert stepper.network.x[0, 1] == pytest.approx(-math.expm1(-1.5), rel=1e-12)
    stepper.advance_to(5.0)
    assert stepper.network.x[0, 1] == pytest.approx(-math.expm1(-1.5) * math.exp(-1.0), rel=1e-12)


def test_a_sinusoid_is_followed_to_second_order() -> None:
    stepper = lone_units(["h:sinusoid:strength=1,period=6.283185307179586"])
    stepper.advance_to(30.0)
    assert stepper.network.h[0] == pytest.approx(0.5 * (math.sin(30.0) - math.cos(30.0)), abs=3e-3)


def test_each_unit_has_its_own_multiple_from_the_seed_of_the_course() -> None:
    word = "h:step:strength=1,units=each,seed=4"
    one, again = lone_units([word], size=500), lone_units([word], size=500)
    other = lone_units([word.replace("seed=4", "seed=5")], size=500)
    for stepper in (one, again, other):
        stepper.advance_to(20.0)
    h = one.network.h[0]
    assert h.std() == pytest.approx(1.0, abs=0.1)
    assert np.array_equal(h, again.network.h[0])
    assert abs(np.corrcoef(h, other.network.h[0])[0, 1]) < 0.2


@pytest.mark.parametrize("step", [0.1, 1.0])
def test_noise_keeps_its_variance_and_its_correlation_over_any_step(step: float) -> None:
    noise = Noise(0, 0.7, 2.0, np.random.default_rng(0))
    ends = np.array([noise.ends(step, 4000) for _ in range(20)])
    assert ends[:, 1].std() == pytest.approx(0.7, rel=0.02)
    assert (ends[:, 0] * ends[:, 1]).mean() / ends[:, 0].var() == pytest.approx(math.exp(-step / 2.0), abs=0.02)
    assert np.array_equal(ends[1:, 0], ends[:-1, 1])


def test_white_noise_of_the_parameters_gives_a_leaky_unit_half_its_square() -> None:
    stepper = lone_units([], size=4000, noise_h=0.4)
    stepper.advance_to(10.0)
    assert stepper.network.h[0].var() == pytest.approx(0.5 * 0.4**2, rel=0.1)


def test_noise_is_common_to_replicas() -> None:
    stepper = lone_units(["h:ou:strength=1,tau=1,units=each"], size=50)
    stepper.network.add_replica(0)
    stepper.advance_to(5.0)
    assert np.array_equal(*stepper.network.h)
    assert stepper.network.h[0].std() > 0.3


def test_a_jump_between_two_times_next_to_each_other_costs_a_few_steps() -> None:
    samples = (np.array([0.0, 1.0, 1.0 + 1e-9, 3.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    stepper = lone_units([])
    network = stepper.network
    network.drive = with_courses(network.drive, (parse_input("h:file:path=x").at_times(samples),))
    stepper.event()
    stepper.advance_to(3.0)
    assert network.h[0] == pytest.approx(1.0 - math.exp(-2.0), abs=2e-3)
    assert network.steps < 60
