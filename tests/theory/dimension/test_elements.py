"""Covariances between units of one network, element by element, as its couplings and the mean field predict them."""

import math

import numpy as np
import pytest

from phasemap.model.branches import FLUCTUATING
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.simulation.network.disorder import draw_network
from phasemap.theory.dimension import constant_gate
from phasemap.theory.dimension.frequencies import FINE, frequencies, lags_of
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.fluctuating import solutions

BATCH, STEP, TRANSIENT, DURATION, EVERY = 24, 0.1, 50.0, 100.0, 10
SEED = np.random.SeedSequence(3)


def predicted(p: Parameters, J: np.ndarray) -> np.ndarray:
    """Equal-time covariances of h (N, N): psi = (1 - S J)^-1 psi_0 at every frequency, h = G J psi."""
    problem, gain, _ = reduce(p)
    profile = named_solutions(solutions(problem, gain))[FLUCTUATING].profile
    lags = lags_of(profile, FINE.lags)
    unit = constant_gate.unit_of(profile, FINE)
    omega, weights = frequencies(constant_gate._loop_at_rest(profile, unit), 0.3)
    found = constant_gate._spectra(profile, unit, lags, omega, weights)
    output = np.sqrt(np.diagonal(found.outputs))
    total = np.zeros(J.shape)
    for k, weight in enumerate(found.weights):
        response = math.sqrt(found.slope * found.gate_square) * found.phi[k]
        inner = J @ np.linalg.inv(np.eye(len(J)) - response * J)
        alone = output[k] * (1.0 - abs(response) ** 2) * abs(found.phi[k]) ** 2
        total += 2.0 * weight * alone * (inner @ inner.conj().T).real
    return total


def measured(p: Parameters, J_h: np.ndarray, J_r: np.ndarray) -> np.ndarray:
    """The same from trajectories of the network, by a midpoint scheme of this file."""
    rng = np.random.default_rng(SEED)
    h, r = rng.standard_normal((2, len(J_h), BATCH))
    total, count = np.zeros(J_h.shape), 0

    def flow(h: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        phi = np.tanh(p.g_h * h)
        return J_h @ (phi / (1.0 + np.exp(-p.alpha_r * r))) - h, (J_r @ phi - r) / p.tau_r

    for k in range(round((TRANSIENT + DURATION) / STEP)):
        dh, dr = flow(h, r)
        dh, dr = flow(h + 0.5 * STEP * dh, r + 0.5 * STEP * dr)
        h, r = h + STEP * dh, r + STEP * dr
        if k * STEP > TRANSIENT and k % EVERY == 0:
            total, count = total + h @ h.T, count + BATCH
    return total / count


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of the elements off the diagonal."""
    away = ~np.eye(len(a), dtype=bool)
    return float(a[away] @ b[away] / math.sqrt((a[away] @ a[away]) * (b[away] @ b[away])))


@pytest.mark.slow
def test_covariances_between_units_are_the_predicted_ones_element_by_element() -> None:
    """Networks of 150 to 400 units: cosines of 0.78 to 0.85 (docs/theory.md (17.1)); chance gives 1 / N."""
    p, size = make_parameters(g_h=2.5, alpha_r=5.0), 150
    network = draw_network(p, size, SEED)
    J_h, J_r = (np.asarray(J, dtype=float) for J in (network.J_h, network.J_r))
    found = measured(p, J_h, J_r)
    assert cosine(predicted(p, J_h), found) > 0.75
    assert abs(cosine(predicted(p, J_r), found)) < 0.05  # couplings of another matrix predict nothing
