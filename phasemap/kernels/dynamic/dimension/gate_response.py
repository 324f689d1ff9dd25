"""How h answers to its drive at a frequency along paths of a moving update gate.

With dh/dt = sigma (eta - h) the answer of a path to eta = exp(i omega t) is q exp(i omega t), where
dq/dt = sigma - (sigma + i omega) q. It is carried as q = 1 - i omega p with dp/dt = 1 - (sigma + i omega) p, so that
q = 1 at omega = 0 whatever the step.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL


class _Tolerances(NamedTuple):
    """Of a step and of a turn around the ring."""

    series: float = 1e-8  # z^2 below which (1 - e^-z) / z is its series: the next term is rounding
    least_loss: float = 1e-9  # of p around the ring: it has no periodic solution along a gate that never opens


_AT = _Tolerances()


@njit(**INNER)
def _sweep(area, slope, step, omega, real, imaginary, sums):
    """Once around the ring from p = (real, imaginary) (L,), which are overwritten; adds p and slope p to sums (4,)."""
    turn = omega * step
    cosine, sine = math.cos(turn), math.sin(turn)
    for i in range(area.shape[0]):
        for lane in range(area.shape[1]):
            re, im = real[lane], imaginary[lane]
            sums[0] += re
            sums[1] += im
            sums[2] += slope[i, lane] * re
            sums[3] += slope[i, lane] * im
            a = area[i, lane]
            decay = math.exp(-a)
            c, s = decay * cosine, -decay * sine
            # Delta (1 - e^-z) / z with z = a + i turn, and its series at small z.
            square = a * a + turn * turn
            if square < _AT.series:
                gain_re, gain_im = 1.0 - 0.5 * a, -0.5 * turn
            else:
                gain_re = ((1.0 - c) * a - s * turn) / square
                gain_im = (-s * a - (1.0 - c) * turn) / square
            real[lane] = c * re - s * im + step * gain_re
            imaginary[lane] = c * im + s * re + step * gain_im


@njit(**KERNEL)
def gate_response(area, slope, step, omega, out):
    """Sums over paths and times of q and of slope q at every frequency: out (K, 4) += real and imaginary parts.

    area:  (n, L) integral of the gate over the step that begins at every time; slope: (n, L) phi' at these times.
    omega: (K,).
    """
    lanes = area.shape[1]
    real, imaginary = np.empty(lanes), np.empty(lanes)
    sums = np.empty(4)
    slopes = slope.sum()
    for k in range(omega.size):
        real[:] = 0.0
        imaginary[:] = 0.0
        _sweep(area, slope, step, omega[k], real, imaginary, sums)
        turn = omega[k] * step * area.shape[0]
        for lane in range(lanes):
            loss = max(area[:, lane].sum(), _AT.least_loss)
            # p = end / (1 - e^-(loss + i turn))
            c, s = 1.0 - math.exp(-loss) * math.cos(turn), math.exp(-loss) * math.sin(turn)
            square = c * c + s * s
            re, im = real[lane], imaginary[lane]
            real[lane] = (re * c + im * s) / square
            imaginary[lane] = (im * c - re * s) / square
        sums[:] = 0.0
        _sweep(area, slope, step, omega[k], real, imaginary, sums)
        out[k, 0] += area.size + omega[k] * sums[1]
        out[k, 1] -= omega[k] * sums[0]
        out[k, 2] += slopes + omega[k] * sums[3]
        out[k, 3] -= omega[k] * sums[2]
