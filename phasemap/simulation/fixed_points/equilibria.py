"""Fixed points of finite networks, from many starts.

At a fixed point the gates follow h, so that N equations for h = G(h) remain:

    G(h) = J^h (phi(h) sigma_r(J^r phi(h) + I^r)) + I^h,     where I^h stands outside: I^h / sigma_z(J^z phi(h) + I^z).

Newton's method finds a root next to its start, but in a large network with exponentially many roots hardly any start is
next to one. Where it fails, the homotopy h = t G(h) + (1 - t) h_0 is followed by pseudo-arclength from h_0 at t = 0,
where the solution is unique, to a root at t = 1: as G is bounded, the path from almost every h_0 ends at one, through
however many folds (Chow, Mallet-Paret and Yorke, Math. Comp. 32, 887 (1978)).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.kernels.network.steps import CONSTANT
from phasemap.model.results import FloatArray
from phasemap.model.unit.linearisation import local_factors
from phasemap.simulation.fixed_points.jacobian import slaved_state
from phasemap.simulation.network.disorder import Network


class _Tolerances(NamedTuple):
    """Of roots and of the way to them; sizes are root mean squares over units."""

    same: float = 1e-6  # distance of fixed points that are one: roots are known to 1e-11
    root: float = 1e-11  # residual, relative to the size of h where that is above 1: rounding of large networks
    newton_steps: int = 12  # most; next to a root five do
    first_step: float = 0.1  # arclength of the homotopy
    largest_step: float = 0.5  # arclength: of a path between states of size one
    smallest_step: float = 1e-7  # arclength: where a shorter one is needed the path is lost
    most_steps: int = 3000  # of a path: through many folds
    corrections: int = 5  # of a good step
    path: float = 1e-6  # residual on the way, relative: the end is polished
    least_cosine: float = 0.8  # of the turn of the path in a good step


_AT = _Tolerances()


@dataclass(frozen=True)
class Equilibrium:
    """A fixed point: `state` (3, N) of h, z, r, the root mean square of G(h) - h, and q (N,) of the linearisation."""

    state: FloatArray
    residual: float
    drift: FloatArray


@dataclass(frozen=True)
class Equilibria:
    """What a search found: distinct fixed points in the order found, how often each was met, and starts in vain."""

    points: tuple[Equilibrium, ...]
    hits: tuple[int, ...]
    failures: int


def find_equilibria(network: Network, starts: Iterable[FloatArray], tolerance: float = _AT.root) -> Equilibria:
    """Distinct fixed points that `starts`, each (N,) values of h, lead to.

    tolerance: of the residual, relative to the size of h where that is above 1.

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
        same = [k for k, known in enumerate(points) if _norm(known.state[0] - found.state[0]) < _AT.same]
        if same:
            hits[same[0]] += 1
        else:
            points.append(found)
            hits.append(1)
    return Equilibria(tuple(points), tuple(hits), failures)


def solve_equilibrium(
    network: Network, start: FloatArray, tolerance: float = _AT.root, max_steps: int = _AT.most_steps
) -> Equilibrium | None:
    """The fixed point that a start (N,) leads to; None if its path was lost or is longer than `max_steps`.

    Raises:
        UnsupportedError: a hard gate that depends on the state, or noise input.
    """
    _check(network)
    start = np.array(start, dtype=float)
    found = _newton(network, start, tolerance)
    if found is None:
        near = _follow(network, start, max_steps)
        found = None if near is None else _newton(network, near, tolerance)
    return found


def random_starts(size: int, count: int, deviations: tuple[float, float], rng: np.random.Generator) -> FloatArray:
    """(count, size) starts: independent Gaussians whose standard deviations spread between the two given."""
    spread = np.exp(rng.uniform(math.log(deviations[0]), math.log(deviations[1]), count))
    return np.asarray(spread[:, None] * rng.standard_normal((count, size)))


def _newton(network: Network, start: FloatArray, tolerance: float) -> Equilibrium | None:
    """Plain Newton steps for as long as every one of them helps."""
    h, size = start, math.inf
    for _ in range(_AT.newton_steps):
        target, slopes = _target(network, h)
        new_size = _norm(target - h) / max(1.0, _norm(h))
        if new_size < tolerance:
            state = slaved_state(network, h)
            return Equilibrium(state, _norm(target - h), _drift(network, state))
        if not new_size < size:
            return None
        size = new_size
        slopes[np.diag_indices(len(h))] -= 1.0
        h = h - _solve(slopes, target - h)
    return None


