"""The static mean field as one would write it down with SciPy: adaptive quadrature, a scan in Delta, Brent's method.

Slow, short and independent of the package's kernels: the oracle of the tests and the baseline of the benchmark.
"""

import math
from itertools import pairwise

import numpy as np
from scipy import integrate, optimize
from scipy.special import expit

REACH = 12.0


def gaussian_average(f, variance, breaks=()):
    """<f(x)> over x ~ N(0, variance); `breaks`: values of x around which f changes fast."""
    if variance == 0.0:
        return f(0.0)
    deviation = math.sqrt(variance)
    places = sorted({x / deviation for x in breaks if abs(x) < REACH * deviation} | {-REACH, 0.0, REACH})
    total = 0.0
    for low, high in pairwise(places):
        total += integrate.quad(
            lambda u: f(deviation * u) * math.exp(-0.5 * u * u), low, high, epsabs=1e-15, epsrel=1e-12, limit=400
        )[0]
    return total / math.sqrt(2 * math.pi)


class Gate:
    """sigma(x + shift) with the averages that the theory asks for."""

    def __init__(self, alpha, beta, shift):
        self.alpha, self.beta, self.shift = alpha, beta, shift
        self.hard = math.isinf(alpha) and math.isfinite(beta)

    def __call__(self, x):
        if math.isinf(self.beta):
            return 1.0 if self.beta < 0 else 0.0
        if self.hard:
            y = x + self.shift
            return float(expit(-self.beta)) if y == 0 else float(y > 0)
        return float(expit(self.alpha * (x + self.shift) - self.beta))

    def slope(self, x):
        if math.isinf(self.beta) or self.alpha == 0:
            return 0.0
        u = self.alpha * (x + self.shift) - self.beta
        return self.alpha * float(expit(u)) * float(expit(-u))

    def breaks(self):
        if math.isinf(self.beta) or self.alpha == 0:
            return ()
        if self.hard:
            return (-self.shift,)
        centre = self.beta / self.alpha - self.shift
        return tuple(centre + k / self.alpha for k in (-30, -6, 0, 6, 30))

    def average(self, f, variance):
        return gaussian_average(f, variance, self.breaks())


class StaticMeanField:
    """Fixed points of one `Parameters`, input to h inside the update gate or the gate constant."""

    def __init__(self, p):
        self.p = p
        self.z = Gate(p.alpha_z, p.beta_z, p.m_z)
        self.r = Gate(p.alpha_r, p.beta_r, p.m_r)
        constant = p.alpha_z == 0 or math.isinf(p.beta_z)
        assert p.input_inside or constant or (p.s_h == 0 and p.m_h == 0)
        scale = 1.0 if p.input_inside else 1.0 / self.z(0.0) if constant else 1.0
        self.m_h, self.v_h = p.m_h * scale, (p.s_h * scale) ** 2

    def phi(self, x):
        return math.tanh(self.p.g_h * (x + self.m_h) + self.p.beta_h)

    def phi_average(self, f, variance):
        g = self.p.g_h
        centre = -self.p.beta_h / g - self.m_h if g > 0 else 0.0
        breaks = tuple(centre + k / g for k in (-15, -3, 0, 3, 15)) if g > 0 else ()
        return gaussian_average(f, variance, breaks)

    def delta_h(self, q):
        return q * self.r.average(lambda x: self.r(x) ** 2, q + self.p.s_r**2) + self.v_h

    def map(self, q):
        """<phi^2> that follows from <phi^2> = q."""
        return self.phi_average(lambda x: self.phi(x) ** 2, self.delta_h(q))

    def fixed_points(self, scan=1500):
        """All q > 0 that a scan of `scan` values tells apart."""
        q = np.logspace(-9, 0, scan)
        f = np.array([self.map(x) - x for x in q])
        return [
            optimize.brentq(lambda x: self.map(x) - x, q[k], q[k + 1], xtol=1e-15, rtol=1e-14)
            for k in np.flatnonzero(np.sign(f[1:]) != np.sign(f[:-1]))
        ]

    def response(self, q):
        """<phi'^2>, <sigma_r^2>, <phi^2> <sigma_r'^2>."""
        slope = self.phi_average(lambda x: (self.p.g_h * (1 - self.phi(x) ** 2)) ** 2, self.delta_h(q))
        direct = self.r.average(lambda x: self.r(x) ** 2, q + self.p.s_r**2)
        through = math.inf if self.r.hard else q * self.r.average(lambda x: self.r.slope(x) ** 2, q + self.p.s_r**2)
        return slope, direct, through

    def static_gain(self, q):
        slope, direct, through = self.response(q)
        return slope * (direct + through)

    def open_fraction(self, q):
        return self.z.average(self.z, q + self.p.s_z**2)

    def growth(self, q, rate):
        """Left-hand side of the condition on the leading edge."""
        slope, direct, through = self.response(q)
        speed = self.z.average(lambda x: (self.z(x) / (rate + self.z(x))) ** 2, q + self.p.s_z**2)
        return speed * slope * (direct + through / (1 + self.p.tau_r * rate) ** 2)
