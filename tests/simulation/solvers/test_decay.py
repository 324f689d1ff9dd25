"""Networks watched until they come to rest."""

import math

import numpy as np
import pytest

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.network.disorder import draw_network, realisation_seed
from phasemap.simulation.network.integrators import start_from
from phasemap.simulation.solvers import decay
from phasemap.simulation.solvers.decay import lifetime, solve_points, surviving_fraction, times_of

SHORT = SimulationOptions(size=60, realisations=3, duration=60.0)
SEEDS = np.random.SeedSequence(4).spawn(2)
CHAOTIC, QUIET = make_parameters(g_h=4.0), make_parameters(g_h=0.5)


def test_a_quiet_network_ends_and_a_chaotic_one_does_not():
    found = solve_points([CHAOTIC, QUIET], SHORT, SEEDS)
    assert found["network_surviving_fraction"].value.tolist() == [1.0, 0.0]
    course = found["network_variance_course"]
    assert course.value.shape == (2, 3, len(times_of(SHORT)))
    assert np.all(course.status[0] == Status.CONVERGED) and np.all(course.value[0] > 0.01)
    ended = course.status[1] == Status.ABSENT
    assert np.array_equal(ended, np.isnan(course.value[1])) and np.all(ended.any(axis=1))
    assert found["network_lifetime"].status.tolist() == [Status.NOT_CONVERGED, Status.CONVERGED]
    assert found["network_lifetime"].value[0] == pytest.approx(3 * 60.0)  # the time watched: a lower bound


def test_the_end_of_a_quiet_network_is_known():
    """Far from the transition h decays with rate 1 - O(g): speed = |h| falls from 1 to the threshold in ln of it."""
    linear = make_parameters(g_h=0.01)
    found = solve_points([linear], SHORT, SEEDS[:1])
    assert found["network_lifetime"].value[0] == pytest.approx(-math.log(decay.REST_SPEED), rel=0.1)


def test_a_course_is_the_population_variance_of_the_same_network():
    own = realisation_seed(SEEDS[0], SHORT.size, 1)
    integrator = start_from(draw_network(CHAOTIC, SHORT.size, own), SHORT, own)
    course = solve_points([CHAOTIC], SHORT, SEEDS[:1])["network_variance_course"].value[0, 1]
    for k in range(3):
        integrator.advance(round(times_of(SHORT)[0] / integrator.step))
        assert course[k] == np.var(integrator.h)
        assert integrator.time == pytest.approx(times_of(SHORT)[k])


def test_noise_never_lets_a_network_rest():
    found = solve_points([QUIET._replace(noise_h=1e-6)], SHORT, SEEDS[:1])
    assert found["network_surviving_fraction"].value[0] == 1.0


def test_a_hard_gate_can_be_watched():
    found = solve_points([make_parameters(g_h=4.0, alpha_r=math.inf)], SHORT, SEEDS[:1])
    assert np.all(np.isfinite(found["network_variance_course"].value[0, :, 0]))


def test_points_do_not_depend_on_their_block():
    together = solve_points([CHAOTIC, QUIET], SHORT, SEEDS)
    alone = solve_points([QUIET], SHORT, SEEDS[1:])
    for name, estimate in together.items():
        np.testing.assert_array_equal(estimate.value[1:], alone[name].value)
        np.testing.assert_array_equal(estimate.status[1:], alone[name].status)


def test_the_lifetime_is_unbiased_by_the_end_of_the_watch():
    """Of exponential lifetimes of mean 100, cut at 50, the mean comes out, and as far off as its error says."""
    rng = np.random.default_rng(0)
    pulls = []
    for _ in range(400):
        drawn = rng.exponential(100.0, 40)
        one = lifetime(np.where(drawn < 50.0, drawn, np.inf), 50.0)
        pulls.append(float((one.value - 100.0) / one.error))
    assert abs(np.mean(pulls)) < 0.35 and np.std(pulls) == pytest.approx(1.0, abs=0.25)


def test_the_surviving_fraction_is_never_certain():
    for alive, n in ((0, 4), (4, 4), (2, 4)):
        lifetimes = np.array([np.inf] * alive + [10.0] * (n - alive))
        found = surviving_fraction(lifetimes)
        assert found.value == alive / n and 0.1 < found.error < 0.3


def test_times_are_multiples_of_the_step_and_end_with_the_duration():
    for duration, step in ((400.0, 0.2), (60.0, 0.1), (10.0, 0.3), (1.0, 0.5)):
        times = times_of(SimulationOptions(duration=duration, time_step=step))
        assert len(times) <= 201 and times[-1] == pytest.approx(duration, abs=times[0])
        assert times / step == pytest.approx(np.round(times / step))
