"""One network that ages: what its units have in common with themselves at earlier times."""

from dataclasses import dataclass

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import activation
from phasemap.simulation.aging.schedule import Schedule
from phasemap.simulation.protocols.setup import Setup

FIELDS = ("h", "phi")


@dataclass(frozen=True)
class AgedRun:
    """Covariances over units, of h about its mean (row 0) and of phi(h) (row 1).

    late: (2,) over late times.  stationary: (2, n_late_lags) over pairs of them.  aged: (2, n_ages, n_lags), looking
    back from stated ages; NaN at lags that are too long.
    """

    late: FloatArray
    stationary: FloatArray
    aged: FloatArray


def run_aged(setup: Setup, schedule: Schedule) -> AgedRun:
    """A network from its initial state to the last age, which counts from there (docs/theory.md (5.7))."""
    stepper = setup.relaxed()
    states = [stepper.network.h[0].astype(np.float32) for _ in stepper.visit(schedule.times.tolist())]
    return read(np.array(states), schedule, setup)


def read(h: FloatArray, schedule: Schedule, setup: Setup) -> AgedRun:
    """The covariances of states h (n_times, N) at the times of the schedule."""
    p = setup.parameters
    rows = [h - h.mean(axis=1, keepdims=True), np.asarray(activation(h.astype(float), p.g_h, p.beta_h))]
    grams = np.array([row @ row.T / setup.size for row in rows], dtype=float)
    stationary = np.concatenate([_short(grams, schedule), _long(grams, schedule)], axis=1)
    aged = np.full((len(grams), len(schedule.ages), schedule.lags.size), np.nan)
    for k, age in enumerate(schedule.ages):
        lags = schedule.before_age(age)
        aged[:, k, : lags.size] = grams[:, schedule.places(np.asarray(age)), schedule.places(age - lags)]
    return AgedRun(stationary[:, 0], stationary, aged)


def _short(grams: FloatArray, schedule: Schedule) -> FloatArray:
    """(2, 1 + n_short) variance over late times; and it, times C(t, t - lag) / C(t, t) from anchors, at short lags."""
    late = schedule.places(schedule.late)
    variance = np.asarray(np.trapezoid(grams[:, late, late], schedule.late, axis=1)) / np.ptp(schedule.late)
    here = schedule.places(schedule.anchors)
    there = schedule.places(schedule.anchors[:, None] - schedule.short_lags)
    ratios = grams[:, here[:, None], there] / grams[:, here, here][..., None]
    return np.concatenate([variance[:, None], variance[:, None] * ratios.mean(axis=1)], axis=1)


def _long(grams: FloatArray, schedule: Schedule) -> FloatArray:
    """(2, n_long) covariances over all pairs of late times a lag apart."""
    late = schedule.places(schedule.late)
    equidistant = grams[:, late[:, None], late]
    count = schedule.late_lags.size - 1 - schedule.short_lags.size
    means = [np.diagonal(equidistant, k, axis1=1, axis2=2).mean(axis=1) for k in range(1, count + 1)]
    return np.stack(means, axis=1)
