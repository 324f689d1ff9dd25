"""What an input pulse to the update gate leaves of a trace, in frozen units (docs/memory.md).

The trace decays in every unit for a time t_p; then an input B to z for a duration d opens the gates,
z(t) = z_0 + B k(t), k = 1 - e^{-t / tau_z}, which then decays; the trace is read a time after the pulse's end:

    retained = <e^{-t_p sigma} exp(-int sigma_z(z_0 + B k))> / <e^{-t_p sigma}>.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import gate, is_constant_gate
from phasemap.theory.transient.memory.frozen import FrozenUnits, Number
from phasemap.theory.transient.memory.gate_nodes import ORDERS, gaussian_nodes, panels

# A gate is open or shut to double precision this far beyond its threshold, in units of 1 / alpha_z.
_SATURATED = 40.0
_LARGEST = 1e300


class _Tolerances(NamedTuple):
    """Errors of what is left after a reset."""

    closed: float = 1e-15  # of a closed form
    sums: float = 1e-14  # of sums over nodes
    left: float = 1e-9  # relative, of what a pulse of finite strength leaves


_TOLERANCES = _Tolerances()


class Pulse(NamedTuple):
    """An input to z: t_p after the trace was laid, for a duration; the trace is read a time after its end."""

    at: float
    duration: float
    strength: float
    read: float


def retained_fraction(units: FrozenUnits, pulse: Pulse) -> Number:
    """Share of the trace at the pulse that is left at the reading."""
    p = units.parameters
    if is_constant_gate(p.alpha_z, p.beta_z):
        return Number(math.exp(-units.single_rate * (pulse.duration + pulse.read)), _TOLERANCES.closed)
    if units.delta_z == 0.0:
        z = np.array([p.m_z])
        left = float(np.exp(-_open_time(p, z, pulse, ORDERS[0]))[0])
        return Number(left, _TOLERANCES.left * left)
    value, coarse = (_average(units, pulse, order) for order in ORDERS)
    return Number(value, abs(value - coarse) + _TOLERANCES.sums)


def _average(units: FrozenUnits, pulse: Pulse, order: int) -> float:
    p = units.parameters
    if units.is_hard:
        z, w = gaussian_nodes(_hard_edges(units, pulse), p.m_z, units.delta_z, order)
        rate = (z > 0.0).astype(float)
    else:
        z, rate, w = units.nodes(order)
    before = np.exp(-pulse.at * rate)
    return float(w @ (before * np.exp(-_open_time(p, z, pulse, order))) / (w @ before))


def _open_time(p: Parameters, z: FloatArray, pulse: Pulse, order: int) -> FloatArray:
    """int sigma_z from the start of the pulse to the reading, for units that start at z."""
    if p.tau_z == 0.0:
        during = gate(z + pulse.strength, p.alpha_z, p.beta_z)
        return np.asarray(pulse.duration * during + pulse.read * gate(z, p.alpha_z, p.beta_z))
    return _hard_open_time(p, z, pulse) if math.isinf(p.alpha_z) else _smooth_open_time(p, z, pulse, order)


def _reach(p: Parameters, pulse: Pulse) -> float:
    """Displacement of z at the end of the pulse."""
    return pulse.strength * (-math.expm1(-pulse.duration / p.tau_z) if p.tau_z > 0.0 else 1.0)


def _hard_open_time(p: Parameters, z: FloatArray, pulse: Pulse) -> FloatArray:
    """Crossings of the threshold in closed form: towards it during the pulse, back after it."""
    B, peak, tau = abs(pulse.strength), abs(_reach(p, pulse)), p.tau_z
    total = pulse.duration + pulse.read
    opening = pulse.strength > 0.0
    # Units on the side that the pulse moves away from cross where their distance is below the peak.
    distance = -z if opening else z
    crosses = (distance > 0.0) & (distance < peak)
    safe = np.where(crosses, distance, 0.5 * peak) if peak > 0.0 else np.ones_like(z)
    with np.errstate(divide="ignore"):
        there = -tau * np.log1p(-safe / B) if peak > 0.0 else np.zeros_like(z)
        back = tau * np.log(peak / safe) if peak > 0.0 else np.zeros_like(z)
    beyond = np.where(crosses, pulse.duration - there + np.minimum(back, pulse.read), 0.0)
    at_start = np.where(z > 0.0, total, 0.0)
    return np.asarray(at_start + beyond if opening else at_start - beyond)


def _hard_edges(units: FrozenUnits, pulse: Pulse) -> FloatArray:
    """Panels with edges at every kink: the threshold, the farthest unit that crosses, the last that is back in time."""
    p = units.parameters
    deviation, peak = math.sqrt(units.delta_z), _reach(p, pulse)
    last = peak * math.exp(-pulse.read / p.tau_z) if p.tau_z > 0.0 else peak
    kinks = [0.0, -peak, -last, *(-peak * 2.0**-k for k in range(1, 40))]
    # Units that the pulse just reaches cross late: panels get narrower towards them, too.
    kinks += [gap * 2.0**k - pulse.strength for gap in [pulse.strength - peak] if gap != 0.0 for k in range(50)]
    coarse = p.m_z + deviation * np.arange(-9.0, 9.01, 0.5)
    inside = [kink for kink in kinks if coarse[0] < kink < coarse[-1]]
    return np.unique(np.concatenate([coarse, inside]))


def _smooth_open_time(p: Parameters, z: FloatArray, pulse: Pulse, order: int) -> FloatArray:
    """Quadrature in time, over panels in which alpha_z z changes by one at most, as long as gates are not saturated."""
    most = float(np.abs(p.alpha_z * z - p.beta_z).max()) + _SATURATED
    swing = min(p.alpha_z * abs(pulse.strength), _LARGEST)
    rise, weight = panels(_times(pulse.duration / p.tau_z, swing, most), order)
    total = np.zeros_like(z)
    for t, w in zip(rise, weight, strict=True):
        driven = float(np.clip(p.alpha_z * pulse.strength, -_LARGEST, _LARGEST)) * -math.expm1(-t)
        total += p.tau_z * w * expit(p.alpha_z * z + driven - p.beta_z)
    if pulse.read > 0.0:
        peak = _reach(p, pulse)
        swing = float(np.clip(p.alpha_z * peak, -_LARGEST, _LARGEST))
        # Gates that the pulse has saturated stay so for a while.
        start = min(math.log(max(abs(swing) / most, 1.0)), pulse.read / p.tau_z)
        edges = start + _times(pulse.read / p.tau_z - start, abs(swing) * math.exp(-start), math.inf)
        fall, weight = panels(np.unique([0.0, *edges]), order)
        for t, w in zip(fall, weight, strict=True):
            total += p.tau_z * w * expit(p.alpha_z * z + swing * math.exp(-t) - p.beta_z)
    return total


def _times(end: float, swing: float, most: float) -> FloatArray:
    """Edges of panels up to `end`, in units of tau_z, in each of which swing e^-t changes by one at most.

    Not where it has changed by more than `most` already; nor once it has settled.
    """
    settled, edges = math.log(max(swing, 1.0)) + _SATURATED, [0.0]
    while edges[-1] < min(end, settled):
        moved = -swing * math.expm1(-edges[-1])
        edges.append(edges[-1] + (min(1.0, math.exp(edges[-1]) / max(swing, 1.0)) if moved < most else 1.0))
    edges[-1] = min(edges[-1], end)
    return np.array(edges if edges[-1] == end else [*edges, end])
