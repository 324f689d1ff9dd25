"""Steps along the curve of fluctuating solutions: pseudo-arclength continuation in (ln X_0, ln gamma).

The equations are solved for the whole correlation function at a time; the plane of variance X_0 = gamma C_h(0) and
squared gain gamma = g_h**2 only measures how far to go.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from phasemap.kernels.dynamic.correlations import Constraint, Problem
from phasemap.kernels.dynamic.window import Grid
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.correlations import Profile, grid_for, solve, window_for


class _Tolerances(NamedTuple):
    """Steps of the continuation; lengths are those of arcs in (ln X_0, ln gamma)."""

    nodes: int = 24  # of the grid while tracing; solutions are refined afterwards
    first_newton: float = 1e-8  # of the first solve: its last Newton step is left to the second
    newton: float = 1e-10  # of the second solve, from two Newton steps
    first_step: float = 0.3  # short of what turns are like
    largest_step: float = 0.8  # a longer one may jump to another branch
    smallest_step: float = 1e-6  # below, the curve counts as ended
    most_samples: int = 200  # of one piece of the curve
    short: float = 0.02  # step from which on a sharp turn is gone around in smaller ones


_TOLERANCES = _Tolerances()


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


def trace_grid(problem: Problem) -> Grid:
    """The grid of all samples of a curve."""
    return grid_for(problem, _TOLERANCES.nodes)


def correct(problem: Problem, x: FloatArray, ln_gamma: float, window: float, constraint: Constraint) -> Sample | None:
    """The solution next to a prediction on the trace's grid, on a window that suits it; None if there is none."""
    for _ in range(4):
        found = solve(problem, trace_grid(problem), window, x, ln_gamma, constraint, _TOLERANCES.first_newton, 12)
        if found is None or found.residual > _TOLERANCES.first_newton or not found.fluctuates:
            return None
        wanted = window_for(problem, found.rate)
        if not wanted < math.inf:
            return None
        if 0.75 < window / wanted < 1.4:
            # Once more: the tangent is a Newton step behind the solution.
            x, ln_gamma = found.x, found.ln_gamma
            found = solve(problem, trace_grid(problem), window, x, ln_gamma, constraint, _TOLERANCES.newton, 2)
            if found is None or found.residual > _TOLERANCES.newton or not found.fluctuates:
                return None
            return Sample(found, found.solution.tangent[:-1], float(found.solution.tangent[-1]))
        wanted = min(max(wanted, 0.3 * window), 3.0 * window)
        x, window, ln_gamma = found.on(trace_grid(problem), wanted), wanted, found.ln_gamma
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


def follow(problem: Problem, start: Sample, finished: Callable[[Sample], bool]) -> list[Sample]:
    """Samples after `start` along its direction until `finished(sample)`, or until steps vanish."""
    samples: list[Sample] = []
    here, length = start, _TOLERANCES.first_step
    while len(samples) < _TOLERANCES.most_samples and length > _TOLERANCES.smallest_step and not finished(here):
        length = min(length, _distance_to_end(here))
        found = _next(problem, here, length)
        if found is None:
            length *= 0.5
            continue
        turn = found.d_ln_x * here.d_ln_x + found.d_ln_gamma * here.d_ln_gamma
        if turn < 0.9 and length > _TOLERANCES.short:
            length *= 0.5
            continue
        samples.append(found)
        here = found
        length = min(length * (1.6 if turn > 0.98 else 1.0), _TOLERANCES.largest_step)
    return samples


def _distance_to_end(here: Sample) -> float:
    """Two thirds of the arclength after which the fluctuating part vanishes at its present rate."""
    closing = here.dx[-1] - here.dx[0]
    part = here.profile.x[0] - here.profile.x_limit
    return float(0.67 * part / closing) if closing > 0.0 and here.profile.x_limit > 0.0 else math.inf
