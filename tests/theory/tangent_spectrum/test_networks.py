"""Spectra of networks of two sizes, extrapolated in 1/N, against the mean field: a short form of the benchmark."""

import math

import numpy as np
import pytest

from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.simulation.solvers import network_spectrum
from phasemap.theory.tangent_spectrum import solver


@pytest.mark.slow
def test_networks_come_to_the_mean_field_as_they_grow() -> None:
    """D_KY / N and entropy of small networks are lower; tests/benchmarks/bench_dimension.py has large ones."""
    seed, p = np.random.SeedSequence(8), make_parameters(g_h=2.5, alpha_r=5.0)
    options = SimulationOptions(sizes=(100, 200), exponents=30, realisations=8, duration=150.0, single_precision=True)
    networks = network_spectrum.solve_points([p], options, [seed])
    theory = solver.solve_points([p], None, [seed])
    for name in ("kaplan_yorke_per_unit", "entropy_rate_per_unit"):
        predicted = float(theory[name].value[0, BRANCHES.index(FLUCTUATING)])
        limit = networks[f"network_{name}_extrapolated"]
        assert limit.error is not None
        assert math.isfinite(float(limit.error[0]))
        assert float(networks[f"network_{name}"].value[0]) < predicted
        assert abs(float(limit.value[0]) - predicted) < 3.0 * float(limit.error[0])
        assert float(limit.error[0]) < 0.2 * predicted
