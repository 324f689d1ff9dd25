"""The curve of fluctuating solutions along the gain, followed by continuation through its folds.

At fixed biases, steepness and inputs the solutions form a curve in the plane (ln X_0, ln gamma) of variance and squared
gain (X_0 = gamma C_h(0), gamma = g_h**2). It starts at a large amplitude, where the fluctuating state is unique, and is
followed by pseudo-arclength down to where the fluctuations end. The samples are a pure function of the problem: every
point of parameter space that shares it starts from the same ones, whatever else is computed with it.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from phasemap.kernels.correlations import Constraint, Grid, Problem, interpolate, newton
from phasemap.model.results import FloatArray
from phasemap.theory.correlations import (
    Tail,
    additive_start,
    grid,
    profile,
    scaled_shape,
    static_gain_curve,
)
from phasemap.theory.gaussian_pairs import tables

_NODES = 32
_STRETCH = 5.0
_TOLERANCE = 1e-9
_START_AMPLITUDE = 12.0
_LARGEST_STEP = 0.6
_SMALLEST_STEP = 1e-5
_MOST_SAMPLES = 400
_SMALLEST_VARIANCE = 1e-7


@dataclass(frozen=True)
class Sample:
    """One solution on the curve.

    x:       (n,) X on the trace's grid over `window`.
    tangent: (n + 1,) derivative of (x, ln_gamma) along the curve, unit speed in (ln X_0, ln gamma), towards smaller
             amplitudes.
    """

    x: FloatArray
    ln_gamma: float
    window: float
    tangent: FloatArray
    orientation: float

    @property
    def ln_x(self) -> float:
        """Logarithm of the variance X_0."""
        return math.log(self.x[0])


def trace_grid() -> Grid:
    """The grid of all samples."""
    return grid(_NODES, _STRETCH)


def _correct(problem: Problem, x: FloatArray, ln_gamma: float, window: float, constraint: Constraint) -> Sample | None:
    """Newton iteration from a prediction, the window adapted to the solution's tail."""
    nodes = trace_grid()
    memory, gate_memory = tables(problem.bias_h), tables(problem.bias_r)
    tangent = np.zeros(_NODES + 1)
    for _ in range(4):
        x = x.copy()
        status, ln_gamma, _, _, orientation = newton(
            problem, memory, gate_memory, nodes, window, x, ln_gamma, constraint, _TOLERANCE, 12, tangent
        )
        if status != 0 or not _is_admissible(x):
            return None
        wanted = profile(problem, nodes, window, x, ln_gamma).tail.window
        if not wanted < math.inf:
            return None
        if 0.8 < window / wanted < 1.3:
            return Sample(x, ln_gamma, window, tangent.copy(), orientation)
        moved = np.empty(_NODES)
        wanted = min(max(wanted, 0.3 * window), 3.0 * window)
        interpolate(nodes, window, x, nodes, wanted, moved)
        x, window = moved, wanted
    return None


def _is_admissible(x: FloatArray) -> bool:
    """|X(t)| <= X(0), and not a constant."""
    return bool(np.all(np.abs(x[1:]) <= x[0] * (1.0 + 1e-9)) and x[0] - x[-1] > 1e-6 * x[0])


def _first(problem: Problem) -> Sample | None:
    """The solution at large amplitude."""
    nodes = trace_grid()
    for amplitude in (_START_AMPLITUDE + 3.0 * abs(problem.bias_h), 40.0 + 10.0 * abs(problem.bias_h)):
        ln_x = 2.0 * math.log(amplitude)
        start = additive_start(ln_x)
        window = Tail(start.rate, problem).window
        shape = scaled_shape(start, nodes, window)
        constraint = Constraint(1.0, 0.0, ln_x, 0.0)
        for floor in (0.0, 0.3, 0.6, 0.85):
            x = math.exp(ln_x) * (floor + (1.0 - floor) * shape)
            ln_gamma = static_gain_curve(problem, ln_x)
            found = _correct(problem, x, ln_gamma + 0.3, window, constraint)
            if found is not None:
                return found
    return None


def _step(problem: Problem, here: Sample, length: float) -> Sample | None:
    """The next sample at arclength `length`."""
    direction = here.tangent
    ln_x = here.ln_x + length * direction[0] / here.x[0]
    ln_gamma = here.ln_gamma + length * direction[-1]
    factor = math.exp(ln_x) / here.x[0]
    x = here.x * factor + length * (direction[:-1] - here.x * direction[0] / here.x[0])
    constraint = Constraint(direction[0] / here.x[0], direction[-1], ln_x, ln_gamma)
    found = _correct(problem, x, ln_gamma, here.window, constraint)
    if found is None:
        return None
    return _oriented(found, here.tangent[0] / here.x[0], here.tangent[-1])


