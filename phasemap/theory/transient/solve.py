"""Two-time covariances of a layout of nodes, at a constant update gate."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.kernels.dynamic.transient.march import Field, Sigmoid, march
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import gate, is_constant_gate
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate
from phasemap.theory.transient.drive import Drive
from phasemap.theory.transient.nodes import Layout

# Hermite terms where nothing is steep, and how many a steep gate needs per unit of steepness.
_TERMS, _MOST_TERMS, _PER_STEEPNESS = 40, 120, 4.0


class _Tolerances(NamedTuple):
    """Trapezoidal nodes of a standard Gaussian."""

    reach: float = 9.0  # to this many standard deviations: the rest is below rounding
    spacing: float = 0.06  # between them
    short: float = 1e-8  # step whose mean decay is one but for rounding
    smallest_start: float = 1e-6  # amplitude of h(0) that stands for none: correlations need a variance


_TOLERANCES = _Tolerances()
SMALLEST_START = _TOLERANCES.smallest_start


@dataclass(frozen=True)
class TwoTimes:
    """Covariances of h (n, n) over the nodes of a layout; tangent: of an infinitesimal perturbation, or None.

    mean (n,): of h over units. activity (n,): <phi phi> at equal times. terms: of the Hermite series; cut_off: what it
    lacks of <phi' phi'> at the last time, where it converges most slowly.
    """

    layout: Layout
    membrane: FloatArray
    tangent: FloatArray | None
    mean: FloatArray
    activity: FloatArray
    terms: int
    cut_off: float = 0.0


def two_times(
    p: Parameters, layout: Layout, amplitude: float, *, tangent: bool = False, drive: Drive | None = None
) -> TwoTimes:
    """March from h(0) ~ N(0, amplitude^2), r(0) = 0 (docs/theory.md, section 15; times of the layout in gated units.

    Raises:
        UnsupportedError: the update gate moves or is closed, the output gate is hard or without inertia, or there is
            noise.
    """
    _check(p)
    drive = drive or Drive()
    moving = not is_constant_gate(p.alpha_r, p.beta_r)
    n, tau = len(layout.previous), p.tau_r * gated_rate(p)
    terms = _terms(p)
    several = layout.event[0] >= 0
    h, r = _field(layout.step, n), _field(layout.step / tau, n if moving else 0)
    u, w = (_field(layout.step * s, n if tangent and on else 0) for s, on in ((1.0, True), (1.0 / tau, moving)))
    h.covariance[0, 0] = amplitude**2
    if tangent:
        u.covariance[0, 0] = 1.0
    activation = Sigmoid(0.0, 1.0, p.g_h, p.beta_h, np.zeros((terms, n)), np.zeros(n), several)
    of_gate = Sigmoid(0.5, 0.5, 0.5 * p.alpha_r, -0.5 * p.beta_r, np.zeros((terms, n)), np.zeros(n), several)
    constant = float(gate(0.0, 0.0, p.beta_r)) ** 2 if not moving else 0.0
    means = drive.means(p, layout)
    for field, covariance in zip((h, r) if moving else (h,), drive.covariances(p, layout), strict=False):
        field.source[:] = covariance
    march(
        layout.nodes, (h, r, u, w), activation, of_gate, constant, means, layout.without_kick, (moving, tangent),
        _quadrature(terms),
    )  # fmt: skip
    activity = np.einsum("kn,kn->n", activation.coefficients, activation.coefficients)
    cut = _cut_off(p, activation.coefficients[:, -1], float(h.covariance[-1, -1])) if tangent else 0.0
    return TwoTimes(layout, h.covariance, u.covariance if tangent else None, means[0], activity, terms, cut)


def _check(p: Parameters) -> None:
    if not is_constant_gate(p.alpha_z, p.beta_z) or gated_rate(p) == 0.0:
        raise UnsupportedError("Two-time equations close at a constant, open update gate: set alpha_z = 0.")
    if not is_constant_gate(p.alpha_r, p.beta_r) and (math.isinf(p.alpha_r) or p.tau_r == 0.0):
        raise UnsupportedError("Two-time equations need a smooth output gate with a time constant of its own.")
    if p.noise_h > 0.0 or p.noise_r > 0.0:
        raise UnsupportedError("Two-time equations are solved without noise: set noise_h and noise_r to 0.")


def _terms(p: Parameters) -> int:
    steepest = max(p.g_h, 0.5 * p.alpha_r if not is_constant_gate(p.alpha_r, p.beta_r) else 0.0)
    return int(min(max(_TERMS, _PER_STEEPNESS * steepest + 20.0), _MOST_TERMS))


def _cut_off(p: Parameters, coefficients: FloatArray, variance: float) -> float:
    """What the truncated series of <phi' phi'> lacks at equal times, where it converges most slowly."""
    weights, x = _quadrature(len(coefficients))
    slope = p.g_h * (1.0 - np.tanh(p.g_h * math.sqrt(variance) * x + p.beta_h) ** 2)
    series = float(np.sum(np.arange(len(coefficients)) * coefficients**2)) / variance if variance > 0.0 else 0.0
    return max(float(weights[0] @ slope**2) - series, 0.0) if variance > 0.0 else 0.0


def _field(step: FloatArray, n: int) -> Field:
    decay = np.exp(-step)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(step > _TOLERANCES.short, -np.expm1(-step) / np.where(step > 0.0, step, 1.0), 1.0)
    after = np.where(step > 0.0, 1.0 - mean, 0.0)
    before = np.where(step > 0.0, (1.0 - decay) - after, 0.0)
    return Field(np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n)), decay, before, after)


@lru_cache(maxsize=4)
def _quadrature(terms: int) -> tuple[FloatArray, FloatArray]:
    """Weights (terms, m) that turn values at abscissae (m,) into normalised Hermite coefficients."""
    half = math.ceil(_TOLERANCES.reach / _TOLERANCES.spacing)
    x = _TOLERANCES.spacing * np.arange(-half, half + 1)
    weights = np.empty((terms, len(x)))
    weights[0] = np.exp(-0.5 * x**2)
    weights[0] /= weights[0].sum()
    weights[1] = x * weights[0]
    for k in range(2, terms):
        weights[k] = (x * weights[k - 1] - math.sqrt(k - 1.0) * weights[k - 2]) / math.sqrt(k)
    return weights, np.asarray(x, dtype=float)
