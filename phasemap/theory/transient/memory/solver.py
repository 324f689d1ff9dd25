"""Solvers "memory" and "reset": what theory says of kicks and of pulses that clear them."""

import math
from collections.abc import Sequence

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Seeds
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.transient.memory.attractor import Attractor, Kind, find_attractor, static_units
from phasemap.theory.transient.memory.distance import Known, distances
from phasemap.theory.transient.memory.frozen import START, FrozenUnits, Number
from phasemap.theory.transient.memory.reset import Pulse, retained_fraction

KICK_QUANTITIES = ("kick_overlap", "kick_distance", "memory_lifetime")

_NOT_SOUGHT: Known = (math.nan, math.nan, Status.NOT_SOUGHT)
_ABSENT: Known = (math.nan, math.nan, Status.ABSENT)


def solve_kicks(points: Sequence[Parameters], options: ProtocolOptions, seeds: Seeds) -> dict[str, Estimate]:
    """kick_overlap m(t), kick_distance r(t) (n_points, delays) and memory_lifetime (n_points,), in theory.

    Statuses: NOT_SOUGHT where no theory is at hand (r and finite kicks where the update gate moves,
    delays beyond the window of the mean field), LOWER_BOUND for a lifetime longer than it, DIVERGES for an infinite
    one, ABSENT where there is no fixed point. Source: docs/theory.md, sections 10 and 15.
    """
    rows = [_kick(point, options, seed) for point, seed in zip(points, seeds, strict=True)]
    return {name: _estimate([row[name] for row in rows]) for name in KICK_QUANTITIES}


def solve_resets(points: Sequence[Parameters], options: ProtocolOptions, seeds: Seeds) -> dict[str, Estimate]:
    """retained_fraction (n_points, strengths) of the static solution after a pulse.

    A pulse to the output gate alone does not reach the update gate of frozen units; NOT_SOUGHT for other states.
    """
    return {"retained_fraction": _estimate([_reset(point, options) for point in points])}


def _estimate(rows: Sequence[Sequence[Known] | Known]) -> Estimate:
    table = np.array(rows, dtype=float)
    return Estimate(value=table[..., 0], status=table[..., 2].astype(np.uint8), error=table[..., 1])


def _kick(p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence) -> dict[str, Sequence[Known] | Known]:
    distance = distances(p, options)
    if options.state == "static":
        units = static_units(p)
        return _frozen(units, options) | {"kick_distance": [_ABSENT] * len(distance) if units is None else distance}
    if options.amplitude > 0.0 and not is_constant_gate(p.alpha_z, p.beta_z):
        unknown = [_NOT_SOUGHT] * len(distance)
        return {"kick_overlap": unknown, "kick_distance": unknown, "memory_lifetime": _NOT_SOUGHT}
    return _of_attractor(find_attractor(p, seed), options) | {"kick_distance": distance}


def _frozen(units: FrozenUnits | None, options: ProtocolOptions) -> dict[str, Sequence[Known] | Known]:
    if units is None:
        return {"kick_overlap": [_ABSENT] * len(options.delays), "memory_lifetime": _ABSENT}
    overlap = [_known(units.overlap(delay)) for delay in options.delays]
    return {"kick_overlap": overlap, "memory_lifetime": _known(units.lifetime())}


def _known(number: Number) -> Known:
    infinite = math.isinf(number.value)
    return number.value, number.error, Status.DIVERGES if infinite else Status.CONVERGED


def _of_attractor(state: Attractor, options: ProtocolOptions) -> dict[str, Sequence[Known] | Known]:
    if state.kind is Kind.UNKNOWN:
        nothing = (math.nan, math.nan, Status.FAILED)
        return {"kick_overlap": [nothing] * len(options.delays), "memory_lifetime": nothing}
    if state.units is not None:
        return _frozen(state.units, options)
    return {
        "kick_overlap": [_interpolated(state, delay) for delay in options.delays],
        "memory_lifetime": _lifetime(state),
    }


def _interpolated(state: Attractor, delay: float) -> Known:
    assert state.times is not None and state.overlap is not None and state.error is not None
    if delay > state.times[-1]:
        return _NOT_SOUGHT
    value, error = (float(np.interp(delay, state.times, values)) for values in (state.overlap, state.error))
    return value, error, Status.CONVERGED if state.settled else Status.NOT_CONVERGED


def _lifetime(state: Attractor) -> Known:
    """Time at which m is half of m(10); a lower bound where the window ends before."""
    assert state.times is not None and state.overlap is not None and state.error is not None
    half = 0.5 * float(np.interp(START, state.times, state.overlap))
    later = np.flatnonzero((state.overlap < half) & (state.times > START))
    if not later.size:
        return float(state.times[-1]), math.nan, Status.LOWER_BOUND
    k = int(later[0])
    share = (state.overlap[k - 1] - half) / (state.overlap[k - 1] - state.overlap[k])
    step = state.times[k] - state.times[k - 1]
    slope = (state.overlap[k - 1] - state.overlap[k]) / step
    error = math.hypot(float(state.error[k]), 0.5 * float(np.interp(START, state.times, state.error))) / slope
    value = float(state.times[k - 1] + share * step)
    return value, error, Status.CONVERGED if state.settled else Status.NOT_CONVERGED


def _reset(p: Parameters, options: ProtocolOptions) -> Sequence[Known]:
    if options.state != "static" and not is_constant_gate(p.alpha_z, p.beta_z):
        return [_NOT_SOUGHT] * len(options.strengths)
    units = static_units(p) if options.state == "static" else FrozenUnits(p, 0.0)
    if units is None:
        return [_ABSENT] * len(options.strengths)
    reaches = options.gate in ("z", "both")
    pulses = [
        Pulse(options.at, options.duration, strength if reaches else 0.0, options.read)
        for strength in options.strengths
    ]
    return [_known(retained_fraction(units, pulse)) for pulse in pulses]
