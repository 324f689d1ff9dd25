"""Solver "complexity": exponents of the numbers of fixed points, at points of parameter space."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from phasemap.kernels.complexity.branch import static_determinant
from phasemap.kernels.complexity.moments import COUNTED, SIZE
from phasemap.kernels.complexity.saddle import lagrangian
from phasemap.kernels.complexity.static_branch import lowest_gain, upper_root
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.counting import Reduced, is_noisy, reduce, what_is_missing
from phasemap.model.results import Estimate, Estimates
from phasemap.model.status import Status
from phasemap.theory.complexity.saddles import NOTHING, Saddle, counted, mean_square_field, stable

NAMES = ("complexity", "counted_delta_h")
PARTS = ("complexity_lower_bound", "complexity_stable")


class _Tolerances(NamedTuple):
    """When an exponent is good."""

    converged: float = 1e-9  # error up to which a number counts as converged
    bound: float = 0.05  # share of Sigma by which the quenched exponent lies lower where Sigma is but a bound
    rounding: float = 2e-14  # of the sums over nodes


_TOLERANCES = _Tolerances()
TOLERANCE = _TOLERANCES.converged
BOUND = _TOLERANCES.bound

Row = dict[str, tuple[float, float, Status]]


def solve(points: Sequence[Parameters], options: object = None, seeds: Sequence[object] = ()) -> Estimates:
    """Exponents per unit of the numbers of fixed points (docs/theory.md, section 8); arrays (n_points,).

        complexity              Sigma = lim ln E[number] / N of non-zero fixed points, or 0
        counted_delta_h         variance of h over units at the typical counted fixed point

    None depends on the update gate or on time constants. The exponents are annealed: where those of single networks
    lie more than `BOUND` below, the status of `complexity` is UPPER_BOUND. NOT_SOUGHT with biases and static inputs
    (a remark says why), ABSENT with noise. Errors: against sums of doubled resolution.
    """
    return _collected(points, NAMES, _of_all)


def solve_parts(points: Sequence[Parameters], options: object = None, seeds: Sequence[object] = ()) -> Estimates:
    """What maps of phases do without, and what costs as much again as Sigma; arrays (n_points,).

        complexity_lower_bound  log |det| of the Jacobian per unit at the upper fixed point of the static mean field
        complexity_stable       the same as Sigma for stable fixed points; negative where they are exponentially rare

    Without stable ones where Sigma is 0; NOT_SOUGHT behind a hard gate; else as `solve`.
    """
    return _collected(points, PARTS, _parts_of)


def _collected(points: Sequence[Parameters], names: Sequence[str], solved: Callable[[Reduced], Row]) -> Estimates:
    rows = [_solve(point, names, solved) for point in points]
    missing = [(place, f"{names[0]}: {what_is_missing(point)}") for place, point in enumerate(points)]
    found = {
        name: Estimate(
            value=np.array([row[name][0] for row in rows]),
            status=np.array([row[name][2] for row in rows], dtype=np.uint8),
            error=np.array([row[name][1] for row in rows]),
        )
        for name in names
    }
    return Estimates(found, [remark for remark in missing if what_is_missing(points[remark[0]])])


def _nothing(status: Status) -> tuple[float, float, Status]:
    return math.nan, math.nan, status


def _solve(point: Parameters, names: Sequence[str], solved: Callable[[Reduced], Row]) -> Row:
    if is_noisy(point) or what_is_missing(point):
        return dict.fromkeys(names, _nothing(Status.ABSENT if is_noisy(point) else Status.NOT_SOUGHT))
    return solved(reduce(point))


def _of_all(at: Reduced) -> Row:
    saddle = counted(at)
    row: Row = dict.fromkeys(NAMES, _nothing(Status.ABSENT))
    row["complexity"] = complexity_of(saddle)
    if saddle.theta is not None and saddle.value > 0.0:
        row["counted_delta_h"] = _number(*(at.scale**2 * x for x in mean_square_field(at, saddle.theta)))
    return row


def _parts_of(at: Reduced) -> Row:
    if math.isinf(at.alpha):
        return dict.fromkeys(PARTS, _nothing(Status.NOT_SOUGHT))
    saddle = counted(at)
    found = stable(at) if saddle.theta is not None and saddle.value > 0.0 else NOTHING
    exists = found.found and found.theta is not None
    return {
        "complexity_lower_bound": _lower_bound(at),
        "complexity_stable": _number(found.value, found.error) if exists else _nothing(Status.ABSENT),
    }


def complexity_of(saddle: Saddle) -> tuple[float, float, Status]:
    """Value, error and status of Sigma."""
    if not saddle.found:
        return _nothing(Status.FAILED)
    if saddle.value <= 0.0:
        return 0.0, saddle.error, Status.CONVERGED
    value, error, status = _number(saddle.value, saddle.error)
    if status == Status.CONVERGED and saddle.excess > BOUND * saddle.value:
        status = Status.UPPER_BOUND
    return value, error, status


def _number(value: float, error: float) -> tuple[float, float, Status]:
    if not math.isfinite(value):
        return _nothing(Status.FAILED)
    return value, error, Status.CONVERGED if error <= TOLERANCE else Status.NOT_CONVERGED


def _lower_bound(at: Reduced) -> tuple[float, float, Status]:
    """log |det| per unit with the units of the static mean field: a lower bound of Sigma where S > 1."""
    if at.g <= 0.0:
        return _nothing(Status.ABSENT)
    low, lowest = lowest_gain(at.alpha, at.beta)
    if math.log(at.g) <= low:
        return _nothing(Status.ABSENT)
    theta, gradient, hessian = np.empty(SIZE), np.empty(SIZE), np.empty((SIZE, SIZE))
    delta_phi, delta_h = upper_root(math.log(at.g), at.alpha, at.beta, lowest)
    value, good = static_determinant(at.g, at.alpha, at.beta, delta_phi, delta_h, theta)
    if not good:
        return _nothing(Status.FAILED)
    fine = lagrangian(COUNTED, at.g, at.alpha, at.beta, theta, 2.0, 1.0, gradient, hessian)
    return _number(float(fine), abs(fine - value) + _TOLERANCES.rounding)
