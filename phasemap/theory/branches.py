"""The curve of fluctuating solutions along the gain, followed by continuation through its folds.

At fixed biases, steepness and inputs the solutions form a curve in the plane (ln X_0, ln gamma) of variance and
squared gain (X_0 = gamma C_h(0), gamma = g_h**2). It is met at a moderate amplitude and followed by pseudo-arclength,
up towards strong chaos and down to where the fluctuations end (or, with noise, to vanishing gain). The samples are a
pure function of the problem: every point of parameter space that shares it starts from the same ones, whatever is
computed with it.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from phasemap.kernels.correlations import Constraint, Problem, gate_averages
from phasemap.kernels.gaussian_pairs import pair_averages
from phasemap.kernels.window import Grid
from phasemap.model.results import FloatArray
from phasemap.theory import additive
from phasemap.theory.correlations import Profile, grid, memory, solve, window_for
from phasemap.theory.gaussian_pairs import with_panels

NODES, STRETCH = 24, 5.0
_TOLERANCE = 1e-10
_FLAT = 1e-3
_FIRST_AMPLITUDES = (2.5, 6.0, 15.0, 40.0)
_FIRST_FLOORS = (0.0, 0.3, 0.6, 0.85)
_FIRST_STEP, _LARGEST_STEP, _SMALLEST_STEP = 0.3, 0.8, 1e-6
_MOST_SAMPLES = 200
# Stages of the way down end at these variances, or where the fluctuating part is this fraction of the variance.
_LOWEST = ((2e-5, 1e-2), (1e-9, 1e-6))
_STAGES_UP = 8
_OCTAVES_PER_STAGE = 3.0
_SMALLEST_GAIN = 1e-6


@dataclass(frozen=True)
class Sample:
    """One solution on the curve, with the direction of travel.

    dx: (n,) and d_ln_gamma: derivative along the curve, of unit speed in (ln X_0, ln gamma).
    """

    profile: Profile
    dx: FloatArray
    d_ln_gamma: float

    @property
    def d_ln_x(self) -> float:
        """Rate of change of ln X_0."""
        return float(self.dx[0] / self.profile.x[0])

    @property
    def fluctuating_part(self) -> float:
        """(X_0 - X_inf) / X_0."""
        return 1.0 - self.profile.x_limit / float(self.profile.x[0])

    def reversed(self) -> "Sample":
        """The same solution, travelling the other way."""
        return replace(self, dx=-self.dx, d_ln_gamma=-self.d_ln_gamma)

    def towards(self, d_ln_x: float, d_ln_gamma: float) -> "Sample":
        """The same solution, travelling with a direction rather than against it."""
        return self if self.d_ln_x * d_ln_x + self.d_ln_gamma * d_ln_gamma >= 0.0 else self.reversed()


def trace_grid() -> Grid:
    """The grid of all samples."""
    return grid(NODES, STRETCH)


def static_ln_gamma(problem: Problem, ln_x: float) -> float:
    """ln gamma of the static solution with variance X = exp(ln_x)."""
    tables = memory(problem)
    x = np.array([math.exp(ln_x)])
    phi, sigma = np.empty((3, 1)), np.empty((3, 1))

    def run() -> tuple[int, None]:
        status = pair_averages(x[0], x, tables.activation, phi)
        if status == 0:
            status = gate_averages(problem, tables, problem.steepness**2 * (phi[0] + problem.static_r**2), sigma)
        return status, None

    with_panels(run, *tables)
    return ln_x - math.log(problem.static_h**2 + phi[0, 0] * sigma[0, 0])


def correct(problem: Problem, x: FloatArray, ln_gamma: float, window: float, constraint: Constraint) -> Sample | None:
    """The solution next to a prediction on the trace's grid, on a window that suits it; None if there is none."""
    for _ in range(4):
        found = solve(problem, trace_grid(), window, x, ln_gamma, constraint, _TOLERANCE, 12)
        if found is None or found.residual > _TOLERANCE or not found.fluctuates:
            return None
        wanted = window_for(problem, found.rate)
        if not wanted < math.inf:
            return None
        if 0.75 < window / wanted < 1.4:
            if abs(found.solution.tangent[-1]) < _FLAT:
                # The tangent is a Newton step behind the solution; where the gain hardly changes its sign matters.
                x, ln_gamma = found.x, found.ln_gamma
                found = solve(problem, trace_grid(), window, x, ln_gamma, constraint, _TOLERANCE, 1) or found
            return Sample(found, found.solution.tangent[:-1], float(found.solution.tangent[-1]))
        wanted = min(max(wanted, 0.3 * window), 3.0 * window)
        x, window, ln_gamma = found.on(trace_grid(), wanted), wanted, found.ln_gamma
    return None


