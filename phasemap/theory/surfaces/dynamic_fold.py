"""Folds of the fluctuating mean field: where a pair of fluctuating solutions, one of them stable, appears.

Along the curve of solutions (`phasemap.theory.dynamic.curve.solution_curve`) a fold is an extremum of the gain,
d ln gamma / d ln X_0 = 0: a minimum where the fluctuating attractor ends (the dynamic fold g_d), a maximum where, under
noise, the response of small amplitude ends. As the variance at the fold goes to zero it meets the instability of the
zero state, in the dynamic tricritical point (docs/theory.md (5.4)).
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from phasemap.kernels.dynamic.correlations import Problem
from phasemap.theory.dynamic.autocovariance.correlations import Profile, grid_for, is_driven, resample, window_for
from phasemap.theory.dynamic.curve import solution_curve
from phasemap.theory.dynamic.curve.segments import between
from phasemap.theory.dynamic.curve.stationary import Chord
from phasemap.theory.dynamic.curve.tracing import Sample, trace_grid

_LEVELS = ((32, 1.0), (44, 1.15))


class _Tolerances(NamedTuple):
    """Which folds are believed."""

    smallest_variance: float = 2e-4  # at which a fold is solved for: below, it is extrapolated
    same: float = 0.02  # folds at two resolutions that differ by more in ln X_0 are not one


_TOLERANCES = _Tolerances()
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
        """Whether a slightly smaller variance would be within rounding of the zero state."""
        return bool(self.profile.x_limit == 0.0 and self.profile.x[0] < 3.0 * _smallest_variance(self.profile.problem))


@lru_cache(maxsize=4096)
def folds(problem: Problem) -> tuple[Fold, ...]:
    """All folds on the curve of fluctuating solutions, from large to small variance."""
    found = []
    for samples in solution_curve.whole_curve(problem).pieces:
        for one, two in itertools.pairwise(samples):
            if one.d_ln_gamma * two.d_ln_gamma < 0.0 and not _is_within_rounding_of_zero(two.profile):
                fold = _between(problem, one, two)
                if fold is not None:
                    found.append(fold)
    return tuple(found)


def _is_within_rounding_of_zero(profile: Profile) -> bool:
    """Whether the curve is so close to the zero state that rounding turns its flat end up and down."""
    near_zero = profile.x_limit == 0.0 and not is_driven(profile.problem)
    return bool(near_zero and profile.x[0] < _smallest_variance(profile.problem))


def _smallest_variance(problem: Problem) -> float:
    return _TOLERANCES.smallest_variance / (1.0 + problem.tau_r)


def _between(problem: Problem, one: Sample, two: Sample) -> Fold | None:
    """The fold between two samples of the curve, at rising resolution."""
    share = one.d_ln_gamma / (one.d_ln_gamma - two.d_ln_gamma)
    x, window = between(one, two, share)
    chord = Chord(problem, one, two)
    nodes, flat, before = trace_grid(problem), None, None
    for count, longer in _LEVELS:
        level = grid_for(problem, count)
        start = resample(nodes, window, x, level, longer * window)
        before = flat
        flat = chord.flat_point(level, longer * window, start, share)
        if flat is None:
            return None
        nodes, x, window, share = level, flat.profile.x, window_for(problem, flat.profile.rate), flat.share
    if before is None or flat is None or abs(flat.profile.ln_x - before.profile.ln_x) > _TOLERANCES.same:
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
