"""The time scale of a slow state: sought with the time scale of C(t) held, by the sign of the map's pull on it.

With its half time s held, the shape of C(t) settles within a few maps on a window of a few s, however slow the true
solution is. The pull there is positive while the true time scale is longer and falls as s grows, smoothly in ln s: the
solution is its root, found by secants. Windows, time steps and work per map grow with s in proportion, so that slow
states cost no more than fast ones.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.ensemble.errors.budget import standard_error
from phasemap.theory.ensemble.numbers import admissible
from phasemap.theory.ensemble.resolution import soft
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring


class _Rule(NamedTuple):
    """Numbers of the search; times in membrane time constants."""

    window: float = 20.0  # period over the half time that is held
    narrowest: float = 8.0  # the same where the longest window allows for no more
    most_steps: int = 512  # of a window
    coarser: float = 2.0  # than the first time step: all that is wanted of one is settled with several (`timestep`)
    groups: int = 4  # of paths, whose scatter tells the error
    paths: int = 256  # in all: a time scale is known to a tenth then
    settle: int = 5  # maps that settle the shape at a time scale
    lowest: float = 5e-3  # C_phi(0) at the start, next to an onset
    highest: float = 0.6  # and elsewhere
    near: float = 0.3  # C_phi(0) at the start, up to which the shape is solved for at every time scale,
    solved: float = 1e-3  # to this residual
    iterations: int = 30  # in so many maps at most
    factor: float = math.log(8.0)  # from one time scale to the next while nothing is known of the root
    close: float = 0.15  # in ln s, where the search ends
    apart: float = 0.6  # in ln s, of two pulls that tell how steeply it falls
    tries: int = 12  # of time scales, at most
    zero: float = 1e-5  # <phi^2> of the zero state
    errors: float = 3.0  # of the groups, by which a pull is positive for sure


RULE = _Rule()


@dataclass(frozen=True)
class Held:
    """C_phi (half,) with its half time held, and the pull of the map there, in ln(time scale)."""

    ring: Ring
    activity: FloatArray
    half_time: float
    pull: float

    def at(self, half_time: float, options: EnsembleOptions) -> "Held":
        """The same shape with another half time, on the ring for it."""
        ring = ring_for(half_time, options)
        x = soft.stretched(self.ring, self.activity, math.log(half_time / self.half_time), ring)
        return Held(ring, x, half_time, math.nan)


@dataclass(frozen=True)
class Sought:
    """Where a search ended: the last state, the predicted half time, whether the pull changes sign there.

    kappa: fall of the pull per unit of ln(half time) about there; NaN if it was not bracketed.
    """

    held: Held
    half_time: float
    bracketed: bool
    kappa: float

    @property
    def is_zero(self) -> bool:
        """Whether the activity died out."""
        return bool(self.held.activity[0] < RULE.zero)


def seek(process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, shortest: float) -> Sought:
    """The half time of C_phi, sought from `shortest` upwards as far as the longest window allows."""
    top = math.log(longest_half_time(options))
    at = min(math.log(shortest), top)
    low = high = held = None
    pulls: list[tuple[float, float]] = []
    for _ in range(RULE.tries):
        held = _hold(process, options, seed, math.exp(at), held)
        if held.activity[0] < RULE.zero:
            if high is not None or at >= top:
                return Sought(held, math.exp(at), False, math.nan)
            # So short a time scale dies out; a longer one may keep itself up.
            at, held = min(at + RULE.factor, top), None
            continue
        low, high = _narrowed(low, high, (at, held.pull), pulls[-1][1] if pulls else 0.0)
        pulls.append((at, held.pull))
        following = _next(low, high, top)
        if abs(following - at) < RULE.close:
            return Sought(held, math.exp(following), high is not None, _slope(pulls))
        at = following
    assert held is not None
    return Sought(held, math.exp(at), low is not None and high is not None, _slope(pulls))


def longest_half_time(options: EnsembleOptions) -> float:
    """The longest half time that fits into the longest window."""
    return options.longest_window / RULE.narrowest


def ring_for(half_time: float, options: EnsembleOptions) -> Ring:
    """A window for a half time, of a power of two steps."""
    period = min(RULE.window * half_time, options.longest_window)
    steps = 1 << max(6, math.ceil(math.log2(period / (RULE.coarser * options.time_step))))
    return Ring(period, min(steps, RULE.most_steps))


def settle(ensemble: Ensemble, activity: FloatArray, half_time: float, maps: int) -> tuple[FloatArray, float]:
    """C_phi (half,) after some maps with its half time held, and the pull at the last of them."""
    ring, odd, x = ensemble.ring, ensemble.process.is_odd, activity
    pull = math.nan
    for _ in range(maps):
        x = hold(ring, x, half_time, odd)
        along = soft.direction(ring, x)
        after = ensemble.map(x)
        pull = soft.pull_along(after - x, along)
        x = admissible(after)
        if x[0] < RULE.zero:
            break
    return hold(ring, x, half_time, odd), pull


def settled(ensemble: Ensemble, activity: FloatArray, half_time: float) -> tuple[FloatArray, float]:
    """The same with a shape that is solved for next to an onset, where maps settle the amplitude ever more slowly."""
    if not is_near_an_onset(ensemble.process):
        return settle(ensemble, activity, half_time, RULE.settle)

    def held(y: FloatArray) -> FloatArray:
        """The map with the half time held."""
        return hold(ensemble.ring, ensemble.map(y), half_time, ensemble.process.is_odd)

    start = _shape(ensemble.ring, _level(ensemble.process), half_time)
    found = anderson.solve(held, start, RULE.solved, RULE.iterations, admissible)
    return settle(ensemble, found.x, half_time, 1)


def hold(ring: Ring, activity: FloatArray, half_time: float, odd: bool) -> FloatArray:
    """C_phi (half,) stretched to a half time."""
    now = soft.half_time(ring, activity, odd)
    if not 0.0 < now < math.inf:
        return _shape(ring, float(activity[0]), half_time)
    return admissible(soft.stretched(ring, activity, math.log(half_time / now)))


def pulls_on(ensemble: Ensemble, activity: FloatArray) -> bool:
    """Whether the pull at C_phi (half,) is positive by three errors: the true time scale is longer."""
    along, groups = soft.direction(ensemble.ring, activity), range(len(ensemble.noise.groups))
    pulls = np.array([[soft.pull_along(ensemble.map(activity, g) - activity, along)] for g in groups])
    error = float(standard_error(pulls)[0])
    return math.isfinite(error) and bool(pulls.mean() > RULE.errors * error)


def _hold(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, half_time: float, before: Held | None
) -> Held:
    ring = ring_for(half_time, options)
    noise = Noise(seed, RULE.groups, ring.steps, False)
    noise.grow(RULE.paths)
    ensemble = Ensemble(process, ring, noise)
    start = _shape(ring, _level(process), half_time) if before is None else before.at(half_time, options).activity
    activity, pull = settled(ensemble, start, half_time)
    return Held(ring, activity, half_time, pull)


def is_near_an_onset(process: Process) -> bool:
    """Whether the zero state is only just unstable: amplitude and shape are soft then as well as the time scale."""
    return _level(process) <= RULE.near


def _level(process: Process) -> float:
    """C_phi(0) to start from: next to an onset it is about the gain beyond it; maps alone take long to get there."""
    p = process.parameters
    return float(np.clip(p.g_h * p.output_gate.at_rest - 1.0, RULE.lowest, RULE.highest))


def _slope(pulls: list[tuple[float, float]]) -> float:
    """Fall of the pull with ln s across its root: of few paths it is known from places far apart only."""
    pairs = [(b[0] - a[0], a[1] - b[1]) for a in pulls for b in pulls if a[1] > 0.0 >= b[1]]
    apart = [one for one in pairs if one[0] >= RULE.apart]
    if not pairs:
        return math.nan
    distance, fall = min(apart) if apart else max(pairs)
    return fall / distance


def _shape(ring: Ring, level: float, half_time: float) -> FloatArray:
    return np.asarray(level * np.exp2(-ring.lags / half_time))


def _narrowed(
    low: tuple[float, float] | None, high: tuple[float, float] | None, new: tuple[float, float], before: float
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """The bracket with a new end; the other one counts half where the same end moves twice (the Illinois rule)."""
    twice = new[1] * before > 0.0
    if new[1] > 0.0:
        return new, (high[0], 0.5 * high[1]) if high is not None and twice else high
    return (low[0], 0.5 * low[1]) if low is not None and twice else low, new


def _next(low: tuple[float, float] | None, high: tuple[float, float] | None, top: float) -> float:
    """The next ln s: a step up or down, or the root of the straight line between two pulls."""
    if high is None:
        assert low is not None
        return min(low[0] + RULE.factor, top)
    if low is None:
        return high[0] - RULE.factor
    share = low[1] / (low[1] - high[1])
    return low[0] + min(max(share, 0.1), 0.9) * (high[0] - low[0])
