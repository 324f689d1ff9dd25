"""Fixed points of a map by Anderson's acceleration, with a memory that can be handed on to similar maps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from phasemap.numerics.arrays import FloatArray

Map = Callable[[FloatArray], FloatArray]

# So many iterations without this factor in the residual, and a noisy map is not going to converge any further.
_STALL, _PROGRESS = 15, 0.7
# Iterations after which a residual that is small enough is not made smaller.
_PATIENCE = 6


@dataclass
class Memory:
    """Differences of iterates and of residuals: what is known of the map's derivative."""

    depth: int = 8
    steps: list[FloatArray] = field(default_factory=list)
    changes: list[FloatArray] = field(default_factory=list)

    def add(self, step: FloatArray, change: FloatArray) -> None:
        """Remember that the residual changed by `change` over `step`."""
        self.steps = [*self.steps, step][-self.depth :]
        self.changes = [*self.changes, change][-self.depth :]

    def copy(self) -> "Memory":
        """An independent copy."""
        return Memory(self.depth, list(self.steps), list(self.changes))

    def next_step(self, residual: FloatArray, cutoff: float = 1e-7) -> FloatArray:
        """The step that would cancel the residual, as far as the memory knows the map; plain iteration otherwise.

        cutoff: singular values below this share of the largest are not used: noise would be amplified by them.
        """
        if not self.steps:
            return residual
        changes, steps = np.array(self.changes).T, np.array(self.steps).T
        norms = np.linalg.norm(changes, axis=0)
        norms[norms == 0.0] = 1.0
        weights = np.linalg.lstsq(changes / norms, residual, rcond=cutoff)[0] / norms
        return np.asarray(residual - (steps + changes) @ weights)


@dataclass(frozen=True)
class FixedPoint:
    """A vector x with map(x) - x of the size `residual`; last_step: size of the last correction."""

    x: FloatArray
    residual: float
    last_step: float
    iterations: int
    converged: bool
    memory: Memory


class Tolerance(NamedTuple):
    """Of a residual: the wanted one, and the one that will do where that is not reached after some iterations."""

    wanted: float
    enough: float = 0.0


def relative_size(change: FloatArray, x: FloatArray) -> float:
    """Size of a change of a correlation function: at lag zero or in the root mean square, relative to x[0].

    Far out, sampling noise of either sign does little harm.
    """
    return max(abs(float(change[0])), float(np.sqrt(np.mean(change**2)))) / max(abs(float(x[0])), 1e-300)


def solve(
    mapping: Map,
    start: FloatArray,
    tolerance: float | Tolerance,
    limit: int,
    project: Map,
    memory: Memory | None = None,
    size: Callable[[FloatArray, FloatArray], float] = relative_size,
    last: bool = False,
) -> FixedPoint:
    """Iterate until the size of the residual is below `tolerance` and that of the step below three times that.

    project: keeps an iterate admissible.  memory: of a similar map, to start with.  size: of (a change, of x).
    last: whether the iterate that the last residual leads to is wanted, where that was the best one; its own residual
    is not known then, and smaller as a rule.
    """
    memory = Memory() if memory is None else memory.copy()
    tolerance, enough = tolerance if isinstance(tolerance, Tolerance) else Tolerance(tolerance)
    x = start
    previous: tuple[FloatArray, FloatArray] | None = None
    best: tuple[float, FloatArray, FloatArray] | None = None
    last_step, milestone, stalled, astray = np.inf, np.inf, 0, 0
    for iteration in range(1, limit + 1):
        residual_vector = mapping(x) - x
        residual = size(residual_vector, x)
        if previous is not None:
            memory.add(x - previous[0], residual_vector - previous[1])
        if best is None or residual < best[0]:
            best = (residual, x, residual_vector)
        stalled += 1
        if iteration >= _PATIENCE and best[0] <= enough:
            return FixedPoint(best[1], best[0], last_step, iteration, True, memory)
        if residual < _PROGRESS * milestone:
            milestone, stalled = residual, 0
        elif stalled > _STALL:
            break
        if residual > 5.0 * best[0] or not np.isfinite(residual):
            # The extrapolation went astray: go on by a damped step from the best iterate, a shorter one each time.
            memory = Memory(memory.depth)
            x, residual_vector = best[1], best[2]
            astray += 1
            step = 0.5**astray * residual_vector
        else:
            step = memory.next_step(residual_vector)
        target = project(x + step)
        last_step = size(target - x, x)
        if residual <= tolerance and last_step <= 3.0 * tolerance:
            return FixedPoint(target, residual, last_step, iteration, True, memory)
        previous = (x, residual_vector)
        x = target
    assert best is not None
    x = x if last and previous is not None and best[1] is previous[0] else best[1]
    return FixedPoint(x, best[0], last_step, iteration, False, memory)


def iterate(mapping: Map, start: FloatArray, limit: int, project: Map, smallest: float) -> FloatArray:
    """Plain iteration, which follows the map's own stability; ends early where x[0] falls below `smallest`."""
    x = start
    for _ in range(limit):
        x = project(mapping(x))
        if x[0] < smallest:
            break
    return x
