"""States in which h does not move: the zero state and the static ones, as branches of the dynamic mean field."""

import math

import numpy as np

from phasemap.kernels.dynamic.correlations import Problem, gate_averages
from phasemap.kernels.dynamic.lyapunov import Linearisation
from phasemap.kernels.dynamic.window import noise_covariance
from phasemap.theory.dynamic.autocovariance.correlations import WINDOW, grid, memory
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import with_panels
from phasemap.theory.dynamic.lyapunov import Exponent, leading

_LEVELS = ((48, 7.0, 1.0), (64, 8.0, 1.25))


def zero_exponent_under_noise(problem: Problem, gain: float) -> tuple[float, float, bool]:
    """Exponent of the zero state while noise moves the output gate: (value, error, converged).

    In units of the gated rate. The gate multiplies the linearised activity by a fluctuating factor, so that
    p(t) = g**2 <sigma_r sigma_r>(t) takes the place of its static value.
    """
    first, second = (_zero_exponent(problem, gain, *level) for level in _LEVELS)
    # The gate itself forgets at its own rate.
    slowest = -1.0 / problem.tau_r if problem.tau_r > 0.0 else -math.inf
    value = max(second.value, slowest)
    return value, abs(second.value - first.value) + second.uncertainty, first.converged and second.converged


def _zero_exponent(problem: Problem, gain: float, nodes: int, stretch: float, longer: float) -> Exponent:
    level = grid(nodes, stretch)
    window = longer * WINDOW * max(1.0, problem.tau_r, problem.tau_noise)
    y = np.empty(nodes)
    noise_covariance(problem.noise_r, problem.tau_noise, problem.tau_r, level.t * window, y)
    y = problem.steepness**2 * (y + problem.static_r**2)
    sigma, tables = np.empty((3, nodes)), memory(problem)
    with_panels(lambda: (gate_averages(problem, tables, y, sigma), None), *tables)
    none = np.zeros(nodes)
    return leading(Linearisation(gain**2 * sigma[0], none, none, 0.0, False), level, window)
