"""All fixed points of small networks, with a proof of completeness: the degree identity (docs/theory.md, section 8).

G of h = G(h) is bounded, so that the signs of det(1 - dG/dh) over all fixed points of a network add up to 1. A search
that found too few breaks this, unless what it missed adds up to 0: networks for which it fails are lower bounds.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasemap.errors import UnsupportedError
from phasemap.kernels.complexity.roots import newton_roots
from phasemap.kernels.network.steps import CONSTANT
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import gate_at_rest
from phasemap.simulation.fixed_points.equilibria import check_autonomous, feels_update_gate, random_starts
from phasemap.simulation.network.disorder import Network, Stream, draw_network, generator, realisation_seed

# Standard deviations of starts, and the share of them in the first batch.
_DEVIATIONS, _FIRST = (0.02, 2.0), 8


class _Tolerances(NamedTuple):
    """Of fixed points, root mean square over units."""

    same: float = 1e-7  # distance of roots that are one, relative to their size where that is larger: known to 1e-11
    zero: float = 1e-8  # size of a root that is the zero state


_AT = _Tolerances()


@dataclass(frozen=True)
class Enumeration:
    """Fixed points (n, N) of one network, the zero one included where it is one, and signs (n,) of det(1 - dG/dh).

    starts: how many were tried.
    """

    points: FloatArray
    signs: NDArray[np.int64]
    starts: int

    @property
    def complete(self) -> bool:
        """Whether the degree identity holds: necessary for completeness, and rarely by chance."""
        return int(self.signs.sum()) == 1

    @property
    def non_zero(self) -> int:
        """Number of fixed points but the zero one."""
        return int((_size(self.points) > _AT.zero).sum())


def enumerate_fixed_points(network: Network, most_starts: int, rng: np.random.Generator) -> Enumeration:
    """All fixed points that `most_starts` lead to; ended early where the identity holds and half of them found no more.

    Raises:
        UnsupportedError: noise, a hard output gate, or input to h outside an update gate that varies.
    """
    _check(network)
    points, signs = np.zeros((0, network.size)), np.zeros(0, dtype=np.int64)
    tried, last_new = 0, 0
    batch = max(most_starts // _FIRST, 1)
    while tried < most_starts:
        starts = random_starts(network.size, min(batch, most_starts - tried), _DEVIATIONS, rng)
        if tried == 0:
            starts[0] = 0.0
        tried += len(starts)
        roots, of_roots = _solve(network, starts)
        known = len(points)
        points, signs = _merged(points, signs, roots, of_roots)
        last_new = tried if len(points) > known else last_new
        if signs.sum() == 1 and tried >= 2 * max(last_new, batch):
            break
    return Enumeration(points, signs, tried)


def _solve(network: Network, starts: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Roots and signs from starts, mirrored where -h is a fixed point with h."""
    p, n = network.parameters, network.size
    roots, signs = np.empty_like(starts), np.zeros(len(starts), dtype=np.int64)
    gated = network.modes[1] != CONSTANT
    alpha = p.alpha_r if gated else 0.0
    drive_h = np.asarray(network.drive[0], dtype=float)
    if not p.input_inside and drive_h.any():
        drive_h = drive_h / gate_at_rest(p.beta_z) if math.isfinite(p.beta_z) else drive_h
    J_r = np.asarray(network.J_r, dtype=float) if gated else np.zeros((n, n))
    drive_r = np.asarray(network.drive[2], dtype=float)
    J_h = np.asarray(network.J_h, dtype=float)
    newton_roots(starts, p.g_h, p.beta_h, alpha, p.beta_r, J_h, J_r, drive_h, drive_r, roots, signs)
    good = signs != 0
    if gated or p.beta_h != 0.0 or drive_h.any():
        return roots[good], signs[good]
    return np.concatenate([roots[good], -roots[good]]), np.tile(signs[good], 2)


def _merged(
    points: FloatArray, signs: NDArray[np.int64], roots: FloatArray, of_roots: NDArray[np.int64]
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Distinct points of two lists."""
    kept, kept_signs = list(points), list(signs)
    for root, sign in zip(roots, of_roots, strict=True):
        reach = _AT.same * max(1.0, float(_size(root[None])[0]))
        if not kept or _size(np.array(kept) - root).min() > reach:
            kept.append(root)
            kept_signs.append(sign)
    return np.array(kept).reshape(-1, roots.shape[1]), np.array(kept_signs, dtype=np.int64)


def _size(points: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt((points**2).mean(axis=-1)))


def _check(network: Network) -> None:
    check_autonomous(network)
    if network.hard_gates[1]:
        raise UnsupportedError("A search for all fixed points needs a gate with a slope: give a finite alpha_r.")
    if feels_update_gate(network):
        raise UnsupportedError(
            "Fixed points are not enumerated with input to h outside an update gate that varies: set input_inside = 1."
        )


@dataclass(frozen=True)
class Census:
    """Fixed points of many networks.

    counts:   (n,) non-zero fixed points found.
    complete: (n,) whether the degree identity holds.
    sizes:    variances of h over units at the non-zero fixed points, of all networks together.
    """

    counts: NDArray[np.int64]
    complete: NDArray[np.bool_]
    sizes: FloatArray

    @property
    def mean(self) -> tuple[float, float]:
        """Mean count and its standard error; a lower bound where not all networks are complete."""
        n = len(self.counts)
        return float(self.counts.mean()), float(self.counts.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan


def take_census(point: Parameters, size: int, networks: int, most_starts: int, seed: np.random.SeedSequence) -> Census:
    """Enumerate the fixed points of `networks` networks of `size` units; raises like `enumerate_fixed_points`."""
    found = []
    for index in range(networks):
        child = realisation_seed(seed, size, index)
        network = draw_network(point, size, child)
        found.append(enumerate_fixed_points(network, most_starts, generator(child, Stream.EQUILIBRIUM)))
    sizes = np.concatenate([_size(one.points) ** 2 for one in found])
    return Census(
        np.array([one.non_zero for one in found]),
        np.array([one.complete for one in found]),
        sizes[sizes > _AT.zero**2],
    )
