"""Slopes along sampled paths of one unit, with weights that make their spectra those of the mean field.

The tangent flow couples the units through d_1 = phi' sigma_r, d_2 = phi sigma_r' and d_3 = phi' alone (docs/theory.md,
section 16).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import scipy.fft
from scipy.special import ndtri
from scipy.stats import qmc

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import activation, activation_slope, gate, gate_slope
from phasemap.numerics import anderson
from phasemap.theory.dynamic.autocovariance.correlation_functions import functions_of
from phasemap.theory.dynamic.autocovariance.correlations import Profile
from phasemap.theory.ensemble.numbers import admissible
from phasemap.theory.ensemble.sampling.gaussian import activation_pair
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring

# Fourier modes whose power over the weighted paths is that of the mean field, besides the total.
_MODES = 6
# Least share of the paths that weights may leave, as the number that would scatter as much.
_COUNTING = 0.5


class _Tolerances(NamedTuple):
    """How dual weights are found."""

    solved: float = 1e-9  # relative residual
    iterations: int = 300  # at most
    flat: float = 1e-10  # singular values and mean powers below this share of the largest are noise
    outermost: float = 1e-12  # quantile at which the tails of a quasi-random Gaussian are cut


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Slopes:
    """Slopes d_1, d_2, d_3 along paths (n_slopes, paths, steps), and weights (paths,) whose sum is 1.

    Without an output gate only d_1 is there, and n_slopes is 1. rates: leak of h, and of r. step: of the ring.
    groups: of as many paths, one after the other, each an independent scramble with weights whose sum is 1 / groups.
    """

    d: FloatArray
    weights: FloatArray
    rates: tuple[float, ...]
    step: float
    groups: int = 1

    @property
    def period(self) -> float:
        """Length of the ring."""
        return float(self.step * self.d.shape[2])

    @property
    def are_usable(self) -> bool:
        """Whether the weights strain the paths so little that most of them still count."""
        return float(1.0 / (self.weights**2).sum()) > _COUNTING * len(self.weights)


def joined(samples: Sequence[Slopes]) -> Slopes:
    """Independent samples as the groups of one."""
    d = np.concatenate([one.d for one in samples], axis=1)
    weights = np.concatenate([one.weights for one in samples]) / len(samples)
    return replace(samples[0], d=d, weights=weights, groups=len(samples))


@dataclass(frozen=True)
class Correlations:
    """Covariances (half,) on a ring: of h, of phi and of r."""

    membrane: FloatArray
    activity: FloatArray
    gate_variable: FloatArray


def on_ring(p: Parameters, profile: Profile, ring: Ring) -> Correlations:
    """The mean field solved on a ring, from its solution on an endless line; p in gated units of time.

    Raises:
        UnsupportedError: the iteration does not converge.
    """
    process = Process(p)

    def membrane_of(activity: FloatArray) -> FloatArray:
        """h along the ring, before it is squashed, of an activity."""
        return np.asarray(ring.low_pass(process.drive(activity, ring), 1.0))

    def image(activity: FloatArray) -> FloatArray:
        """The activity that follows from an activity."""
        return activation_pair(membrane_of(activity), p.g_h, 0.0)[0]

    start = functions_of(profile, 1.0, ring.lags).activity
    found = anderson.solve(image, start, _TOLERANCES.solved, _TOLERANCES.iterations, admissible)
    if not found.converged:
        raise UnsupportedError("The mean field on a ring did not converge: the period is too short.")
    return Correlations(membrane_of(found.x), found.x, ring.low_pass(found.x, p.tau_r))


def sample(p: Parameters, known: Correlations, ring: Ring, paths: int, seed: np.random.SeedSequence) -> Slopes:
    """Scrambled Sobol paths, every mode's power over them made exact, with weights."""
    moving = Process(p).has_output_gate
    count = 2 if moving else 1
    sobol = qmc.Sobol(count * ring.steps, scramble=True, seed=np.random.default_rng(seed))
    normal = ndtri(np.clip(sobol.random(paths), _TOLERANCES.outermost, 1.0 - _TOLERANCES.outermost)).reshape(
        paths, ring.steps, count
    )
    h = gaussian_paths(normal[:, :, 0], known.membrane, ring)
    slope = activation_slope(h, p.g_h)
    if not moving:
        value = float(gate(0.0, 0.0, p.beta_r))
        d, targets = slope[None] * value, [activation_pair(known.membrane, p.g_h, 0.0)[1] * value**2]
        return Slopes(d, _weights(d, targets, ring), (1.0,), ring.step)
    r = gaussian_paths(normal[:, :, 1], known.gate_variable, ring)
    sigma, sigma_slope = gate(r, p.alpha_r, p.beta_r), gate_slope(r, p.alpha_r, p.beta_r)
    d = np.stack([slope * sigma, activation(h, p.g_h) * sigma_slope, slope])
    square, slopes = activation_pair(known.membrane, p.g_h, 0.0)
    of_gate, of_gate_slope = Process(p).output_gate(known.activity, ring)
    targets = [slopes * of_gate, square * of_gate_slope, slopes]
    return Slopes(d, _weights(d, targets, ring), (1.0, 1.0 / p.tau_r), ring.step)


def gaussian_paths(normal: FloatArray, covariance: FloatArray, ring: Ring) -> FloatArray:
    """Real Gaussian paths (paths, steps) from standard numbers (paths, steps), the lowest modes first."""
    n = ring.steps
    half = n // 2
    modes = np.zeros((len(normal), half + 1), dtype=complex)
    modes[:, 0] = normal[:, 0]
    modes[:, 1:half] = (normal[:, 1 : n - 1 : 2] + 1j * normal[:, 2:n:2]) / math.sqrt(2.0)
    modes[:, half] = normal[:, n - 1]
    modes /= np.sqrt((np.abs(modes) ** 2).mean(axis=0))
    spectrum = np.maximum(ring.spectrum(covariance), 0.0)
    return np.asarray(scipy.fft.irfft(modes * np.sqrt(n * spectrum), n, axis=1))


def _weights(d: FloatArray, targets: list[FloatArray], ring: Ring) -> FloatArray:
    """Weights (paths,) that give slopes d (n_slopes, paths, steps) the covariances `targets`."""
    spectra = [ring.spectrum(covariance)[:_MODES] for covariance in targets]
    return weights_for(d, spectra, [ring.steps * covariance[0] for covariance in targets], ring)


def weights_for(d: FloatArray, spectra: list[FloatArray], totals: list[float], ring: Ring) -> FloatArray:
    """1 + a linear function of the paths' power, so that the mean powers of the lowest modes and in total are these.

    d: (n_slopes, paths, steps). spectra, totals: of every slope, a power of each of the lowest modes and that of all.
    """
    rows, wanted = [], []
    for one, lowest, total in zip(d, spectra, totals, strict=True):
        power = np.abs(scipy.fft.fft(one, axis=1)) ** 2 / ring.steps
        rows += [*power[:, : len(lowest)].T, power.sum(axis=1)]
        wanted += [*lowest, total]
    x, target = np.array(rows), np.array(wanted)
    scale = x.mean(axis=1, keepdims=True)
    kept = scale[:, 0] > _TOLERANCES.flat * scale.max()  # paths that stand still on the ring have no power but at zero
    x, target = (x / scale)[kept], (target / scale[:, 0])[kept]
    away = x - x.mean(axis=1, keepdims=True)
    alpha = np.linalg.lstsq(away @ away.T / x.shape[1], target - x.mean(axis=1), rcond=_TOLERANCES.flat)[0]
    return np.asarray((1.0 + alpha @ away) / x.shape[1])
