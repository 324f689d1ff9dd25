"""Where the fields of a unit at a fixed point are drawn from, with their exact density.

Independent units from the measure mu of the annealed saddle or, so that no weight is large, from its Gaussians without
the tilt, or from those that small fields have (Q_psi = s_0^2 Q_phi), tabulated on cells over (h, r) with a constant
density in each, all scaled by one common factor from a mixture: fixed points of small networks have amplitudes of all
sizes, and narrow proposals miss them without a trace in the error bar.
"""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.kernels.complexity.continuation import End
from phasemap.kernels.complexity.moments import COUNTED, Q_PHI, Q_PSI, SIZE, tilted_weights
from phasemap.kernels.complexity.search import best_saddle
from phasemap.model.quantities.counting import Reduced
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import gate_at_rest

# Cells per standard deviation, their reach, and gains over the point's at which a saddle is looked for in turn.
_CELLS, _REACH = 24, 7.0
_GAINS = (1.0, 1.05, 1.1, 1.2, 1.4, 1.7, 2.2, 3.0)
# A saddle with a smaller g^2 q_psi is too close to its onset to be the scale of a small network's fixed points.
_SMALLEST = 0.03
# Common factors of h and r: close enough for the amplitudes of 100 units to be told apart.
FACTORS = np.geomspace(0.02, 2.8, 30)
# Shares of the tables (tilted, plain, linear), of factors that are uniform in the logarithm, and the width of the rest.
_SHARES, _UNIFORM, _WIDTH = (0.5, 0.25, 0.25), (0.3, 0.3, 0.8), 0.35


@dataclass(frozen=True)
class Proposal:
    """Cells of one unit's (h, r): widths, probabilities (table, n_h, n_r), and weights (table, factor) of the mixture.

    Without an output gate there is one cell in r, and r means nothing.
    """

    h_step: float
    r_step: float
    probability: FloatArray
    weights: FloatArray

    @property
    def gated(self) -> bool:
        """Whether r is drawn."""
        return bool(self.probability.shape[2] > 1)

    def draw(self, count: int, size: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Fields h and r of `count` networks of `size` units: (count, size) each."""
        tables, n_h, n_r = self.probability.shape
        kind = rng.choice(self.weights.size, count, p=self.weights.ravel())
        uniform = rng.random((count, size))
        cell = np.empty((count, size), dtype=np.int64)
        for table in range(tables):
            mine = kind // len(FACTORS) == table
            cumulative = np.cumsum(self.probability[table].ravel())
            cell[mine] = np.searchsorted(cumulative, uniform[mine] * cumulative[-1])
        cell = np.minimum(cell, n_h * n_r - 1)
        factor = FACTORS[kind % len(FACTORS)][:, None]
        h = (cell // n_r - 0.5 * n_h + rng.random((count, size))) * self.h_step
        r = (cell % n_r - 0.5 * n_r + rng.random((count, size))) * self.r_step
        return factor * h, factor * r * self.gated

    def log_density(self, h: FloatArray, r: FloatArray) -> FloatArray:
        """Logarithm of the density of fields (count, size): (count,)."""
        with np.errstate(divide="ignore"):
            logs = np.log(self.probability / (self.h_step * (self.r_step if self.gated else 1.0)))
        dimensions = 2 if self.gated else 1
        parts = [
            np.log(weight) + self._log_units(table, h / c, r / c) - dimensions * h.shape[1] * math.log(c)
            for table, weights in zip(logs, self.weights, strict=True)
            for c, weight in zip(FACTORS, weights, strict=True)
            if weight > 0.0
        ]
        return np.asarray(np.logaddexp.reduce(parts, axis=0))

    def _log_units(self, table: FloatArray, h: FloatArray, r: FloatArray) -> FloatArray:
        n_h, n_r = table.shape
        i = np.floor(h / self.h_step + 0.5 * n_h).astype(np.int64)
        j = np.floor(r / self.r_step + 0.5 * n_r).astype(np.int64) if self.gated else np.zeros_like(i)
        inside = (i >= 0) & (i < n_h) & (j >= 0) & (j < n_r)
        found = np.where(inside, table[np.clip(i, 0, n_h - 1), np.clip(j, 0, n_r - 1)], -np.inf)
        return np.asarray(found.sum(axis=1))


def proposal_at(at: Reduced) -> Proposal | None:
    """The proposal for a point, from the saddle there or at the next larger gain that has one; None without any."""
    for factor in _GAINS:
        theta = np.empty(SIZE)
        gain, _, how = best_saddle(COUNTED, at.g * factor, at.alpha, at.beta, theta, False)
        if how == End.FOUND and math.exp(theta[Q_PSI]) * gain * gain > _SMALLEST:
            return _tabulated(gain, at.alpha, at.beta, theta)
    return None


def _tabulated(g: float, alpha: float, beta: float, theta: FloatArray) -> Proposal:
    q_psi, q_phi = math.exp(theta[Q_PSI]), math.exp(theta[Q_PHI])
    h, h_step = _centres(math.sqrt(q_psi), 0.5 / g)
    r, r_step = _centres(math.sqrt(q_phi), 1.0 / alpha) if alpha > 0.0 else (np.zeros(1), 1.0)
    phi = np.tanh(g * h)
    sigma = 1.0 / (1.0 + np.exp(np.clip(beta - alpha * r, -700.0, 700.0)))
    h_nodes = np.stack([np.exp(-(h**2) / (2 * q_psi)), h**2 / q_psi, phi**2, (g * (1 - phi**2)) ** 2], axis=1)
    weight = np.exp(-(r**2) / (2 * q_phi))
    r_nodes = np.stack([weight, r**2 / q_phi, sigma**2, (alpha * sigma * (1 - sigma)) ** 2, r], axis=1)
    probability = np.empty((3, len(h), len(r)))
    tilted_weights(theta, h_nodes, r_nodes, probability[0])
    probability[1] = np.outer(h_nodes[:, 0], weight)
    rest = gate_at_rest(beta) if alpha > 0.0 else 1.0
    probability[2] = np.outer(np.exp(-(h**2) / (2 * (rest**2 * q_phi if alpha > 0.0 else q_psi))), weight)
    probability /= probability.sum(axis=(1, 2), keepdims=True)
    return Proposal(h_step, r_step, probability, _mixture())


def _mixture() -> FloatArray:
    """Weights (table, factor): factors around 1 where units are typical, of all sizes where fields are small."""
    around = np.exp(-0.5 * (np.log(FACTORS) / _WIDTH) ** 2)
    around /= around.sum()
    rows = [
        share * (uniform / len(FACTORS) + (1.0 - uniform) * around)
        for share, uniform in zip(_SHARES, _UNIFORM, strict=True)
    ]
    return np.array(rows)


def _centres(deviation: float, width: float) -> tuple[FloatArray, float]:
    """Centres and width of cells that resolve a Gaussian and a step of this width; at most 2000."""
    step = max(min(deviation / _CELLS, width / 4.0), 2.0 * _REACH * deviation / 2000)
    count = 2 * math.ceil(_REACH * deviation / step)
    return np.asarray(step * (np.arange(count) - 0.5 * count + 0.5), dtype=np.float64), step
