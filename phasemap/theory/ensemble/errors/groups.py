"""All groups of an ensemble at their own solutions, from one Newton step each.

At the common solution x the map F_g of a group leaves the residual F_g(x) - x, and what is known of the derivative of
the common map turns that into the group's own solution, x_g = x + M (F_g(x) - x), to first order in its distance. A
group scatters sqrt(G) times as much as all together, so that first order is enough where that is little: the residual
at x_g says so. Where the soft mode makes the distance large the step is shortened, and what it changes is extrapolated
linearly: then the scatter is that of the common solution, by error propagation.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.ensemble import numbers
from phasemap.theory.ensemble.numbers import Solution, Start, admissible
from phasemap.theory.ensemble.resolution.soft import direction, pull_along
from phasemap.theory.ensemble.sampling.paths import Ensemble, Moments

# A residual below this share of the scatter of the groups is small; steps made to get there.
_SMALL, _MOST_STEPS = 0.35, 5
# The same at which a step has led away, and above which a group that was moved is not where it belongs.
_LOST, _FOUND = 1.0, 0.5
# Root mean square change of ln(time scale) up to which groups are moved to where they belong.
_FAR = 0.3
# Share of the largest singular value of the memory below which it is not trusted with noise.
_CUTOFF = 0.1
# Maps for the exponent of a group; and at most, where they leave more than many times the tolerance, or than a share of
# the scatter.
_EXPONENT_MAPS, _MORE_MAPS, _POOR = 2, 24, 4.0


@dataclass(frozen=True)
class Groups:
    """Every group at its own solution.

    scatter: of the solutions, relative to C_phi(0).  share: of the way there that was made before extrapolating.
    `fixed_point.residual` of each is in units of the scatter of the groups.
    """

    solutions: tuple[Solution, ...]
    scatter: float
    share: float


def solve_groups(ensemble: Ensemble, full: Solution, known: anderson.Memory | None) -> Groups:
    """Every group of an ensemble at its own solution, from that of all together; without exponents.

    known: of the map, from steps that were large against the scatter.
    """
    if full.stiffener is not None and full.stiffener.response is not None:
        known = None  # the measured response is better than what small steps of noisy maps have taught
    start, count = replace(full.start, memory=known), len(ensemble.noise.groups)
    here = [ensemble.moments(full.activity, g) for g in range(count)]
    steps = [_step(start, one.activity - full.activity) for one in here]
    scatter = max(math.sqrt(sum(_size(one, full) ** 2 for one in steps) / count), 1e-12)
    share = _share(ensemble, full, steps)
    if share < 1.0:
        moved = tuple(_propagated(ensemble, start, step, share, g, here[g]) for g, step in enumerate(steps))
    else:
        moved = tuple(_moved(ensemble, start, step, scatter, g, here[g]) for g, step in enumerate(steps))
    return Groups(moved, scatter, share)


def add_exponents(ensemble: Ensemble, full: Solution, groups: Groups, tolerance: float) -> Groups:
    """The same with their exponents, from a few maps each that start at the common one."""
    there = _with_exponents(ensemble, full, list(groups.solutions), tolerance)
    if groups.share == 1.0:
        return replace(groups, solutions=tuple(there))
    at_full = _with_exponents(ensemble, full, [full] * len(there), tolerance)
    here = [one.values["lyapunov_max"] for one in at_full]
    rates = [a + (b.values["lyapunov_max"] - a) / groups.share for a, b in zip(here, there, strict=True)]
    moved = (replace(one, values={**one.values, "lyapunov_max": rate}) for one, rate in zip(there, rates, strict=True))
    return replace(groups, solutions=tuple(moved))


def _with_exponents(ensemble: Ensemble, full: Solution, groups: list[Solution], tolerance: float) -> list[Solution]:
    """Solutions of all groups with exponents: a Newton step from the common one, more where that is not enough.

    Two maps leave of the distance from the common exponent the square of the share that the first one leaves, and that
    share is known.
    """

    def found(g: int, maps: int) -> Solution:
        """The solution of a group with its exponent."""
        return numbers.add_exponent(ensemble, groups[g], tolerance, g, full.exponent, maps)

    out = [found(g, _EXPONENT_MAPS) for g in range(len(groups))]
    enough = max(_POOR * tolerance, math.sqrt(_SMALL) * float(np.std([one.values["lyapunov_max"] for one in out])))
    for g, one in enumerate(out):
        assert one.exponent is not None
        if one.exponent.uncertainty > enough:
            out[g] = found(g, _MORE_MAPS)
        else:
            out[g] = replace(one, exponent=replace(one.exponent, converged=True))
    return out


def _share(ensemble: Ensemble, full: Solution, steps: list[FloatArray]) -> float:
    """Share of the steps that can be made without leaving the range where the map is linear."""
    along = direction(ensemble.ring, full.activity)
    far = math.sqrt(sum(pull_along(one, along) ** 2 for one in steps) / len(steps))
    return min(1.0, _FAR / far) if far > 0.0 else 1.0


def _step(start: Start, residual: FloatArray) -> FloatArray:
    memory = start.memory if start.memory is not None else anderson.Memory()
    return memory.next_step(start.stiff(residual), _CUTOFF)


def _size(change: FloatArray, full: Solution) -> float:
    return anderson.relative_size(change, full.activity)


def _moved(ensemble: Ensemble, start: Start, step: FloatArray, scatter: float, group: int, here: Moments) -> Solution:
    """A group at its own solution; where steps lead away from it, extrapolated from half of the first one."""
    x, memory, best = start.activity, (start.memory or anderson.Memory()).copy(), math.inf
    following, before = step, None
    for _ in range(_MOST_STEPS):
        changed = admissible(x + following)
        made, x = changed - x, changed
        moments = ensemble.moments(x, group)
        left = start.stiff(moments.activity - x)
        residual = anderson.relative_size(left, start.activity) / scatter
        if before is not None:
            memory.add(made, left - before)
        before = left
        if residual > min(best, _LOST):
            break
        best, known = residual, (x, moments, left)
        if residual < _SMALL:
            break
        following = memory.next_step(left, _CUTOFF)
    if best > _FOUND:
        return _propagated(ensemble, start, step, 0.5, group, here)
    there, moments, left = known
    moments = _extrapolated(here, moments, 1.0 / (1.0 + _left_over(left, there - start.activity)))
    found = anderson.FixedPoint(there, best, best, 1, best <= _FOUND, memory)
    return numbers.at(ensemble, found, moments, start)


def _left_over(left: FloatArray, made: FloatArray) -> float:
    """The part of a stiffened residual (half,) that goes on where a step (half,) led, as a share of that step."""
    size = float(made @ made)
    return float(np.clip(float(left @ made) / size, -_SMALL, _SMALL)) if size > 0.0 else 0.0


def _propagated(
    ensemble: Ensemble, start: Start, step: FloatArray, share: float, group: int, here: Moments
) -> Solution:
    """A group at its own solution to first order, extrapolated from a share of the way; here: where that begins."""
    there = ensemble.moments(admissible(start.activity + share * step), group)
    moments = _extrapolated(here, there, share)
    memory = start.memory or anderson.Memory()
    found = anderson.FixedPoint(start.activity + share * step, 0.0, 0.0, 1, True, memory)
    return numbers.at(ensemble, found, moments, start)


def _extrapolated(here: Moments, there: Moments, share: float) -> Moments:
    """Moments at the end of a way, from those where it begins and those after a share of it."""

    def at_end(name: str) -> np.ndarray:
        """A moment there."""
        a, b = getattr(here, name), getattr(there, name)
        return np.asarray(a + (b - a) / share)

    return Moments(at_end("activity"), at_end("membrane"), float(at_end("mean")))
