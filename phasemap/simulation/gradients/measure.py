"""What K random adjoint vectors along one window say of the size of gradients."""

from typing import NamedTuple

import numpy as np

from phasemap.model.quantities.gradients import NAMES
from phasemap.model.results import FloatArray
from phasemap.simulation.gradients.window import Adjoint, Window

# Weights of Gregory's rule at both ends (error of fourth order), and the fewest steps for it.
_GREGORY, _FEWEST = (3.0 / 8.0, 7.0 / 6.0, 23.0 / 24.0), 6
_POINTS = 4  # of the polynomial between ends of steps


class _Tolerances(NamedTuple):
    """Of places between ends of steps."""

    node: float = 1e-6  # of a step: a place so close to a node is the node, but for rounding


_AT = _Tolerances()


def measure(window: Window, lags: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Numbers (len(NAMES), count, n_lags), one each of `count` random adjoints: a_h ~ N(0, 1), a_z = a_r = 0 at first.

    lags (n_lags,) up to the length of the window. Gradients are those of the loss sum_i a_i h_i(T), with the couplings'
    entries as variables: means over all entries of squares, per unit of variance of a. What a network of this kind does
    not have is 0; what is not measured (the gradients of a gate without inertia) is NaN.
    """
    fields = _pulled_back(window, count, rng)
    position = lags / window.step
    out = np.zeros((len(NAMES), count, len(lags)))
    for k, place in enumerate(position):
        first, weights = _around(float(place), window.steps)
        for node, weight in zip(range(first, first + len(weights)), weights, strict=True):
            if weight != 0.0:
                out[:, :, k] += weight * _at_node(window, fields, node)
    return out


def _around(place: float, last: int) -> tuple[int, FloatArray]:
    """First node and weights of the polynomial through the nodes around a place; the node itself if it is one."""
    nearest = round(place)
    if abs(place - nearest) < _AT.node:
        return nearest, np.ones(1)
    points = min(_POINTS, last + 1)
    first = min(max(int(place) - points // 2 + 1, 0), last + 1 - points)
    nodes = np.arange(first, first + points)
    weights = [np.prod([(place - other) / (node - other) for other in nodes if other != node]) for node in nodes]
    return first, np.array(weights)


def _pulled_back(window: Window, count: int, rng: np.random.Generator) -> FloatArray:
    """Adjoint vectors against lag (4, n + 1, K, N): sigma_z a_h, a_z, a_r and a_h."""
    size = window.network.size
    vectors = np.zeros((3, count, size))
    drawn = rng.standard_normal((count, size))
    # Of mean square 1 each: their lengths would only add noise to every lag.
    vectors[0] = drawn / np.sqrt((drawn**2).mean(axis=1))[:, None]
    adjoint = Adjoint(window, vectors)
    kept = np.empty((4, window.steps + 1, count, size))
    for lag in range(window.steps + 1):
        if lag > 0:
            adjoint.back()
        kept[0, lag] = window.gate_sigma[window.steps - lag] * adjoint.vectors[0]
        kept[1:3, lag], kept[3, lag] = adjoint.vectors[1:], adjoint.vectors[0]
    return kept


def _at_node(window: Window, fields: FloatArray, node: int) -> FloatArray:
    """NAMES (12, K) at one lag, in steps."""
    x, a_z, a_r, a_h = fields[:, : node + 1]
    size = window.network.size
    squares = [(one[node] ** 2).mean(axis=1) for one in (a_h, a_z, a_r)]
    overlap = (a_h[node] * a_h[0]).mean(axis=1)
    p, last = window.network.parameters, window.steps
    psi, phi = (one[last - node : last + 1][::-1] for one in (window.psi, window.phi))
    weights = gregory(node, window.step)
    outside = p.input_inside != 1.0
    parts = (
        (x, psi @ psi.T / size, 1.0, True),
        (a_z, phi @ phi.T / size, p.tau_z, window.network.carried[1]),
        (a_r, phi @ phi.T / size, p.tau_r, window.network.carried[2]),
        (a_h if outside else x, np.ones((node + 1, node + 1)), 1.0, True),
    )
    totals, densities = np.zeros((2, 4, fields.shape[2]))
    for k, (vectors, correlation, tau, on) in enumerate(parts):
        constant = k in (1, 2) and window.network.modes[k - 1] == 0
        if not on:
            totals[k] = densities[k] = 0.0 if constant else np.nan
            continue
        flat = vectors.transpose(1, 0, 2)
        gram = flat @ flat.transpose(0, 2, 1) / size * correlation / tau**2
        totals[k] = np.einsum("i,kij,j->k", weights, gram, weights)
        densities[k] = 2.0 * gram[:, node] @ weights
    return np.stack([*squares, overlap, *totals, *densities])


def gregory(n: int, step: float) -> FloatArray:
    """Weights (n + 1,) of an integral over n steps: the trapezium with its ends corrected, where there are enough."""
    weights = np.full(n + 1, step)
    if n == 0:
        return np.zeros(1)
    if n < _FEWEST:
        weights[[0, -1]] *= 0.5
        return weights
    weights[:3] = np.array(_GREGORY) * step
    weights[-3:] = np.array(_GREGORY)[::-1] * step
    return weights
