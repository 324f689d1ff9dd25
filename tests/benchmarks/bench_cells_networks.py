"""Exponents of networks of cells at N = 250, 500 and 1000, extrapolated in 1/N, beside the mean field's.

    python tests/benchmarks/bench_cells_networks.py [POINT ...]

A line a point (all by default): the theory's exponent per step, those of the networks, their line in 1/N taken to 0,
the deficit times N, and the pull, the extrapolation's distance from the theory over both errors.
"""

import sys
import time

import numpy as np

from phasemap.cells.parameters import AFTER, BEFORE, GruPoint, LstmPoint
from phasemap.cells.solvers import dynamics, networks
from phasemap.cells.solvers.options import CellEnsembleOptions, CellNetworkOptions
from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.simulation.estimators.realisations import Seeds

SIZES = {250: 8, 500: 4, 1000: 3}
POINTS = {
    f"GRU {reset}, {words}": point._replace(reset=place)
    for words, point in (
        ("(4, 2, 2)", GruPoint(4, 2, 2)), ("(5, 0, 0)", GruPoint(5)), ("(6, 1, 1), b_z = 1", GruPoint(6, 1, 1, b_z=1)),
    )
    for reset, place in (("before", BEFORE), ("after", AFTER))
}  # fmt: skip
POINTS |= {
    "LSTM (5, 0, 0, 0)": LstmPoint(5),
    "LSTM (6, 2, 2, 2)": LstmPoint(6, 2, 2, 2),
    "LSTM (3, 2, 2, 2), b_f = 1": LstmPoint(3, 2, 2, 2, b_f=1),
}


def theory_of(point: GruPoint | LstmPoint) -> tuple[float, float]:
    found = dynamics.solve_points([point], CellEnsembleOptions(paths=1000, ensembles=4))["lyapunov_max"]
    branch = BRANCHES.index(FLUCTUATING)
    return float(np.asarray(found.value)[0, branch]), float(np.asarray(found.error)[0, branch])


def networks_of(point: GruPoint | LstmPoint, size: int, realisations: int) -> tuple[float, float]:
    options = CellNetworkOptions(size=size, realisations=realisations, duration=500, transient=200)
    seeds: Seeds = [np.random.SeedSequence(22)]
    found = networks.solve_points([point], options, seeds)["network_lyapunov_max"]
    return float(np.asarray(found.value)[0]), float(np.asarray(found.error)[0])


def line_in_inverse_size(found: dict[int, tuple[float, float]]) -> tuple[float, float, float]:
    """Intercept, its error, and the slope (negative of the deficit times N), weighted by the errors."""
    inverse = np.array([1.0 / size for size in found])
    values, errors = np.array(list(found.values())).T
    fit, covariance = np.polyfit(inverse, values, 1, w=1.0 / errors, cov="unscaled")
    return float(fit[1]), float(np.sqrt(covariance[1, 1])), float(fit[0])


def report(name: str) -> str:
    began = time.process_time()
    theory, error = theory_of(POINTS[name])
    found = {size: networks_of(POINTS[name], size, realisations) for size, realisations in SIZES.items()}
    limit, limit_error, slope = line_in_inverse_size(found)
    pull = (limit - theory) / np.hypot(limit_error, error)
    pairs = [(theory, error), *found.values(), (limit, limit_error)]
    numbers = " | ".join(f"{value:.4f} ± {scatter:.4f}" for value, scatter in pairs)
    return f"| {name} | {numbers} | {-slope:.1f} | {pull:+.1f} |  ({time.process_time() - began:.0f} s)"


if __name__ == "__main__":
    sizes = " | ".join(f"N = {size}" for size in SIZES)
    print(f"| point | theory | {sizes} | 1/N → 0 | N × deficit | pull |")
    for wanted in sys.argv[1:] or POINTS:
        print(report(wanted), flush=True)
