"""The weakest pulse that switches a network on, in the two-time mean field (docs/theory.md, 15 a)."""

import math

from phasemap.errors import PhasemapError
from phasemap.model.parameters import Parameters
from phasemap.model.status import Status
from phasemap.model.unit.inputs import InputCourse
from phasemap.numerics.threshold import Threshold, smallest
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate
from phasemap.theory.transient.drive import drive_of, refusal
from phasemap.theory.transient.memory.known import ABSENT, Known
from phasemap.theory.transient.nodes import one_copy
from phasemap.theory.transient.protocols import step_count
from phasemap.theory.transient.solve import SMALLEST_START, two_times

ACTIVE = 1e-6
"""Mean square of h above which a network counts as active."""

IMPULSES = (0.003, 0.03, 0.3, 3.0, 30.0)
"""Strength times duration (strength alone for pulses longer than a time constant) that are tried before bisecting."""

_STEP = 0.2
# First with steps twice as long; the bracket there, and around what it gave.
_COARSE, _FINE, _AROUND = 1.05, 1.005, 1.1


def strengths_to_try(duration: float) -> tuple[float, ...]:
    """Strengths (ascending) of pulses of a duration between which the smallest one is sought."""
    return tuple(impulse / min(duration, 1.0) for impulse in IMPULSES)


def smallest_strength(p: Parameters, pulse: InputCourse, end: float, amplitude: float) -> Known | str:
    """Smallest strength of a pulse that leaves <h^2> above ACTIVE at the end; or why there is no theory of it.

    From h(0) ~ N(0, amplitude^2). ABSENT: none does. Errors: half of the last bracket, and a third of what halving
    the step changed.
    """
    if reason := refusal([pulse]):
        return reason
    tried = strengths_to_try(pulse.numbers["duration"])

    def found(step: float, places: tuple[float, ...], ratio: float) -> Threshold:
        """The threshold between some strengths, in steps of a length."""
        return smallest(lambda one: _final(p, pulse.stronger(one), end, amplitude, step) > ACTIVE, places, ratio)

    try:
        coarse = found(2.0 * _STEP, tried, _COARSE)
        if not 0.0 < coarse.low < coarse.high < math.inf:
            return _outside(coarse)
        around = (tried[0], coarse.low / _AROUND, coarse.high * _AROUND, tried[-1])
        fine = found(_STEP, around, _FINE)
    except PhasemapError as error:
        return str(error)
    if not 0.0 < fine.low < fine.high < math.inf:
        return _outside(fine)
    spread = 0.5 * (fine.high - fine.low) + abs(fine.middle - coarse.middle) / 3.0
    return fine.middle, spread, Status.CONVERGED


def _outside(found: Threshold) -> Known:
    return ABSENT if math.isinf(found.high) else (found.high, math.nan, Status.UPPER_BOUND)


def _final(p: Parameters, pulse: InputCourse, end: float, amplitude: float, step: float) -> float:
    """<h^2> at the end."""
    rate = gated_rate(p)
    layout = one_copy(end * rate, step_count(end * rate, step, 1))
    found = two_times(p, layout, max(amplitude, SMALLEST_START), drive=drive_of(p, [pulse]))
    return float(found.membrane[-1, -1] + found.mean[-1] ** 2)
