"""How large a kick is, absolute and in deviations of h, as theory knows it."""

import math
from typing import NamedTuple

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.studies.protocols.report import Facts
from phasemap.theory.static import fixed_points
from phasemap.theory.static.quantities import FIXED_POINTS

_LARGEST_STATIC, _ZERO = FIXED_POINTS.index("upper"), FIXED_POINTS.index("zero")


class KickSize(NamedTuple):
    """amplitude, the same in deviations of h, and the deviation of h, by the names of reports; a remark on them."""

    facts: Facts
    remark: str = ""


def kick_size(p: Parameters, options: ProtocolOptions, deviation: float) -> KickSize:
    """The size of a kick where the deviation of h is known, as of a relaxed network; NaN: that of the static solution.

    None stands for what is not known, or has no meaning where h has no spread.
    """
    remark = ""
    if math.isnan(deviation):
        deviation = static_deviation(p)
        if options.amplitude > 0.0 and options.state != "static" and deviation > 0.0:
            remark = "The deviation of h is that of the static solution; networks (--networks) give that of the state."
    given = options.amplitude
    known = deviation > 0.0
    absolute: float | None
    relative: float | None
    if options.in_deviations:
        absolute, relative = (given * deviation if known else None), given
    else:
        absolute, relative = given, (given / deviation if known else None)
    if given == 0.0:
        absolute = relative = 0.0
        deviation = deviation if options.state == "static" else math.nan
    facts = {"amplitude": absolute, "amplitude_in_deviations": relative,
             "deviation_of_h": deviation if math.isfinite(deviation) else None}  # fmt: skip
    return KickSize(facts, remark)


def static_deviation(p: Parameters) -> float:
    """Standard deviation of h at the largest static solution, or in the silent state; NaN without a fixed point."""
    found = np.asarray(fixed_points.solve_points([p])["delta_h"].value, dtype=float)[0]
    value = found[_ZERO] if math.isnan(found[_LARGEST_STATIC]) else found[_LARGEST_STATIC]
    return math.sqrt(max(float(value), 0.0)) if math.isfinite(value) else math.nan
