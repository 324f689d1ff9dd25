"""The annealed exponent with a hard output gate, sigma_r = Theta(r): the scale-free limit (docs/theory.md, section 8).

As alpha_r grows the fields of counted fixed points fall as alpha_r^(-1/2), until phi = g_h h is linear: no saddle with
q_psi > 0 is left, and the exponent is that of the linear activation, which has no scale. With q_psi = 1, k = g_h^2,
a = 1 - 2 m_phi k, b = -2 m_psi k all averages are elementary,

    Z = sqrt(1 + t k) / (2 sqrt(a)) + sqrt(1 + (t + x) k) / (2 sqrt(a + b))
        + sqrt(u (1 + t k) k / q_phi) / pi  Int_0^1 dy / (a + b y^2),

whose last term is the atom at r = 0: the units in the middle of opening.
"""

import math
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray

# Where the search begins: the saddle (ln q_phi, m_psi, m_phi q_phi, ln x, ln t, ln u) at a gain.
_GAIN = 1.6
_SADDLE = np.array([0.8313, -0.0515, -0.0841, -1.0265, -2.2797, -0.5301])


class _Tolerances(NamedTuple):
    """How the saddle is followed along the gain."""

    step: float = 0.05  # in ln g, from a solved saddle to the next: Newton's method converges from there
    difference: float = 1e-4  # of a variable in second differences: their rounding is then 1e-8
    newton: float = 1e-9  # length of the last step
    iterations: int = 60  # most of them
    longest: float = 0.5  # step of Newton's method, in logarithms: a longer one leaves the domain
    level: float = 1e-4  # ratio b / a below which the last integral is a series: the neglected term is 1e-13
    rounding: float = 1e-13  # of the exponent


_TOLERANCES = _Tolerances()


def _last_integral(a: float, b: float) -> float:
    """Int_0^1 dy / (a + b y^2)."""
    z = b / a
    if abs(z) < _TOLERANCES.level:
        return (1.0 - z / 3.0 + z * z / 5.0) / a
    root = math.sqrt(abs(z))
    return (math.atan(root) if z > 0.0 else math.atanh(root)) / (root * a)


def exponent(g: float, theta: FloatArray) -> float:
    """The function whose stationary value is Sigma; theta (6,) as in `_SADDLE`; NaN outside."""
    q, x, t, u = (math.exp(float(theta[k])) for k in (0, 3, 4, 5))
    m_psi, m_phi = float(theta[1]), float(theta[2]) / q
    k = g * g
    a, b = 1.0 - 2.0 * m_phi * k, -2.0 * m_psi * k
    if a <= 0.0 or a + b <= 0.0:
        return math.nan
    shut = 0.5 * math.sqrt((1.0 + t * k) / a)
    wide = 0.5 * math.sqrt((1.0 + (t + x) * k) / (a + b))
    opening = math.sqrt(u * (1.0 + t * k) * k / q) / math.pi * _last_integral(a, b)
    return math.log(shut + wide + opening) - m_psi - m_phi * q - 0.5 * (x + t * u / x)


def _derivatives(g: float, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient (6,) and Hessian (6, 6) by central differences: the value is stationary, they only steer."""
    steps = _TOLERANCES.difference * np.eye(6)
    centre = exponent(g, theta)
    up, down = (np.array([exponent(g, theta + sign * step) for step in steps]) for sign in (1, -1))
    both = np.array([[exponent(g, theta + one + two) for two in steps] for one in steps])
    hessian = (both - up[:, None] - up[None, :] + centre) / _TOLERANCES.difference**2
    np.fill_diagonal(hessian, (up - 2.0 * centre + down) / _TOLERANCES.difference**2)
    return (up - down) / (2.0 * _TOLERANCES.difference), hessian


def _newton(g: float, theta: FloatArray) -> FloatArray | None:
    for _ in range(_TOLERANCES.iterations):
        gradient, hessian = _derivatives(g, theta)
        if not np.isfinite(hessian).all():
            return None
        step = -np.linalg.solve(hessian, gradient)
        length = float(np.abs(step).max())
        theta = theta + step * min(1.0, _TOLERANCES.longest / max(length, 1e-300))
        if length < 1e3 * _TOLERANCES.newton:
            return theta
    return None


def solve(g: float) -> tuple[float, float, FloatArray] | None:
    """(Sigma, error, saddle) at a gain, followed from `_GAIN`; None where the saddle ends. Sigma may be negative."""
    theta: FloatArray | None = _SADDLE
    count = math.ceil(abs(math.log(g / _GAIN)) / _TOLERANCES.step)
    for gain in np.geomspace(_GAIN, g, count + 1):
        theta = None if theta is None else _newton(float(gain), theta)
    if theta is None:
        return None
    value = exponent(g, theta)
    gradient, hessian = _derivatives(g, theta)
    error = 0.5 * abs(float(gradient @ np.linalg.solve(hessian, gradient)))
    return value, error + _TOLERANCES.rounding, theta