def _first(problem: Problem) -> Sample | None:
    """A solution at moderate amplitude: the static one's gain and the additive network's shape are near enough."""
    for amplitude, floor in itertools.product(_FIRST_AMPLITUDES, _FIRST_FLOORS):
        ln_x = 2.0 * math.log(amplitude + 3.0 * abs(problem.bias_h))
        orbit = additive.orbit_at(ln_x)
        window = window_for(problem, orbit.rate)
        x = orbit.x * (floor + (1.0 - floor) * additive.shape(orbit, trace_grid(), window))
        found = correct(problem, x, static_ln_gamma(problem, ln_x) + 0.3, window, Constraint(1.0, 0.0, ln_x, 0.0))
        if found is not None:
            return found
    return None


def _next(problem: Problem, here: Sample, length: float) -> Sample | None:
    """The next sample at arclength `length`."""
    old = here.profile
    ln_x, ln_gamma = old.ln_x + length * here.d_ln_x, old.ln_gamma + length * here.d_ln_gamma
    # The amplitude changes by a factor, the shape by a linear step.
    x = old.x * math.exp(length * here.d_ln_x) + length * (here.dx - old.x * here.d_ln_x)
    constraint = Constraint(here.d_ln_x, here.d_ln_gamma, ln_x, ln_gamma)
    found = correct(problem, x, ln_gamma, old.window, constraint)
    return None if found is None else found.towards(here.d_ln_x, here.d_ln_gamma)


def _follow(problem: Problem, start: Sample, finished: Callable[[Sample], bool]) -> list[Sample]:
    """Samples after `start` along its direction until `finished(sample)`, or until steps vanish."""
    samples: list[Sample] = []
    here, length = start, _FIRST_STEP
    while len(samples) < _MOST_SAMPLES and length > _SMALLEST_STEP and not finished(here):
        length = min(length, _distance_to_end(here))
        found = _next(problem, here, length)
        if found is None:
            length *= 0.5
            continue
        turn = found.d_ln_x * here.d_ln_x + found.d_ln_gamma * here.d_ln_gamma
        if turn < 0.9 and length > 0.02:
            length *= 0.5
            continue
        samples.append(found)
        here = found
        length = min(length * (1.6 if turn > 0.98 else 1.0), _LARGEST_STEP)
    return samples


def _distance_to_end(here: Sample) -> float:
    """Two thirds of the arclength after which the fluctuating part vanishes at its present rate."""
    closing = here.dx[-1] - here.dx[0]
    part = here.profile.x[0] - here.profile.x_limit
    return float(0.67 * part / closing) if closing > 0.0 and here.profile.x_limit > 0.0 else math.inf


def ends_near(last: Sample, ln_gamma: float) -> bool:
    """Whether a gain lies between the last sample and where the fluctuations vanish."""
    change = abs(last.d_ln_gamma)
    part = last.profile.x[0] - last.profile.x_limit
    closing = last.dx[-1] - last.dx[0]
    # Without a limit ln X_0 goes to minus infinity, and ln gamma changes in proportion to X_0.
    arclength = part / closing if last.profile.x_limit > 0.0 and closing > 0.0 else 1.0 / abs(last.d_ln_x)
    beyond = (ln_gamma - last.profile.ln_gamma) * math.copysign(1.0, last.d_ln_gamma)
    return bool(0.0 <= beyond <= 0.9 * change * arclength)


@lru_cache(maxsize=512)
def _start(problem: Problem) -> Sample | None:
    return _first(problem)


@lru_cache(maxsize=512)
def _down(problem: Problem, stage: int) -> tuple[Sample, ...]:
    """Samples below the first, in the order of travel."""
    start = _start(problem)
    if start is None:
        return ()
    before = _down(problem, stage - 1) if stage > 0 else ()
    variance, part = _LOWEST[stage]
    highest = start.profile.ln_gamma + 8.0 * math.log(2.0)

    def finished(sample: Sample) -> bool:
        p = sample.profile
        return bool(
            p.x[0] < variance
            or sample.fluctuating_part < part
            or p.ln_gamma < 2.0 * math.log(_SMALLEST_GAIN)
            or (p.ln_gamma > highest and sample.d_ln_gamma > 0.0)
        )

    return before + tuple(_follow(problem, before[-1] if before else start.towards(-1.0, -1.0), finished))


