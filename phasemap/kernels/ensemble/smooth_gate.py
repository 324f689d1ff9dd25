"""Paths behind a smooth update gate in single precision.

The scheme is that of `phasemap.kernels.ensemble.paths`, with half the bytes and fewer terms. What a
step leaves of h is written by 1 - exp(-Delta), so that a gate that is nearly shut differs from one that is: its Delta
keeps its digits however small it is. Arrays are (steps, lanes).
"""

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.single import expm1_single, logistic_single, tanh_single
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.ensemble.paths import INSIDE

_ZERO, _HALF, _ONE = (np.float32(x) for x in (0.0, 0.5, 1.0))
_13_24, _1_24 = np.float32(13.0 / 24.0), np.float32(1.0 / 24.0)
# Below, a step is as good as none; below the other, moments are taken from their series, and its terms.
_NONE, _SHORT = np.float32(1e-36), np.float32(0.5)
_S0, _S1, _S2, _S3, _S4, _S5, _S6 = (
    np.float32(s / (2.0 * f * (m + 2.0) * (m + 3.0)))
    for m, (s, f) in enumerate(((1, 1), (-1, 1), (1, 2), (-1, 6), (1, 24), (-1, 120), (1, 720)))
)


@njit(**INNER)
def moments_of_step(total):
    """(1 - e^-total, int e^{-total (1 - x)} dx over [0, 1], and the same with (x - 1/2) over total)."""
    safe = total if abs(total) > _NONE else _NONE
    left = -expm1_single(-safe)
    mean = left / safe
    series = _S6
    series = series * safe + _S5
    series = series * safe + _S4
    series = series * safe + _S3
    series = series * safe + _S2
    series = series * safe + _S1
    series = series * safe + _S0
    longer = safe if abs(safe) > _SHORT else _SHORT
    tilt = series if abs(safe) < _SHORT else (_ONE - _HALF * left - mean) / (longer * longer)
    return left, mean, tilt


@njit(**INNER)
def mean_of_step(before, start, end, after):
    """Mean over a step of the cubic through its ends and the points beyond them."""
    return _13_24 * (start + end) - _1_24 * (before + after)


@njit(**KERNEL)
def gate_rows(z, alpha, offset, sign, out):
    """Gate 1 / (1 + exp(-(alpha sign z - offset)))."""
    slope, shift = np.float32(alpha * sign), np.float32(offset)
    for i in range(z.shape[0]):
        for lane in range(z.shape[1]):
            out[i, lane] = logistic_single(slope * z[i, lane] - shift)


@njit(**KERNEL)
def path_steps(gate, eta, constant, step, decay, source, log_decay):
    """Decay and source of every step, and the log of the total decay (L,).

    gate, eta: on the grid.  constant: (L,) input outside the bracket.
    """
    n, dt = gate.shape[0], np.float32(step)
    log_decay[:] = _ZERO
    for i in range(n):
        before = i - 1 if i > 0 else n - 1
        one = i + 1 if i + 1 < n else i + 1 - n
        two = i + 2 if i + 2 < n else i + 2 - n
        for lane in range(gate.shape[1]):
            s0, s1 = gate[i, lane], gate[one, lane]
            total = max(dt * mean_of_step(gate[before, lane], s0, s1, gate[two, lane]), _ZERO)
            left, mean, tilt = moments_of_step(total)
            bow = dt * (s1 - s0) * tilt
            e0 = eta[i, lane]
            rise = eta[one, lane] - e0
            bend = _HALF * (eta[two, lane] - eta[one, lane] - e0 + eta[before, lane])
            # e1 - decay e0 - rise * mean, with 1 - mean by its moments.
            value = e0 * left + rise * (total * (total * tilt + _HALF * mean) + bow) - bend * total * tilt
            decay[i, lane] = _ONE - left
            source[i, lane] = value + dt * constant[lane] * (mean - bow)
            log_decay[lane] -= total


@njit(**KERNEL)
def add_noise(gate, noise, placement, white, step, source):
    """Add a noise input, given by its means over the steps; white: 1.0 if it is white."""
    n, dt = gate.shape[0], np.float32(step)
    for i in range(n):
        one = i + 1 if i + 1 < n else 0
        for lane in range(gate.shape[1]):
            total = _HALF * dt * (gate[i, lane] + gate[one, lane])
            left, mean, _ = moments_of_step(total)
            # White noise keeps its exact variance over the step; smooth noise its mean weight.
            weight = np.sqrt(mean * (_ONE - _HALF * left)) if white == 1.0 else mean
            source[i, lane] += noise[i, lane] * weight * (total if placement == INSIDE else dt)


@njit(**KERNEL)
def ring_ends(decay, source, end):
    """The values (L,) that are reached once around the ring from zero."""
    end[:] = _ZERO
    for i in range(decay.shape[0]):
        for lane in range(decay.shape[1]):
            end[lane] = decay[i, lane] * end[lane] + source[i, lane]


@njit(**KERNEL)
def path_sweep(decay, source, h, g, b, out, phi):
    """h at the start of every step, beginning with h (L,), which is overwritten, and tanh(g h + b)."""
    gain, bias = np.float32(g), np.float32(b)
    for i in range(decay.shape[0]):
        for lane in range(decay.shape[1]):
            value = h[lane]
            out[i, lane] = value
            phi[i, lane] = tanh_single(gain * value + bias)
            h[lane] = decay[i, lane] * value + source[i, lane]


@njit(**KERNEL)
def filter_rows(noise, amplitude, out, add):
    """out[k, c] = amplitude[k] * noise[k, c] for complex modes; added to what is there if `add`."""
    for k in range(noise.shape[0]):
        a, b = amplitude[k].real, amplitude[k].imag
        for c in range(noise.shape[1] // 2):
            x, y = noise[k, 2 * c], noise[k, 2 * c + 1]
            re, im = a * x - b * y, a * y + b * x
            out[k, 2 * c] = out[k, 2 * c] + re if add else re
            out[k, 2 * c + 1] = out[k, 2 * c + 1] + im if add else im
