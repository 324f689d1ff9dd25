"""Perturbations along the paths of `phasemap.kernels.ensemble.paths`, with every decay rate shifted by lambda.

    u' = -(sigma + lambda) u + sigma zeta + q w,     q = sigma'(z) (eta - h),

for Gaussian zeta (in the drive of h) and w (the perturbation of z). Arrays are (steps, lanes).
"""

from numba import njit

from phasemap.kernels.arithmetic.elementary import exp
from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.ensemble.paths import step_moments


@njit(**KERNEL)
def linearise_rows(gate, h, eta, phi, alpha, g, gate_out, coupling, slope):
    """Store sigma, q and phi' along the paths, in single precision."""
    for i in range(gate.shape[0]):
        for lane in range(gate.shape[1]):
            s = gate[i, lane]
            t = phi[i, lane]
            gate_out[i, lane] = s
            coupling[i, lane] = alpha * s * (1.0 - s) * (eta[i, lane] - h[i, lane])
            slope[i, lane] = g * (1.0 - t * t)


@njit(**KERNEL)
def slope_rows(phi, g, slope):
    """Store phi' = g (1 - phi**2), in single precision."""
    for i in range(phi.shape[0]):
        for lane in range(phi.shape[1]):
            t = phi[i, lane]
            slope[i, lane] = g * (1.0 - t * t)


@njit(**KERNEL)
def multiply_rows(slope, u, out):
    """out = slope * u."""
    for i in range(u.shape[0]):
        for lane in range(u.shape[1]):
            out[i, lane] = slope[i, lane] * u[i, lane]


@njit(**KERNEL)
def tangent_steps(gate, coupling, zeta, w, rate, step, force, decay, source):
    """Decay and source of every step of u; the ring is then swept as for h.

    gate, coupling: (n, L) single precision.  zeta, w: (n, L).  rate: lambda.  force: (n, L) work.
    """
    n = gate.shape[0]
    for i in range(n):
        for lane in range(gate.shape[1]):
            force[i, lane] = gate[i, lane] * zeta[i, lane] + coupling[i, lane] * w[i, lane]
    for i in range(n):
        before = i - 1 if i > 0 else n - 1
        one = i + 1 if i + 1 < n else i + 1 - n
        two = i + 2 if i + 2 < n else i + 2 - n
        for lane in range(gate.shape[1]):
            s0 = float(gate[i, lane])
            s1 = float(gate[one, lane])
            total = step / 24.0 * (13.0 * (s0 + s1) - gate[before, lane] - gate[two, lane])
            total = max(total, 0.0) + rate * step
            a = exp(-total)
            mean, tilt, bow = step_moments(a, total)
            mean -= 0.5 * step * (s1 - s0) * bow
            f0 = force[i, lane]
            f1 = force[one, lane]
            level = (13.0 * (f0 + f1) - force[before, lane] - force[two, lane]) / 24.0
            decay[i, lane] = a
            source[i, lane] = step * (level * mean + (f1 - f0) * tilt)