def _oriented(sample: Sample, along_x: float, along_gamma: float) -> Sample:
    """The sample with its tangent in the direction of travel."""
    forward = sample.tangent[0] / sample.x[0] * along_x + sample.tangent[-1] * along_gamma
    if forward >= 0.0:
        return sample
    return Sample(sample.x, sample.ln_gamma, sample.window, -sample.tangent, sample.orientation)


def _follow(problem: Problem, first: Sample, ends: tuple[float, float]) -> list[Sample]:
    """Samples from `first` on along its tangent, until the amplitude or the gain leaves `ends` or steps vanish."""
    samples = [first]
    length = 0.3
    while len(samples) < _MOST_SAMPLES and length > _SMALLEST_STEP:
        here = samples[-1]
        if not ends[0] < here.ln_x < ends[1] or here.ln_gamma < math.log(1e-4):
            break
        found = _step(problem, here, length)
        if found is None:
            length *= 0.5
            continue
        turn = found.tangent[0] / found.x[0] * here.tangent[0] / here.x[0] + found.tangent[-1] * here.tangent[-1]
        if turn < 0.9 and length > 0.02:
            length *= 0.5
            continue
        samples.append(found)
        length = min(length * (1.5 if turn > 0.98 else 1.0), _LARGEST_STEP)
    return samples


@lru_cache(maxsize=512)
def trace(problem: Problem, octaves: int = 0) -> tuple[Sample, ...]:
    """Samples of the curve from large to small amplitudes; empty where no fluctuating solution was found.

    octaves: how many factors of two in the gain are added at the large end.
    """
    first = _first(problem)
    if first is None:
        return ()
    down = _oriented(first, -1.0, -1.0)
    samples = _follow(problem, down, (math.log(_SMALLEST_VARIANCE), math.inf))
    if octaves > 0:
        up = _follow(problem, _oriented(first, 1.0, 1.0), (-math.inf, first.ln_x + 2.0 * math.log(2.0) * octaves))
        back = [_oriented(sample, -1.0, -1.0) for sample in up[1:]]
        samples = back[::-1] + samples
    return tuple(samples)


def crossings(samples: tuple[Sample, ...], ln_gamma: float) -> list[tuple[FloatArray, float]]:
    """Predicted solutions at a gain: list of (x on the trace's grid, window), by Hermite interpolation of the curve."""
    found = []
    for one, two in itertools.pairwise(samples):
        for u, length in _roots_of_segment(one, two, ln_gamma):
            found.append(_between(one, two, u, length))
    return found


def _roots_of_segment(one: Sample, two: Sample, ln_gamma: float) -> list[tuple[float, float]]:
    """Fractions u in [0, 1) of a segment at which the cubic through its ends has the given ln gamma."""
    length = math.hypot(two.ln_x - one.ln_x, two.ln_gamma - one.ln_gamma)
    a, b = one.ln_gamma - ln_gamma, two.ln_gamma - ln_gamma
    da, db = length * one.tangent[-1], length * two.tangent[-1]
    cubic = np.array([2 * a - 2 * b + da + db, -3 * a + 3 * b - 2 * da - db, da, a])
    if a * b > 0.0 and da * db > 0.0:
        return []
    roots = np.roots(cubic)
    real = roots[np.abs(roots.imag) < 1e-9].real
    return [(float(u), length) for u in sorted(real) if 0.0 <= u < 1.0]


def _between(one: Sample, two: Sample, u: float, length: float) -> tuple[FloatArray, float]:
    """The profile at fraction u of a segment: linear in the profiles, cubic in ln X_0."""
    nodes = trace_grid()
    window = one.window * (two.window / one.window) ** u
    first, second = np.empty(_NODES), np.empty(_NODES)
    interpolate(nodes, one.window, one.x, nodes, window, first)
    interpolate(nodes, two.window, two.x, nodes, window, second)
    s = length * u * (1 - u)
    ln_x = (
        one.ln_x * (1 + 2 * u) * (1 - u) ** 2
        + two.ln_x * u**2 * (3 - 2 * u)
        + s * ((1 - u) * one.tangent[0] / one.x[0] - u * two.tangent[0] / two.x[0])
    )
    x = (1 - u) * first / one.x[0] + u * second / two.x[0]
    return x * math.exp(ln_x), window
