"""Between two samples of the curve of fluctuating solutions: interpolation, and where the gain is stationary."""

import itertools
import math
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.curve.stationary import Chord
from phasemap.theory.dynamic.curve.tracing import Sample, trace_grid


class _Tolerances(NamedTuple):
    """What is rounding on a curve."""

    level: float = 1e-8  # slopes of the curve that are smaller turn by rounding
    real: float = 1e-9  # imaginary part up to which a root of the cubic is real


_TOLERANCES = _Tolerances()


def with_folds(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Samples with those between them at which the gain is stationary: a parabola from there is exact."""
    found = list(samples[:1])
    for one, two in itertools.pairwise(samples):
        if one.d_ln_gamma * two.d_ln_gamma < 0.0 and max(abs(one.d_ln_gamma), abs(two.d_ln_gamma)) > _TOLERANCES.level:
            share = one.d_ln_gamma / (one.d_ln_gamma - two.d_ln_gamma)
            x, window = between(one, two, share)
            flat = Chord(one.profile.problem, one, two).flat_point(one.profile.grid, window, x, share)
            if flat is not None:
                found.append(flat.sample.towards(one.d_ln_x, one.d_ln_gamma))
        found.append(two)
    return tuple(found)


def fractions(one: Sample, two: Sample, ln_gamma: float) -> list[float]:
    """Fractions u in [0, 1) of a segment at which the cubic through its ends has the given ln gamma."""
    a, b = one.profile.ln_gamma - ln_gamma, two.profile.ln_gamma - ln_gamma
    if a * b > 0.0 and one.d_ln_gamma * two.d_ln_gamma > 0.0:
        return []
    length = _length(one, two)
    da, db = length * one.d_ln_gamma, length * two.d_ln_gamma
    roots = np.roots([2.0 * (a - b) + da + db, 3.0 * (b - a) - 2.0 * da - db, da, a])
    return sorted(float(u.real) for u in roots if abs(u.imag) < _TOLERANCES.real and 0.0 <= u.real < 1.0)


def _length(one: Sample, two: Sample) -> float:
    return math.hypot(two.profile.ln_x - one.profile.ln_x, two.profile.ln_gamma - one.profile.ln_gamma)


def between(one: Sample, two: Sample, u: float) -> tuple[FloatArray, float]:
    """The profile at fraction u of a segment: linear in the shapes, cubic in ln X_0."""
    first, second = one.profile, two.profile
    window = first.window * (second.window / first.window) ** u
    shapes = [p.on(trace_grid(first.problem), window) / p.x[0] for p in (first, second)]
    bend = _length(one, two) * u * (1.0 - u) * ((1.0 - u) * one.d_ln_x - u * two.d_ln_x)
    ln_x = first.ln_x * (1.0 + 2.0 * u) * (1.0 - u) ** 2 + second.ln_x * u**2 * (3.0 - 2.0 * u) + bend
    return ((1.0 - u) * shapes[0] + u * shapes[1]) * math.exp(ln_x), window
