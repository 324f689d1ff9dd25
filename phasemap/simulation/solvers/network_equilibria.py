"""Solver "network_equilibria": networks drawn given a fixed point, and the edge of their Jacobians' spectra."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate
from phasemap.simulation.estimators.outcomes import as_estimates, nothing, outcome
from phasemap.simulation.estimators.realisations import Outcomes, Seeds, realise, sizes_of
from phasemap.simulation.fixed_points.conditioned import draw_conditioned_network
from phasemap.simulation.fixed_points.jacobian import eigenvalues, leading_edge


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Networks drawn given a fixed point (`simulation.conditioned`; docs/theory.md (7.5)).

    The fixed point of the largest variance that they can have, the zero one only where there is no other. Returns
    (n_points,) estimates, means over `options.realisations` networks of the largest size with their standard errors:

        network_delta_h        variance of h over units
        network_leading_edge   largest real part of the Jacobian's eigenvalues, -1 / tau of gates that vary among them

    Absent: all of it with noise input, a closed update gate, or input to h outside one that fluctuates; the edge behind
    a hard output gate, which has no slope.
    """
    return as_estimates([_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def _solve_point(point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> Outcomes:
    largest = replace(options, size=sizes_of(options)[-1], sizes=())
    return realise(_simulate, point, largest, seed).combined()


def _simulate(
    point: Parameters, options: SimulationOptions, size: int, seed: np.random.SeedSequence
) -> tuple[Outcomes, bool]:
    """Quantities of one network; whether its fixed point is the zero one, which has no mean with others."""
    try:
        drawn = draw_conditioned_network(point, size, seed)
    except UnsupportedError:
        return {name: nothing() for name in ("delta_h", "leading_edge")}, False
    edge = nothing()
    if not drawn.network.hard_gates[1]:
        spectrum = eigenvalues(drawn.network, drawn.state, np.zeros(size))
        edge = outcome(leading_edge(drawn.network, spectrum), 0.0)
    return {"delta_h": outcome(float(np.var(drawn.state[0])), 0.0), "leading_edge": edge}, drawn.is_zero
