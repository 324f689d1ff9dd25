"""Old and new time of points whose update gate fluctuates: python tests/benchmarks/bench_slow_states.py

Old: every group solved alone to its own solution and with exponents of its own at the finest step; new: one Newton step
for all groups from the common solution, at a coarse step that a small ensemble corrects. Both in one run, CPU seconds;
the correlation is that of the variances of the groups, one by one against one step, on the same paths.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.theory.ensemble import numbers, point
from phasemap.theory.ensemble.numbers import NAMES
from phasemap.theory.ensemble.resolution.surroundings import surroundings

POINTS = ((3.0, 3.0), (2.2, 10.0), (1.5, 10.0))
_GROUP_TOLERANCE, _GROUP_ITERATIONS = 4e-4, 40


def _timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a call, and what it returned."""
    start = time.process_time()
    value = function()
    return time.process_time() - start, value


def one_by_one(found: point.PointSolution, exponents: bool = True) -> list[numbers.Solution]:
    """The groups of an ensemble, each iterated to its own solution."""
    ensemble, start = found.ensemble, found.solution.start
    groups = [numbers.solve(ensemble, start, _GROUP_TOLERANCE, g, _GROUP_ITERATIONS) for g in range(len(found.groups))]
    if not exponents:
        return groups
    known = found.solution.exponent
    return [numbers.add_exponent(ensemble, one, 4e-4, g, known) for g, one in enumerate(groups)]


def main() -> None:
    """Print the table."""
    options = EnsembleOptions()
    for g_h, alpha_z in ((2.5, 1.0), *POINTS):  # the first compiles
        p = make_parameters(g_h=g_h, alpha_z=alpha_z)
        around = surroundings([p])[0]

        def solve(fine: bool, p: Any = p, around: Any = around) -> point.PointSolution:
            """The point at the fine step, or at a coarse one and corrected."""
            found = point.solve(p, options, np.random.SeedSequence(5), around, fine=fine)
            assert isinstance(found, point.PointSolution)
            return found

        new_seconds, new = _timed(lambda: solve(False))
        if (g_h, alpha_z) not in POINTS:
            continue
        fine_seconds, fine = _timed(lambda: solve(True))
        group_seconds, alone = _timed(partial(one_by_one, fine))
        k = NAMES.index("variance")
        pairs = np.array(
            [[a.values["variance"], b.values["variance"]] for a, b in zip(alone, fine.groups, strict=True)]
        )
        agreement = float(np.corrcoef(pairs.T)[0, 1])
        print(
            f"({g_h:g}, {alpha_z:g}): old {fine_seconds + group_seconds:.1f} s, new {new_seconds:.1f} s; "
            f"variance {fine.values[k]:.5f}({fine.errors.total[k]:.5f}) "
            f"and {new.values[k]:.5f}({new.errors.total[k]:.5f}); groups correlate {agreement:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
