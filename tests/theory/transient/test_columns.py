"""Files with a column for every unit in the two-time mean field: a Gaussian draw, known by mean and covariance."""

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.model.unit.inputs import InputCourse, parse_input
from phasemap.simulation.protocols.drive import run_drive
from phasemap.simulation.protocols.setup import Setup
from phasemap.theory.transient.drive import refusal
from phasemap.theory.transient.memory.driven import driven

TIMES = np.linspace(0.0, 6.0, 25)


def of_file(values: np.ndarray, field: str = "h", units: str = "common") -> InputCourse:
    """A file's course: values (times, N)."""
    return InputCourse(field, "file", {"at": 0.0, "strength": 1.0}, units, path="units.npy", samples=(TIMES, values))


def drawn(size: int, seed: int = 0) -> np.ndarray:
    """Smooth courses (times, size), normally distributed over units, about a mean that all share."""
    rng = np.random.default_rng(seed)
    waves = np.stack([np.sin(0.9 * TIMES), np.cos(1.7 * TIMES), np.ones_like(TIMES)], axis=1)
    return 0.4 * np.sin(TIMES)[:, None] + waves @ (0.5 * rng.standard_normal((3, size)))


def test_columns_that_are_multiples_of_one_course_are_that_course_with_random_weights():
    """To the rounding of their sums: weights of mean 0 and mean square 1 over units."""
    weights = np.random.default_rng(1).standard_normal(200)
    weights = (weights - weights.mean()) / weights.std()
    course, times = np.sin(TIMES), np.array([1.0, 3.0, 5.0])
    p = make_parameters(g_h=2.0, alpha_r=2.0)
    each = InputCourse("h", "file", {"at": 0.0, "strength": 1.0}, "each", samples=(TIMES, course))
    found, expected = (driven(p, [one], times, 1.0) for one in (of_file(np.outer(course, weights)), each))
    assert not isinstance(found, str) and not isinstance(expected, str)
    np.testing.assert_allclose(found.square.value, expected.square.value, rtol=1e-9)
    np.testing.assert_allclose(found.activity.value, expected.activity.value, rtol=1e-9)


def test_networks_driven_column_by_column_follow_the_theory():
    """<h^2> of four networks of 400 units, whose mean every unit's own course moves; without it they are far off."""
    p, course, end = make_parameters(g_h=2.0, beta_z=0.3), of_file(drawn(400)), 6.0
    runs = [run_drive(Setup(p, 400, np.random.SeedSequence(k), relax=0.0, courses=(course,)), end) for k in range(4)]
    places = [50, 100, 150, 200]
    measured = np.array([run.variance[places] for run in runs])
    theory = driven(p, [course], runs[0].times[places], 1.0)
    silent = driven(p, [], runs[0].times[places], 1.0)
    assert not isinstance(theory, str) and not isinstance(silent, str)
    error = np.hypot(measured.std(axis=0, ddof=1) / 2.0, 0.02 * theory.square.value)
    assert (np.abs(measured.mean(axis=0) - theory.square.value) < 4.0 * error).all()
    assert (np.abs(measured.mean(axis=0) - silent.square.value) > 4.0 * error).any()


@pytest.mark.parametrize("seed", range(5))
def test_draws_of_normal_numbers_are_taken(seed):
    assert refusal([of_file(drawn(300, seed))]) == "" and refusal([of_file(drawn(20, seed), "r")]) == ""
    assert refusal([of_file(np.ones((25, 50)))]) == ""  # the same for all


def test_columns_that_the_mean_field_does_not_know_are_refused_in_a_sentence():
    rng = np.random.default_rng(0)
    two_kinds = np.where(rng.random(100) < 0.5, 1.0, -1.0) * np.ones((25, 1))
    few_are_driven = np.where(rng.random(100) < 0.1, 1.0, 0.0) * np.sin(TIMES)[:, None]
    for values in (two_kinds, few_are_driven, rng.random((25, 400)) ** 4):
        assert "not normally distributed" in refusal([of_file(values)])
    assert "say too little" in refusal([of_file(drawn(8))])
    assert "units=each" in refusal([of_file(drawn(100), units="each")])
    assert "to h and to r" in refusal([of_file(drawn(100)), of_file(drawn(100), "r")])
    assert "same times" in refusal([of_file(drawn(100)), of_file(drawn(101))])
    assert refusal([of_file(two_kinds, "z"), parse_input("h:step:strength=1")]) == ""  # z: the gate stands still
