"""A static number at a point."""

import math

import numpy as np

from phasemap.theory.static.fixed_points import solve_points

UPPER = 3


def value(name, point, slot=UPPER):
    v = solve_points([point])[name].value[0]
    number = float(v if np.ndim(v) == 0 else v[slot])
    assert not math.isnan(number), f"{name} is absent at {point}"
    return number
