"""March of two-time covariances from an initial state: deterministic at a constant update gate, copies included.

A node p is a (copy, time) in order of creation, p- the node before it of the same copy. For x' = -x + eta (time in
units of x's own rate) with e = exp(-D), w1 = 1 - (1 - e) / D, w0 = (1 - e) - w1 over a step D, and

    K_pj = <eta_p eta_j>,    G_jp = <x_j eta_p>,    C_pj = <x_p x_j>

(docs/theory.md, section 15), a row p is predicted from frozen fields, x~_p = e x_p- + (1 - e) eta_p-, the sources K are
evaluated at the predicted covariances, and the row is corrected with fields linear in time. Second order; no iteration.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.elementary import tanh
from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION


class Field(NamedTuple):
    """Covariances of one linear field: covariance C, response G and source K, each (n, n); predicted: C~ (n, n).

    decay, before, after: (n,) e, w0 and w1 of every node.
    """

    covariance: np.ndarray
    response: np.ndarray
    source: np.ndarray
    predicted: np.ndarray
    decay: np.ndarray
    before: np.ndarray
    after: np.ndarray


class Nodes(NamedTuple):
    """The nodes (n,): previous (-1: none), whether x~ = x there (initial and kick nodes), what a kick adds to <x x>."""

    previous: np.ndarray
    fixed: np.ndarray
    kick: np.ndarray


class Sigmoid(NamedTuple):
    """Hermite coefficients of offset + height tanh(gain x + bias), x ~ N(mean, variance), for every node.

    coefficients (terms, n); second (n,): the mean square by quadrature. series: whether the diagonal comes from the
    truncated series as well, so that differences of copies do not see the truncation.
    """

    offset: float
    height: float
    gain: float
    bias: float
    coefficients: np.ndarray
    second: np.ndarray
    series: bool


@njit(**INNER)
def predict(field, nodes, p):
    """Row p of the predicted covariances."""
    q = nodes.previous[p]
    row = field.predicted[p]
    if q < 0:
        for j in range(p + 1):
            row[j] = field.covariance[p, j]
        return
    e, rest = field.decay[p], 1.0 - field.decay[p]
    for j in range(p + 1):
        k = nodes.previous[j]
        if nodes.fixed[j] and j < p:
            row[j] = e * field.covariance[q, j] + rest * field.response[j, q]
            continue
        ej, rj = field.decay[j], 1.0 - field.decay[j]
        row[j] = e * ej * field.covariance[q, k] + e * rj * field.response[q, k]
        row[j] += rest * ej * field.response[k, q] + rest * rj * field.source[q, k]
    row[p] += nodes.kick[p]


@njit(**INNER)
def correct(field, nodes, p):
    """Rows and columns p of response and covariance from the sources of row p."""
    C, G, K = field.covariance, field.response, field.source
    for j in range(p):
        K[j, p] = K[p, j]
    q = nodes.previous[p]
    for j in range(p + 1):
        k = nodes.previous[j]
        G[j, p] = 0.0 if k < 0 else field.decay[j] * G[k, p] + field.before[j] * K[k, p] + field.after[j] * K[j, p]
    if q < 0:
        for j in range(p):
            G[p, j] = 0.0
            C[j, p] = C[p, j]
        return
    e, w0, w1 = field.decay[p], field.before[p], field.after[p]
    for j in range(p):
        G[p, j] = e * G[q, j] + w0 * K[q, j] + w1 * K[p, j]
        C[p, j] = e * C[q, j] + w0 * G[j, q] + w1 * G[j, p]
        C[j, p] = C[p, j]
    C[p, p] = e * C[p, q] + w0 * G[p, q] + w1 * G[p, p] + nodes.kick[p]


@njit(**REDUCTION)
def _coefficients(sigmoid, hermite, abscissae, variance, mean, values, p):
    """Hermite coefficients of a sigmoid at node p; hermite (terms, m) holds the weights of the quadrature."""
    deviation = np.sqrt(max(variance, 0.0))
    square = 0.0
    for m in range(abscissae.size):
        value = sigmoid.offset + sigmoid.height * tanh(sigmoid.gain * (mean + deviation * abscissae[m]) + sigmoid.bias)
        values[m] = value
        square += hermite[0, m] * value * value
    for k in range(hermite.shape[0]):
        total = 0.0
        for m in range(abscissae.size):
            total += hermite[k, m] * values[m]
        sigmoid.coefficients[k, p] = total
    sigmoid.second[p] = square


@njit(**KERNEL)
def pair_rows(sigmoid, predicted, variances, p, product, slope):
    """product[j] = <f f> and slope[j] = <f' f'> of node p with nodes j <= p, by their Hermite series."""
    a = sigmoid.coefficients
    terms = a.shape[0]
    vp = variances[p]
    for j in range(p + 1):
        scale = np.sqrt(max(vp * variances[j], 0.0))
        rho = min(max(predicted[p, j] / scale, -1.0), 1.0) if scale > 0.0 else 0.0
        total, derivative = 0.0, 0.0
        for k in range(terms - 1, 0, -1):
            term = a[k, p] * a[k, j]
            total = (total + term) * rho
            derivative = derivative * rho + k * term
        product[j] = total + a[0, p] * a[0, j]
        slope[j] = derivative / scale if scale > 0.0 else 0.0
    if not sigmoid.series:
        product[p] = sigmoid.second[p]


@njit(**INNER)
def _sources(p, of_h, of_r, moving, h, r):
    """Add to K of h and of r for row p the averages of activation and gate (each (2, n): product and slope)."""
    for j in range(p + 1):
        h.source[p, j] += of_h[0, j] * of_r[0, j]
        if moving:
            r.source[p, j] += of_h[0, j]


@njit(**INNER)
def _tangent_sources(p, of_h, of_r, moving, u, w):
    """The same of infinitesimal perturbations u of h and w of r."""
    for j in range(p + 1):
        u.source[p, j] = of_h[1, j] * of_r[0, j] * u.predicted[p, j]
        if moving:
            u.source[p, j] += of_h[0, j] * of_r[1, j] * w.predicted[p, j]
            w.source[p, j] = of_h[1, j] * u.predicted[p, j]


@njit(**KERNEL)
def march(nodes, fields, activation, gate, constant_square, means, tangent_nodes, switches, quadrature):
    """Fill the covariances of all nodes.

    fields:   (h, r, u, w): those that are switched on have (n, n) arrays; the sources of h and r begin as the
              covariances over units of their inputs.  switches: (r moves, tangents are wanted).
    means:    (2, n) of h and r.
    constant_square: sigma_r**2 of a gate that does not move.  tangent_nodes: nodes of the tangents, without kicks.
    quadrature: (hermite (terms, m), abscissae (m,)).
    """
    h, r, u, w = fields
    moving, tangents = switches
    hermite, abscissae = quadrature
    n = nodes.previous.size
    values, of_h, of_r = np.empty(abscissae.size), np.zeros((2, n)), np.zeros((2, n))
    variance_h, variance_r = np.zeros(n), np.zeros(n)
    of_r[0, :] = constant_square
    for p in range(n):
        predict(h, nodes, p)
        variance_h[p] = h.predicted[p, p]
        _coefficients(activation, hermite, abscissae, variance_h[p], means[0, p], values, p)
        pair_rows(activation, h.predicted, variance_h, p, of_h[0], of_h[1])
        if moving:
            predict(r, tangent_nodes, p)
            variance_r[p] = r.predicted[p, p]
            _coefficients(gate, hermite, abscissae, variance_r[p], means[1, p], values, p)
            pair_rows(gate, r.predicted, variance_r, p, of_r[0], of_r[1])
        _sources(p, of_h, of_r, moving, h, r)
        correct(h, nodes, p)
        if moving:
            correct(r, tangent_nodes, p)
        if tangents:
            predict(u, tangent_nodes, p)
            if moving:
                predict(w, tangent_nodes, p)
            _tangent_sources(p, of_h, of_r, moving, u, w)
            correct(u, tangent_nodes, p)
            if moving:
                correct(w, tangent_nodes, p)
