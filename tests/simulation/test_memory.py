import tracemalloc

import numpy as np
import pytest

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.simulation import memory
from phasemap.simulation.memory import memory_of
from phasemap.simulation.solvers import network, network_spectrum

SEED = np.random.SeedSequence(1)


@pytest.mark.parametrize(
    ("solver", "size", "single", "gates"),
    [
        (network, 500, False, {"alpha_z": 1.0, "alpha_r": 1.0}),
        (network_spectrum, 150, False, {}),
        (network_spectrum, 100, True, {"alpha_z": 1.0, "alpha_r": 1.0}),
    ],
)
def test_the_estimate_is_what_a_network_takes(solver, size, single, gates):
    point = make_parameters(g_h=3.0, **gates)
    options = SimulationOptions(
        size=size, realisations=1, duration=5.0, transient=1.0, time_step=0.2, single_precision=single
    )
    solver.solve_points([point], options, [SEED])  # compiles
    tracemalloc.start()
    solver.solve_points([point], options, [SEED])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    own = memory_of(options, point, spectrum=solver is network_spectrum) - memory._BASE
    assert 0.7 * peak < own < 2.0 * peak


def test_long_records_count():
    point, n = make_parameters(g_h=3.0), 50
    options = SimulationOptions(size=n, realisations=1, duration=1000.0, transient=1.0)
    network.solve_points([point], options, [SEED])
    tracemalloc.start()
    network.solve_points([point], options, [SEED])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.7 * peak < memory_of(options, point) - memory._BASE < 2.0 * peak


def test_the_largest_size_counts():
    point = make_parameters(g_h=3.0)
    assert memory_of(SimulationOptions(sizes=(100, 200_000)), point) > 4 * 200_000**2
