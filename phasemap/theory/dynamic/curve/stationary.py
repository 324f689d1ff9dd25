"""Where the gain is stationary along the curve of fluctuating solutions: d ln gamma / d ln X_0 = 0."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from phasemap.kernels.dynamic.correlations import Constraint, Problem
from phasemap.kernels.dynamic.window import Grid
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.correlations import Profile, solve
from phasemap.theory.dynamic.curve.tracing import Sample


class _Tolerances(NamedTuple):
    """The secant method along the chord of a fold."""

    newton: float = 1e-12  # of Newton's method at each place
    residual: float = 1e-9  # a larger residual is no solution
    flat: float = 1e-11  # slope at which the curve counts as level
    first_step: float = 0.02  # share of the chord, to begin the secant with
    largest_step: float = 0.4  # share of the chord
    most_steps: int = 12  # a secant that needs more does not converge


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Flat:
    """A solution, its place along the chord, and d ln gamma along the curve there."""

    profile: Profile
    share: float
    slope: float

    @property
    def sample(self) -> Sample:
        """The solution as a sample of the curve."""
        tangent = self.profile.solution.tangent
        return Sample(self.profile, tangent[:-1], float(tangent[-1]))


@dataclass(frozen=True)
class Chord:
    """Solutions between two samples, one in every plane normal to the chord from the first to the second."""

    problem: Problem
    one: Sample
    two: Sample

    def at(self, share: float, level: Grid, window: float, x: FloatArray) -> Flat | None:
        """The solution in the plane through a fraction of the chord, and the slope of the curve."""
        first, second = self.one.profile, self.two.profile
        along_x, along_gamma = second.ln_x - first.ln_x, second.ln_gamma - first.ln_gamma
        length = math.hypot(along_x, along_gamma)
        constraint = Constraint(
            along_x / length, along_gamma / length, first.ln_x + share * along_x, first.ln_gamma + share * along_gamma
        )
        found = solve(self.problem, level, window, x, constraint.ln_gamma, constraint, _TOLERANCES.newton)
        if found is None or found.residual > _TOLERANCES.residual:
            return None
        # Once more from the solution: the tangent is that of the last linear system, which was a step behind.
        found = solve(self.problem, level, window, found.x, found.ln_gamma, constraint, _TOLERANCES.newton, 1)
        if found is None:
            return None
        tangent = found.solution.tangent
        forward = constraint.along_x * tangent[0] / found.x[0] + constraint.along_gamma * tangent[-1]
        return Flat(found, share, math.copysign(1.0, forward) * float(tangent[-1]))

    def flat_point(self, level: Grid, window: float, x: FloatArray, share: float) -> Flat | None:
        """The extremum of the gain, by the secant method in the fraction of the chord."""
        before = self.at(share - _TOLERANCES.first_step, level, window, x)
        here = None if before is None else self.at(share, level, window, before.profile.x)
        for _ in range(_TOLERANCES.most_steps):
            if before is None or here is None:
                return None
            if abs(here.slope) < _TOLERANCES.flat or here.slope == before.slope:
                break
            step = here.slope * (here.share - before.share) / (here.slope - before.slope)
            step = min(max(step, -_TOLERANCES.largest_step), _TOLERANCES.largest_step)
            after = self.at(here.share - step, level, window, here.profile.x)
            before, here = here, after
        return here
