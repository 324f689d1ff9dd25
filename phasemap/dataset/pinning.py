"""Whether the update gate pins an unstable fixed point (docs/theory.md (4.5)), from stored numbers.

Pinned: a moving update gate makes the rate at which the fixed point is left (its leading edge) much smaller than it
would be with the gate held at its mean, `pinning_ratio` <= `pinned`; a small rate alone is met at any onset of chaos. A
hard gate (alpha_z = inf) pins exactly while f S < 1 < S, f the fraction of open gates. Files that hold no pinning ratio
hold what bounds it: with p = lambda_e / x and x the edge at a constant gate f, f (sqrt(S) - 1) >= x >= the positive
root of (x + f) (1 + tau_r x) = f sqrt(S); f is `open_fraction`, or `marginal_gain` / S, or 1/2 by symmetry, or 1 at
most. Where that does not decide, or the numbers are missing, it is unknown.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasemap.model.facts import NO, UNKNOWN, USABLE, YES, Fact, above, negation
from phasemap.model.results import Estimate
from phasemap.model.unit.nonlinearities import gate_moves


@dataclass(frozen=True)
class Gates:
    """alpha_z, tau_r (0 where the output gate is constant), and whether the update gate varies: (*points,).

    mean: of the update gate where it follows from a symmetry, else NaN.
    """

    alpha_z: NDArray[np.float64]
    mean: NDArray[np.float64]
    delay: NDArray[np.float64]
    varies: NDArray[np.bool_]


def gates_of(parameters: Mapping[str, ArrayLike], shape: tuple[int, ...]) -> Gates:
    """What labels need of the parameters, broadcast to `shape`; what is missing is that of a network without gates."""

    def at(name: str, default: float) -> NDArray[np.float64]:
        """A parameter over all points, or its default."""
        return np.broadcast_to(np.asarray(parameters.get(name, default), dtype=float), shape)

    if "a_z" in parameters:  # a GRU, whose update gate is never hard
        varies = (at("a_z", 0.0) > 0.0) | (at("s_z", 0.0) > 0.0) | (at("s_in", 0.0) > 0.0)
        return Gates(at("a_z", 0.0), np.full(shape, np.nan), np.zeros(shape), varies)
    alpha_z, beta_z = at("alpha_z", 0.0), at("beta_z", -math.inf)
    delayed = gate_moves(at("alpha_r", 0.0), at("beta_r", -math.inf))
    mean = np.where((beta_z == 0.0) & (at("m_z", 0.0) == 0.0), 0.5, np.nan)
    return Gates(alpha_z, mean, np.where(delayed, at("tau_r", 1.0), 0.0), gate_moves(alpha_z, beta_z))


def is_pinned(quantities: Mapping[str, Estimate], gates: Gates, level: float, errors: float) -> Fact:
    """Whether the update gate pins each unstable fixed point: (*points, fixed_point).

    level: largest pinning ratio that counts; errors: how many of its errors a number must be away from a threshold.
    """
    unknown = np.full(quantities["static_gain"].status.shape, UNKNOWN)
    soft, hard = unknown, unknown
    if "pinning_ratio" in quantities:
        soft = hard = negation(above(quantities["pinning_ratio"], level, errors))
    elif "leading_edge" in quantities:
        soft = _pinned_by_bounds(quantities, gates, level)
    if "marginal_gain" in quantities:
        hard = negation(above(quantities["marginal_gain"], 1.0, errors))
    found = np.where(np.isinf(gates.alpha_z)[..., None], hard, soft)
    return np.where(gates.varies[..., None], found, NO).astype(np.int8)


def _pinned_by_bounds(quantities: Mapping[str, Estimate], gates: Gates, level: float) -> Fact:
    """The same from what bounds the ratio, in files that do not hold it."""
    gain, edge = quantities["static_gain"], quantities["leading_edge"]
    good = np.isin(gain.status, USABLE) & np.isin(edge.status, USABLE)
    S, e = (np.asarray(one.value, dtype=float) for one in (gain, edge))
    f, tau = _open_fraction(quantities, gates), gates.delay[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        longest = np.where(np.isnan(f), 1.0, f) * (np.sqrt(S) - 1.0)
        half = 0.5 * (1.0 + f * tau)
        shortest = longest / (half + np.sqrt(half**2 + tau * longest))
        fact = np.full(S.shape, UNKNOWN)
        fact[good & (e > level * longest)] = NO
        fact[good & (e <= level * shortest)] = YES
    return fact


def _open_fraction(quantities: Mapping[str, Estimate], gates: Gates) -> NDArray[np.float64]:
    """<sigma_z> at each fixed point, as stored or as it follows from what is; NaN where it does not."""
    fraction, marginal, gain = (quantities.get(name) for name in ("open_fraction", "marginal_gain", "static_gain"))
    if fraction is not None:
        return np.where(np.isin(fraction.status, USABLE), fraction.value, np.nan).astype(float)
    if marginal is not None and gain is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.asarray(marginal.value, dtype=float) / np.asarray(gain.value, dtype=float)
        return np.where(np.isin(marginal.status, USABLE), ratio, np.nan)
    assert gain is not None
    return np.broadcast_to(gates.mean[..., None], gain.status.shape)
