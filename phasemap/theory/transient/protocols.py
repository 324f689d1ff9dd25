"""What is read off two-time covariances: relaxation, exponents, kicks; extrapolated over three steps."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from phasemap.errors import ParameterError
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate
from phasemap.theory.transient.drive import Drive
from phasemap.theory.transient.nodes import Layout, kicked, one_copy
from phasemap.theory.transient.solve import two_times

STEP = 0.2
# Over how much of the end of a run the growth of a perturbation is taken, in gated membrane times.
_GROWTH = 20.0
# A march of this many nodes has arrays that fit a laptop.
_MOST_NODES = 6000
# The error in units of what the last column changed.
_SAFETY = 5.0
# Nodes of a cubic.
_STENCIL = 4


@dataclass(frozen=True)
class Number:
    """Values (n,) with their errors: a multiple of what the last column of the extrapolation changed."""

    value: FloatArray
    error: FloatArray


@dataclass(frozen=True)
class Relaxation:
    """A network from h(0) ~ N(0, amplitude^2): variance of h over units at `times` (n,), in membrane times.

    square, activity: <h^2> and <phi^2>, which the means add to where inputs are common to all units.
    exponent: growth rate of a perturbation at the end of the run; correlation (m,): C(t, t - lag) / C(t, t) at the end
    over `lags` (m,).
    """

    times: FloatArray
    variance: Number
    square: Number
    activity: Number
    exponent: Number
    lags: FloatArray
    correlation: Number


@dataclass(frozen=True)
class Kick:
    """A finite kick A u, u ~ N(0, 1) per unit, at `delays` (n,) after it, in membrane times.

    overlap: m = e^{-c t}, exactly; distance: r = |delta h|^2 / |delta h(0)|^2; cosine: m / sqrt(r).
    deviation: standard deviation of h over units when the kick came, which sets its scale.
    """

    delays: FloatArray
    overlap: Number
    distance: Number
    cosine: Number
    deviation: float


def relax(
    p: Parameters, duration: float, lags: FloatArray, amplitude: float = 1.0, step: float = STEP,
    drive: Drive | None = None, at: FloatArray | None = None,
) -> Relaxation:  # fmt: skip
    """Relaxation from a random state (docs/theory.md, section 15), read at times (n,) or at the end of every step.

    duration, lags, step and the times in membrane times; a run is read between its steps by cubics that cross no kink.

    Raises:
        UnsupportedError: the update gate moves or is closed, the output gate is hard or without inertia, or there is
            noise.
        ParameterError: too many steps.
    """
    rate = gated_rate(p)
    steps = step_count(duration * rate, step, 1)
    times = np.asarray(duration * np.arange(1, steps + 1) / steps, dtype=float) if at is None else at

    def of_level(level: int) -> FloatArray:
        """The numbers from one refinement of the grid."""
        found = two_times(p, one_copy(duration * rate, steps * level), amplitude, tangent=True,
                          drive=drive)  # fmt: skip
        assert found.tangent is not None
        n, own = len(found.membrane) - 1, duration * rate / (steps * level)
        variance = np.diagonal(found.membrane)
        parts = (variance, variance + found.mean**2, found.activity)
        at_times = [_smoothest(found.layout.time, part, times * rate) for part in parts]
        back = max(round(_GROWTH / own), 1) if n > 2 * _GROWTH / own else n // 2
        growth = 0.5 * math.log(found.tangent[n, n] / found.tangent[n - back, n - back]) / (back * own) * rate
        shape = [float(np.interp(n - lag * rate / own, np.arange(n + 1), found.membrane[n])) for lag in lags]
        return np.concatenate([*at_times, [growth, found.cut_off], np.array(shape) / found.membrane[n, n]])

    values, errors = both = _richardson(of_level)
    # First-order perturbation of (1 + lambda)^2, the eigenvalue that the potential <phi' phi'> of section 6 gives.
    last = 3 * len(times)
    cut_off = rate * values[last + 1] / (2.0 * max(1.0 + values[last] / rate, 0.1))
    exponent = Number(values[last : last + 1], errors[last : last + 1] + abs(cut_off))
    variance, square, activity = (_part(both, slice(k * len(times), (k + 1) * len(times))) for k in range(3))
    return Relaxation(times, variance, square, activity, exponent, lags, _part(both, slice(last + 2, None)))


def kick(
    p: Parameters, amplitude: float, delays: FloatArray, relaxation: float = 30.0, step: float = STEP,
    drive: Drive | None = None,
) -> Kick:  # fmt: skip
    """Two copies of one network, one of them kicked: finite kicks exactly, as N goes to infinity.

    The relaxation starts from h ~ N(0, 1). delays (n,) > 0, relaxation and step in membrane times.

    Raises:
        UnsupportedError: as `relax`.
        ParameterError: no positive amplitude or delays, or too many steps.
    """
    if amplitude <= 0.0 or delays.min() <= 0.0:
        raise ParameterError("A kick needs an amplitude above 0, and delays above 0.")
    rate, longest = gated_rate(p), float(delays.max())
    before, after = step_count(relaxation * rate, step, 1), step_count(longest * rate, step, 2)

    def of_level(level: int) -> FloatArray:
        """The distances from one refinement of the grid."""
        layout = kicked((relaxation * rate, before * level), (longest * rate, after * level), amplitude**2)
        found = two_times(p, layout, 1.0, drive=drive)
        return _distances(found.membrane, layout, delays * rate, amplitude)

    both = _richardson(of_level)
    distance = _part(both, slice(0, len(delays)))
    overlap = np.exp(-rate * delays)
    return Kick(
        delays, Number(overlap, np.zeros(len(delays))), distance,
        Number(overlap / np.sqrt(distance.value), 0.5 * overlap * distance.error / distance.value**1.5),
        math.sqrt(float(both[0][-1])),
    )  # fmt: skip


def _distances(membrane: FloatArray, layout: Layout, delays: FloatArray, amplitude: float) -> FloatArray:
    """r at delays, and last the variance of h when the kick came."""
    one, other = layout.of_copy(0), layout.of_copy(1)
    times = layout.time[one] - layout.time[one[0]]
    square = membrane[one, one] + membrane[other, other] - 2.0 * membrane[one, other]
    with np.errstate(divide="ignore"):
        curve = np.log(square / amplitude**2)
    values = np.exp([_cubic(times, curve, delay) for delay in delays])
    return np.append(values, membrane[one[0], one[0]])


def _smoothest(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    """Values (n,) between evenly spaced nodes, of the smoothest cubic: that with the least third difference.

    An input that jumps leaves a kink, and the cubic stands on one side of it. A straight line is of second order with a
    factor that depends on where in a step one reads, which no extrapolation in the step removes.
    """
    if len(x) < _STENCIL:
        return np.asarray(np.interp(at, x, y))
    place = (at - x[0]) / (x[1] - x[0])
    cell = np.clip(np.floor(place).astype(int), 0, len(x) - 2)
    rough = np.abs(np.diff(y, 3))
    starts = np.clip(cell[:, None] - np.arange(_STENCIL - 1), 0, len(x) - _STENCIL)
    first = np.take_along_axis(starts, np.argmin(rough[starts], axis=1)[:, None], axis=1)[:, 0]
    total = np.zeros(len(at))
    for k in range(_STENCIL):
        others = [o for o in range(_STENCIL) if o != k]
        weight = np.prod([(place - first - o) / (k - o) for o in others], axis=0)
        total += weight * y[first + k]
    return total


def _cubic(x: FloatArray, y: FloatArray, at: float) -> float:
    """Value between evenly spaced nodes by a cubic."""
    step = x[1] - x[0]
    first = min(max(int(at / step) - 1, 0), max(len(x) - 4, 0))
    nodes = range(first, min(first + 4, len(x)))
    weights = [math.prod((at / step - o) / (k - o) for o in nodes if o != k) for k in nodes]
    return float(sum(w * y[k] for w, k in zip(weights, nodes, strict=True)))


def step_count(duration: float, step: float, copies: int) -> int:
    """Steps of a march, refined up to four times, whose arrays fit a laptop.

    Raises:
        ParameterError: there are too many.
    """
    count = max(math.ceil(min(duration / step, _MOST_NODES)), 2)
    if 4 * count * copies > _MOST_NODES:
        raise ParameterError(
            f"{duration:g} membrane times in steps of {step:g} are too many for two-time covariances: take longer "
            "steps or a shorter run."
        )
    return count


def _richardson(of_level: Callable[[int], FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Values and errors from a step, its half and its quarter; errors are of second and third order in the step."""
    coarse, middle, fine = (of_level(level) for level in (1, 2, 4))
    first, second = middle + (middle - coarse) / 3.0, fine + (fine - middle) / 3.0
    change = (second - first) / 7.0
    return second + change, _SAFETY * np.abs(change)


def _part(both: tuple[FloatArray, FloatArray], places: slice) -> Number:
    return Number(both[0][places], both[1][places])
