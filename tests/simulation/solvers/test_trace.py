"""A short record of a few units tells silent, resting and chaotic networks apart by eye."""

from dataclasses import replace

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.solvers import activity, trace

OPTIONS = SimulationOptions(size=60, duration=40.0, transient=60.0)
SEED = np.random.SeedSequence(3)


def test_silent_and_chaotic_networks_look_different():
    points = [make_parameters(g_h=0.5), make_parameters(g_h=4.0)]
    found = trace.solve_points(points, OPTIONS, [SEED, SEED])["network_trace"]
    assert found.value.shape == (2, trace.UNITS, trace.SAMPLES) and (found.status == Status.CONVERGED).all()
    silent, chaotic = np.ptp(found.value, axis=-1)
    assert silent.max() < 1e-9 and chaotic.min() > 0.5


def test_it_is_the_network_of_the_longer_record_in_single_precision():
    point, options = make_parameters(g_h=3.0), replace(OPTIONS, duration=100.0, transient=20.0)
    short = trace.solve_points([point], options, [SEED])["network_trace"].value[0]
    whole = activity.solve_points([point], options, [SEED])["network_activity"].value[0]
    np.testing.assert_allclose(trace.times_of(options), activity.times_of(options))
    np.testing.assert_array_equal(short, whole[: trace.UNITS].astype(np.float32))
