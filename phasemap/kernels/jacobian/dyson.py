"""The matrix Dyson equations inside the support, reduced to three unknowns and solved.

D has equal rows for the two gates, so that the unknowns of docs/theory.md (3.5) come down to a = (a_h, a_g) and
b = (b_h, b_g), where a_g = a_z = a_r and b_g = b_z + b_r; the free scale is fixed by b_h = 1. What is left,
u = (a_h, a_g, b_g), makes the potential

    Phi = < log(1 + m) + log(|lambda + sigma_z|^2 + e K) > - a_h - a_g b_g

stationary, where
    m = a_g phi^2 sigma_r'^2 / |1 + tau_r lambda|^2,      K = b_g + sigma_r^2 / (1 + m),
    e = phi'^2 ( a_h sigma_z^2 + a_g q^2 / |1 + tau_z lambda|^2 ).
A positive solution is unique, so any that is found is the right one.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION
from phasemap.kernels.jacobian.gate_moments import UpdateGate
from phasemap.kernels.jacobian.gate_table import second_moment
from phasemap.kernels.jacobian.support import gamma_matrix
from phasemap.model.status import Status


class Units(NamedTuple):
    """Distribution of the local linearisation over units.

    independent: 1 if sigma_z is independent of the rest, with distribution `gate`, and q = 0 (then `rate` and `drift`
        are empty); 0 if every unit has its own.
    weight, slope, gain, coupling: (n,) probability, phi'^2, sigma_r^2 and phi^2 sigma_r'^2.
    rate, drift: (n,) sigma_z and q^2.
    """

    tau_z: float
    tau_r: float
    independent: float
    weight: NDArray[np.float64]
    slope: NDArray[np.float64]
    gain: NDArray[np.float64]
    coupling: NDArray[np.float64]
    rate: NDArray[np.float64]
    drift: NDArray[np.float64]
    gate: UpdateGate


@njit(**REDUCTION)
def _sample_derivatives(x, y, u, units, out):
    """First (3) and second (6) derivatives of < log(1 + m) + log D > with respect to u; units with own sigma_z."""
    shift_z = 1.0 / ((1.0 + units.tau_z * x) ** 2 + (units.tau_z * y) ** 2)
    shift_r = 1.0 / ((1.0 + units.tau_r * x) ** 2 + (units.tau_r * y) ** 2)
    f1 = 0.0
    f2 = 0.0
    f3 = 0.0
    h11 = 0.0
    h12 = 0.0
    h13 = 0.0
    h22 = 0.0
    h23 = 0.0
    h33 = 0.0
    u1 = u[0]
    u2 = u[1]
    u3 = u[2]
    for i in range(units.weight.size):
        p = units.weight[i]
        s = units.rate[i]
        c = units.coupling[i] * shift_r
        kappa = 1.0 / (1.0 + u2 * c)
        ck = c * kappa
        gain = units.gain[i] * kappa
        k = u3 + gain
        k2 = -gain * ck
        e1 = units.slope[i] * s * s
        e2 = units.slope[i] * units.drift[i] * shift_z
        e = u1 * e1 + u2 * e2
        inverse = 1.0 / ((x + s) * (x + s) + y * y + e * k)
        d1 = e1 * k * inverse
        d2 = (e2 * k + e * k2) * inverse
        d3 = e * inverse
        f1 += p * d1
        f2 += p * (ck + d2)
        f3 += p * d3
        h11 -= p * d1 * d1
        h12 += p * (e1 * k2 * inverse - d1 * d2)
        h13 += p * (e1 * inverse - d1 * d3)
        h22 += p * (2.0 * (e2 - e * ck) * k2 * inverse - ck * ck - d2 * d2)
        h23 += p * (e2 * inverse - d2 * d3)
        h33 -= p * d3 * d3
    out[0] = f1
    out[1] = f2
    out[2] = f3
    out[3] = h11
    out[4] = h12
    out[5] = h13
    out[6] = h22
    out[7] = h23
    out[8] = h33


@njit(**INNER)
def _product_derivatives(x, y, u, units, table, out):
    """The same where sigma_z is independent: its average is taken first, T_2(zeta) with zeta = e K / sigma_z^2."""
    shift_r = 1.0 / ((1.0 + units.tau_r * x) ** 2 + (units.tau_r * y) ** 2)
    out[:9] = 0.0
    u1 = u[0]
    u2 = u[1]
    for i in range(units.weight.size):
        p = units.weight[i]
        slope = units.slope[i]
        c = units.coupling[i] * shift_r
        kappa = 1.0 / (1.0 + u2 * c)
        ck = c * kappa
        gain = units.gain[i] * kappa
        k = u[2] + gain
        t, dt = second_moment(table, slope * u1 * k, x, y, units.gate)
        z1 = slope * k
        z2 = -slope * u1 * gain * ck
        z3 = slope * u1
        out[0] += p * t * z1
        out[1] += p * (ck + t * z2)
        out[2] += p * t * z3
        out[3] += p * dt * z1 * z1
        out[4] += p * (dt * z1 * z2 - t * slope * gain * ck)
        out[5] += p * (dt * z1 * z3 + t * slope)
        out[6] += p * (dt * z2 * z2 - 2.0 * t * z2 * ck - ck * ck)
        out[7] += p * dt * z2 * z3
        out[8] += p * dt * z3 * z3


@njit(**INNER)
def _derivatives(x, y, u, units, table, out):
    if units.independent == 1.0:
        _product_derivatives(x, y, u, units, table, out)
    else:
        _sample_derivatives(x, y, u, units, out)


@njit(**INNER)
def _residual(u, f, gated):
    """Largest relative violation of dPhi/du = 0."""
    worst = abs(f[0] - 1.0)
    if gated:
        worst = max(worst, abs(f[1] / u[2] - 1.0), abs(f[2] / u[1] - 1.0))
    return worst if not math.isnan(worst) else math.inf


@njit(**KERNEL)
def hessian(f, gated, out):
    """The Hessian of Phi from the averages `f`, as a 3 x 3 matrix; rows of a dead gate are those of the identity."""
    out[0, 0] = f[3]
    if gated:
        out[0, 1] = out[1, 0] = f[4]
        out[0, 2] = out[2, 0] = f[5]
        out[1, 1] = f[6]
        out[1, 2] = out[2, 1] = f[7] - 1.0
        out[2, 2] = f[8]
    else:
        out[0, 1] = out[1, 0] = out[0, 2] = out[2, 0] = out[1, 2] = out[2, 1] = 0.0
        out[1, 1] = out[2, 2] = 1.0


@njit(**KERNEL)
def solve3(a, b, out):
    """Solve the 3 x 3 system a out = b by Cramer's rule."""
    m00 = a[1, 1] * a[2, 2] - a[1, 2] * a[2, 1]
    m01 = a[1, 0] * a[2, 2] - a[1, 2] * a[2, 0]
    m02 = a[1, 0] * a[2, 1] - a[1, 1] * a[2, 0]
    inverse = 1.0 / (a[0, 0] * m00 - a[0, 1] * m01 + a[0, 2] * m02)
    out[0] = inverse * (
        b[0] * m00 - a[0, 1] * (b[1] * a[2, 2] - a[1, 2] * b[2]) + a[0, 2] * (b[1] * a[2, 1] - a[1, 1] * b[2])
    )
    out[1] = inverse * (
        a[0, 0] * (b[1] * a[2, 2] - a[1, 2] * b[2]) - b[0] * m01 + a[0, 2] * (a[1, 0] * b[2] - b[1] * a[2, 0])
    )
    out[2] = inverse * (
        a[0, 0] * (a[1, 1] * b[2] - b[1] * a[2, 1]) - a[0, 1] * (a[1, 0] * b[2] - b[1] * a[2, 0]) + b[0] * m02
    )


