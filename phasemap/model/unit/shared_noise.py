"""Ornstein-Uhlenbeck noise that all units share: one course, fixed by its seed, the same for networks and theory."""

import math
from functools import lru_cache

import numpy as np

from phasemap.model.results import FloatArray

# Samples of a correlation time; straight lines between them lose 1 / (3 of these) of the variance.
_SAMPLES = 50
_PIECE = 4096


def shared_noise(time: float, tau: float, seed: int) -> float:
    """The course of standard deviation 1 and correlation time tau that a seed draws, at a time >= 0; before it, 0.

    Samples are drawn from their exact law and joined by straight lines (docs/theory.md, section 15).
    """
    if time < 0.0:
        return 0.0
    place = time / tau * _SAMPLES
    k = math.floor(place)
    piece = _samples(seed, k // _PIECE)
    i = k % _PIECE
    return float(piece[i] + (place - k) * (piece[i + 1] - piece[i]))


@lru_cache(maxsize=64)
def _samples(seed: int, index: int) -> FloatArray:
    """One piece of the course, with the first sample of the next.

    A piece is so long that nothing of its first sample is left at its end, to double precision: each can be drawn
    without those before.
    """
    if index == 0:
        first = float(np.random.default_rng((seed, 2**32)).standard_normal())
    else:
        first = float(_filtered(seed, index - 1, 0.0)[-1])
    return np.concatenate([[first], _filtered(seed, index, first)])


def _filtered(seed: int, index: int, first: float) -> FloatArray:
    """The samples of a piece after its first one."""
    from scipy.signal import lfilter  # takes a second to load, and hardly a network has noise that all units share

    decay = math.exp(-1.0 / _SAMPLES)
    steps = math.sqrt(-math.expm1(-2.0 / _SAMPLES)) * np.random.default_rng((seed, index)).standard_normal(_PIECE)
    return np.asarray(lfilter([1.0], [1.0, -decay], steps, zi=[decay * first])[0])
