"""The expected number of fixed points of networks of any size, exactly: the Kac-Rice integral by importance sampling.

    E[#] = int dh dr  prod_i N(h_i; 0, Q_psi) N(r_i; 0, Q_phi)  E |det(1 - J^h (p + s J^r f))|,

with Q_psi = sum psi^2 / N, Q_phi = sum phi^2 / N and couplings given J^h psi = h and J^r phi = r, which fixes one
direction of each (docs/theory.md, section 8). With the sign of the determinant in place of its modulus the same samples
give E sum sign det over the non-zero fixed points, which is known: 1 - E sign det(1 - g_h s_0 J), as all of them and
the zero one add up to 1 in every network. Bad proposals break this identity.
"""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.model.quantities.counting import Reduced
from phasemap.model.results import FloatArray
from phasemap.simulation.fixed_points.proposals import Proposal, proposal_at

# Entries of coupling matrices in a chunk of samples.
_CHUNK = 2_000_000
_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True)
class Expectation:
    """Expected number of non-zero fixed points with its standard error.

    effective_samples: (sum of weights)^2 / sum of their squares.
    signed, known:     E sum sign det by the integral, and by the identity; each (value, standard error).
    """

    count: float
    error: float
    effective_samples: float
    signed: tuple[float, float]
    known: tuple[float, float]

    @property
    def sign_mismatch(self) -> float:
        """How many of their common standard errors the two values of the identity are apart."""
        spread = math.hypot(self.signed[1], self.known[1])
        difference = abs(self.signed[0] - self.known[0])
        return difference / spread if spread > 0.0 else (0.0 if difference == 0.0 else math.inf)


def expected_count(
    at: Reduced, size: int, samples: int, rng: np.random.Generator, proposal: Proposal | None = None
) -> Expectation | None:
    """The expected number of non-zero fixed points of networks of `size` units; None without a proposal.

    proposal: where fields are drawn from; by default `proposal_at(at)`.
    """
    proposal = proposal or proposal_at(at)
    if proposal is None:
        return None
    logs, signs, zero = [], [], []
    chunk = max(1, _CHUNK // (size * size))
    for start in range(0, samples, chunk):
        count = min(chunk, samples - start)
        log_weight, sign = _weights(at, proposal, count, size, rng)
        logs.append(log_weight)
        signs.append(sign)
        zero.append(_signs_at_zero(at, count, size, rng))
    log_weight, sign = np.concatenate(logs), np.concatenate(signs)
    weight = np.exp(log_weight)
    effective = float(weight.sum() ** 2 / (weight**2).sum()) if weight.any() else 0.0
    known, known_error = _mean(1.0 - np.concatenate(zero))
    return Expectation(*_mean(weight), effective, _mean(weight * sign), (known, known_error))


def _mean(values: FloatArray) -> tuple[float, float]:
    error = float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
    return float(values.mean()), error


def _weights(
    at: Reduced, proposal: Proposal, count: int, size: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """ln(density of a fixed point times |det| / density of the proposal) and sign det: (count,) each."""
    h, r = proposal.draw(count, size, rng)
    phi = np.tanh(at.g * h)
    slope = at.g * (1.0 - phi**2)
    sigma, gate_slope = _gate(at, r)
    psi = phi * sigma
    scaled = rng.standard_normal((count, size, size)) / math.sqrt(size)
    derivative = _given(scaled, psi, h)
    matrix = derivative * (slope * sigma)[:, None, :]
    log_weight = _log_normal(h, psi) - proposal.log_density(h, r)
    if at.alpha > 0.0:
        couplings = _given(rng.standard_normal((count, size, size)) / math.sqrt(size), phi, r)
        matrix += (derivative * (phi * gate_slope)[:, None, :]) @ (couplings * slope[:, None, :])
        log_weight += _log_normal(r, phi)
    sign, log_det = np.linalg.slogdet(np.eye(size) - matrix)
    return log_weight + log_det, sign


def _gate(at: Reduced, r: FloatArray) -> tuple[FloatArray, FloatArray]:
    if at.alpha == 0.0:
        return np.ones_like(r), np.zeros_like(r)
    sigma = 1.0 / (1.0 + np.exp(np.clip(at.beta - at.alpha * r, -700.0, 700.0)))
    return sigma, at.alpha * sigma * (1.0 - sigma)


def _given(couplings: FloatArray, source: FloatArray, target: FloatArray) -> FloatArray:
    """Couplings given that they take `source` to `target`: their component along the source is replaced."""
    off = target - np.einsum("nij,nj->ni", couplings, source)
    along = source / (source**2).sum(axis=1, keepdims=True)
    return np.asarray(couplings + off[:, :, None] * along[:, None, :])


def _log_normal(x: FloatArray, source: FloatArray) -> FloatArray:
    """ln prod_i N(x_i; 0, mean of source^2)."""
    variance = (source**2).mean(axis=1, keepdims=True)
    return np.asarray((math.log(_INV_SQRT_2PI) - 0.5 * np.log(variance) - x**2 / (2.0 * variance)).sum(axis=1))


def _signs_at_zero(at: Reduced, count: int, size: int, rng: np.random.Generator) -> FloatArray:
    """Signs of det(1 - g s_0 J) of networks: (count,)."""
    couplings = rng.standard_normal((count, size, size)) * (at.g * at.at_rest / math.sqrt(size))
    return np.asarray(np.linalg.slogdet(np.eye(size) - couplings)[0])
