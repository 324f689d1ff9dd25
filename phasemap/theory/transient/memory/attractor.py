"""The trace of an infinitesimal kick in the stationary state of the mean field: m(t) = <exp(-int_0^t sigma_z)>.

What comes back through the couplings is orthogonal to the kick, so that a unit keeps of its own share what its update
gate leaves. At a constant update gate that is e^{-s t} for kicks of any size. Where the gate moves, z is a stationary
Gaussian process whose covariance the mean field gives (docs/theory.md, section 5): paths of it are drawn on the ring of
time on which it was solved, and followed from many places on it.
"""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import expit

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.ensemble import PointSolution, solve, surroundings
from phasemap.theory.ensemble.resolution.window import Found
from phasemap.theory.ensemble.sampling.ring import resample
from phasemap.theory.gradients.states import nowhere_stationary
from phasemap.theory.static import fixed_points
from phasemap.theory.transient.memory.frozen import FrozenUnits

# Paths of z, in groups whose scatter gives the error, and places on each from which it is followed.
_GROUPS, _PATHS, _STARTS = 16, 64, 16
# Longest step and most steps of these paths.
_STEP, _MOST_STEPS = 0.4, 2**15
# Times at which the overlap is kept: all steps up to here, then so many to a decade.
_ALL, _PER_DECADE = 64, 64
_LARGEST_STATIC, _ZERO = 3, 0
# Change of a gate's argument over a step below which its value in the middle is its mean.
_SHORT = 1e-4
# Asked of the ensemble where nobody says: what is kept depends on it little.
_USUAL = EnsembleOptions(relative_error=0.01, exponents=False)


class Kind(Enum):
    """What the stationary state is."""

    FROZEN = "no unit moves"
    MOVING = "units fluctuate"
    NOWHERE = "there is no stationary state"
    UNKNOWN = "the mean field found no stationary state"


@dataclass(frozen=True)
class MovingOverlap:
    """m (n,) at times (n,) from 0 to half of the window in which the state was solved, with statistical errors.

    slow: the state is slower than the longest window, and its time scale was held.
    """

    times: FloatArray
    overlap: FloatArray
    error: FloatArray
    settled: bool
    slow: bool = False

    @property
    def end(self) -> float:
        """The last time at which m is known."""
        return float(self.times[-1])

    def at(self, times: FloatArray) -> tuple[FloatArray, FloatArray]:
        """m and its error at times (n,) up to `end`."""
        return np.asarray(CubicSpline(self.times, self.overlap)(times)), np.interp(times, self.times, self.error)

    def integral(self, start: FloatArray, stop: FloatArray) -> tuple[FloatArray, FloatArray]:
        """int m dt from start to stop (n,), with its error: that of m at either end, whichever is larger."""
        whole = CubicSpline(self.times, self.overlap).antiderivative()
        errors = np.maximum(*(np.interp(time, self.times, self.error) for time in (start, stop)))
        return np.asarray(whole(stop) - whole(start)), (stop - start) * errors


@dataclass(frozen=True)
class Attractor:
    """The stationary state: units for a frozen one, or of a constant gate; m for one that moves; a reason for none."""

    kind: Kind
    units: FrozenUnits | None = None
    moving: MovingOverlap | None = None
    reason: str = ""


def static_units(p: Parameters) -> FrozenUnits | None:
    """Gates at the largest static solution, or in the silent state; None where inputs leave no fixed point."""
    found = np.asarray(fixed_points.solve_points([p])["delta_z"].value, dtype=float)[0]
    for slot in (_LARGEST_STATIC, _ZERO):
        if not math.isnan(found[slot]):
            return FrozenUnits(p, float(found[slot]))
    return None


def static_state(p: Parameters) -> Attractor:
    """The static solution as a state."""
    units = static_units(p)
    return (
        Attractor(Kind.NOWHERE, reason="There is no static solution.")
        if units is None
        else Attractor(Kind.FROZEN, units)
    )


