"""The trace of an infinitesimal kick in the stationary state of the mean field: m(t) = <exp(-int_0^t sigma_z)>.

What comes back through the couplings is orthogonal to the kick, so that a unit keeps of its own share what its update
gate leaves. At a constant update gate that is e^{-s t} for kicks of any size. Where the gate moves, z is a stationary
Gaussian process whose covariance the mean field gives (docs/theory.md, section 5): paths of it are drawn on the ring of
time on which it was solved.
"""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.special import expit

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.ensemble import PointSolution, solve, surroundings
from phasemap.theory.ensemble.sampling.ring import resample
from phasemap.theory.static import fixed_points
from phasemap.theory.transient.memory.frozen import FrozenUnits

# Paths of z, in groups whose scatter gives the error.
_GROUPS, _PATHS = 16, 64
# Longest step and most steps of these paths.
_STEP, _MOST_STEPS = 0.4, 2**15
_LARGEST_STATIC, _ZERO = 3, 0


class Kind(Enum):
    """What the stationary state is."""

    FROZEN = "no unit moves"
    MOVING = "units fluctuate"
    UNKNOWN = "the mean field found no stationary state"


@dataclass(frozen=True)
class Attractor:
    """The stationary state: units for a frozen one, or of a constant gate; times and m (n,) with errors for a moving
    one, up to half of the window in which it was solved."""

    kind: Kind
    units: FrozenUnits | None = None
    times: FloatArray | None = None
    overlap: FloatArray | None = None
    error: FloatArray | None = None
    settled: bool = True


def static_units(p: Parameters) -> FrozenUnits | None:
    """Gates at the largest static solution, or in the silent state; None where inputs leave no fixed point."""
    found = np.asarray(fixed_points.solve_points([p])["delta_z"].value, dtype=float)[0]
    for slot in (_LARGEST_STATIC, _ZERO):
        if not math.isnan(found[slot]):
            return FrozenUnits(p, float(found[slot]))
    return None


def find_attractor(p: Parameters, seed: np.random.SeedSequence, options: EnsembleOptions | None = None) -> Attractor:
    """The stationary state that the phase diagram names: fluctuating where there is one, else a stable fixed point."""
    if is_constant_gate(p.alpha_z, p.beta_z):
        return Attractor(Kind.MOVING, FrozenUnits(p, 0.0))
    chosen = options or EnsembleOptions(relative_error=0.01, exponents=False)
    solved = solve(p, chosen, seed, surroundings([p])[0])
    if isinstance(solved, PointSolution):
        return _sampled(p, solved, seed)
    stable = _stable_units(p)
    return Attractor(Kind.UNKNOWN) if stable is None else Attractor(Kind.FROZEN, stable)


def _stable_units(p: Parameters) -> FrozenUnits | None:
    found = fixed_points.solve_points([p])
    gain, delta_z = (np.asarray(found[name].value, dtype=float)[0] for name in ("static_gain", "delta_z"))
    for slot in (_LARGEST_STATIC, _ZERO):
        if not math.isnan(delta_z[slot]) and gain[slot] < 1.0:
            return FrozenUnits(p, float(delta_z[slot]))
    return None


def _sampled(p: Parameters, solved: PointSolution, seed: np.random.SeedSequence) -> Attractor:
    # The mean field keeps its step as long as its own numbers allow; gates are integrated on a finer one.
    ring = solved.ring
    while ring.step > _STEP and ring.steps < _MOST_STEPS:
        ring = ring.finer()
    activity = resample(solved.solution.activity, solved.ring, ring)
    covariance = solved.ensemble.process.gate_variable(activity, ring)
    amplitude = np.sqrt(np.maximum(ring.spectrum(covariance), 0.0))
    half = ring.steps // 2
    groups = []
    for child in np.random.SeedSequence(entropy=seed.entropy, spawn_key=(*seed.spawn_key, 10)).spawn(_GROUPS):
        white = np.random.default_rng(child).standard_normal((_PATHS, ring.steps))
        z = np.fft.irfft(np.fft.rfft(white, axis=1) * amplitude, ring.steps, axis=1) + p.m_z
        groups.append(_kept(p, z[:, : half + 1], ring.step))
    found = np.array(groups)
    times = np.asarray(ring.step * np.arange(half + 1.0), dtype=np.float64)
    error = np.std(found, axis=0, ddof=1) / math.sqrt(_GROUPS)
    return Attractor(Kind.MOVING, None, times, found.mean(axis=0), error, solved.is_settled)


def _kept(p: Parameters, z: FloatArray, step: float) -> FloatArray:
    """<exp(-int sigma_z)> over paths (paths, times): z straight from node to node, as in steps in gate time."""
    if math.isinf(p.alpha_z):
        positive = np.maximum(z, 0.0)
        change = np.diff(z, axis=1)
        share = np.where(change == 0.0, (z[:, 1:] > 0.0).astype(float), np.diff(positive, axis=1) / change)
    else:
        y = p.alpha_z * z - p.beta_z
        change = np.diff(y, axis=1)
        small = np.abs(change) < 1e-4
        share = np.where(
            small,
            expit(0.5 * (y[:, 1:] + y[:, :-1])),
            np.diff(np.logaddexp(0.0, y), axis=1) / np.where(small, 1.0, change),
        )
    total = np.concatenate([np.zeros((len(z), 1)), np.cumsum(step * share, axis=1)], axis=1)
    return np.asarray(np.exp(-total).mean(axis=0))
