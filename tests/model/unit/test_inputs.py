"""Time courses of inputs: how they are written, what they are worth, and what is refused."""

import math

import numpy as np
import pytest

from phasemap.errors import ConfigError
from phasemap.model.unit.inputs import make_course, parse_input, read_table


def test_a_pulse_is_on_from_its_start_to_its_end_and_its_edges_have_two_sides() -> None:
    pulse = parse_input("h:pulse:at=1,duration=2,strength=0.5")
    assert [pulse.value(t) for t in (0.5, 1.0, 2.9, 3.0, 4.0)] == [0.0, 0.5, 0.5, 0.0, 0.0]
    assert [pulse.value(t, before=True) for t in (1.0, 3.0)] == [0.0, 0.5]
    assert pulse.edges == (1.0, 3.0)


def test_steps_ramps_and_sinusoids_are_what_their_names_say() -> None:
    step = parse_input("z:step:at=2,strength=-1")
    ramp = parse_input("r:ramp:at=1,duration=4,strength=2")
    wave = parse_input("h:sinusoid:strength=3,period=8,at=1")
    assert [step.value(t) for t in (1.9, 2.0, 1e6)] == [0.0, -1.0, -1.0]
    assert [ramp.value(t) for t in (0.0, 3.0, 5.0, 9.0)] == [0.0, 1.0, 2.0, 2.0]
    assert wave.value(3.0) == pytest.approx(3.0)
    assert wave.value(0.5) == 0.0
    assert wave.finest_at(0.0) == pytest.approx(0.2)
    assert {edge for course in (step, ramp, wave) for edge in course.edges} == {1.0, 2.0, 5.0}


def test_a_word_and_a_table_say_the_same() -> None:
    word = parse_input("z:pulse:at=1,duration=2,strength=0.5,units=each,seed=3")
    table = read_table({"z": [{"kind": "pulse", "at": 1, "duration": 2, "strength": 0.5, "units": "each", "seed": 3}]})
    assert table == [word] == read_table({"z": "pulse:at=1,duration=2,strength=0.5,units=each,seed=3"})


def test_samples_are_joined_by_straight_lines_and_nothing_beyond_their_ends() -> None:
    course = make_course("h", "file", {"path": "course.npy", "at": 1.0, "strength": 2.0})
    times = np.array([0.0, 1.0, 3.0])
    common = course.at_times((times, np.array([0.0, 1.0, 5.0])))
    assert [common.value(t) for t in (0.5, 1.5, 3.0, 4.5)] == [0.0, 1.0, 6.0, 0.0]
    own = course.at_times((times, np.array([[0.0, 0.0], [1.0, 2.0], [5.0, 0.0]])))
    assert np.allclose(own.value(3.0), [6.0, 2.0])
    assert np.allclose(own.value(9.0), 0.0)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("x:pulse:duration=1,strength=1", "not to 'x'"),
        ("h:puls:duration=1,strength=1", "'puls' is not known"),
        ("h:pulse:strength=1", "needs 'duration'"),
        ("h:pulse:duration=1,strength=1,width=2", "has no 'width'"),
        ("h:pulse:duration=0,strength=1", "greater than 0"),
        ("h:pulse:duration=1,strength=one", "must be a number"),
        ("h:pulse:duration=1,strength=nan", "finite"),
        ("h:pulse:duration", "write FIELD:KIND"),
        ("h:ou:strength=1,tau=1,units=some", "common or each"),
        ("h:ou:strength=1,tau=1,seed=-1", "whole number"),
    ],
)
def test_what_is_wrong_is_said(word: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_input(word)


def test_a_pulse_without_an_end_is_a_step() -> None:
    pulse = parse_input("h:pulse:duration=inf,strength=1")
    assert pulse.value(1e9) == 1.0
    assert pulse.edges == (0.0,)
    assert math.isinf(pulse.finest_at(0.0))
