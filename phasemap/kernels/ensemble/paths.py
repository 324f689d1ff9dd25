"""Paths of the single-unit process on a ring of time, many at once: update gate, membrane, activity.

Arrays of paths have shape (steps, lanes): time along the first axis, one path per lane, so that recurrences in time
run in SIMD lanes across paths. Given the path of the gate the membrane equation

    dh/dt = sigma (-h + eta) + I

is linear, and a step is h -> decay * h + source with

    decay = exp(-Delta),  Delta = int sigma dt,  E(t) = exp(-int_t^{end} sigma),
    source = eta_1 - decay * eta_0 - int E d(eta) + I int E dt.

Integrals over a step use the neighbours on both sides (cubic sigma, quadratic slope of eta), which makes the step exact
for constant eta, of fourth order for smooth gates, and stable for steps longer than the membrane time.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.elementary import exp, logistic
from phasemap.kernels.arithmetic.single import tanh_single
from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION

_SINGLE = np.float32

# Where noise enters: nowhere, inside or outside the gate's bracket; white noise has its own exact variance in a step.
NO_NOISE, INSIDE, OUTSIDE = 0, 1, 2


@njit(**INNER)
def step_moments(decay, total):
    """Moments of e^{-total (1 - x)} over a step, x in [0, 1]: (int, int (x - 1/2), int x (1 - x))."""
    small = abs(total) < 2e-3
    safe = 1.0 if small else total
    mean = (1.0 - decay) / safe
    tilt = (0.5 * (1.0 + decay) - mean) / safe
    bow = 2.0 * tilt / safe
    mean = 1.0 - 0.5 * total * (1.0 - total / 3.0) if small else mean
    tilt = total / 12.0 * (1.0 - 0.5 * total) if small else tilt
    bow = 1.0 / 6.0 - total / 12.0 if small else bow
    return mean, tilt, bow


@njit(**KERNEL)
def scale_rows(noise, amplitude, out):
    """out[k, l] = amplitude[k] * noise[k, l]."""
    for k in range(noise.shape[0]):
        a = amplitude[k]
        for lane in range(noise.shape[1]):
            out[k, lane] = a * noise[k, lane]


@njit(**REDUCTION)
def add_power(rows, out):
    """out[k] += sum over lanes of rows[k, l]**2."""
    for k in range(rows.shape[0]):
        total = 0.0
        for lane in range(rows.shape[1]):
            total += rows[k, lane] * rows[k, lane]
        out[k] += total


@njit(**KERNEL)
def gate_rows(z, alpha, offset, sign, out):
    """Smooth update gate 1 / (1 + exp(-(alpha sign z - offset)))."""
    slope = alpha * sign
    for i in range(z.shape[0]):
        for lane in range(z.shape[1]):
            out[i, lane] = logistic(slope * z[i, lane] - offset)


@njit(**KERNEL)
def activation_rows(h, g, b, out):
    """tanh(g h + b), in single precision."""
    for i in range(h.shape[0]):
        for lane in range(h.shape[1]):
            out[i, lane] = tanh_single(_SINGLE(g * h[i, lane] + b))


@njit(**KERNEL)
def smooth_steps(gate, eta, constant, noise, placement, white, step, decay, source):
    """Decay and source of every step for a smooth gate.

    gate, eta: (n, L) on the grid.  constant: (L,) input outside the bracket.  noise: (n, L) means of the noise input
    over the steps, read where `placement` is not NO_NOISE; white: 1.0 if it is white.
    """
    n = gate.shape[0]
    for i in range(n):
        before = i - 1 if i > 0 else n - 1
        one = i + 1 if i + 1 < n else i + 1 - n
        two = i + 2 if i + 2 < n else i + 2 - n
        for lane in range(gate.shape[1]):
            s0 = gate[i, lane]
            s1 = gate[one, lane]
            total = step / 24.0 * (13.0 * (s0 + s1) - gate[before, lane] - gate[two, lane])
            total = max(total, 0.0)
            a = exp(-total)
            mean, tilt, bow = step_moments(a, total)
            mean -= 0.5 * step * (s1 - s0) * bow
            e0 = eta[i, lane]
            e1 = eta[one, lane]
            bend = 0.5 * (eta[two, lane] - e1 - e0 + eta[before, lane])
            decay[i, lane] = a
            source[i, lane] = e1 - a * e0 - (e1 - e0) * mean - bend * tilt + step * constant[lane] * mean
    if placement == NO_NOISE:
        return
    for i in range(n):
        one = i + 1 if i + 1 < n else 0
        for lane in range(gate.shape[1]):
            a = decay[i, lane]
            total = max(0.5 * step * (gate[i, lane] + gate[one, lane]), 1e-12)
            mean = (1.0 - a * a) / (2.0 * total)
            # White noise keeps its exact variance over the step; smooth noise its mean weight.
            weight = math.sqrt(mean) if white == 1.0 else (1.0 - a) / total
            source[i, lane] += noise[i, lane] * weight * (total if placement == INSIDE else step)


@njit(**KERNEL)
def hard_steps(z, threshold, sign, eta, constant, noise, placement, white, step, decay, source):
    """The same for the Heaviside gate of sign * z - threshold, whose crossings are located inside the steps."""
    n = z.shape[0]
    for i in range(n):
        before = i - 1 if i > 0 else n - 1
        one = i + 1 if i + 1 < n else i + 1 - n
        two = i + 2 if i + 2 < n else i + 2 - n
        for lane in range(z.shape[1]):
            z0 = sign * z[i, lane] - threshold
            z1 = sign * z[one, lane] - threshold
            zm = sign * z[before, lane] - threshold
            z2 = sign * z[two, lane] - threshold
            start = 1.0 if z0 > 0.0 else 0.0
            end = 1.0 if z1 > 0.0 else 0.0
            rise = z1 - z0 if start != end else 1.0
            cross = -z0 / rise
            cross += 0.25 * (z2 - z1 - z0 + zm) * cross * (1.0 - cross) / rise
            cross = min(max(cross, 0.0), 1.0)
            low = 0.0 if start == 1.0 else (cross if end == 1.0 else 1.0)
            high = 1.0 if end == 1.0 else (cross if start == 1.0 else 1.0)
            # The gate is open on [low, high] of the step; closed steps have low = high = 1.
            width = high - low
            total = step * width
            a = exp(-total)
            mean, tilt, _ = step_moments(a, total)
            e0 = eta[i, lane]
            rise = eta[one, lane] - e0
            bend = 0.5 * (eta[two, lane] - eta[one, lane] - e0 + eta[before, lane])
            e_low = e0 + rise * low - 0.5 * bend * low * (1.0 - low)
            e_high = e0 + rise * high - 0.5 * bend * high * (1.0 - high)
            value = e_high - a * e_low - (e_high - e_low) * mean - bend * width * width * tilt
            value += step * constant[lane] * (1.0 - high + a * low + width * mean)
            if placement != NO_NOISE:
                weight = a * low + 1.0 - high if placement == OUTSIDE else 0.0
                square = a * a * low + 1.0 - high if placement == OUTSIDE else 0.0
                square += width * step_moments(a * a, 2.0 * total)[0]
                weight = math.sqrt(square) if white == 1.0 else weight + width * mean
                value += noise[i, lane] * step * weight
            decay[i, lane] = a
            source[i, lane] = value


@njit(**KERNEL)
def ring_totals(decay, source, log_decay, end):
    """Once around the ring from h = 0: log of the total decay and the value reached, both (L,)."""
    lanes = decay.shape[1]
    for lane in range(lanes):
        log_decay[lane] = 1.0
        end[lane] = 0.0
    for i in range(decay.shape[0]):
        for lane in range(lanes):
            a = decay[i, lane]
            end[lane] = a * end[lane] + source[i, lane]
            log_decay[lane] *= a
    for lane in range(lanes):
        log_decay[lane] = math.log(max(log_decay[lane], 1e-300))


@njit(**KERNEL)
def ring_sweep(decay, source, h, out):
    """Values at the start of every step, out (n, L), beginning with h (L,), which is overwritten."""
    for i in range(decay.shape[0]):
        for lane in range(decay.shape[1]):
            value = h[lane]
            out[i, lane] = value
            h[lane] = decay[i, lane] * value + source[i, lane]
