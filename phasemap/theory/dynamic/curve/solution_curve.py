"""The curve of fluctuating solutions along the gain, followed by continuation through its folds.

At fixed biases, steepness and inputs the solutions form a curve in the plane (ln X_0, ln gamma) of variance and
squared gain (X_0 = gamma C_h(0), gamma = g_h**2). It is met at a moderate amplitude and followed by pseudo-arclength,
up towards strong chaos and down to where the fluctuations end (or, with noise, to vanishing gain). The samples are a
pure function of the problem: every point of parameter space that shares it starts from the same ones, whatever is
computed with it.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from phasemap.kernels.averages.gaussian_pairs import pair_averages
from phasemap.kernels.dynamic.correlations import Constraint, Problem, gate_averages
from phasemap.kernels.dynamic.window import noise_covariance
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.dynamic.autocovariance import additive
from phasemap.theory.dynamic.autocovariance.correlations import is_driven, memory, window_for
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import with_panels
from phasemap.theory.dynamic.curve.segments import between, fractions, with_folds
from phasemap.theory.dynamic.curve.tracing import Sample, correct, follow, trace_grid

# Gains below are taken for this one, at which a network is linear to rounding.
SMALLEST_GAIN = 1e-6


class _Lowest(NamedTuple):
    """Where a stage of the way down ends."""

    variance: float  # at this variance,
    part: float  # or where the fluctuating part is this fraction of the variance;
    gain: float  # under noise at this gain


class _Tolerances(NamedTuple):
    """Where the curve is begun, how far it is followed, and where it ends."""

    first_amplitudes: tuple[float, ...] = (2.5, 6.0, 15.0, 40.0)  # guesses of the first state, tried in turn: its size
    first_floors: tuple[float, ...] = (0.0, 0.3, 0.6, 0.85)  # and the share of it that stays at long lags
    fast_gates: tuple[float, ...] = (3.0, 0.3)  # tau_r at which guesses succeed; a slow gate is approached from there
    slower: float = 1.5  # factor of tau_r from one gate to the next
    lost: float = 1e-10  # variance at which the way past the zero state is given up under weak noise
    stages_up: int = 8  # most stages of larger gains, until the curve passes the gain asked for
    octaves_per_stage: float = 3.0  # of gamma in one of them
    lowest: tuple[_Lowest, ...] = (_Lowest(2e-5, 1e-2, 1e-2), _Lowest(1e-9, 1e-6, 0.5 * SMALLEST_GAIN))  # by stage
    above: float = 1e-3  # ln gamma beyond the last sample of a curve that it may still reach
    strong: float = 2.0 * math.log(1e3)  # ln gamma up to which noise is followed to where the curve turns


_TOLERANCES = _Tolerances()


def static_ln_gamma(problem: Problem, ln_x: float) -> float:
    """ln gamma of the static solution with variance X = exp(ln_x); inf where nothing drives it."""
    tables = memory(problem)
    x = np.array([math.exp(ln_x)])
    phi, sigma = np.empty((3, 1)), np.empty((3, 1))

    def run() -> tuple[int, None]:
        """Averages of activation and gate, whose status asks for missing panels."""
        status = pair_averages(x[0], x, tables.activation, phi)
        if status == Status.CONVERGED:
            status = gate_averages(problem, tables, problem.steepness**2 * (phi[0] + problem.static_r**2), sigma)
        return status, None

    with_panels(run, *tables)
    drive = problem.static_h**2 + phi[0, 0] * sigma[0, 0]
    return ln_x - math.log(drive) if drive > 0.0 else math.inf


@lru_cache(maxsize=512)
def _start(problem: Problem) -> Sample | None:
    """A solution at moderate amplitude: the static one's gain and the additive network's shape are near enough."""
    for tau_r in _approach(problem.tau_r):
        found = _met(problem._replace(tau_r=tau_r))
        if found is not None:
            return found if tau_r == problem.tau_r else _slowed(problem, found)
    return None


def _approach(tau_r: float) -> tuple[float, ...]:
    """Time constants of the gate to begin with: the own one, then faster ones."""
    return (tau_r, *(tau for tau in _TOLERANCES.fast_gates if tau < tau_r))


def _slowed(problem: Problem, found: Sample) -> Sample | None:
    """A solution with a fast gate, continued to the own time constant at fixed variance."""
    while found.profile.problem.tau_r < problem.tau_r:
        slower = problem._replace(tau_r=min(_TOLERANCES.slower * found.profile.problem.tau_r, problem.tau_r))
        old = found.profile
        window = max(old.window, window_for(slower, old.rate))
        x = old.on(trace_grid(slower), window)
        after = correct(slower, x, old.ln_gamma, window, Constraint(1.0, 0.0, old.ln_x, 0.0))
        if after is None:
            return None
        found = after
    return found


def _met(problem: Problem) -> Sample | None:
    for amplitude, floor in itertools.product(_TOLERANCES.first_amplitudes, _TOLERANCES.first_floors):
        ln_x = 2.0 * math.log(amplitude + 3.0 * abs(problem.bias_h))
        orbit = additive.orbit_at(ln_x)
        window, ln_gamma = window_for(problem, orbit.rate), static_ln_gamma(problem, ln_x)
        if not ln_gamma < math.inf:
            return None
        x = orbit.x * (floor + (1.0 - floor) * additive.shape(orbit, trace_grid(problem), window))
        found = correct(problem, x, ln_gamma + 0.3, window, Constraint(1.0, 0.0, ln_x, 0.0))
        if found is not None:
            return found
    return None


@lru_cache(maxsize=512)
def _down(problem: Problem, stage: int) -> tuple[Sample, ...]:
    """Samples below the first, in the order of travel."""
    start = _start(problem)
    if start is None:
        return ()
    before = _down(problem, stage - 1) if stage > 0 else ()
    variance, part, gain = _TOLERANCES.lowest[stage]
    highest = start.profile.ln_gamma + 8.0 * math.log(2.0)
    driven = is_driven(problem)

    def finished(sample: Sample) -> bool:
        """Whether the way down ends at this sample."""
        p = sample.profile
        vanished = not driven and (p.x[0] < variance or sample.fluctuating_part < part)
        lost = _is_disconnected(problem, sample)
        out_of_range = p.ln_gamma < 2.0 * math.log(gain) or (p.ln_gamma > highest and sample.d_ln_gamma > 0.0)
        return bool(vanished or lost or out_of_range)

    return before + tuple(follow(problem, before[-1] if before else start.towards(-1.0, -1.0), finished))


@lru_cache(maxsize=512)
def _up(problem: Problem, stage: int) -> tuple[Sample, ...]:
    """Samples above the first, in the order of travel."""
    start = _start(problem)
    if start is None:
        return ()
    before = _up(problem, stage - 1) if stage > 0 else ()
    highest = start.profile.ln_gamma + (stage + 1) * _TOLERANCES.octaves_per_stage * math.log(2.0)
    here = before[-1] if before else start.towards(1.0, 1.0)
    return before + tuple(follow(problem, here, lambda sample: sample.profile.ln_gamma > highest))


@lru_cache(maxsize=512)
def _small_response(problem: Problem) -> tuple[Sample, ...]:
    """The response to noise from vanishing gain up to its fold, or to strong chaos, against the order of travel.

    Weak noise leaves the curve in two: rounding hides how it passes the zero state.
    """
    ln_gamma = 2.0 * math.log(0.5 * SMALLEST_GAIN)
    window = window_for(problem, 1.0)
    nodes = trace_grid(problem)
    response = np.empty(len(nodes.t))
    noise_covariance(problem.noise_h, problem.tau_noise, 1.0, nodes.t * window, response)
    x = math.exp(ln_gamma) * (response + problem.static_h**2 + math.tanh(problem.bias_h) ** 2)
    start = correct(problem, x, ln_gamma, window, Constraint(0.0, 1.0, 0.0, ln_gamma))
    if start is None:
        return ()
    start = start.towards(1.0, 1.0)
    above = follow(problem, start, lambda s: s.d_ln_gamma < 0.0 or s.profile.ln_gamma > _TOLERANCES.strong)
    return tuple(sample.reversed() for sample in (start, *above)[::-1])


@dataclass(frozen=True)
class Curve:
    """Pieces of the curve, each in the direction of falling amplitude; complete: whether its lower end was reached."""

    pieces: tuple[tuple[Sample, ...], ...]
    complete: bool

    @cached_property
    def with_folds(self) -> tuple[tuple[Sample, ...], ...]:
        """The pieces with their folds among the samples."""
        return tuple(with_folds(piece) for piece in self.pieces)

    @property
    def lower_end(self) -> Sample | None:
        """The last sample of the main piece, if the fluctuations end there."""
        return self.pieces[0][-1] if self.pieces and self.complete else None


@lru_cache(maxsize=512)
def _assembled(problem: Problem, stage_up: int, stage_down: int) -> Curve:
    start = _start(problem)
    complete = stage_down == len(_TOLERANCES.lowest) - 1
    pieces = []
    if start is not None:
        up = [sample.reversed() for sample in _up(problem, stage_up)[::-1]]
        pieces.append((*up, start.towards(-1.0, -1.0), *_down(problem, stage_down)))
    if complete and is_driven(problem) and not (pieces and _reaches_rest(pieces[0][-1])):
        pieces.append(_small_response(problem))
    return Curve(tuple(piece for piece in pieces if piece), complete)


def _reaches_rest(last: Sample) -> bool:
    return last.profile.ln_gamma < 2.0 * math.log(SMALLEST_GAIN)


def curve(problem: Problem, ln_gamma: float) -> Curve:
    """The curve of solutions, followed far enough to know all its crossings of a gain."""
    stage_up, stage_down = 0, 0
    found = _assembled(problem, stage_up, stage_down)
    while found.pieces and found.pieces[0][0].profile.ln_gamma < ln_gamma and stage_up < _TOLERANCES.stages_up:
        stage_up += 1
        found = _assembled(problem, stage_up, stage_down)
    last = found.pieces[0][-1] if found.pieces else None
    if last is None or _may_reach(problem, last, ln_gamma) or _is_disconnected(problem, last):
        found = _assembled(problem, stage_up, len(_TOLERANCES.lowest) - 1)
    return found


def whole_curve(problem: Problem) -> Curve:
    """The curve of solutions down to its lower end, and up to eight times the gain at which it was met.

    Next to the zero state, where nothing but the approach to it happens, the first stage is enough.
    """
    found = _assembled(problem, 0, 0)
    near_zero = found.pieces and found.pieces[0][-1].profile.x_limit == 0.0 and not is_driven(problem)
    return found if near_zero else _assembled(problem, 0, len(_TOLERANCES.lowest) - 1)


def _may_reach(problem: Problem, last: Sample, ln_gamma: float) -> bool:
    """Whether the curve may reach a gain beyond its last sample."""
    if is_driven(problem):
        return ln_gamma <= last.profile.ln_gamma + _TOLERANCES.above
    return _is_within(last, ln_gamma, 4.0)


def _is_disconnected(problem: Problem, last: Sample) -> bool:
    """Whether a driven curve loses its way where it ends without noise: the small response is then a piece apart."""
    p = last.profile
    at_zero = p.x[0] < _TOLERANCES.lost and last.d_ln_gamma > 0.0
    at_static = last.fluctuating_part < _TOLERANCES.lowest[-1].part and p.ln_gamma > 2.0 * math.log(
        _TOLERANCES.lowest[0].gain
    )
    return is_driven(problem) and bool(at_zero or at_static)


def ends_near(last: Sample, ln_gamma: float) -> bool:
    """Whether a gain lies between the last sample and where the fluctuations vanish."""
    return _is_within(last, ln_gamma, 0.9)


def _is_within(last: Sample, ln_gamma: float, share: float) -> bool:
    """Whether a gain lies within a share of the way from the last sample to where the fluctuations vanish."""
    part = last.profile.x[0] - last.profile.x_limit
    closing = last.dx[-1] - last.dx[0]
    # Without a limit ln X_0 goes to minus infinity, and ln gamma changes in proportion to X_0.
    arclength = part / closing if last.profile.x_limit > 0.0 and closing > 0.0 else 1.0 / abs(last.d_ln_x)
    beyond = (ln_gamma - last.profile.ln_gamma) * math.copysign(1.0, last.d_ln_gamma)
    return bool(0.0 <= beyond <= share * abs(last.d_ln_gamma) * arclength)


@dataclass(frozen=True)
class Prediction:
    """A solution predicted at a gain: x on the trace's grid; the sample nearest to it, if it comes from a curve."""

    x: FloatArray
    window: float
    sample: Sample | None


def crossings(found: Curve, ln_gamma: float) -> list[Prediction]:
    """Solutions at a gain, predicted by Hermite interpolation of the curve."""
    return [
        Prediction(*between(one, two, u), one if u < 0.5 else two)
        for samples in found.with_folds
        for one, two in itertools.pairwise(samples)
        for u in fractions(one, two, ln_gamma)
    ]
