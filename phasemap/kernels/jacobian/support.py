"""Where the spectrum of the Jacobian lies: the spectral radius of the variance-propagation matrix Gamma(lambda).

In the state order (h, z, r), D (lambda - M)^{-1} L (docs/theory.md (3.2)) has equal rows z and r, so that the
spectral radius of the 3 x 3 matrix Gamma is that of

    [[ <phi'^2 sigma_r^2 W>,  <phi'^2 sigma_r^2 V> + C ],        W = sigma_z^2 / |lambda + sigma_z|^2
     [ <phi'^2 W>,            <phi'^2 V>               ]],       V = q^2 / (|lambda + sigma_z|^2 |1 + tau_z lambda|^2)
                                                                 C = <phi^2 sigma_r'^2> / |1 + tau_r lambda|^2

Every entry decreases with |Im lambda| at fixed Re lambda, and so does the radius.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION
from phasemap.kernels.jacobian.gate_moments import UpdateGate, gate_moments


class SupportData(NamedTuple):
    """What Gamma(lambda) needs of the distribution over units.

    independent: 1 if sigma_z is independent of the rest and q = 0: then `gate`, `slope` = <phi'^2> and
        `gain` = <sigma_r^2> are used; 0: the arrays over samples are.
    coupling: <phi^2 sigma_r'^2>.
    rate: (n,) sigma_z of every sample; open, drift, gate_slope, gate_drift: (n,) weight times phi'^2 sigma_r^2,
        phi'^2 sigma_r^2 q^2, phi'^2 and phi'^2 q^2.
    """

    tau_z: float
    tau_r: float
    coupling: float
    independent: float
    slope: float
    gain: float
    gate: UpdateGate
    rate: NDArray[np.float64]
    open: NDArray[np.float64]
    drift: NDArray[np.float64]
    gate_slope: NDArray[np.float64]
    gate_drift: NDArray[np.float64]


@njit(**REDUCTION)
def _sample_sums(x, y, data):
    a1 = 0.0
    a2 = 0.0
    b1 = 0.0
    b2 = 0.0
    for i in range(data.rate.size):
        s = data.rate[i]
        inverse = 1.0 / ((x + s) * (x + s) + y * y)
        w = s * s * inverse
        a1 += data.open[i] * w
        a2 += data.drift[i] * inverse
        b1 += data.gate_slope[i] * w
        b2 += data.gate_drift[i] * inverse
    return a1, a2, b1, b2


@njit(**KERNEL)
def gamma_matrix(x, y, data):
    """The four entries of the reduced Gamma at lambda = x + i y, row by row."""
    if data.independent == 1.0:
        w = gate_moments(x, y, 0.0, data.gate)[2]
        a1 = data.slope * data.gain * w
        b1 = data.slope * w
        a2 = 0.0
        b2 = 0.0
    else:
        a1, a2, b1, b2 = _sample_sums(x, y, data)
        shift_z = (1.0 + data.tau_z * x) ** 2 + (data.tau_z * y) ** 2
        a2 /= shift_z
        b2 /= shift_z
    if data.coupling > 0.0:
        a2 += data.coupling / ((1.0 + data.tau_r * x) ** 2 + (data.tau_r * y) ** 2)
    return a1, a2, b1, b2


@njit(**KERNEL)
def spectral_radius(x, y, data):
    """rho(Gamma(x + i y)); infinite at a pole."""
    a1, a2, b1, b2 = gamma_matrix(x, y, data)
    rho = 0.5 * (a1 + b2 + math.sqrt((a1 - b2) * (a1 - b2) + 4.0 * a2 * b1))
    return math.inf if math.isnan(rho) else rho


@njit(**KERNEL)
def spectral_radii(x, y, data, out):
    """Fill `out` with rho(Gamma) at every (x[i], y[i])."""
    for i in range(x.size):
        out[i] = spectral_radius(x[i], y[i], data)


@njit(**INNER)
def _log_radius(x, y, dx, dy, t, data):
    distance = math.exp(t)
    rho = spectral_radius(x + dx * distance, y + dy * distance, data)
    if rho == math.inf:
        return 700.0
    return math.log(rho) if rho > 0.0 else -700.0


@njit(**INNER)
def _bracketed_root(x, y, dx, dy, a, fa, b, fb, data):
    """The root between a and b of `_log_radius`, to rounding: regula falsi (Illinois), bisection where that is slow."""
    side = 0
    for iteration in range(200):
        t = 0.5 * (a + b) if fa > 5.0 or iteration % 8 == 7 else (a * fb - b * fa) / (fb - fa)
        if not a < t < b:
            break
        f = _log_radius(x, y, dx, dy, t, data)
        if abs(f) < 1e-14:
            return t
        if f > 0.0:
            a = t
            fa = f
            fb *= 0.5 if side == 1 else 1.0
            side = 1
        else:
            b = t
            fb = f
            fa *= 0.5 if side == -1 else 1.0
            side = -1
    return 0.5 * (a + b)


@njit(**KERNEL)
def ray_crossing(x, y, dx, dy, nearest, farthest, data):
    """Where rho(Gamma) = 1 on a ray along which it decreases.

    Returns the distance from (x, y) in direction (dx, dy), between `nearest` and `farthest`: `nearest` if rho < 1
    there, `farthest` if rho > 1 there. Sought in the logarithm of the distance.
    """
    a = math.log(nearest)
    b = math.log(farthest)
    fa = _log_radius(x, y, dx, dy, a, data)
    fb = _log_radius(x, y, dx, dy, b, data)
    if fa <= 0.0:
        return nearest
    if fb >= 0.0:
        return farthest
    return math.exp(_bracketed_root(x, y, dx, dy, a, fa, b, fb, data))


@njit(**KERNEL)
def heights(x, nearest, farthest, data, out):
    """Half-heights Y of the support over every x[i]: rho(Gamma(x + i Y)) = 1; 0 where there is none above `nearest`."""
    for i in range(x.size):
        height = ray_crossing(x[i], 0.0, 0.0, 1.0, nearest, farthest, data)
        out[i] = height if height > nearest else 0.0


@njit(**KERNEL)
def valley(left, right, data):
    """The x between two poles on the real axis where rho(Gamma(x)) is least (log rho is convex there)."""
    golden = 0.5 * (math.sqrt(5.0) - 1.0)
    a = left
    b = right
    c = b - golden * (b - a)
    d = a + golden * (b - a)
    fc = spectral_radius(c, 0.0, data)
    fd = spectral_radius(d, 0.0, data)
    for _ in range(80):
        if fc < fd:
            b = d
            d = c
            fd = fc
            c = b - golden * (b - a)
            fc = spectral_radius(c, 0.0, data)
        else:
            a = c
            c = d
            fc = fd
            d = a + golden * (b - a)
            fd = spectral_radius(d, 0.0, data)
    return 0.5 * (a + b)
