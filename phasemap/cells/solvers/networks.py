"""Solver "cell_networks": exponents and activity of simulated networks of cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from phasemap.cells.parameters import CellPoint
from phasemap.cells.running.draw import draw_network, draw_state
from phasemap.cells.running.exponents import follow
from phasemap.cells.solvers.options import CellNetworkOptions
from phasemap.model.results import Estimate
from phasemap.simulation.estimators.outcomes import as_estimates, outcome, padded
from phasemap.simulation.estimators.realisations import Outcomes, Seeds, realise
from phasemap.simulation.network.disorder import Stream, generator
from phasemap.simulation.threads import single_threaded_blas


def solve_points(points: Sequence[CellPoint], options: CellNetworkOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Simulate networks at each point; an error is one standard error, of time and realisations together.

    Realisation k of size N is drawn from the child (N, k) of the point's seed; where `options.sizes` names several, the
    exponent is also extrapolated in 1/N, and everything else is that of the largest.
    """
    with single_threaded_blas():
        return as_estimates([_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def indices_of(options: CellNetworkOptions) -> Sequence[float]:
    """Indices of stored exponents, from 1."""
    return [float(k + 1) for k in range(options.exponents)]


def _solve_point(point: CellPoint, options: CellNetworkOptions, seed: np.random.SeedSequence) -> Outcomes:
    shared: Any = realise
    networks = shared(_simulate, point, options, seed)
    share = networks.settled_share
    return {
        **networks.combined(),
        "network_settled_fraction": outcome(share, np.sqrt(share * (1.0 - share) / options.realisations)),
        "network_lyapunov_max_extrapolated": networks.extrapolated("lyapunov_max"),
    }


def _simulate(
    point: CellPoint, options: CellNetworkOptions, size: int, seed: np.random.SeedSequence
) -> tuple[Outcomes, bool]:
    """Quantities of one network, and whether it came to rest."""
    layer = draw_network(point, size, seed)
    state = draw_state(size, options.initial_amplitude, seed)
    rng = generator(seed, Stream.TANGENT)
    run = follow(layer, state, options.transient, options.duration, options.exponents, rng)
    root = np.sqrt(len(run.rates))
    mean, error = run.rates.mean(axis=0), run.rates.std(axis=0, ddof=1) / root
    square = run.squares.mean()
    return {
        "lyapunov_max": outcome(mean[0], error[0]),
        "activity_variance": outcome(square, run.squares.std(ddof=1) / root),
        "lyapunov_spectrum": padded(outcome(mean, error), options.exponents),
    }, run.settled
