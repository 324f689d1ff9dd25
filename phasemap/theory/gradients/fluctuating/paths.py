"""Gradients along the fluctuating state of a moving update gate: a march over an ensemble of paths.

The bias of M paths, of order 1/M, is taken out by groups that are solved and marched alone (jackknife); their scatter
is the statistical error. Two steps tell the error of the step.
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from phasemap.kernels.gradients.path_march import path_march
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import point as single
from phasemap.theory.ensemble.errors.budget import debias, standard_error
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution.window import GROUPS, Found, Surroundings
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.ring import Ring, resample
from phasemap.theory.gradients.fluctuating.lanes import Sample, sample


class _Tolerances(NamedTuple):
    """How lags fall on steps."""

    whole: float = 1e-9  # part of a step that is rounding


_TOLERANCES = _Tolerances()


# The ring must hold the adjoint's own correlations too: shorter ones make it too small.
_SHORTEST_RING, _PERIOD_PER_EDGE = 200.0, 24.0
# Step of the march in membrane times, and most steps of a ring.
_STEP, _MOST_STEPS = 0.1, 1 << 16
# Further out growth at the rate of the Lyapunov exponent is known as well as what a march of few paths gives.
LONGEST = 24.0
# Lanes in all groups together up to so many steps, falling with this power of more of them (less accuracy is asked for
# at long lags); a ring gives several segments where it is long.
_FEW_STEPS, _POWER = 80, 1.7
_RING_PER_LAG, _RING_PER_SEGMENT = 2.0, 24.0
ROWS = (
    "adjoint_variance", "adjoint_variance_z", "adjoint_variance_r", "retained_overlap",
    "gradient_profile_h", "gradient_profile_z", "gradient_profile_r", "gradient_profile_input",
    "gradient_variance_h", "gradient_variance_z", "gradient_variance_r", "gradient_variance_input",
)  # fmt: skip


@dataclass(frozen=True)
class PathMarch:
    """Logarithms (len(ROWS), n + 1) against lag, the bias removed, with statistical and other errors.

    groups: (G, len(ROWS), n + 1) of every group alone.
    """

    lags: FloatArray
    logarithms: FloatArray
    statistical: FloatArray
    systematic: FloatArray
    groups: FloatArray


def solve_state(
    parameters: Parameters, options: EnsembleOptions, seed: np.random.SeedSequence, around: Surroundings
) -> PointSolution | Found:
    """The fluctuating state on a ring that is long enough for gradients."""
    least = _PERIOD_PER_EDGE / _SHORTEST_RING
    edge = min(around.edge, least) if around.edge > 0.0 else least
    return single.solve(parameters, options, seed, replace(around, edge=edge))


def march_paths(
    solution: PointSolution, longest: float, seed: np.random.SeedSequence, most_lanes: int = 65536
) -> PathMarch:
    """March up to a lag (at most LONGEST and a quarter of the ring) along up to `most_lanes` stretches of paths."""
    ring = _fine_ring(solution.ring)
    longest = min(longest, LONGEST, 0.25 * ring.period)
    count = 2 * max(math.ceil(0.5 * longest / ring.step - _TOLERANCES.whole), 4)
    process = solution.ensemble.process
    noise = Noise(seed, GROUPS, ring.steps, process.noise_placement != 0)
    segments = max(int(ring.period / max(_RING_PER_LAG * longest, _RING_PER_SEGMENT)), 1)
    lanes = int(most_lanes * min(_FEW_STEPS / count, 1.0) ** _POWER)
    noise.grow(max(lanes // segments, 1))
    ensemble = Ensemble(process, ring, noise)

    def drawn(activity: FloatArray, group: int | None) -> Sample:
        """Paths drawn for one group, or for all."""
        on_ring = resample(activity, solution.ring, ring)
        return sample(ensemble, on_ring, noise.members(group), count, segments)

    whole = drawn(solution.solution.activity, None)
    full, coarse = _numbers(whole, process.inside), _numbers(whole.thinned(), process.inside)
    groups = np.stack([_numbers(drawn(one.activity, k), process.inside) for k, one in enumerate(solution.groups)])
    return _summary(np.asarray(ring.step * np.arange(count + 1), dtype=float), full, coarse, groups)


def _summary(lags: FloatArray, full: FloatArray, coarse: FloatArray, groups: FloatArray) -> PathMarch:
    shape = full.shape
    values, correction = debias(full.ravel(), groups.reshape(len(groups), -1))
    statistical = standard_error(groups.reshape(len(groups), -1))
    # Errors are even in the step: what halving it changed, a third of it is still to come.
    with np.errstate(invalid="ignore"):
        change = (full[:, ::2] - coarse) / 3.0
    change = np.stack([np.interp(lags, lags[::2], np.nan_to_num(row)) for row in change])
    systematic = np.hypot(0.25 * np.abs(change), 0.5 * np.abs(correction.reshape(shape)))
    return PathMarch(lags, values.reshape(shape) + change, statistical.reshape(shape), systematic, groups)


def _fine_ring(ring: Ring) -> Ring:
    while ring.step > _STEP * 1.0001 and 2 * ring.steps <= _MOST_STEPS:
        ring = ring.finer()
    return ring


def _numbers(drawn: Sample, inside: bool) -> FloatArray:
    """Logarithms (len(ROWS), n + 1) of all numbers of one sample."""
    shared, step = drawn.shared, drawn.step
    n, lanes = drawn.lanes.gate.shape[0] - 1, drawn.lanes.gate.shape[1]
    covariances = np.zeros((4, n + 1, n + 1))
    rows, controls = (np.zeros((2, n + 1, lanes), dtype=np.float32) for _ in range(2))
    path_march(drawn.lanes, shared, step, rows, controls, covariances)
    a, x, z, r = covariances
    diagonal = [np.diagonal(one) for one in (a, z, r)]
    z_unit = 1.0 / shared.tau_z**2 if shared.tau_z > 0.0 else 1.0
    live_r = shared.has_r and shared.tau_r > 0.0
    r_part = r / shared.tau_r**2 if live_r else _times_lag(x, shared.cross)
    profiles = [
        _profile(_times_lag(x, drawn.activity * shared.output), step),
        _profile(_times_lag(z, drawn.activity) * z_unit, step),
        _profile(_times_lag(r_part, drawn.activity), step),
        _profile(x if inside else a, step),
    ]
    totals = [_integral(row, step) for row in profiles]
    if shared.tau_z == 0.0:
        diagonal[1] = np.zeros(n + 1)
    table = np.stack([*diagonal, a[:, 0], *profiles, *totals])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(table))


def _times_lag(square: FloatArray, function: FloatArray) -> FloatArray:
    """Entries (i, j), i >= j, times a function of i - j."""
    n = len(function)
    difference = np.abs(np.arange(n)[:, None] - np.arange(n))
    return np.asarray(square * function[difference])


def _profile(square: FloatArray, step: float) -> FloatArray:
    """2 int_0^s ds' of entries (i, j <= i)."""
    lower = np.tril(square)
    return np.asarray(2.0 * step * (lower.sum(axis=1) - 0.5 * (lower[:, 0] + np.diagonal(lower))))


def _integral(row: FloatArray, step: float) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(0.5 * step * (row[1:] + row[:-1]))])
