"""Folds of the fluctuating mean field: where a pair of fluctuating solutions, one of them stable, appears.

Along the curve of solutions (`phasemap.theory.branches`) a fold is an extremum of the gain, d ln gamma / d ln X_0 = 0:
a minimum where the chaotic attractor ends (the dynamic fold g_d), a maximum where, under noise, the quiet response
ends. As the variance at the fold goes to zero it meets the instability of the zero state, in the dynamic tricritical
point (theory notes, section 5).
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

from phasemap.kernels.correlations import Constraint, Problem
from phasemap.kernels.window import Grid
from phasemap.model.results import FloatArray
from phasemap.theory import branches
from phasemap.theory.correlations import Profile, grid, resample, solve, window_for

_LEVELS = ((32, 1.0), (44, 1.15))
_STRETCH = 5.0
_TOLERANCE = 1e-12
_ACCEPTED_RESIDUAL = 1e-9
# Secant method along the chord: when the curve counts as flat, first and largest step, number of steps.
_FLAT = 1e-11
_FIRST_STEP, _LARGEST_STEP, _MOST_STEPS = 0.02, 0.4, 12
_SMALLEST_VARIANCE = 2e-4
# Folds at two resolutions that differ by more in ln X_0 are not one.
_SAME = 0.02
MINIMUM, MAXIMUM = 0, 1


@dataclass(frozen=True)
class Fold:
    """A fold at fixed biases and inputs.

    kind: MINIMUM or MAXIMUM of the gain; error: of ln_gamma, between two resolutions.
    residual: the larger of the equations' residual and of |d ln gamma / d ln X_0|.
    """

    kind: int
    ln_gamma: float
    variance: float
    error: float
    residual: float
    profile: Profile

    @property
    def is_about_to_end(self) -> bool:
        """Whether a slightly smaller variance would drown in the zero state's neighbourhood."""
        return bool(self.profile.x_limit == 0.0 and self.profile.x[0] < 3.0 * _smallest_variance(self.profile.problem))


@lru_cache(maxsize=4096)
def folds(problem: Problem) -> tuple[Fold, ...]:
    """All folds on the curve of fluctuating solutions, from large to small variance."""
    samples = branches.whole_curve(problem).samples
    found = []
    for one, two in itertools.pairwise(samples):
        if one.d_ln_gamma * two.d_ln_gamma < 0.0 and not _drowns(two.profile):
            fold = _between(problem, one, two)
            if fold is not None:
                found.append(fold)
    return tuple(found)


def _drowns(profile: Profile) -> bool:
    """Whether the curve is so close to the zero state that rounding turns its flat end up and down."""
    near_zero = profile.x_limit == 0.0 and profile.problem.noise_h == 0.0
    return bool(near_zero and profile.x[0] < _smallest_variance(profile.problem))


def _smallest_variance(problem: Problem) -> float:
    return _SMALLEST_VARIANCE / (1.0 + problem.tau_r)


def _between(problem: Problem, one: branches.Sample, two: branches.Sample) -> Fold | None:
    """The fold between two samples of the curve, at rising resolution."""
    share = one.d_ln_gamma / (one.d_ln_gamma - two.d_ln_gamma)
    x, window = branches.between(one, two, share)
    chord = _Chord(problem, one, two)
    nodes, flat, before = branches.trace_grid(), None, None
    for count, longer in _LEVELS:
        level = grid(count, _STRETCH)
        start = resample(nodes, window, x, level, longer * window)
        before = flat
        flat = chord.flat_point(level, longer * window, start, share)
        if flat is None:
            return None
        nodes, x, window, share = level, flat.profile.x, window_for(problem, flat.profile.rate), flat.share
    if before is None or flat is None or abs(flat.profile.ln_x - before.profile.ln_x) > _SAME:
        return None  # an accident of rounding
    profile = flat.profile
    return Fold(
        kind=MINIMUM if one.d_ln_gamma < 0.0 else MAXIMUM,
        ln_gamma=profile.ln_gamma,
        variance=float(profile.x[0]) / math.exp(profile.ln_gamma),
        error=abs(profile.ln_gamma - before.profile.ln_gamma),
        residual=max(profile.residual, abs(flat.slope)),
        profile=profile,
    )


@dataclass(frozen=True)
class _Flat:
    """A solution, its place along the chord, and d ln gamma along the curve there."""

    profile: Profile
    share: float
    slope: float


@dataclass(frozen=True)
class _Chord:
    """Solutions between two samples, one in every plane normal to the chord from the first to the second."""

    problem: Problem
    one: branches.Sample
    two: branches.Sample

    def at(self, share: float, level: Grid, window: float, x: FloatArray) -> _Flat | None:
        """The solution in the plane through a fraction of the chord, and the slope of the curve."""
        first, second = self.one.profile, self.two.profile
        along_x, along_gamma = second.ln_x - first.ln_x, second.ln_gamma - first.ln_gamma
        length = math.hypot(along_x, along_gamma)
        constraint = Constraint(
            along_x / length, along_gamma / length, first.ln_x + share * along_x, first.ln_gamma + share * along_gamma
        )
        found = solve(self.problem, level, window, x, constraint.ln_gamma, constraint, _TOLERANCE)
        if found is None or found.residual > _ACCEPTED_RESIDUAL:
            return None
        # Once more from the solution: the tangent is that of the last linear system, which was a step behind.
        found = solve(self.problem, level, window, found.x, found.ln_gamma, constraint, _TOLERANCE, 1)
        if found is None:
            return None
        tangent = found.solution.tangent
        forward = constraint.along_x * tangent[0] / found.x[0] + constraint.along_gamma * tangent[-1]
        return _Flat(found, share, math.copysign(1.0, forward) * float(tangent[-1]))

    def flat_point(self, level: Grid, window: float, x: FloatArray, share: float) -> _Flat | None:
        """The extremum of the gain, by the secant method in the fraction of the chord."""
        before = self.at(share - _FIRST_STEP, level, window, x)
        here = None if before is None else self.at(share, level, window, before.profile.x)
        for _ in range(_MOST_STEPS):
            if before is None or here is None:
                return None
            if abs(here.slope) < _FLAT or here.slope == before.slope:
                break
            step = here.slope * (here.share - before.share) / (here.slope - before.slope)
            step = min(max(step, -_LARGEST_STEP), _LARGEST_STEP)
            after = self.at(here.share - step, level, window, here.profile.x)
            before, here = here, after
        return here