def _follow(network: Network, start: FloatArray, max_steps: int) -> FloatArray | None:
    """h at the end of the homotopy's path, close to a root; None if it is not reached."""
    n = len(start)
    point = np.append(start, 0.0)
    direction = np.append(_target(network, start)[0] - start, 1.0)  # dh/dt and dt/dt at t = 0
    direction /= np.linalg.norm(direction)
    step = _AT.first_step * math.sqrt(n)
    for _ in range(max_steps):
        corrected = _correct(network, start, point + step * direction, direction)
        if corrected is not None:
            new_point, bordered, corrections = corrected
            bordered[-1] = direction
            tangent = _solve(bordered, np.append(np.zeros(n), 1.0))
            tangent /= np.linalg.norm(tangent)
        if corrected is None or tangent @ direction < _AT.least_cosine:
            step *= 0.5
            if step < _AT.smallest_step * math.sqrt(n):
                return None
            continue
        if new_point[-1] >= 1.0:
            share = (1.0 - point[-1]) / (new_point[-1] - point[-1])
            return np.asarray(point[:-1] + share * (new_point[:-1] - point[:-1]))
        point, direction = new_point, tangent
        if corrections <= 3:
            step = min(1.5 * step, _AT.largest_step * math.sqrt(n))
    return None


def _correct(
    network: Network, start: FloatArray, predicted: FloatArray, direction: FloatArray
) -> tuple[FloatArray, FloatArray, int] | None:
    """The point of the path in the plane through `predicted` across `direction`, with the bordered matrix there."""
    n = len(start)
    point = predicted
    bordered = np.empty((n + 1, n + 1))
    for k in range(_AT.corrections + 1):
        h, t = point[:-1], point[-1]
        target, slopes = _target(network, h)
        np.multiply(slopes, t, out=bordered[:-1, :-1])
        bordered[np.arange(n), np.arange(n)] -= 1.0
        bordered[:-1, -1], bordered[-1] = target - start, direction
        error = np.append(t * target + (1.0 - t) * start - h, direction @ (point - predicted))
        if _norm(error) < _AT.path * max(1.0, _norm(h)):
            return point, bordered, k
        point = point - _solve(bordered, error)
        if not np.isfinite(point).all():
            return None
    return None


def _target(network: Network, h: FloatArray) -> tuple[FloatArray, FloatArray]:
    """G(h) and its derivative (N, N)."""
    state = slaved_state(network, h)
    at = local_factors(network.parameters, *state)
    target = network.J_h @ (at.phi * at.output)
    slopes = network.J_h * (at.phi_slope * at.output)
    if network.modes[1] != CONSTANT:
        slopes += (network.J_h * (at.phi * at.output_slope)) @ (network.J_r * at.phi_slope)
    drive = network.drive[0]
    if network.parameters.input_inside:
        return target + drive, slopes
    if feels_update_gate(network):
        slopes -= (drive * at.update_slope / at.update**2)[:, None] * network.J_z * at.phi_slope
    return target + drive / at.update, slopes


def feels_update_gate(network: Network) -> bool:
    """Whether fixed points depend on the update gate: input to h stands outside, and the gate varies."""
    outside = not network.parameters.input_inside and bool(np.any(network.drive[0]))
    return outside and network.modes[0] != CONSTANT


def _drift(network: Network, state: FloatArray) -> FloatArray:
    """q at a fixed point, free of rounding."""
    if not feels_update_gate(network):
        return np.zeros(network.size)
    at = local_factors(network.parameters, *state)
    return np.asarray(-at.update_slope * network.drive[0] / at.update)


def _solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.solve(matrix, right))
    except np.linalg.LinAlgError:  # exactly singular: the caller sees a step without a value
        return np.full_like(right, np.nan)


def _norm(x: FloatArray) -> float:
    return float(np.sqrt(np.mean(x * x)))


def check_autonomous(network: Network) -> None:
    """Raises UnsupportedError for noise input."""
    if not network.is_autonomous:
        raise UnsupportedError("A network with noise input has no fixed points: set noise_h, noise_z and noise_r to 0.")


def _check(network: Network) -> None:
    check_autonomous(network)
    if network.has_hard_gate:
        raise UnsupportedError("Newton's method needs gates with slopes: give finite alpha_z and alpha_r.")
