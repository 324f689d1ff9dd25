"""Attractors of the mean field followed along a parameter by continuation: where they are lost depends on the way.

At every value the state that was occupied before is continued if it is still an attractor; otherwise the network falls
to another one, as it would after a slow change of the parameter (constant update gate; docs/theory.md, section 5). What
is found at a value does not depend on the other values that are asked for, but on the way between them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasemap.errors import ParameterError, UnsupportedError
from phasemap.model.branches import FLUCTUATING, FLUCTUATING_SMALL, STATIC, STATIC_SMALL, ZERO
from phasemap.model.parameters import Parameters, check_name, check_value
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.attractors import NOWHERE, Attractor, attractors_at, continued
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate

STARTS = (ZERO, STATIC_SMALL, STATIC, FLUCTUATING_SMALL, FLUCTUATING)


@dataclass(frozen=True)
class Path:
    """Attractors along a parameter, in the order in which it was followed.

    states: the branch of each (STARTS), or `none`; variance C_h(0) and lyapunov_max, with bounds on their errors:
    (n,). converged: (n,) whether the solution of each did.
    """

    values: FloatArray
    states: tuple[str, ...]
    variance: FloatArray
    variance_error: FloatArray
    lyapunov_max: FloatArray
    lyapunov_max_error: FloatArray
    converged: NDArray[np.bool_]


# In the order of the fields of Path.
_COLUMNS = ("variance", "variance_error", "exponent", "exponent_error", "converged")


def follow(base: Parameters, name: str, values: Sequence[float], start: str = FLUCTUATING) -> Path:
    """Follow the attractor along `values` of parameter `name`.

    start: where to begin: the attractor of that branch at the first value. Where it is none, `zero` means what grows
           out of rest (under inputs there is no zero state): the attractor of the smallest variance.

    Raises:
        ParameterError: unknown parameter or start, or a value outside the parameter's domain.
        UnsupportedError: the update gate fluctuates or is closed for good.
    """
    if start not in STARTS:
        raise ParameterError(f"Cannot start from {start!r}: give one of {', '.join(STARTS)}.")
    points = [base._replace(**{check_name(name): check_value(name, value)}) for value in values]
    for point in points:
        if point.update_gate.moves or not gated_rate(point) > 0.0:
            raise UnsupportedError("Attractors are followed at a constant, open update gate: set alpha_z = 0.")
    path: list[Attractor] = []
    for k, point in enumerate(points):
        path.append(_next(path[-1], points[k - 1], name, point) if path else _first(point, start))
    return Path(
        np.array(values, dtype=float),
        tuple(one.state for one in path),
        *(np.array([getattr(one, column) for one in path]) for column in _COLUMNS),
    )


def loop(base: Parameters, name: str, values: Sequence[float]) -> tuple[Path, Path]:
    """Both ways along ascending `values`: (up from rest, down from the largest fluctuating attractor)."""
    return follow(base, name, values, ZERO), follow(base, name, values[::-1], FLUCTUATING)


def _first(point: Parameters, start: str) -> Attractor:
    """The attractor to begin with."""
    found = attractors_at(point)
    if not found:
        return NOWHERE
    wanted = [one for one in found if one.state == start]
    if wanted:
        return wanted[0]
    # Rest is the smallest state, whatever moves it; without the state asked for, the largest one of its kind.
    alike = found[:1] if start == ZERO else [one for one in found if one.is_static == (start in (STATIC, STATIC_SMALL))]
    return (alike or found)[-1]


def _next(before: Attractor, left: Parameters, name: str, point: Parameters) -> Attractor:
    """The attractor at a point that is reached from the one before, at `left`."""
    found = continued(before, left, name, float(getattr(point, name)))
    return _fallen(before, attractors_at(point)) if found is None else found


def _fallen(before: Attractor, found: Sequence[Attractor]) -> Attractor:
    """Where a network goes whose state is lost.

    What fluctuates becomes static if it can, in the largest such state; a static one fluctuates if it can.
    Else, and of several states that fluctuate, it is the one of the nearest variance.
    """
    static, moving = ([one for one in found if one.is_static is wanted] for wanted in (True, False))
    if static and not before.is_static:
        return static[-1]
    return min(moving or static, key=lambda one: _distance(before, one), default=NOWHERE)


def _distance(one: Attractor, other: Attractor) -> float:
    """Of variances on a logarithmic scale; a state without any lies below all others."""
    a, b = (max(each.variance, 1e-300) if each.variance == each.variance else 1.0 for each in (one, other))
    return abs(math.log(a / b))
