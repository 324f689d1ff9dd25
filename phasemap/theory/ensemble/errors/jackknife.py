"""What the scatter from group to group says about the numbers of all groups together.

Averages of a group alone scatter as they should, but the time scales of its noisy correlation function do not: where
the fit of the tail fails in one group, nothing would be known of all. Leaving one group out at a time keeps the
correlations nearly as smooth as they are, and gives the same error by Tukey's jackknife. The lags of a fit are those at
which the function at hand falls through its levels: they scatter too, and make a part of the error.
"""

from collections.abc import Callable, Sequence

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import tail
from phasemap.theory.ensemble.numbers import NAMES, Solution, correlation_time
from phasemap.theory.ensemble.sampling.ring import Ring


def group_rows(groups: Sequence[Solution], ring: Ring, odd: bool) -> FloatArray:
    """Numbers (G, len(NAMES)) of every group, with pseudo-values for the time scales."""
    rows = np.array([one.row for one in groups])
    membrane = np.array([one.moments.membrane for one in groups])
    functions: dict[str, Callable[[FloatArray], float]] = {
        "correlation_time": lambda covariance: correlation_time(covariance, ring, odd),
        "relaxation_time": lambda covariance: tail.fit(covariance, ring, odd).time,
    }
    for name, function in functions.items():
        rows[:, NAMES.index(name)] = pseudo_values(function, membrane)
    return rows


def pseudo_values(function: Callable[[FloatArray], float], samples: FloatArray) -> FloatArray:
    """(G,) values whose mean and standard error are those of function(mean of the samples (G, n)).

    Source: Tukey (1958); Efron and Stein, Ann. Stat. 9 (1981) 586.
    """
    count, total = len(samples), samples.sum(axis=0)
    together = function(total / count)
    without = np.array([function((total - one) / (count - 1)) for one in samples])
    if not np.isfinite(together):
        return np.full(count, np.inf)
    return np.asarray(count * together - (count - 1) * without)
