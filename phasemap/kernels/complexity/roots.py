"""Fixed points of one small network from many starts, by a damped Newton iteration.

h = G(h),   G(h) = J^h (phi(h) sigma_r(J^r phi(h) + I^r)) + I^h
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL

_STEPS, _HALVINGS = 80, 12
# Residual (root mean square, relative to the size of h where that is above 1) at which a root counts as found.
_SOLVED = 1e-12


@njit(**INNER)
def _residual(h, g, b, alpha, beta, J_h, J_r, drive_h, drive_r, phi, sigma, out):
    """G(h) - h into `out`; phi and sigma_r on the way. Returns its mean square."""
    n = h.size
    for i in range(n):
        phi[i] = math.tanh(g * h[i] + b)
    for i in range(n):
        r = drive_r[i]
        if alpha > 0.0:
            for j in range(n):
                r += J_r[i, j] * phi[j]
        sigma[i] = 1.0 / (1.0 + math.exp(-alpha * r + beta))
    total = 0.0
    for i in range(n):
        x = drive_h[i] - h[i]
        for j in range(n):
            x += J_h[i, j] * phi[j] * sigma[j]
        out[i] = x
        total += x * x
    return total / n


@njit(**INNER)
def _slopes(g, alpha, J_h, J_r, phi, sigma, out):
    """1 - dG/dh at phi and sigma_r: fills out (n, n)."""
    n = phi.size
    for i in range(n):
        for j in range(n):
            out[i, j] = -J_h[i, j] * g * (1.0 - phi[j] * phi[j]) * sigma[j]
        out[i, i] += 1.0
    if alpha > 0.0:
        for i in range(n):
            for k in range(n):
                c = J_h[i, k] * phi[k] * alpha * sigma[k] * (1.0 - sigma[k])
                for j in range(n):
                    out[i, j] -= c * J_r[k, j] * g * (1.0 - phi[j] * phi[j])


@njit(**KERNEL)
def newton_roots(starts, g, b, alpha, beta, J_h, J_r, drive_h, drive_r, roots, signs):
    """Damped Newton from every start (m, n); b is the bias of phi.

    roots: (m, n) filled with where it ended; signs: (m,) the sign of det(1 - dG/dh) there, 0 where it did not converge.
    """
    n = starts.shape[1]
    phi, sigma, out, trial = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    matrix = np.empty((n, n))
    for m in range(starts.shape[0]):
        h = starts[m].copy()
        size = _residual(h, g, b, alpha, beta, J_h, J_r, drive_h, drive_r, phi, sigma, out)
        signs[m] = 0
        for _ in range(_STEPS):
            _slopes(g, alpha, J_h, J_r, phi, sigma, matrix)
            square = 0.0
            for i in range(n):
                square += h[i] * h[i]
            if size < _SOLVED * _SOLVED * max(1.0, square / n):
                signs[m] = 1 if np.linalg.det(matrix) > 0.0 else -1
                break
            step = np.linalg.solve(matrix, out)
            factor, better = 1.0, False
            for _ in range(_HALVINGS):
                for i in range(n):
                    trial[i] = h[i] + factor * step[i]
                new = _residual(trial, g, b, alpha, beta, J_h, J_r, drive_h, drive_r, phi, sigma, out)
                if new < size:
                    better = True
                    break
                factor *= 0.5
            if not better:
                break
            h[:], size = trial, new
        roots[m] = h