@njit(**INNER)
def _log_newton_system(u, f, gated, matrix, right):
    """Newton's equations for log u and the logarithms of f_1 = 1, f_2 = u_3, f_3 = u_2 (power laws become lines)."""
    matrix[0, 0] = f[3] * u[0] / f[0]
    right[0] = -math.log(f[0])
    if gated:
        matrix[0, 1] = f[4] * u[1] / f[0]
        matrix[0, 2] = f[5] * u[2] / f[0]
        matrix[1, 0] = f[4] * u[0] / f[1]
        matrix[1, 1] = f[6] * u[1] / f[1]
        matrix[1, 2] = f[7] * u[2] / f[1] - 1.0
        matrix[2, 0] = f[5] * u[0] / f[2]
        matrix[2, 1] = f[7] * u[1] / f[2] - 1.0
        matrix[2, 2] = f[8] * u[2] / f[2]
        right[1] = math.log(u[2] / f[1])
        right[2] = math.log(u[1] / f[2])
    else:
        matrix[0, 1] = matrix[0, 2] = matrix[1, 0] = matrix[1, 2] = matrix[2, 0] = matrix[2, 1] = 0.0
        matrix[1, 1] = matrix[2, 2] = 1.0
        right[1] = right[2] = 0.0


@njit(**INNER)
def _start(x, y, data, units, table, u, f):
    """First guess: the Perron vectors of Gamma, exact at the boundary, at the amplitude that the solution needs."""
    a1, a2, b1, b2 = gamma_matrix(x, y, data)
    rho = 0.5 * (a1 + b2 + math.sqrt((a1 - b2) * (a1 - b2) + 4.0 * a2 * b1))
    if not rho > 1.0:
        return False, rho
    gated = a2 > 0.0
    right = b1 / (rho - b2)
    left = a2 / (rho - b2) if gated else 0.0
    amplitude = (1.0 - 1.0 / rho) / (1.0 + right * left)
    for _ in range(12):
        u[0] = amplitude
        u[1] = amplitude * right
        u[2] = left
        _derivatives(x, y, u, units, table, f)
        # (a . grad_a <log>) / (a . b) falls from rho to 0 as the amplitude grows; it is 1 at the solution.
        ratio = (f[0] + right * f[1]) / (1.0 + right * left)
        slope = (f[3] + 2.0 * right * f[4] + right * right * f[6]) / (1.0 + right * left)
        if abs(ratio - 1.0) < 0.1 * min(1.0, rho - 1.0):
            break
        step = (1.0 - ratio) / slope if slope < 0.0 else amplitude * (ratio - 1.0)
        amplitude = min(max(amplitude + step, 0.2 * amplitude), 5.0 * amplitude)
    return gated, rho


