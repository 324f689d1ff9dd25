"""Mean square of h under inputs in time, from near silence, in the two-time mean field (docs/theory.md, 15 a)."""

from collections.abc import Callable, Sequence

import numpy as np

from phasemap.errors import PhasemapError
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import EACH, InputCourse
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate
from phasemap.theory.transient.protocols import relax
from phasemap.theory.transient.solve import Drive

_STEP = 0.4
# Samples of a course around each node.
_PARTS = 40


def driven_variance(
    p: Parameters, courses: Sequence[InputCourse], times: FloatArray, amplitude: float
) -> tuple[FloatArray, FloatArray] | str:
    """<h^2> at times (n,) from h(0) ~ N(0, amplitude^2), with its numerical error; or why there is no theory of it.

    Inputs are independent multiples in every unit, to h or r; common ones would move the mean of h as well.
    """
    if reason := refusal(courses):
        return reason
    try:
        found = relax(p, float(times[-1]), np.zeros(1), max(amplitude, 1e-6), _STEP, drive_of(p, courses))
    except PhasemapError as error:
        return str(error)
    known = times > 0.0
    value, error_at = (np.interp(times, found.times, part) for part in (found.variance.value, found.variance.error))
    return np.where(known, value, amplitude**2), np.where(known, error_at, 0.0)


def refusal(courses: Sequence[InputCourse]) -> str:
    """Why there is no theory of these inputs; empty if there is."""
    if any(c.units != EACH or c.kind == "ou" or c.field == "z" or c.columns > 1 for c in courses):
        return "The theory of drives takes inputs to h and r that are independent in every unit (units=each), no noise."
    return ""


def drive_of(p: Parameters, courses: Sequence[InputCourse]) -> Drive:
    """Courses on the nodes of the two-time mean field.

    Raises:
        UnsupportedError: the update gate moves.
    """
    rate = gated_rate(p)
    scale = 1.0 if p.input_inside == 1.0 or rate == 0.0 else 1.0 / rate
    return Drive(
        per_unit_h=tuple(_on_nodes(c, rate, scale) for c in courses if c.field == "h"),
        per_unit_r=tuple(_on_nodes(c, rate, 1.0) for c in courses if c.field == "r"),
    )


def _on_nodes(course: InputCourse, rate: float, scale: float) -> Callable[[FloatArray], FloatArray]:
    """The course at nodes in gated time, its mean from halfway to the last node to halfway to the next one.

    Straight lines between nodes then keep the integral of a jump, wherever it lies between them.
    """

    def values(gated: FloatArray) -> FloatArray:
        """The course at nodes in gated time, averaged over the width of a step."""
        width = float(np.diff(np.unique(gated)).min()) / rate
        around = width * ((np.arange(_PARTS) + 0.5) / _PARTS - 0.5)
        course_at = [[float(course.value(t + shift)) for shift in around] for t in (gated / rate).tolist()]
        return np.asarray(scale * np.array(course_at).mean(axis=1))

    return values
