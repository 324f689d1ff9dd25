"""Networks that age: what is read of them, and what several sizes say together."""

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.simulation.aging.run import AgedRun, read
from phasemap.simulation.aging.schedule import Schedule
from phasemap.simulation.aging.sizes import combine, fitted_time, run_sizes
from phasemap.simulation.protocols.setup import Setup

SCHEDULE = Schedule((4.0, 40.0, 400.0))
LAGS, LATE = SCHEDULE.lags, SCHEDULE.late_lags


def test_every_time_that_is_read_is_a_time_of_the_schedule():
    times = SCHEDULE.times
    assert (np.diff(times) > 0.0).all()
    assert times[0] >= 0.0
    assert times[-1] == 400.0
    for anchor in (*SCHEDULE.anchors, *SCHEDULE.ages, *SCHEDULE.late):
        before = np.zeros(1)
        if anchor in SCHEDULE.ages:
            before = SCHEDULE.before_age(anchor)
        elif anchor in SCHEDULE.anchors:
            before = SCHEDULE.short_lags
        assert np.abs(times[:, None] - (anchor - before)).min(axis=0).max() < 1e-6


def test_what_is_read_of_known_states_is_their_covariance_at_both_times():
    """h = a(t) x with x of mean square 1 and mean 0: C(t, t') = a(t) a(t')."""
    times, x = SCHEDULE.times, np.repeat([1.0, -1.0], 50)
    setup = Setup(make_parameters(g_h=2.0), 100, np.random.SeedSequence(0))
    run = read(np.exp(-times / 300.0)[:, None] * x + 5.0, SCHEDULE, setup)
    k = int(np.flatnonzero(LAGS == 2.0)[0])
    np.testing.assert_allclose(run.aged[0, :, 0], np.exp(-2.0 * np.array(SCHEDULE.ages) / 300.0), rtol=1e-4)
    np.testing.assert_allclose(run.aged[0, 1, k], np.exp(-(40.0 + 38.0) / 300.0), rtol=1e-4)
    assert np.isnan(run.aged[0, 0, LAGS > 4.0]).all()
    short, far = (int(np.flatnonzero(lag == LATE)[0]) for lag in (2.0, 100.0))
    assert run.stationary[0, short] / run.stationary[0, 0] == pytest.approx(np.exp(2.0 / 300.0), rel=1e-4)
    pairs = np.exp(-(2.0 * np.arange(200.0, 400.1, 3.125) - 100.0) / 300.0)
    assert run.stationary[0, far] == pytest.approx(pairs.mean(), rel=1e-4)


def synthetic(size, rng, time=50.0):
    """A run whose variance is 0.5 + 10 / M with scatter, and whose correlations decay with a time."""
    shape = np.exp(-LATE / time)
    variance = 0.5 + 10.0 / size + rng.normal() / np.sqrt(size)
    return AgedRun(np.full(2, variance), np.tile(variance * shape, (2, 1)), np.full((2, 1, 1), variance))


def test_sizes_are_extrapolated_with_an_error_that_covers_the_truth():
    rng, found = np.random.default_rng(3), []
    for _ in range(25):
        runs = {size: [synthetic(size, rng) for _ in range(4)] for size in (250, 1000, 4000)}
        value, error = (part[0] for part in combine(runs, SCHEDULE).variances)
        found.append(abs(value - 0.5) / error)
    assert np.mean(np.array(found) < 2.0) > 0.85  # 95 % of Gaussian errors, over 25 trials
    assert 0.3 < np.median(found) < 1.1  # and they are not far too large


def test_a_relaxation_time_is_recovered_and_a_young_network_knows_it():
    assert fitted_time(LATE, np.exp(-LATE / 50.0))[0] == pytest.approx(50.0, rel=1e-3)
    assert fitted_time(LATE, np.exp(-LATE / 3000.0))[0] == np.inf
    rng = np.random.default_rng(1)
    for time, expected in ((50.0, True), (130.0, False)):
        runs = {size: [synthetic(size, rng, time) for _ in range(3)] for size in (250, 1000)}
        assert combine(runs, SCHEDULE).is_stationary is expected


def test_networks_depend_on_their_size_and_number_alone():
    p = make_parameters(g_h=2.0, alpha_z=np.inf)
    schedule = Schedule((0.2, 2.0, 20.0))
    few, more = (run_sizes(p, sizes, 2, schedule, np.random.SeedSequence(4)) for sizes in ((60,), (90, 60)))
    for a, b in zip(few[60], more[60], strict=True):
        np.testing.assert_array_equal(a.aged, b.aged)