@lru_cache(maxsize=512)
def _up(problem: Problem, stage: int) -> tuple[Sample, ...]:
    """Samples above the first, in the order of travel."""
    start = _start(problem)
    if start is None:
        return ()
    before = _up(problem, stage - 1) if stage > 0 else ()
    highest = start.profile.ln_gamma + (stage + 1) * _OCTAVES_PER_STAGE * math.log(2.0)
    here = before[-1] if before else start.towards(1.0, 1.0)
    return before + tuple(_follow(problem, here, lambda sample: sample.profile.ln_gamma > highest))


@dataclass(frozen=True)
class Curve:
    """Samples in the direction of falling amplitude; complete: whether the lower end has been reached."""

    samples: tuple[Sample, ...]
    complete: bool


@lru_cache(maxsize=512)
def _assembled(problem: Problem, stage_up: int, stage_down: int) -> Curve:
    start = _start(problem)
    if start is None:
        return Curve((), True)
    up = [sample.reversed() for sample in _up(problem, stage_up)[::-1]]
    samples = (*up, start.towards(-1.0, -1.0), *_down(problem, stage_down))
    return Curve(samples, stage_down == len(_LOWEST) - 1)


def curve(problem: Problem, ln_gamma: float) -> Curve:
    """The curve of solutions, followed far enough to know all its crossings of a gain."""
    stage_up, stage_down = 0, 0
    found = _assembled(problem, stage_up, stage_down)
    while found.samples and found.samples[0].profile.ln_gamma < ln_gamma and stage_up < _STAGES_UP:
        stage_up += 1
        found = _assembled(problem, stage_up, stage_down)
    if found.samples and _is_beyond(found.samples[-1], ln_gamma):
        found = _assembled(problem, stage_up, len(_LOWEST) - 1)
    return found


def whole_curve(problem: Problem) -> Curve:
    """The curve of solutions down to its lower end, and up to eight times the gain at which it was met.

    Next to the zero state, where nothing but the approach to it happens, the first stage is enough.
    """
    found = _assembled(problem, 0, 0)
    near_zero = found.samples and found.samples[-1].profile.x_limit == 0.0 and problem.noise_h == 0.0
    return found if near_zero else _assembled(problem, 0, len(_LOWEST) - 1)


def _is_beyond(last: Sample, ln_gamma: float) -> bool:
    """Whether a curve that goes on as its last sample does may reach a gain."""
    return (ln_gamma - last.profile.ln_gamma) * last.d_ln_gamma > -1e-3 * abs(last.d_ln_gamma)


@dataclass(frozen=True)
class Prediction:
    """A solution predicted at a gain: x on the trace's grid; the sample nearest to it, if it comes from a curve."""

    x: FloatArray
    window: float
    sample: Sample | None


def crossings(samples: tuple[Sample, ...], ln_gamma: float) -> list[Prediction]:
    """Solutions at a gain, predicted by Hermite interpolation of the curve."""
    return [
        Prediction(*between(one, two, u), one if u < 0.5 else two)
        for one, two in itertools.pairwise(samples)
        for u in _fractions(one, two, ln_gamma)
    ]


def _fractions(one: Sample, two: Sample, ln_gamma: float) -> list[float]:
    """Fractions u in [0, 1) of a segment at which the cubic through its ends has the given ln gamma."""
    a, b = one.profile.ln_gamma - ln_gamma, two.profile.ln_gamma - ln_gamma
    if a * b > 0.0 and one.d_ln_gamma * two.d_ln_gamma > 0.0:
        return []
    length = _length(one, two)
    da, db = length * one.d_ln_gamma, length * two.d_ln_gamma
    roots = np.roots([2.0 * (a - b) + da + db, 3.0 * (b - a) - 2.0 * da - db, da, a])
    return sorted(float(u.real) for u in roots if abs(u.imag) < 1e-9 and 0.0 <= u.real < 1.0)


def _length(one: Sample, two: Sample) -> float:
    return math.hypot(two.profile.ln_x - one.profile.ln_x, two.profile.ln_gamma - one.profile.ln_gamma)


def between(one: Sample, two: Sample, u: float) -> tuple[FloatArray, float]:
    """The profile at fraction u of a segment: linear in the shapes, cubic in ln X_0."""
    first, second = one.profile, two.profile
    window = first.window * (second.window / first.window) ** u
    shapes = [p.on(trace_grid(), window) / p.x[0] for p in (first, second)]
    bend = _length(one, two) * u * (1.0 - u) * ((1.0 - u) * one.d_ln_x - u * two.d_ln_x)
    ln_x = first.ln_x * (1.0 + 2.0 * u) * (1.0 - u) ** 2 + second.ln_x * u**2 * (3.0 - 2.0 * u) + bend
    return ((1.0 - u) * shapes[0] + u * shapes[1]) * math.exp(ln_x), window
