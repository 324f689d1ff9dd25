"""A staircase of input pulses: what every pulse leaves adds up (docs/memory.md).

A pulse of duration d and integral A through I^h arrives in a frozen unit as A (1 - e^{-sigma d}) / (sigma d) at its end
where it stands outside the update gate (a closed unit keeps all of it), as A (1 - e^{-sigma d}) / d where it stands
inside. Where units move, m of infinitesimal kicks says the same: a time T after its start a pulse has left
(A / d) int_{T-d}^T m outside, and (A / d) [m(T - d) - m(T)] inside, as z is stationary and looks the same backwards.
"""

from typing import NamedTuple, Protocol

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.transient.memory.attractor import MovingOverlap
from phasemap.theory.transient.memory.frozen import FrozenUnits
from phasemap.theory.transient.memory.gate_nodes import ORDERS


class _Tolerances(NamedTuple):
    """Errors of integrals along a staircase."""

    sums: float = 1e-14  # of sums over nodes, relative to the strength
    still: float = 1e-12  # rate times duration that changes nothing


_TOLERANCES = _Tolerances()


class Stairs(Protocol):
    """Pulses of integral `strength` and a duration, one every `spacing`, read before the next."""

    @property
    def pulses(self) -> int:
        """How many there are."""

    @property
    def spacing(self) -> float:
        """Time from one to the next."""

    @property
    def strength(self) -> float:
        """Integral of one over its duration."""

    @property
    def duration(self) -> float:
        """How long one lasts."""


def staircase_trace(units: FrozenUnits, stairs: Stairs) -> tuple[FloatArray, FloatArray]:
    """Trace (pulses,) along the direction of the pulses, read before each next one, and its numerical error."""
    fine, coarse = (_trace(units, stairs, order) for order in ORDERS)
    return fine, np.abs(fine - coarse) + _TOLERANCES.sums * abs(stairs.strength)


def _trace(units: FrozenUnits, stairs: Stairs, order: int) -> FloatArray:
    rate, weight = _rates(units, order)
    d = stairs.duration
    kept = -np.expm1(-rate * d) / d
    if not units.parameters.input_inside:
        kept = np.where(rate * d < _TOLERANCES.still, 1.0, kept / np.where(rate > 0.0, rate, 1.0))
    # At the n-th reading the k-th pulse ended (n - k + 1) spacing - d ago.
    ages = stairs.spacing * np.arange(1, stairs.pulses + 1) - d
    left = np.array([float(weight @ (kept * np.exp(-rate * age))) for age in ages])
    return np.asarray(stairs.strength * np.cumsum(left))


def _rates(units: FrozenUnits, order: int) -> tuple[FloatArray, FloatArray]:
    """sigma_z over units, and weights."""
    if units.is_single:
        return np.array([units.single_rate]), np.ones(1)
    if units.is_hard:
        f = units.open_fraction
        return np.array([1.0, 0.0]), np.array([f, 1.0 - f])
    _, rate, weight = units.nodes(order)
    return rate, weight


def moving_trace(moving: MovingOverlap, inside: bool, stairs: Stairs) -> tuple[FloatArray, FloatArray]:
    """The same where units move, for pulses that are too small to matter to them; NaN beyond what m is known for."""
    stop = stairs.spacing * np.arange(1.0, stairs.pulses + 1.0)
    known = stop <= moving.end
    start, stop = stop[known] - stairs.duration, stop[known]
    if inside:
        (first, first_error), (last, last_error) = moving.at(start), moving.at(stop)
        left, errors = first - last, np.hypot(first_error, last_error)
    else:
        left, errors = moving.integral(start, stop)
    scale = stairs.strength / stairs.duration
    rows = (np.cumsum(scale * left), np.cumsum(abs(scale) * errors))
    value, error = (np.concatenate([row, np.full((~known).sum(), np.nan)]) for row in rows)
    return value, error
