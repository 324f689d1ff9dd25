"""How far two copies are apart after a kick: r(t) (docs/theory.md, sections 9, 10 and 15 a).

Infinitesimal kicks: r(t) = A(t, t) of the march of gradients, as the trace of P P^T is that of P^T P for the propagator
P of perturbations; at any update gate. At rest without moving gates it is e^{-2 s t} I_0(2 s sqrt(S) t). Finite kicks:
at a constant update gate, by the two-time mean field, from a network that has relaxed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ive

from phasemap.errors import PhasemapError
from phasemap.model.options import GradientOptions, ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.status import Status
from phasemap.model.unit.inputs import InputCourse
from phasemap.model.unit.nonlinearities import gate, is_constant_gate
from phasemap.theory.gradients.records import Gradients
from phasemap.theory.gradients.states import TOO_SLOW, gradients_of
from phasemap.theory.static import fixed_points
from phasemap.theory.transient.drive import drive_of, refusal
from phasemap.theory.transient.memory.known import ABSENT, NOT_SOUGHT, Known
from phasemap.theory.transient.protocols import kick

# Longest delay and relaxation of the two-time mean field, in gated membrane times: its cost grows with their square.
_LONGEST, _LONGEST_RELAXATION = 60.0, 40.0


class _Tolerances(NamedTuple):
    """Kicks and paths behind a distance."""

    accepted: float = 0.01  # relative error
    small: float = 1e-4  # of a kick that stands for an infinitesimal one: its square is far above rounding
    paths: int = 8192  # where the update gate moves
    ensemble_error: float = 0.01  # asked of them: errors of r stay below 2 % at short delays
    bessel: float = 1e-10  # relative error of the Bessel function
    farthest: float = 1e8  # argument x from which e^-x I_0(x) falls as x^(-1/2)


_TOLERANCES = _Tolerances()

_AT_ONCE: Known = (1.0, 0.0, Status.CONVERGED)

_FINITE = (
    "The distance of the copies after a finite kick has a theory where the update gate does not move. Where it does, a "
    "gate that flips releases a finite step of h, and the two-time mean field does not close: networks give it."
)
_FINITE_STATIC = (
    "At the static solution theory is of infinitesimal kicks: networks give the distance after finite ones."
)
_TOO_SLOW = (
    "The state here is slower than the longest window of the mean field: m rests on its time scale being held there, "
    "and the distance of the copies is not sought. Networks give both (--networks 4), --state static what frozen units "
    "keep."
)
_TOO_LONG = (
    f"The distance of the copies after a finite kick has a theory up to {_LONGEST:g} gated membrane times: networks "
    "give it beyond."
)


@dataclass(frozen=True)
class Distances:
    """r at every delay, and why there is none, or what to mind, where there is something to say.

    deviation: of h over units when the kick came; NaN where it was not needed.
    """

    known: list[Known]
    reason: str = ""
    deviation: float = math.nan


def distances(
    p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence, courses: Sequence[InputCourse] = (),
    *, slow: bool = False,
) -> Distances:  # fmt: skip
    """r at every delay; NOT_SOUGHT where there is no theory of it, and the reason.

    slow: the state is known to be slower than the longest window, in which no march along paths resolves it.
    courses: inputs to both copies, whose clock starts with the kick.
    """
    if is_constant_gate(p.alpha_z, p.beta_z) and gate(0.0, 0.0, p.beta_z) == 0.0:  # closed for good: h stands still
        return Distances([_AT_ONCE] * len(options.delays))
    if courses:
        reason = refusal(courses) or without_theory(p, options, courses)
        return _nothing(options, reason) if reason else _of_copies(p, options, courses)
    if options.amplitude == 0.0 and slow:
        return _nothing(options, _TOO_SLOW)
    if options.amplitude == 0.0:
        return _infinitesimal(p, options, seed)
    if not is_constant_gate(p.alpha_z, p.beta_z):
        return _nothing(options, _FINITE)
    return _nothing(options, _FINITE_STATIC) if options.state == "static" else _of_copies(p, options)


def without_theory(p: Parameters, options: ProtocolOptions, courses: Sequence[InputCourse]) -> str:
    """Why there is no theory of what a network keeps under these inputs; empty if there is."""
    if not courses:
        return ""
    if not is_constant_gate(p.alpha_z, p.beta_z):
        return ("Under inputs in time there is a theory where the update gate does not move (alpha_z = 0): see the "
                "networks (--networks).")  # fmt: skip
    return "The static solution knows no inputs in time: see --state attractor." if options.state == "static" else ""


def _nothing(options: ProtocolOptions, reason: str) -> Distances:
    return Distances([NOT_SOUGHT] * len(options.delays), reason)


def _infinitesimal(p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence) -> Distances:
    gain = _gain(p)
    single = all(is_constant_gate(*one) for one in ((p.alpha_z, p.beta_z), (p.alpha_r, p.beta_r)))
    if single and not math.isnan(gain) and (options.state == "static" or gain < 1.0):
        return Distances([_at_rest(p, gain, delay) for delay in options.delays])
    lags = np.array([delay for delay in options.delays if delay > 0.0])
    if not lags.size:
        return Distances([_AT_ONCE] * len(options.delays))
    found = _gradients(p, options.state, lags, seed)
    numbers = found.numbers["adjoint_variance"]
    fixed = found.state != "fluctuating"
    of_lag = {
        lag: _stated(*one, fixed=fixed)
        for lag, *one in zip(lags.tolist(), numbers.value, numbers.value_error, numbers.value_status, strict=True)
    }
    return Distances([of_lag.get(delay, _AT_ONCE) for delay in options.delays], _sentence(found))


def _gain(p: Parameters) -> float:
    """S of the largest fixed point, or of the silent state."""
    gain = np.asarray(fixed_points.solve_points([p])["static_gain"].value, dtype=float)[0]
    return float(gain[0] if math.isnan(gain[3]) else gain[3])


def _at_rest(p: Parameters, gain: float, delay: float) -> Known:
    s, root = float(gate(0.0, 0.0, p.beta_z)), math.sqrt(max(gain, 0.0))
    exponent = 2.0 * s * delay * (root - 1.0)
    at, last = 2.0 * s * root * delay, _TOLERANCES.farthest
    value = float(ive(0, min(at, last))) * math.sqrt(min(1.0, last / max(at, 1.0))) * math.exp(min(exponent, 700.0))
    return value, _TOLERANCES.bessel * value, Status.CONVERGED if exponent < 700.0 else Status.LOWER_BOUND


def _gradients(p: Parameters, state: str, lags: np.ndarray, seed: np.random.SeedSequence) -> Gradients:
    def at(name: str) -> Gradients:
        """Gradients in a state, by its name."""
        options = GradientOptions(tuple(lags.tolist()), name, _TOLERANCES.ensemble_error, _TOLERANCES.paths)
        return gradients_of(p, options, lags, seed, also_slow=False)

    found = at(state)
    # Where nothing else is static, the silent state is.
    silent = state == "static" and (found.numbers["adjoint_variance"].status == Status.ABSENT).all()
    return at("zero") if silent else found


def _sentence(found: Gradients) -> str:
    if found.reason == TOO_SLOW:
        return _TOO_SLOW
    return f"Distance of the copies after an infinitesimal kick: {found.reason}." if found.reason else ""


def _stated(value: float, error: float, status: int, *, fixed: bool = False) -> Known:
    """With the status that the accuracy wanted here gives: at a fixed point the only doubt is the error."""
    known = Status(int(status))
    if known in (Status.CONVERGED, Status.NOT_CONVERGED):
        good = error <= _TOLERANCES.accepted * value if fixed else known is Status.CONVERGED
        return float(value), float(error), Status.CONVERGED if good else Status.NOT_CONVERGED
    return (float(value), math.nan, known) if known is Status.LOWER_BOUND else (math.nan, math.nan, known)


def _of_copies(p: Parameters, options: ProtocolOptions, courses: Sequence[InputCourse] = ()) -> Distances:
    rate = float(gate(0.0, 0.0, p.beta_z))
    within = [delay for delay in options.delays if 0.0 < delay * rate <= _LONGEST]
    if not within:
        return Distances([NOT_SOUGHT if delay > 0.0 else _AT_ONCE for delay in options.delays], _TOO_LONG)
    relaxation = min(max(options.relax, 1.0), _LONGEST_RELAXATION / rate)
    delays, amplitude = np.array(within), options.amplitude or _TOLERANCES.small
    try:
        if options.in_deviations and options.amplitude > 0.0:
            amplitude *= kick(p, amplitude, delays[:1], relaxation).deviation
        if amplitude <= 0.0:
            return Distances([ABSENT] * len(options.delays), "h has no spread here for the kick to be measured in.")
        found = kick(p, amplitude, delays, relaxation, drive=drive_of(p, courses, relaxation))
    except PhasemapError as error:
        return _nothing(options, str(error))
    of_delay = dict(zip(within, zip(found.distance.value, found.distance.error, strict=True), strict=True))
    known = [_AT_ONCE if delay == 0.0 else NOT_SOUGHT if delay not in of_delay else
             _stated(*of_delay[delay], Status.CONVERGED, fixed=True) for delay in options.delays]  # fmt: skip
    return Distances(known, _TOO_LONG if NOT_SOUGHT in known else "", found.deviation)