@njit(**KERNEL)
def solve_dyson(x, y, data, units, table, tolerance, max_iterations, u, f):
    """Solve for u at lambda = x + i y; `f` returns the derivatives there.

    Newton steps in log u where they help, else one sweep of the equations a = <...>, b = <...> themselves.
    Returns (status, residual): ABSENT outside the support, where u = 0.
    """
    gated, rho = _start(x, y, data, units, table, u, f)
    if not rho > 1.0:
        u[:] = 0.0
        return Status.ABSENT, 0.0
    matrix = np.empty((3, 3))
    gradient = np.empty(3)
    step = np.empty(3)
    trial = np.empty(3)
    f_trial = np.empty(9)
    _derivatives(x, y, u, units, table, f)
    residual = _residual(u, f, gated)
    for _ in range(max_iterations):
        if residual < tolerance:
            return Status.CONVERGED, residual
        _log_newton_system(u, f, gated, matrix, gradient)
        solve3(matrix, gradient, step)
        largest = max(abs(step[0]), abs(step[1]), abs(step[2]))
        accepted = False
        scale = min(1.0, 2.0 / largest)
        for _ in range(4):
            for k in range(3):
                trial[k] = u[k] * math.exp(scale * step[k])
            _derivatives(x, y, trial, units, table, f_trial)
            new_residual = _residual(trial, f_trial, gated)
            accepted = new_residual < (1.0 - 0.4 * scale) * residual
            if accepted:
                break
            scale *= 0.4
        if not accepted:
            a_h = u[0] * f[0] + u[1] * f[1] - u[2] * f[2]
            trial[0] = a_h * f[0]
            trial[1] = f[2] * f[0]
            trial[2] = f[1] / f[0]
            _derivatives(x, y, trial, units, table, f_trial)
            new_residual = _residual(trial, f_trial, gated)
        u[:] = trial
        f[:] = f_trial
        residual = new_residual
    return (Status.CONVERGED if residual < tolerance else Status.NOT_CONVERGED), residual
