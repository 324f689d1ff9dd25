"""Perturbations along the paths behind a smooth gate, with every decay rate shifted by lambda, in single precision.

    u' = -(sigma + lambda) u + sigma zeta + q w,     q = sigma'(z) (eta - h),

for Gaussian zeta (in the drive of h) and w (the perturbation of z). Arrays are (steps, lanes).
"""

import numpy as np
from numba import njit

from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.ensemble.smooth_gate import mean_of_step, moments_of_step

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@njit(**KERNEL)
def linearise_rows(gate, h, eta, phi, alpha, g, gate_out, coupling, slope):
    """Store sigma, q = sigma'(z) (eta - h) and phi' along the paths."""
    steepness, gain = np.float32(alpha), np.float32(g)
    for i in range(gate.shape[0]):
        for lane in range(gate.shape[1]):
            s, t = gate[i, lane], phi[i, lane]
            gate_out[i, lane] = s
            coupling[i, lane] = steepness * s * (_ONE - s) * (eta[i, lane] - h[i, lane])
            slope[i, lane] = gain * (_ONE - t * t)


@njit(**KERNEL)
def slope_rows(phi, g, slope):
    """Store phi' = g (1 - phi**2), in single precision."""
    gain = np.float32(g)
    for i in range(phi.shape[0]):
        for lane in range(phi.shape[1]):
            t = phi[i, lane]
            slope[i, lane] = gain * (_ONE - t * t)


@njit(**KERNEL)
def multiply_rows(slope, u, out):
    """out = slope * u."""
    for i in range(u.shape[0]):
        for lane in range(u.shape[1]):
            out[i, lane] = slope[i, lane] * u[i, lane]


@njit(**KERNEL)
def tangent_steps(gate, coupling, zeta, w, rate, step, force, decay, source, log_decay):
    """Decay and source of every step of u' = -(sigma + rate) u + sigma zeta + q w, and the log of the total decay (L,).

    gate, coupling, zeta, w: on the grid.  force: work of the same shape.
    """
    n, dt, shift = gate.shape[0], np.float32(step), np.float32(rate * step)
    for i in range(n):
        for lane in range(gate.shape[1]):
            force[i, lane] = gate[i, lane] * zeta[i, lane] + coupling[i, lane] * w[i, lane]
    log_decay[:] = _ZERO
    for i in range(n):
        before = i - 1 if i > 0 else n - 1
        one = i + 1 if i + 1 < n else i + 1 - n
        two = i + 2 if i + 2 < n else i + 2 - n
        for lane in range(gate.shape[1]):
            s0, s1 = gate[i, lane], gate[one, lane]
            total = max(dt * mean_of_step(gate[before, lane], s0, s1, gate[two, lane]), _ZERO) + shift
            left, mean, tilt = moments_of_step(total)
            f0, f1 = force[i, lane], force[one, lane]
            level = mean_of_step(force[before, lane], f0, f1, force[two, lane])
            decay[i, lane] = _ONE - left
            source[i, lane] = dt * (level * (mean - dt * (s1 - s0) * tilt) + (f1 - f0) * total * tilt)
            log_decay[lane] -= total


@njit(**KERNEL)
def response_sweep(decay, source, u, slope, out):
    """phi' u at the start of every step, beginning with u (L,), which is overwritten."""
    for i in range(decay.shape[0]):
        for lane in range(decay.shape[1]):
            value = u[lane]
            out[i, lane] = slope[i, lane] * value
            u[lane] = decay[i, lane] * value + source[i, lane]
