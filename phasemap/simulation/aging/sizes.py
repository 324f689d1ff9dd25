"""Several networks that age, of several sizes, and what they say in the limit of infinitely many units."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.numerics.exponential import nearest_exponential
from phasemap.simulation.aging.run import AgedRun, run_aged
from phasemap.simulation.aging.schedule import Schedule
from phasemap.simulation.estimators.extrapolation import extrapolate_to_infinite_size
from phasemap.simulation.network.disorder import realisation_seed
from phasemap.simulation.protocols.choice import cost_of, expected_steps
from phasemap.simulation.protocols.setup import Setup
from phasemap.simulation.threads import single_threaded_blas

Number = tuple[FloatArray, FloatArray]
Runs = Mapping[int, Sequence[AgedRun]]

# Levels of C(t) / C(0) between which its tail is fitted, as in an ensemble on a ring.
_UPPER, _LOWER = 0.4, 0.06
# The tail ends at this many times the lag of the upper level, if noise keeps it above the lower one.
_LONGEST = 3.0
# A stationary state has to be this many of its times old.
_TIMES = 4.0


@dataclass(frozen=True)
class Aged:
    """What networks say in the limit 1 / M -> 0, as (value, standard error).

    variances: (2,) of h and phi(h).  shape: (2, n_late_lags) C(t) / C(0), stationary.  time: () relaxation time of C_h.
    aged: (2, n_ages, n_lags).  Errors hold the scatter of the networks and of the fit in 1 / M.
    """

    schedule: Schedule
    networks: int
    variances: Number
    shape: Number
    time: Number
    aged: Number

    @property
    def is_stationary(self) -> bool:
        """Whether the last age is several relaxation times."""
        return float(self.time[0]) <= self.schedule.last / _TIMES


def run_sizes(p: Parameters, sizes: Sequence[int], runs: int, schedule: Schedule, seed: np.random.SeedSequence) -> Runs:
    """`runs` networks without matrices of every size; the k-th of size M is drawn from the child (M, k) of the seed."""
    with single_threaded_blas():
        return {
            size: [run_aged(Setup(p, size, realisation_seed(seed, size, k), True, 0.0), schedule) for k in range(runs)]
            for size in sorted(set(sizes))
        }


def combine(found: Runs, schedule: Schedule) -> Aged:
    """The limit of infinitely many units (docs/theory.md (7.3)); of the largest size alone where there is no other."""
    return Aged(
        schedule,
        sum(len(of_size) for of_size in found.values()),
        _limit(found, lambda run: run.late),
        _limit(found, lambda run: run.stationary / run.stationary[:, :1]),
        _time(found, schedule.late_lags),
        _limit(found, lambda run: run.aged),
    )


def seconds_of(p: Parameters, sizes: Sequence[int], runs: int, schedule: Schedule) -> float:
    """Expected cost on one core."""
    steps = expected_steps([schedule.last]) + schedule.times.size
    return runs * sum(cost_of(p, size, steps, 1).lazy for size in set(sizes))


def _limit(found: Runs, read: Callable[[AgedRun], FloatArray]) -> Number:
    """Value and error of what is read of each network, entry by entry, as 1 / M -> 0."""
    by_size = {size: _mean(np.array([read(run) for run in of_size])) for size, of_size in found.items()}
    return _extrapolated(by_size)


def _mean(rows: FloatArray) -> Number:
    """Mean over networks and its standard error; infinite for a single one."""
    n = len(rows)
    error = rows.std(axis=0, ddof=1) / math.sqrt(n) if n > 1 else np.full(rows.shape[1:], np.inf)
    return rows.mean(axis=0), np.asarray(error)


def _extrapolated(by_size: Mapping[int, Number]) -> Number:
    """The fit in 1 / M. Scatter goes as 1 / sqrt(M): that of few is not taken to be less than all say."""
    pooled = np.sqrt(np.mean([size * one[1] ** 2 for size, one in by_size.items()], axis=0))
    by_size = {size: (one[0], np.maximum(one[1], pooled / math.sqrt(size))) for size, one in by_size.items()}
    largest = by_size[max(by_size)]
    if len(by_size) < 2:
        return largest
    value, error = np.array(largest[0]), np.array(largest[1])
    for place in np.ndindex(value.shape):
        values, errors = ([float(one[k][place]) for one in by_size.values()] for k in (0, 1))
        if all(math.isfinite(v) and math.isfinite(e) and e > 0.0 for v, e in zip(values, errors, strict=True)):
            fit = extrapolate_to_infinite_size(list(by_size), values, errors)
            value[place], error[place] = fit.limit, fit.error
    return value, error


def _time(found: Runs, lags: FloatArray) -> Number:
    """Relaxation time of C_h: of the networks of a size together, with a jackknife over them, then as 1 / M -> 0.

    What is fitted there is its logarithm, over the sizes at which it is known at all.
    """
    by_size: dict[int, Number] = {}
    for size, of_size in found.items():
        curves = np.array([run.stationary[0] / run.stationary[0, 0] for run in of_size])
        whole, spread = fitted_time(lags, curves.mean(axis=0))
        scatter = _jackknife([fitted_time(lags, np.delete(curves, k, axis=0).mean(axis=0))[0] for k in _others(curves)])
        error = math.hypot(scatter, spread) / whole if math.isfinite(whole) else math.inf
        by_size[size] = np.asarray(math.log(whole)), np.asarray(error)
    known = {size: one for size, one in by_size.items() if math.isfinite(float(one[1]))}
    if not known:
        return np.asarray(math.inf), np.asarray(math.inf)
    log, error = (float(part) for part in _extrapolated(known))
    return np.asarray(math.exp(log)), np.asarray(math.exp(log) * error)


def _others(curves: FloatArray) -> range:
    """The networks that can be left out: none of a single one."""
    return range(len(curves) if len(curves) > 1 else 0)


def _jackknife(without: Sequence[float]) -> float:
    """Standard error from estimates without one network each; infinite where one of them is, or there are none."""
    n = len(without)
    if not n or not all(map(math.isfinite, without)):
        return math.inf
    return math.sqrt((n - 1.0) * float(np.var(without)))


def fitted_time(lags: FloatArray, shape: FloatArray) -> tuple[float, float]:
    """Decay time of C(t) / C(0) between two levels, and half the difference between the halves of that range.

    Infinite where it does not fall far enough within the lags (n_lags,) at which it is known.
    """
    known = np.isfinite(shape)
    lags, shape = lags[known], shape[known]
    below = [
        int(np.flatnonzero(shape < level)[0]) if (shape < level).any() else lags.size for level in (_UPPER, _LOWER)
    ]
    first = max(below[0] - 1, 0)
    last = min(below[1] + 1, int(np.searchsorted(lags, _LONGEST * lags[min(below[0], lags.size - 1)])))
    if below[0] == lags.size or last - first < 3:
        return math.inf, math.inf
    inside, values = lags[first:last], shape[first:last]
    time = nearest_exponential(inside, values)[0]
    middle = inside.size // 2
    halves = [nearest_exponential(inside[part], values[part])[0] for part in (slice(middle + 1), slice(middle, None))]
    spread = 0.5 * abs(halves[0] - halves[1]) if all(map(math.isfinite, halves)) else time
    return time, spread
