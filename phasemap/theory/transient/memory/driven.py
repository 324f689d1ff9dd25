"""Mean squares of h and phi under inputs in time, in the two-time mean field (docs/theory.md, 15 a)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phasemap.errors import PhasemapError
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import InputCourse
from phasemap.theory.transient.drive import drive_of, refusal
from phasemap.theory.transient.protocols import Number, relax
from phasemap.theory.transient.solve import SMALLEST_START

_STEP = 0.4


@dataclass(frozen=True)
class Driven:
    """<h^2> and <phi^2> at some times, each with its numerical error."""

    square: Number
    activity: Number


def driven(
    p: Parameters, courses: Sequence[InputCourse], times: FloatArray, amplitude: float, relaxation: float = 0.0
) -> Driven | str:
    """Mean squares at times (n,), from h(0) ~ N(0, amplitude^2); or why there is no theory of them.

    The clock of the inputs and of the times starts after a relaxation, in membrane times.
    """
    if reason := refusal(courses):
        return reason
    end = relaxation + float(times[-1])
    try:
        found = relax(p, end, np.zeros(1), max(amplitude, SMALLEST_START), _STEP, drive_of(p, courses, relaxation),
                      relaxation + times)  # fmt: skip
    except PhasemapError as error:
        return str(error)
    # Beside a jump of an input the extrapolation may leave a square a little below 0.
    return Driven(Number(np.maximum(found.square.value, 0.0), found.square.error), found.activity)
