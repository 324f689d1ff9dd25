"""Solvers "memory", "memory_distance" and "reset": what theory says of kicks and of pulses that clear them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Seeds
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.transient.memory.attractor import Attractor, Kind, MovingOverlap, find_attractor, static_state
from phasemap.theory.transient.memory.distance import distances
from phasemap.theory.transient.memory.frozen import START, Number
from phasemap.theory.transient.memory.known import ABSENT, FAILED, NOT_SOUGHT, Known
from phasemap.theory.transient.memory.reset import Pulse, retained_fraction


def solve_kicks(points: Sequence[Parameters], options: ProtocolOptions, seeds: Seeds) -> dict[str, Estimate]:
    """kick_overlap m(t) (n_points, delays) and memory_lifetime (n_points,), in theory.

    Statuses: NOT_SOUGHT where no theory is at hand (finite kicks where the update gate moves, delays beyond the window
    of the mean field), LOWER_BOUND for a lifetime longer than it, DIVERGES for an infinite one, ABSENT where there is
    no fixed point or no stationary state. Source: docs/theory.md, sections 10 and 15.
    """
    rows = [_kick(point, options, seed) for point, seed in zip(points, seeds, strict=True)]
    return {"kick_overlap": _estimate([row.overlap for row in rows]),
            "memory_lifetime": _estimate([row.lifetime for row in rows])}  # fmt: skip


def solve_distances(points: Sequence[Parameters], options: ProtocolOptions, seeds: Seeds) -> dict[str, Estimate]:
    """kick_distance r(t) (n_points, delays), in theory.

    Statuses: NOT_SOUGHT for finite kicks where the update gate moves, at the static solution, or long after one;
    DIVERGES where its mean is infinite; those of the march along paths where the gate moves. Source: docs/theory.md,
    sections 9, 10 and 15 a.
    """
    rows = [distances(point, options, seed).known for point, seed in zip(points, seeds, strict=True)]
    return {"kick_distance": _estimate(rows)}


def solve_resets(points: Sequence[Parameters], options: ProtocolOptions, seeds: Seeds) -> dict[str, Estimate]:
    """retained_fraction (n_points, strengths) after a pulse, where the units stand still.

    NOT_SOUGHT where they move, or where the pulse goes to an output gate that moves: the network leaves its state then,
    and the two-time mean field of a moving update gate is not closed.
    """
    rows = [_reset(point, options, seed) for point, seed in zip(points, seeds, strict=True)]
    return {"retained_fraction": _estimate(rows)}


def _estimate(rows: Sequence[Sequence[Known] | Known]) -> Estimate:
    table = np.array(rows, dtype=float)
    return Estimate(value=table[..., 0], status=table[..., 2].astype(np.uint8), error=table[..., 1])


class Kept(NamedTuple):
    """m at the delays, and its lifetime."""

    overlap: Sequence[Known]
    lifetime: Known


def _kick(p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence) -> Kept:
    return overlap_of(kicked_state(p, options, seed), options)


def kicked_state(p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence) -> Attractor | None:
    """The state that a kick meets; None for finite kicks at a moving update gate, of which there is no theory."""
    if options.state == "static":
        return static_state(p)
    if options.amplitude > 0.0 and not is_constant_gate(p.alpha_z, p.beta_z):
        return None
    return find_attractor(p, seed)


def overlap_of(state: Attractor | None, options: ProtocolOptions) -> Kept:
    """What a state keeps of an infinitesimal kick."""
    if state is None:
        return _everywhere(NOT_SOUGHT, options)
    if state.units is not None:
        return Kept([_known(state.units.overlap(delay)) for delay in options.delays], _known(state.units.lifetime()))
    if state.moving is None:
        return _everywhere(ABSENT if state.kind is Kind.NOWHERE else FAILED, options)
    return Kept(_between(state.moving, options.delays), _lifetime(state.moving))


def _everywhere(one: Known, options: ProtocolOptions) -> Kept:
    return Kept([one] * len(options.delays), one)


def _known(number: Number) -> Known:
    if math.isnan(number.value):  # no trace was left to clear
        return ABSENT
    infinite = math.isinf(number.value)
    return number.value, number.error, Status.DIVERGES if infinite else Status.CONVERGED


def _between(moving: MovingOverlap, delays: Sequence[float]) -> list[Known]:
    value, error = moving.at(np.minimum(delays, moving.end))
    good = Status.CONVERGED if moving.settled else Status.NOT_CONVERGED
    return [(float(v), float(e), good) if delay <= moving.end else NOT_SOUGHT
            for v, e, delay in zip(value, error, delays, strict=True)]  # fmt: skip


def _lifetime(moving: MovingOverlap) -> Known:
    """Time at which m is half of m(10); a lower bound where the window ends before; ABSENT before time 10."""
    if moving.end <= START:
        return ABSENT
    times, m = moving.times, moving.overlap
    (at_start,), (start_error,) = moving.at(np.array([START]))
    half = 0.5 * float(at_start)
    later = np.flatnonzero((m < half) & (times > START))
    if not later.size:
        return moving.end, math.nan, Status.LOWER_BOUND
    k = int(later[0])
    slope = (m[k - 1] - m[k]) / (times[k] - times[k - 1])
    error = math.hypot(float(moving.error[k]), 0.5 * float(start_error)) / slope
    value = float(times[k - 1] + (m[k - 1] - half) / slope)
    return value, float(error), Status.CONVERGED if moving.settled else Status.NOT_CONVERGED


def _reset(p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence) -> Sequence[Known]:
    state = static_state(p) if options.state == "static" else find_attractor(p, seed)
    if state.units is None:
        missing = {Kind.NOWHERE: ABSENT, Kind.UNKNOWN: FAILED}.get(state.kind, NOT_SOUGHT)
        return [missing] * len(options.strengths)
    if options.gate != "z" and not is_constant_gate(p.alpha_r, p.beta_r):
        return [NOT_SOUGHT] * len(options.strengths)
    return [_known(retained_fraction(state.units, pulse)) for pulse in _pulses(options)]


def _pulses(options: ProtocolOptions) -> list[Pulse]:
    """A pulse to an output gate that does not move changes nothing."""
    reaches = options.gate in ("z", "both")
    return [Pulse(options.at, options.duration, strength if reaches else 0.0, options.read)
            for strength in options.strengths]  # fmt: skip
