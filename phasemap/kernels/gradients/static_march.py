"""March of the adjoint covariances at a fixed point, where units differ in their update gates and nothing moves.

Units fall into nodes k of a quadrature over z, each with its gate sigma_k. Given the node (docs/theory.md, section 9),

    A_k = exp(-sigma_k (s + s')) + gamma_k B_k,    (d/ds + sigma_k)(d/ds' + sigma_k) B_k = F,
    F = c X + Z / tau_z**2 + R / tau_r**2,         X = sum_k w_k sigma_k**2 A_k,
    (d/ds + 1/tau_z)(d/ds' + 1/tau_z) Z = sum_k w_k <q**2 A_k>,    (d/ds + 1/tau_r)(d/ds' + 1/tau_r) R = b X.

Levels and their entries are those of `phasemap.kernels.gradients.march`; everything is divided by exp(shift (s + s')).
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.gradients.march import add_rows, entries, inner_entries, step_level


class StaticUnits(NamedTuple):
    """Units at a fixed point by nodes of a quadrature over z, arrays (K,).

    gate, weight:     sigma_z of a node and its probability.
    slope:            gamma, <phi'^2> given the node.
    coupling, mixed:  <q^2> and <q^2 phi'^2> given the node.
    output, cross:    c = <sigma_r^2> and b = <phi^2> <sigma_r'^2>.
    tau_z, tau_r:     time constants; 0: the gate holds no adjoint of its own and passes it on at once.
    has_z, has_r:     whether Z and R do not vanish.
    """

    gate: np.ndarray
    weight: np.ndarray
    slope: np.ndarray
    coupling: np.ndarray
    mixed: np.ndarray
    output: float
    cross: float
    tau_z: float
    tau_r: float
    has_z: bool
    has_r: bool


@njit(**INNER)
def _averages(units, shift, step, m, count, response, total, x, of_z):
    """<A>, X and <q^2 A> on one level, each (size,), from the responses B (K, size)."""
    for entry in range(total.size):
        total[entry] = x[entry] = of_z[entry] = 0.0
    for k in range(units.gate.size):
        gate, weight = units.gate[k], units.weight[k]
        free = math.exp(-(gate + shift) * step * m)
        share, of_x = weight * units.slope[k], gate * gate
        for entry in range(count):
            value = weight * free + share * response[k, entry]
            total[entry] += value
            x[entry] += of_x * value
        if units.has_z:
            for entry in range(count):
                of_z[entry] += weight * (units.coupling[k] * free + units.mixed[k] * response[k, entry])


@njit(**INNER)
def _force(units, inverse, count, x, z, r, of_z, force):
    """F on one level from X and the covariances of the gates' adjoints; inverse: 1 / tau of z and r, 0 where tau is."""
    direct = units.output + (units.cross if units.has_r and inverse[1] == 0.0 else 0.0)
    at_once = 1.0 if units.has_z and inverse[0] == 0.0 else 0.0
    square_z, square_r = inverse[0] * inverse[0], inverse[1] * inverse[1]
    for entry in range(count):
        force[entry] = direct * x[entry] + square_z * z[entry] + square_r * r[entry] + at_once * of_z[entry]
    for entry in range(count, force.size):
        force[entry] = of_z[entry] = z[entry] = r[entry] = 0.0


@njit(**INNER)
def _integrands(units, inverse, count, x, z, r, of_z, out):
    """What is integrated on one level: X, Z / tau_z**2, R / tau_r**2 (as they enter F), out (3, size)."""
    for entry in range(count):
        out[0, entry] = x[entry]
        out[1, entry] = inverse[0] * inverse[0] * z[entry] if inverse[0] > 0.0 else of_z[entry]
        out[2, entry] = inverse[1] * inverse[1] * r[entry] if inverse[1] > 0.0 else units.cross * x[entry]


@njit(**INNER)
def _add_level(m, n, count, whole, fade, step, shift, values, total, rows):
    """Add a level to the integrals over the second lag."""
    parity, first = m % 2, (m + 1) // 2
    for entry in range(count):
        fade[entry] = math.exp(-shift * step * (2 * entry + parity))
    ends = (parity == 0, whole)
    for kind in range(3):
        add_rows(first, count, ends, values[kind], fade, rows[kind])
    add_rows(first, count, ends, total, fade, rows[3])


@njit(**KERNEL)
def static_march(units, step, shift, diagonal, rows):
    """Covariances on the diagonal, and what every lag adds to their integrals.

    diagonal: (3, n + 1) receives A, Z, R at (s, s), over exp(2 shift s).
    rows:     (4, n + 1) receives 2 int_0^s ds' of X, Z / tau_z**2, R / tau_r**2 and A, over exp(2 shift s).
    """
    n, nodes = diagonal.shape[1] - 1, units.gate.size
    size = n // 2 + 3
    response, z, r = np.zeros((2, nodes, size)), np.zeros((2, size)), np.zeros((2, size))
    total, x, of_z, force = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    pushed, source, fade, values = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros((3, size))
    inverse = (
        1.0 / units.tau_z if units.has_z and units.tau_z > 0.0 else 0.0,
        1.0 / units.tau_r if units.has_r and units.tau_r > 0.0 else 0.0,
    )
    half = 0.5 * step * step
    rows[:] = 0.0
    for m in range(2 * n + 1):
        parity = m % 2
        count, whole = entries(m, n, n)
        _averages(units, shift, step, m, count, response[parity], total, x, of_z)
        _integrands(units, inverse, count, x, z[parity], r[parity], of_z, values)
        if parity == 0:
            diagonal[0, m // 2] = total[0]
            diagonal[1, m // 2], diagonal[2, m // 2] = z[0, 0], r[0, 0]
        _add_level(m, n, count, whole, fade, step, shift, values, total, rows)
        _force(units, inverse, count, x, z[parity], r[parity], of_z, force)
        for entry in range(size):
            source[entry] = units.cross * x[entry] if entry < count else 0.0
        inner, odd = inner_entries(m, n, n), parity == 1
        for k in range(nodes):
            response[parity, k, count:] = 0.0
            decay = math.exp(-(units.gate[k] + shift) * step)
            step_level(odd, inner, decay, response[parity, k], force, half * decay, response[1 - parity, k], pushed)
            response[1 - parity, k, inner] = 0.0
        for gate in range(2):
            if inverse[gate] > 0.0:
                field, drive = (z, of_z) if gate == 0 else (r, source)
                decay = math.exp(-(inverse[gate] + shift) * step)
                step_level(odd, inner, decay, field[parity], drive, half * decay, field[1 - parity], pushed)
                field[1 - parity, inner] = 0.0
    rows *= 2.0 * step
