"""Trajectories that are advanced together are those that go alone."""

import math

import numpy as np
import pytest

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.simulation.network.disorder import Stream, child, draw_network
from phasemap.simulation.network.integrators import start_from
from phasemap.simulation.network.together import Trajectories

SEED = np.random.SeedSequence(11)


@pytest.mark.parametrize("count", [3, 4])
@pytest.mark.parametrize(
    "parameters",
    [
        {"alpha_z": 2.0, "tau_z": 0.7, "alpha_r": 3.0, "s_h": 0.3, "beta_h": 0.2},
        {"alpha_r": 3.0, "tau_r": 0.0, "noise_h": 0.4, "tau_noise": 2.0},
        {"alpha_r": math.inf, "alpha_z": 1.0},
    ],
)
def test_each_is_the_trajectory_of_its_own_initial_state_and_noise(parameters: dict[str, float], count: int) -> None:
    network, options = draw_network(make_parameters({"g_h": 2.5, **parameters}), 30, SEED), SimulationOptions()
    together = Trajectories(network, options, SEED, count)
    together.advance(7)
    together.advance(13)
    seeds = [SEED, *(child(child(SEED, Stream.COMPANIONS), k) for k in range(1, count))]
    for k, seed in enumerate(seeds):
        alone = start_from(network, options, seed)
        alone.advance(20)
        carried = np.flatnonzero(network.carried)
        np.testing.assert_allclose(together.states[carried, k], alone.state[carried], rtol=1e-9, atol=1e-11)
        assert together.members[k].time == pytest.approx(alone.time)
    assert abs(np.corrcoef(together.states[0])[0, 1]) < 0.9
