"""The resolvent G(lambda) and the density of the spectrum, from the solution of the Dyson equations.

With n eigenvalues per unit, n G = dPhi/dlambda + (what Phi leaves out), and the density is (1 / pi) dG / dlambda-bar
with the response of the unknowns u included exactly: by the implicit function theorem

    n pi density = d^2 Phi / dlambda dlambda-bar - g . H^-1 . conj(g),    g = d grad_u Phi / dlambda,   H = Hessian.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.jacobian.dyson import hessian, solve3, solve_dyson
from phasemap.kernels.jacobian.gate_moments import pole_correction
from phasemap.kernels.jacobian.gate_table import all_moments, empty_table
from phasemap.model.status import Status


@njit(**INNER)
def _sample_response(lam, nu_z, nu_r, u, units, g):
    """(dPhi/dlambda + nu_r, d^2Phi/dlambda dlambda-bar) and, in `g`, d grad_u Phi / dlambda; units with own sigma_z."""
    shift_z = 1.0 / abs(1.0 + units.tau_z * lam) ** 2
    shift_r = 1.0 / abs(1.0 + units.tau_r * lam) ** 2
    first = 0.0j
    second = 0.0
    g[:] = 0.0
    for i in range(units.weight.size):
        p = units.weight[i]
        s = units.rate[i]
        slope = units.slope[i]
        c = units.coupling[i] * shift_r
        m = u[1] * c
        kappa = 1.0 / (1.0 + m)
        gain = units.gain[i] * kappa * kappa
        k = u[2] + gain / kappa
        k2 = -gain * c
        e1 = slope * s * s
        e2 = slope * units.drift[i] * shift_z
        e = u[0] * e1 + u[1] * e2
        eq = u[1] * e2
        curl = 1.0 - 2.0 * m * kappa
        inverse = 1.0 / (abs(lam + s) ** 2 + e * k)
        d = (lam.conjugate() + s - nu_z * eq * k + nu_r * e * gain * m) * inverse
        d1 = e1 * k * inverse
        d2 = (e2 * k + e * k2) * inverse
        d3 = e * inverse
        first += p * (d + nu_r * kappa)
        mixed = 2.0 * (nu_z * nu_r.conjugate()).real * eq * gain * m
        curvature = 1.0 + abs(nu_z) ** 2 * eq * k - mixed - abs(nu_r) ** 2 * e * gain * m * curl
        second += p * (abs(nu_r) ** 2 * m * kappa * kappa + curvature * inverse - abs(d) ** 2)
        g[0] += p * (nu_r * e1 * gain * m * inverse - d * d1)
        d_2 = -nu_z * (e2 * k + eq * k2) + nu_r * gain * (e2 * m + e * c * curl)
        g[1] += p * (-nu_r * c * kappa * kappa + d_2 * inverse - d * d2)
        g[2] += p * (-nu_z * eq * inverse - d * d3)
    return first, second


@njit(**INNER)
def _product_response(lam, nu_r, u, units, table, g):
    """The same where sigma_z is independent of the rest and q = 0."""
    shift_r = 1.0 / abs(1.0 + units.tau_r * lam) ** 2
    first = 0.0j
    second = 0.0
    g[:] = 0.0
    for i in range(units.weight.size):
        p = units.weight[i]
        slope = units.slope[i]
        c = units.coupling[i] * shift_r
        m = u[1] * c
        kappa = 1.0 / (1.0 + m)
        gain = units.gain[i] * kappa * kappa
        k = u[2] + gain / kappa
        zeta = slope * u[0] * k
        t0, t1, t2, dt0, dt1, dt2 = all_moments(table, zeta, lam.real, lam.imag, units.gate)
        z1 = slope * k
        z2 = -slope * u[0] * gain * c
        z3 = slope * u[0]
        curl = 1.0 - 2.0 * m * kappa
        z_lam = z3 * gain * m * nu_r
        ell = t1 + lam.conjugate() * t0
        d_ell = dt1 + lam.conjugate() * dt0
        first += p * (ell + t2 * z_lam + nu_r * kappa)
        bend = dt2 * abs(z_lam) ** 2 - t2 * abs(nu_r) ** 2 * z3 * gain * m * curl
        second += p * (abs(nu_r) ** 2 * m * kappa * kappa - zeta * dt0 + 2.0 * (d_ell * z_lam.conjugate()).real + bend)
        g[0] += p * (d_ell * z1 + dt2 * z1 * z_lam + t2 * slope * gain * m * nu_r)
        g[1] += p * (-nu_r * c * kappa * kappa + d_ell * z2 + dt2 * z2 * z_lam + t2 * z3 * gain * c * curl * nu_r)
        g[2] += p * (d_ell * z3 + dt2 * z3 * z_lam)
    return first, second


@njit(**KERNEL)
def free_resolvent(lam, units):
    """< 1 / (lambda + sigma_z) >, the resolvent of the h-directions without couplings, Im lambda >= 0."""
    total = 0.0j
    if units.independent == 0.0:
        for i in range(units.weight.size):
            total += units.weight[i] / (lam + units.rate[i])
        return total
    gate = units.gate
    for k in range(gate.nodes.size):
        total += gate.weights[k] / (lam + gate.nodes[k])
    if gate.smooth == 1.0 and lam.imag > 0.0:
        total += pole_correction(lam, gate)[0]
    return total


@njit(**KERNEL)
def free_resolvents(points, units, out):
    """Fill `out` with `free_resolvent` at complex `points`."""
    for i in range(points.size):
        out[i] = free_resolvent(points[i], units)


@njit(**KERNEL)
def resolvents(x, y, data, units, live_z, live_r, tolerance, max_iterations, value, density, residual, status):
    """Fill `value` with the trace of the resolvent per unit over the live directions, `density` with pi times the
    density per unit, at every x[i] + i y[i], y[i] >= 0. A point outside the support has density 0."""
    u = np.empty(3)
    f = np.empty(9)
    g = np.empty(3, dtype=np.complex128)
    matrix = np.empty((3, 3))
    real = np.empty(3)
    imag = np.empty(3)
    for i in range(x.size):
        lam = complex(x[i], y[i])
        nu_z = units.tau_z / (1.0 + units.tau_z * lam) if live_z else 0.0j
        nu_r = units.tau_r / (1.0 + units.tau_r * lam) if live_r else 0.0j
        table = empty_table()
        code, residual[i] = solve_dyson(x[i], y[i], data, units, table, tolerance, max_iterations, u, f)
        status[i] = code
        density[i] = 0.0
        if code == Status.ABSENT:
            value[i] = free_resolvent(lam, units) + nu_z + nu_r
            continue
        if units.independent == 1.0:
            first, second = _product_response(lam, nu_r, u, units, table, g)
        else:
            first, second = _sample_response(lam, nu_z, nu_r, u, units, g)
        value[i] = first + nu_z
        gated = u[2] > 0.0
        hessian(f, gated, matrix)
        if not gated:
            g[1:] = 0.0
        solve3(matrix, g.real.copy(), real)  # a copy lies like the other arrays: one signature
        solve3(matrix, g.imag.copy(), imag)
        for k in range(3):
            second -= g[k].real * real[k] + g[k].imag * imag[k]
        density[i] = second if code == Status.CONVERGED else math.nan
