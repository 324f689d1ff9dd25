"""A membrane behind a constant gate, by its transfer function: the Fourier modes of h from those of its drive.

The paths' own steps for a constant gate, taken together for every frequency: what a step of finite length does wrong,
it does so here as well, and the difference of both is the smaller for it.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.ensemble.paths import INSIDE
from phasemap.theory.ensemble.sampling.ring import Ring

Complex64 = NDArray[np.complex64]


@lru_cache(maxsize=64)
def of_drive(ring: Ring, rate: float) -> Complex64:
    """Factors (steps,) from the modes of the drive to those of h."""
    total = rate * ring.step
    decay, mean, tilt = _moments(total)
    shift = _shift(ring)
    # The source of a step weighs the drive before it, at its start, at its end, and after it.
    source = 0.5 * tilt * (1.0 + shift - shift**2 - 1.0 / shift) + (mean - decay) + (1.0 - mean) * shift
    return np.asarray(source / (shift - decay), dtype=np.complex64)


@lru_cache(maxsize=64)
def of_noise(ring: Ring, rate: float, placement: int, white: float) -> Complex64:
    """Factors (steps,) from the modes of the means of a noise input over the steps to those of h."""
    total = rate * ring.step
    decay, mean, _ = _moments(total)
    weight = math.sqrt(0.5 * (1.0 + decay) * mean) if white == 1.0 else mean
    weight *= total if placement == INSIDE else ring.step
    return np.asarray(weight / (_shift(ring) - decay), dtype=np.complex64)


def _moments(total: float) -> tuple[float, float, float]:
    """Decay over a step, and moments of e^{-total (1 - x)}, x in [0, 1]: of 1 and of x - 1/2."""
    decay, mean = math.exp(-total), -math.expm1(-total) / total
    return decay, mean, (0.5 * (1.0 + decay) - mean) / total


def _shift(ring: Ring) -> NDArray[np.complex128]:
    """Factors (steps,) of the modes that shift a path by one step."""
    return np.asarray(np.exp(-2.0j * np.pi * np.arange(ring.steps) / ring.steps))
