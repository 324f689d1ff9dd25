"""Fixed points of finite networks: Newton's method from many starts.

At a fixed point the gates follow h, so that N equations for h remain:

    F(h) = -h + J^h (phi(h) sigma_r(J^r phi(h) + I^r)) + I^h = 0,

and where I^h stands outside a variable update gate F(h) = sigma_z(J^z phi(h) + I^z) (-h + J^h (...)) + I^h = 0.

Each step solves the regularised least-squares problem of Levenberg and Marquardt where Newton's own step does not make
|F| smaller, so that a start ends at a root or at a minimum of |F| that is none.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.kernels.network import CONSTANT
from phasemap.model.linearisation import local_factors
from phasemap.model.results import FloatArray
from phasemap.simulation.disorder import Network
from phasemap.simulation.jacobian import slaved_state

# Fixed points closer than this, root mean square over units, are one.
_SAME = 1e-6


@dataclass(frozen=True)
class Equilibrium:
    """A fixed point: `state` (3, N) of h, z, r, the root mean square of F there, and q (N,) of the linearisation."""

    state: FloatArray
    residual: float
    drift: FloatArray


@dataclass(frozen=True)
class Equilibria:
    """What a search found: distinct fixed points in the order found, how often each was met, and starts in vain."""

    points: tuple[Equilibrium, ...]
    hits: tuple[int, ...]
    failures: int


def find_equilibria(network: Network, starts: Iterable[FloatArray], tolerance: float = 1e-11) -> Equilibria:
    """Distinct fixed points that Newton's method reaches from `starts`, each (N,) values of h.

    Raises:
        UnsupportedError: a hard gate that depends on the state, or noise input.
    """
    _check(network)
    points: list[Equilibrium] = []
    hits: list[int] = []
    failures = 0
    for start in starts:
        found = solve_equilibrium(network, start, tolerance)
        if found is None:
            failures += 1
            continue
        same = [k for k, known in enumerate(points) if _distance(known.state[0], found.state[0]) < _SAME]
        if same:
            hits[same[0]] += 1
        else:
            points.append(found)
            hits.append(1)
    return Equilibria(tuple(points), tuple(hits), failures)


def solve_equilibrium(
    network: Network, start: FloatArray, tolerance: float = 1e-11, max_iterations: int = 200
) -> Equilibrium | None:
    """The fixed point that a start (N,) leads to, its residual below `tolerance`; None if it leads to none."""
    h = np.array(start, dtype=float)
    if _feels_update_gate(network):  # a nearly shut unit rests far out, where its gate lets the input balance h
        update = local_factors(network.parameters, *slaved_state(network, h)).update
        h += network.drive[0] / np.maximum(update, 1e-3)
    damping = 0.0
    error, jacobian = _mismatch(network, h)
    size = _norm(error)
    for _ in range(max_iterations):
        if size < tolerance:
            state = slaved_state(network, h)
            return Equilibrium(state, size, _drift(network, state))
        step = _step(jacobian, error, damping)
        trial_error, trial_jacobian = _mismatch(network, h + step)
        trial_size = _norm(trial_error)
        if trial_size < (1.0 - 1e-4) * size:
            h, error, jacobian, size = h + step, trial_error, trial_jacobian, trial_size
            damping = 0.0 if damping < 1e-6 else 0.1 * damping
        else:
            damping = 1e-4 if damping == 0.0 else 10.0 * damping
            if damping > 1e6:
                return None
    return None


def random_starts(size: int, count: int, deviations: tuple[float, float], rng: np.random.Generator) -> FloatArray:
    """(count, size) starts: independent Gaussians whose standard deviations spread between the two given."""
    spread = np.exp(rng.uniform(math.log(deviations[0]), math.log(deviations[1]), count))
    return np.asarray(spread[:, None] * rng.standard_normal((count, size)))


def _mismatch(network: Network, h: FloatArray) -> tuple[FloatArray, FloatArray]:
    """F(h) and its Jacobian (N, N)."""
    state = slaved_state(network, h)
    at = local_factors(network.parameters, *state)
    total = -h + network.J_h @ (at.phi * at.output)
    slopes = network.J_h * (at.phi_slope * at.output)
    if network.modes[1] != CONSTANT:
        slopes += (network.J_h * (at.phi * at.output_slope)) @ (network.J_r * at.phi_slope)
    slopes[np.diag_indices(network.size)] -= 1.0
    drive = network.drive[0]
    if not _feels_update_gate(network):
        return total + (drive if network.parameters.input_inside else drive / at.update), slopes
    slopes *= at.update[:, None]
    slopes += (total * at.update_slope)[:, None] * network.J_z * at.phi_slope
    return at.update * total + drive, slopes


def _feels_update_gate(network: Network) -> bool:
    """Whether fixed points depend on the update gate: input to h stands outside, and the gate varies."""
    outside = not network.parameters.input_inside and bool(np.any(network.drive[0]))
    return outside and network.modes[0] != CONSTANT


def _drift(network: Network, state: FloatArray) -> FloatArray:
    """q at a fixed point, free of rounding."""
    if not _feels_update_gate(network):
        return np.zeros(network.size)
    at = local_factors(network.parameters, *state)
    return np.asarray(-at.update_slope * network.drive[0] / at.update)


def _step(jacobian: FloatArray, error: FloatArray, damping: float) -> FloatArray:
    if damping == 0.0:
        try:
            return np.asarray(np.linalg.solve(jacobian, -error))
        except np.linalg.LinAlgError:
            damping = 1e-6
    normal = jacobian.T @ jacobian
    normal[np.diag_indices(len(error))] += damping
    return np.asarray(np.linalg.solve(normal, -(jacobian.T @ error)))


def _norm(x: FloatArray) -> float:
    return float(np.sqrt(np.mean(x * x)))


def _distance(a: FloatArray, b: FloatArray) -> float:
    return _norm(a - b)


def _check(network: Network) -> None:
    p = network.parameters
    if p.noise_h or p.noise_z or p.noise_r:
        raise UnsupportedError("A network with noise input has no fixed points: set noise_h, noise_z and noise_r to 0.")
    if network.has_hard_gate:
        raise UnsupportedError("Newton's method needs gates with slopes: give finite alpha_z and alpha_r.")
