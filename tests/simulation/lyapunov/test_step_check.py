"""Time steps that are too long are told from good ones, whatever they spoil."""

import numpy as np
import pytest

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.lyapunov.step_check import check_step
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start
from phasemap.simulation.solvers import activity, decay, network, network_spectrum
from phasemap.studies.networks.network import simulate

SEED = np.random.SeedSequence(12)
CHAOTIC = make_parameters(g_h=3.0)
SHORT = SimulationOptions(size=50, realisations=1, duration=60.0, transient=20.0)
SOLVERS = pytest.mark.parametrize("solver", [network, network_spectrum, activity, decay])


def with_step(step):
    return SimulationOptions(size=50, realisations=1, duration=60.0, transient=20.0, time_step=step)


def statuses(found):
    return {int(code) for name, one in found.items() if "settled" not in name for code in np.unique(one.status)}


@SOLVERS
def test_nothing_is_converged_with_a_step_that_halving_shows_to_be_too_long(solver):
    """time_step = 1.5 gave a variance of 0.336 +- 0.008 instead of 0.583."""
    found = solver.solve_points([CHAOTIC], with_step(1.5), [SEED])
    assert Status.CONVERGED not in statuses(found) and Status.NOT_CONVERGED in statuses(found)


@SOLVERS
def test_an_unstable_step_fails(solver):
    found = solver.solve_points([CHAOTIC], with_step(5.0), [SEED])
    assert Status.FAILED in statuses(found)
    assert not {Status.CONVERGED, Status.NOT_CONVERGED} & statuses(found)


def test_the_reason_is_said_in_a_sentence():
    for step, words in ((1.5, "too long"), (5.0, "unstable")):
        (remark,) = [line for line in simulate(CHAOTIC, with_step(step), SEED).remarks if "time step" in line]
        assert words in remark and "simulation.time_step" in remark
    assert simulate(CHAOTIC, SHORT, SEED).remarks == ()


@pytest.mark.parametrize(
    ("point", "good", "bad"),
    [
        (make_parameters(g_h=2.0), 0.4, 1.5),
        (make_parameters(g_h=20.0), 0.1, 0.8),
        (make_parameters(g_h=0.5, noise_h=0.5), 0.2, 1.5),
        (make_parameters(g_h=2.0, noise_h=0.5, tau_noise=0.01), 0.1, 1.5),
        (make_parameters(g_h=3.0, alpha_r=np.inf), 0.1, 1.5),
        (make_parameters(g_h=3.0, alpha_z=1e4), 0.1, 2.9),
        (make_parameters(g_h=3.0, alpha_z=2.0, tau_z=0.0), 0.1, 2.9),
        (make_parameters(g_h=3.0, alpha_z=2.0, tau_z=0.001), 0.1, None),  # is cut into shorter ones by itself
    ],
    ids=str,
)
def test_the_check_tells_good_steps_from_bad_ones(point, good, bad):
    for step in (good, bad):
        if step is None:
            continue
        integrator = start(draw_network(point, 100, SEED), step, 1.0, SEED)
        if point.tau_z == 0.001:
            integrator.step = 0.0005
        integrator.advance(round(10.0 / integrator.step))
        before = integrator.x.copy()
        assert check_step(integrator).good == (step == good)
        np.testing.assert_array_equal(integrator.x, before)


@pytest.mark.parametrize("size", [1, 2])
def test_the_smallest_networks_are_checked_too(size):
    point = make_parameters(g_h=3.0, noise_h=0.4)
    for step, good in ((0.1, True), (2.9, False)):
        integrator = start(draw_network(point, size, SEED), step, 1.0, SEED)
        integrator.advance(round(10.0 / step))
        assert check_step(integrator).good == good


@pytest.mark.parametrize("tau", [0.0, 0.05, 2.0])
def test_noise_that_is_foretold_is_the_same_in_steps_and_half_steps(tau):
    point = make_parameters(g_h=1.0, noise_h=0.7, noise_z=0.2, tau_noise=tau, alpha_z=1.0)
    one, other = (start(draw_network(point, 2000, SEED), 0.2, 1.0, SEED) for _ in range(2))
    coarse, fine = one.twins(40)
    steps, halves = coarse._noise.draw(40), fine._noise.draw(80)
    np.testing.assert_allclose(steps, 0.5 * (halves[0::2] + halves[1::2]), atol=1e-14)
    one.advance(40)
    other.advance(40)
    np.testing.assert_array_equal(one.x, other.x)  # nobody's noise was used up
    exact = other._noise.draw(4000)[:, :, 0]
    assert steps[:, 0].var() == pytest.approx(exact[:, 0].var(), rel=0.15)
