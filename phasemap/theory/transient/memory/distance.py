"""How far two copies are apart after a kick: r(t), where it has a theory (docs/theory.md, sections 9 and 15 a).

At a constant update gate the two-time mean field gives it for kicks of any size, from a network that has relaxed. At a
static solution without moving gates an infinitesimal kick has a closed form: from U(t, t') = <dh dh'>,
(d_t + s)(d_t' + s) U = s^2 S U, U(0, t) = e^{-s t}, follows r = e^{-2 s t} I_0(2 s sqrt(S) t).
"""

import math

import numpy as np
from scipy.special import ive

from phasemap.errors import PhasemapError
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import gate, is_constant_gate
from phasemap.theory.static import fixed_points
from phasemap.theory.transient.protocols import kick

Known = tuple[float, float, Status]
NOT_SOUGHT: Known = (math.nan, math.nan, Status.NOT_SOUGHT)

# An amplitude that stands for an infinitesimal one: r is off by about its square times r.
_SMALL = 1e-3
# Longest delay and relaxation of the two-time mean field, in gated membrane times: its cost grows with their square.
_LONGEST, _LONGEST_RELAXATION = 60.0, 40.0
_ACCEPTED = 0.01


def distances(p: Parameters, options: ProtocolOptions) -> list[Known]:
    """r at every delay; NOT_SOUGHT where there is no theory of it."""
    if not is_constant_gate(p.alpha_z, p.beta_z):
        return [NOT_SOUGHT] * len(options.delays)
    if options.state == "static" or _is_at_rest(p):
        return [_at_rest(p, options, delay) for delay in options.delays]
    return _of_copies(p, options)


def _gain(p: Parameters) -> float:
    """S of the largest fixed point, or of the silent state."""
    gain = np.asarray(fixed_points.solve_points([p])["static_gain"].value, dtype=float)[0]
    return float(gain[0] if math.isnan(gain[3]) else gain[3])


def _is_at_rest(p: Parameters) -> bool:
    """Whether a network without moving gates relaxes to a fixed point, so that the closed form holds."""
    return is_constant_gate(p.alpha_r, p.beta_r) and _gain(p) < 1.0


def _at_rest(p: Parameters, options: ProtocolOptions, delay: float) -> Known:
    gain = _gain(p)
    if not is_constant_gate(p.alpha_r, p.beta_r) or options.amplitude > 0.0 or math.isnan(gain):
        return NOT_SOUGHT
    s, root = float(gate(0.0, 0.0, p.beta_z)), math.sqrt(max(gain, 0.0))
    exponent = 2.0 * s * delay * (root - 1.0)
    value = float(ive(0, 2.0 * s * root * delay)) * math.exp(min(exponent, 700.0))
    return value, 1e-10 * value, Status.CONVERGED


def _of_copies(p: Parameters, options: ProtocolOptions) -> list[Known]:
    rate = float(gate(0.0, 0.0, p.beta_z))
    within = [delay for delay in options.delays if 0.0 < delay * rate <= _LONGEST]
    if not within:
        return [NOT_SOUGHT if delay > 0.0 else (1.0, 0.0, Status.CONVERGED) for delay in options.delays]
    relaxation = min(max(options.relax, 1.0), _LONGEST_RELAXATION / rate)
    delays = np.array(within)
    try:
        amplitude = options.amplitude or _SMALL
        if options.in_deviations and options.amplitude > 0.0:
            amplitude *= kick(p, amplitude, delays[:1], relaxation).deviation
        if amplitude <= 0.0:
            return [NOT_SOUGHT] * len(options.delays)
        found = kick(p, amplitude, delays, relaxation)
    except PhasemapError:
        return [NOT_SOUGHT] * len(options.delays)
    small = 0.0 if options.amplitude > 0.0 else 10.0 * _SMALL**2
    errors = found.distance.error + small * found.distance.value**2
    by_delay = dict(zip(within, zip(found.distance.value.tolist(), errors.tolist(), strict=True), strict=True))
    return [_stated(*by_delay[delay]) if delay in by_delay else
            ((1.0, 0.0, Status.CONVERGED) if delay == 0.0 else NOT_SOUGHT) for delay in options.delays]  # fmt: skip


def _stated(value: float, error: float) -> Known:
    return value, error, Status.CONVERGED if error <= _ACCEPTED * value else Status.NOT_CONVERGED
