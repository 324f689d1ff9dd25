"""What is read from kicked and reset networks, each with the noise of a single network."""

import math

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome, nothing
from phasemap.simulation.protocols.kick import KickRun
from phasemap.simulation.protocols.networks import Networks
from phasemap.simulation.protocols.reset import ResetRun

_START = 10.0  # the lifetime ends where m is half of what it was at this time

Pair = tuple[FloatArray, FloatArray]


def overlaps(run: KickRun) -> Pair:
    """m at all times; a single network knows it up to sqrt(r / N)."""
    return run.overlap, run.floor


def distances(run: KickRun) -> Pair:
    """r at all times."""
    return run.distance, np.zeros_like(run.distance)


def floors(run: KickRun) -> Pair:
    """sqrt(r / N): what m is uncertain by in one network."""
    return run.floor, np.zeros_like(run.floor)


def cosines(run: KickRun) -> Pair:
    """m / sqrt(r); 0 / 0 counts as 0."""
    length = np.sqrt(run.distance)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = np.where(length > 0.0, run.overlap / length, 0.0)
    return cosine, np.full_like(cosine, 1.0 / math.sqrt(run.size))


def at_delays(found: Outcome, times: FloatArray, delays: tuple[float, ...]) -> Outcome:
    """Entries at delays that are among the times; a delay of 0 is the kick itself."""
    rows = [int(np.abs(times - delay).argmin()) for delay in delays]
    return Outcome(found.value[rows], found.error[rows], found.status[rows])


def lifetime(networks: Networks[KickRun]) -> Outcome:
    """Time after the kick at which the mean overlap is half of that at time 10, with its jackknife error.

    LOWER_BOUND: longer than the run; ABSENT: the run ends before time 10, or m(10) is below its noise.
    """
    runs = networks.runs[networks.largest]
    times, m = runs[0].times, np.array([run.overlap for run in runs])
    if times[-1] <= _START:
        return nothing()
    mean, floor = m.mean(axis=0), np.mean([run.floor for run in runs], axis=0) / math.sqrt(len(runs))
    at = int(np.abs(times - _START).argmin())
    if mean[at] < 2.0 * floor[at]:
        return nothing()
    value = half_time(times, mean)
    if math.isinf(value):
        return Outcome(np.array(times[-1]), np.array(np.nan), np.array(Status.LOWER_BOUND, dtype=np.uint8))
    error = _jackknife(times, m) if len(runs) > 1 else math.nan
    good = Status.CONVERGED if math.isfinite(error) else Status.NOT_CONVERGED
    return Outcome(np.array(value), np.array(error), np.array(good, dtype=np.uint8))


def half_time(times: FloatArray, m: FloatArray) -> float:
    """Time at which m (n,) has fallen to half of its value at time 10, interpolated in ln t; infinite if it has not."""
    at = int(np.abs(times - _START).argmin())
    half = 0.5 * m[at]
    below = np.flatnonzero((m < half) & (np.arange(len(m)) > at))
    if not below.size:
        return math.inf
    k = int(below[0])
    share = (m[k - 1] - half) / (m[k - 1] - m[k])
    return float(times[k - 1] * (times[k] / times[k - 1]) ** share)


def _jackknife(times: FloatArray, m: FloatArray) -> float:
    n = len(m)
    logs = np.log([half_time(times, np.delete(m, k, axis=0).mean(axis=0)) for k in range(n)])
    if not np.isfinite(logs).all():
        return math.nan
    spread = math.sqrt((n - 1) / n * float(((logs - logs.mean()) ** 2).sum()))
    return spread * half_time(times, m.mean(axis=0))


def retained(networks: Networks[ResetRun], size: int | None = None) -> Outcome:
    """Mean overlap at the reading over the mean overlap at the pulse (n_strengths,), with its jackknife error."""
    runs = networks.runs[networks.largest if size is None else size]
    before, after = np.array([run.before[0] for run in runs]), np.array([run.overlap for run in runs])
    value = after.mean(axis=0) / before.mean()
    n = len(runs)
    noise = np.array([np.sqrt(run.distance / run.size) for run in runs]).mean(axis=0) / before.mean() / math.sqrt(n)
    if n > 1:
        without = np.array([np.delete(after, k, axis=0).mean(axis=0) / np.delete(before, k).mean() for k in range(n)])
        noise = np.maximum(noise, np.sqrt((n - 1) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0)))
    status = np.full(value.shape, Status.CONVERGED if n > 1 else Status.NOT_CONVERGED, dtype=np.uint8)
    return Outcome(value, noise, status)


def distances_after(run: ResetRun) -> Pair:
    """r at the reading (n_strengths,)."""
    return run.distance, np.zeros_like(run.distance)
