"""One network without its matrix, as a study and a command: the numbers of networks that have one."""

import math

import numpy as np
import pytest

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.solvers import network
from phasemap.studies.networks.lazy import simulate_lazy
from phasemap.studies.networks.way import choose_way

OPTIONS = SimulationOptions(size=200, realisations=5, duration=60.0, transient=40.0)


@pytest.mark.slow
def test_variance_and_exponent_are_those_of_networks_with_matrices() -> None:
    p = make_parameters(g_h=3.0, alpha_r=2.0)
    dense = network.solve_points([p], OPTIONS, [np.random.SeedSequence(1)])
    runs = [simulate_lazy(p, OPTIONS, np.random.SeedSequence(k)).estimates for k in range(5)]
    for name in ("network_variance", "network_activity_variance", "network_lyapunov_max"):
        values = [float(run[name].value[0]) for run in runs]
        error = math.hypot(np.std(values, ddof=1) / math.sqrt(5.0), float(dense[name].error[0]))
        assert abs(np.mean(values) - float(dense[name].value[0])) < 4.0 * error, name


def test_a_hard_gate_has_no_tangent_and_says_so() -> None:
    options = SimulationOptions(size=60, duration=10.0, transient=2.0)
    found = simulate_lazy(make_parameters(g_h=2.0, alpha_z=math.inf), options, np.random.SeedSequence(0))
    assert found.estimates["network_lyapunov_max"].status[0] == Status.ABSENT
    assert 0 < found.rank <= 60


def test_the_cheaper_way_is_taken_unless_one_is_asked_for_or_a_spectrum_needs_the_matrices() -> None:
    p = make_parameters(g_h=2.0, alpha_z=math.inf)
    large = SimulationOptions(size=16_000, exponents=1)
    small = SimulationOptions(size=100, exponents=1)
    assert [choose_way(p, options, None).lazy for options in (large, small)] == [True, False]
    assert "Taken: lazy, the cheaper" in choose_way(p, large, None).words
    assert not choose_way(p, SimulationOptions(size=16_000), None).lazy
    assert not choose_way(p, large, None, figures=True).lazy
    for asked in (True, False):
        assert [choose_way(p, options, asked).lazy for options in (large, small)] == [asked, asked]


def test_the_same_seed_gives_the_same_network() -> None:
    options = SimulationOptions(size=60, duration=5.0, transient=2.0)
    p = make_parameters(g_h=2.0, alpha_z=3.0)
    one, again = (simulate_lazy(p, options, np.random.SeedSequence(4)) for _ in range(2))
    for name, estimate in one.estimates.items():
        assert np.array_equal(estimate.value, again.estimates[name].value), name