def find_attractor(p: Parameters, seed: np.random.SeedSequence, options: EnsembleOptions | None = None) -> Attractor:
    """The stationary state that the phase diagram names: fluctuating where there is one, else a stable fixed point.

    A hard update gate that pins the edge of the spectrum at 0 leaves the fixed point, which networks approach ever
    more slowly.
    """
    if is_constant_gate(p.alpha_z, p.beta_z):
        return Attractor(Kind.MOVING, FrozenUnits(p, 0.0))
    if reason := nowhere_stationary(p):
        return Attractor(Kind.NOWHERE, reason=f"There is no stationary state: {reason}.")
    pinned = _settled_units(p, "leading_edge", 0.0) if math.isinf(p.alpha_z) else None
    if pinned is not None:
        return Attractor(Kind.FROZEN, pinned)
    chosen = options or _USUAL
    solved = solve(p, chosen, seed, surroundings([p])[0])
    if isinstance(solved, PointSolution):
        return Attractor(Kind.MOVING, moving=_sampled(p, solved, seed))
    stable = _settled_units(p, "static_gain", math.nextafter(1.0, 0.0))
    if stable is not None:
        return Attractor(Kind.FROZEN, stable)
    return Attractor(Kind.UNKNOWN, reason="The mean field found no stationary state here.")


def _settled_units(p: Parameters, name: str, most: float) -> FrozenUnits | None:
    """Gates at the largest fixed point at which a quantity is not above `most`."""
    found = fixed_points.solve_points([p])
    value, delta_z = (np.asarray(found[one].value, dtype=float)[0] for one in (name, "delta_z"))
    for slot in (_LARGEST_STATIC, _ZERO):
        if not math.isnan(delta_z[slot]) and value[slot] <= most:
            return FrozenUnits(p, float(delta_z[slot]))
    return None


def _sampled(p: Parameters, solved: PointSolution, seed: np.random.SeedSequence) -> MovingOverlap:
    # The mean field keeps its step as long as its own numbers allow; gates are integrated on a finer one.
    ring = solved.ring
    while ring.step > _STEP and ring.steps < _MOST_STEPS:
        ring = ring.finer()
    activity = resample(solved.solution.activity, solved.ring, ring)
    covariance = solved.ensemble.process.gate_variable(activity, ring)
    amplitude = np.sqrt(np.maximum(ring.spectrum(covariance), 0.0))
    places = _places(ring.steps // 2)
    groups = []
    for child in np.random.SeedSequence(entropy=seed.entropy, spawn_key=(*seed.spawn_key, 10)).spawn(_GROUPS):
        white = np.random.default_rng(child).standard_normal((_PATHS, ring.steps))
        z = np.fft.irfft(np.fft.rfft(white, axis=1) * amplitude, ring.steps, axis=1) + p.m_z
        groups.append(_kept(p, z, ring.step, places))
    found = np.array(groups)
    error = np.std(found, axis=0, ddof=1) / math.sqrt(_GROUPS)
    times = np.asarray(ring.step * places, dtype=np.float64)
    return MovingOverlap(times, np.asarray(found.mean(axis=0)), np.asarray(error), solved.is_settled,
                         solved.found is Found.SLOW)  # fmt: skip


def _places(last: int) -> np.ndarray:
    """Numbers of steps, from 0 to the last, at which the overlap is kept."""
    few = np.arange(min(_ALL, last) + 1)
    count = math.ceil(_PER_DECADE * math.log10(max(last / _ALL, 1.0))) + 2
    return np.unique(np.concatenate([few, np.round(np.geomspace(max(few[-1], 1), last, count)).astype(int)]))


def _kept(p: Parameters, z: FloatArray, step: float, places: np.ndarray) -> FloatArray:
    """<exp(-int sigma_z)> over periodic paths (paths, times) and starts on them, after numbers of steps (n,)."""
    steps = z.shape[1]
    share = _open_share(p, z, np.roll(z, -1, axis=1))
    total = np.concatenate([np.zeros((len(z), 1)), np.cumsum(np.tile(step * share, 2), axis=1)], axis=1)
    starts = np.arange(_STARTS) * (steps // _STARTS)
    return np.array([np.exp(total[:, starts] - total[:, starts + place]).mean() for place in places])


def _open_share(p: Parameters, z: FloatArray, after: FloatArray) -> FloatArray:
    """Mean of sigma_z over steps in which z goes straight from one node to the next, as in steps in gate time."""
    if math.isinf(p.alpha_z):
        change = after - z
        with np.errstate(invalid="ignore", divide="ignore"):
            part = (np.maximum(after, 0.0) - np.maximum(z, 0.0)) / change
        return np.where(change == 0.0, (after > 0.0).astype(float), part)
    y, y_after = (p.alpha_z * one - p.beta_z for one in (z, after))
    change = y_after - y
    small = np.abs(change) < _SHORT
    rise = np.logaddexp(0.0, y_after) - np.logaddexp(0.0, y)
    return np.where(small, expit(0.5 * (y + y_after)), rise / np.where(small, 1.0, change))
