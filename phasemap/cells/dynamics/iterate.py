"""Self-consistency of an autocovariance: from a large amplitude down, then by acceleration."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.numerics import anderson

NOTHING = 1e-6  # a variance over time that is on its way to zero
_PLAIN, _ACCELERATED = 12, 40


class _Tolerances(NamedTuple):
    """Of where the iteration leads."""

    nudge: float = 0.01  # relative: an attracting state comes back from so far up
    small: float = 0.1  # of where it began: on its way to rest
    gone: float = 1e-3  # of where it began: at rest, if acceleration says so, too
    faint: float = 1e-4  # of where it began: a probe of rest
    nothing: float = 1e-12  # of a mean square, least: no division by zero


_AT = _Tolerances()


class Settled(NamedTuple):
    """C (steps,), what the iteration may still leave of it, and whether there is a variance over time."""

    C: Array
    left: float
    moves: bool


def moves(C: Array) -> bool:
    """Whether there is a variance over time beside the static part."""
    return bool(C[0] - C.min() > NOTHING)


def self_consistent(mapping: Callable[[Array], Array], start: Array, limit: int, tolerance: float) -> Settled:
    """The fixed point that plain iteration leads to, by acceleration where that finds the same one.

    Acceleration finds unstable solutions as well: what it finds must attract a state that is pushed up a little. Rest
    is believed only where plain iteration is on its way there, too.
    tolerance: relative to C(0).
    """
    C, used = start, 0
    while used < limit:
        for _ in range(_PLAIN):
            C = mapping(C)
            if not moves(C):
                return Settled(C, 0.0, False)
        found = anderson.solve(mapping, C, 0.2 * tolerance, _ACCELERATED, _even)
        used += _PLAIN + found.iterations
        if found.converged and moves(found.x) and _attracts(mapping, found.x):
            left = max(found.residual, found.last_step) * float(found.x[0])
            return Settled(found.x, left, True)
        if found.x[0] < _AT.gone * start[0] and C[0] < _AT.small * start[0] and _attracts(mapping, _AT.faint * start):
            return Settled(found.x, 0.0, False)
    return Settled(C, np.inf, moves(C))


def _even(C: Array) -> Array:
    """What an autocovariance on a ring keeps to: even, and largest at lag zero."""
    even = 0.5 * (C + np.roll(C[::-1], 1))
    even[0] = max(even[0], _AT.nothing)
    return np.asarray(np.clip(even, -even[0], even[0]))


def _attracts(mapping: Callable[[Array], Array], C: Array) -> bool:
    """Whether a state a little above comes back."""
    return bool((mapping((1.0 + _AT.nudge) * C) - C)[0] < _AT.nudge * C[0])
