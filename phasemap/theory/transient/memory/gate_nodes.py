"""Averages over the update gate of frozen units, z ~ N(m_z, Delta_z), of functions that fall off within one e-fold.

exp(-sigma_z t) changes where sigma_z t is about 1, far down the exponential tail of a steep gate: panels are one e-fold
of sigma_z wide there, however steep the gate and long the time, and Gauss-Legendre in each.
"""

import math

import numpy as np

from phasemap.model.results import FloatArray

# z is cut at so many standard deviations: 1e-19 of the units lie beyond.
_REACH = 9.0
# Widest panel in standard deviations, and in units of alpha_z z where the gate varies.
_WIDE, _FINE = 0.4, 1.0
_FEW, _MANY = 10, 16
_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


def panels(edges: FloatArray, order: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre nodes and weights on panels with these edges (ascending), flat."""
    x, w = np.polynomial.legendre.leggauss(order)
    centre, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    return (centre[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()


def gaussian_nodes(edges: FloatArray, mean: float, variance: float, order: int) -> tuple[FloatArray, FloatArray]:
    """Nodes z and weights for averages over N(mean, variance), on panels between `edges`."""
    z, w = panels(edges, order)
    deviation = math.sqrt(variance)
    density = _INV_SQRT_2PI / deviation * np.exp(-0.5 * ((z - mean) / deviation) ** 2)
    return z, w * density


def smooth_edges(mean: float, variance: float, alpha: float, beta: float) -> FloatArray:
    """Edges of panels for a smooth gate, narrow wherever sigma_z is not 1 to rounding."""
    deviation = math.sqrt(variance)
    low, high = mean - _REACH * deviation, mean + _REACH * deviation
    fine_to = min(max((40.0 + beta) / alpha, low), high)
    fine_from = max(low, (beta - 740.0) / alpha)  # beyond, sigma_z is 0 in double precision
    pieces = [(low, min(fine_from, high), _WIDE * deviation),
              (min(fine_from, high), fine_to, min(_FINE / alpha, _WIDE * deviation)),
              (fine_to, high, _WIDE * deviation)]  # fmt: skip
    edges = [np.linspace(a, b, math.ceil((b - a) / width) + 1) for a, b, width in pieces if b > a]
    return np.unique(np.concatenate(edges))


ORDERS: tuple[int, int] = (_MANY, _FEW)
"""Orders of the rule that is used, and of the one whose difference from it is the error."""
