"""March of the adjoint covariances at a constant update gate: a Goursat problem on the square of two lags.

In units of the gated membrane time (docs/theory.md, section 9), with P = C_phi' C_sigma, Q = C_phi C_sigma' and
p = C_phi' functions of the difference of the lags,

    (d/ds + 1)(d/ds' + 1) A = P A + p R / tau**2,    (d/ds + 1/tau)(d/ds' + 1/tau) R = Q A,
    A(s, 0) = exp(-s),    R(s, 0) = 0.

Both are divided by exp(shift (s + s')), which adds `shift` to every decay rate: with the Lyapunov exponent as the
shift what is left neither grows nor decays, however long the lags.

On a square grid the sum m = i + j of two indices is the time of a wave equation and their difference k = i - j its
place, so that a level m is a row of independent numbers: entries l = 0, 1, ... of a level are k = 2 l (m even) or
k = 2 l + 1 (m odd). The stencil is symmetric under reversal of both, hence errors are even in the step.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL


class Coupling(NamedTuple):
    """What depends on the difference of the lags alone, each (n + 1,) at multiples of the step.

    product: P; cross: Q; slope: p / tau**2. moving: whether R exists (a gate with inertia).
    weights: (3, n + 1) what multiplies A, R and A in the integrands of the gradients of J^h, J^r and of the input,
             times exp(-shift k step).
    """

    product: np.ndarray
    cross: np.ndarray
    slope: np.ndarray
    moving: bool
    weights: np.ndarray


@njit(**INNER)
def _halves(values, out):
    """Split (n + 1,) into its entries of even and of odd index, out (2, n // 2 + 1)."""
    for i in range(values.size):
        out[i % 2, i // 2] = values[i]


@njit(**INNER)
def step_level(odd, count, decay, now, source, weight, before, pushed):
    """From a level to the next: overwrite `before` (the level before this one) by the next, entries below `count`.

    odd: whether this level's m is odd. now, source: A and its right-hand side on this level. pushed: work.
    """
    for entry in range(now.size):
        pushed[entry] = decay * now[entry] + weight * source[entry]
    square = decay * decay
    if odd:  # the next level is even: neighbours of k = 2 l are k = 2 l - 1 and 2 l + 1
        before[0] = 2.0 * pushed[0] - square * before[0]
        for entry in range(1, count):
            before[entry] = pushed[entry - 1] + pushed[entry] - square * before[entry]
    else:
        for entry in range(count):
            before[entry] = pushed[entry] + pushed[entry + 1] - square * before[entry]


@njit(**INNER)
def add_rows(first, count, ends, values, weights, rows):
    """Add a level to the integrals over the second lag: rows[first + l] += weights[l] values[l] (half at the ends)."""
    for entry in range(count):
        rows[first + entry] += weights[entry] * values[entry]
    if ends[0]:
        rows[first] -= 0.5 * weights[0] * values[0]
    if ends[1]:
        rows[first + count - 1] -= 0.5 * weights[count - 1] * values[count - 1]


@njit(**INNER)
def entries(m, n, band):
    """Entries of level m with k <= band whose lags are at most n steps; and whether the last one is that of j = 0."""
    parity = m % 2
    reach = min(m, 2 * n - m)
    limited = min(reach, band - (band - m) % 2)
    return (limited - parity) // 2 + 1, limited == m


@njit(**INNER)
def inner_entries(m, n, band):
    """Entries of the level after m that follow from its neighbours: those off the boundary j = 0, where k = m + 1."""
    parity = 1 - m % 2
    last = min(min(m - 1, 2 * n - m - 1), band - (band - m - 1) % 2)
    return (last - parity) // 2 + 1 if last >= parity else 0


@njit(**INNER)
def _sources(product, slope, cross, moving, count, a, r, source_a, source_r):
    """Right-hand sides of A and R on one level; what lies beyond its entries is cleared."""
    for entry in range(count):
        source_a[entry] = product[entry] * a[entry]
    if moving:
        for entry in range(count):
            source_a[entry] += slope[entry] * r[entry]
            source_r[entry] = cross[entry] * a[entry]
    for entry in range(count, a.size):
        a[entry] = r[entry] = source_a[entry] = source_r[entry] = 0.0


@njit(**KERNEL)
def march(coupling, step, shift, tau, band, diagonal, rows):
    """Covariances on the diagonal, and what every lag adds to the variances of gradients.

    band:     entries with |s - s'| > band steps are taken to vanish; n or more: all of them are kept.
    diagonal: (2, n + 1) receives A(s, s) and R(s, s), divided by exp(2 shift s).
    rows:     (3, n + 1) receives 2 int_0^s ds' of weight times A, R, A: dV/ds of J^h (and J^r, up to tau**-2) and of
              the input, divided by exp(2 shift s).
    """
    n, moving = diagonal.shape[1] - 1, coupling.moving
    size = min(band, n) // 2 + 3
    halves = np.zeros((6, 2, n // 2 + 2))
    _halves(coupling.product, halves[0])
    _halves(coupling.cross, halves[1])
    _halves(coupling.slope, halves[2])
    for kind in range(3):
        _halves(coupling.weights[kind], halves[3 + kind])
    a, r = np.zeros((2, size)), np.zeros((2, size))
    source_a, source_r, pushed = np.zeros(size), np.zeros(size), np.zeros(size)
    rate, gate_rate = 1.0 + shift, (1.0 / tau if moving else 0.0) + shift
    decay, gate_decay = math.exp(-rate * step), math.exp(-gate_rate * step)
    half = 0.5 * step * step
    rows[:] = 0.0
    a[0, 0] = 1.0
    for m in range(2 * n + 1):
        parity = m % 2
        now, gate_now = a[parity], r[parity]
        count, whole = entries(m, n, band)
        if parity == 0:
            diagonal[0, m // 2], diagonal[1, m // 2] = now[0], gate_now[0]
        for kind in range(3):
            values = gate_now if kind == 1 and moving else now
            add_rows((m + 1) // 2, count, (parity == 0, whole), values, halves[3 + kind, parity], rows[kind])
        product, cross, slope = halves[0, parity], halves[1, parity], halves[2, parity]
        _sources(product, slope, cross, moving, count, now, gate_now, source_a, source_r)
        inner = inner_entries(m, n, band)
        step_level(parity == 1, inner, decay, now, source_a, half * decay, a[1 - parity], pushed)
        step_level(parity == 1, inner, gate_decay, gate_now, source_r, half * gate_decay, r[1 - parity], pushed)
        if m + 1 <= min(n, band):
            a[1 - parity, inner] = math.exp(-rate * step * (m + 1))
            r[1 - parity, inner] = 0.0
    rows *= 2.0 * step


@njit(**KERNEL)
def accumulate(rows, step, shift, out):
    """out (k, n + 1) = int_0^s rows (trapezium), both divided by exp(2 shift s)."""
    fade = math.exp(-2.0 * shift * step)
    for kind in range(rows.shape[0]):
        out[kind, 0] = 0.0
        for i in range(1, rows.shape[1]):
            out[kind, i] = fade * out[kind, i - 1] + 0.5 * step * (rows[kind, i] + fade * rows[kind, i - 1])
