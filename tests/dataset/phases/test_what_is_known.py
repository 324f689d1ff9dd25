"""Labels follow from what is known: no later number contradicts them, and no neighbour counts."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.phase_facts import BAD, BRANCHES, FAILED, FIXED_POINTS, GOOD, NONE, PENDING, exponents, gains, label

from phasemap.dataset.phases import Phase, phase_labels
from phasemap.model.results import Estimate
from phasemap.model.status import Status

WHAT = [(0.5, GOOD), (1.5, GOOD), (np.nan, NONE), (0.5, BAD), (np.nan, FAILED), (np.nan, PENDING)]
RATE = [(-0.3, GOOD), (0.3, GOOD), (2e-4, GOOD), (np.nan, NONE), (0.3, BAD), (np.nan, FAILED)]


def test_every_combination_gets_exactly_the_label_that_known_facts_force():
    """Replacing an unknown number by any value never contradicts a label that was given without it."""
    for zero, upper, chaos in itertools.product(WHAT, WHAT, RATE):
        before = label(static_gain=gains(zero=zero, upper=upper), lyapunov_max=exponents(fluctuating=chaos))
        if before is Phase.UNDETERMINED:
            continue
        for z, u, c in itertools.product(
            *(alternatives(x, table) for x, table in ((zero, WHAT), (upper, WHAT), (chaos, RATE)))
        ):
            fixed_points = [gain for gain, status in (z, u) if status is GOOD]
            if fixed_points and min(fixed_points) > 1.0 and not c[0] > 0.0:
                continue  # a network without a stable state moves, and without noise that is chaos
            after = label(static_gain=gains(zero=z, upper=u), lyapunov_max=exponents(fluctuating=c))
            assert after is before, (zero, upper, chaos, z, u, c)


ANY_STATUS = (GOOD, NONE, BAD, FAILED, Status.LOWER_BOUND, Status.UPPER_BOUND, Status.NOT_SOUGHT, Status.DIVERGES)


def _random_estimate(rng, names, values, size):
    value, status = rng.choice(values, (size, len(names))), rng.choice(ANY_STATUS, (size, len(names))).astype(np.uint8)
    status = np.where(rng.random(status.shape) < 0.5, rng.choice([GOOD, NONE], status.shape), status).astype(np.uint8)
    value[np.isin(status, [NONE, FAILED, Status.NOT_SOUGHT])] = np.nan
    value[status == Status.DIVERGES] = np.inf
    return Estimate(value=value, status=status, error=np.zeros(value.shape))


def _settled(rng, one, values):
    """One of the ways in which everything that is not known may turn out."""
    value, status = one.value.copy(), one.status.copy()
    new, gone = rng.choice(values, value.shape), rng.random(value.shape) < 0.3
    open_ = np.isin(status, [BAD, FAILED, Status.NOT_SOUGHT])
    value[open_], status[open_] = np.where(gone, np.nan, new)[open_], np.where(gone, NONE, GOOD)[open_]
    for bound, better in ((Status.LOWER_BOUND, np.fmax), (Status.UPPER_BOUND, np.fmin)):
        here = status == bound
        value[here], status[here] = better(value, new)[here], GOOD
    return Estimate(value=value, status=status, error=one.error)


def test_no_label_is_taken_back_when_more_is_known():
    """Of all branches and fixed points at once; what cannot happen is left out."""
    rng, size = np.random.default_rng(1), 40_000
    ranges = {"static_gain": [0.5, 0.9, 1.2, 3.0], "lyapunov_max": [-0.3, 2e-4, 0.2], "pinning_ratio": [0.01, 0.5]}
    names = {"static_gain": FIXED_POINTS, "lyapunov_max": BRANCHES, "pinning_ratio": FIXED_POINTS}
    known = {name: _random_estimate(rng, names[name], values, size) for name, values in ranges.items()}
    parameters = {"alpha_z": rng.choice([0.0, 10.0, np.inf], size), "beta_z": np.zeros(size)}
    before = phase_labels(known, FIXED_POINTS, BRANCHES, parameters)
    later = {name: _settled(rng, one, ranges[name]) for name, one in known.items()}
    after = phase_labels(later, FIXED_POINTS, BRANCHES, parameters)
    gain, exponent = later["static_gain"], later["lyapunov_max"]
    there, moves = gain.status != NONE, exponent.status[:, 3:5] != NONE
    positive = (moves & (exponent.value[:, 3:5] > 0.0)).any(axis=1)
    without_noise = there.any(axis=1)
    calm = (moves & (exponent.value[:, 3:5] < 0.0)).any(axis=1)
    dead = ~(there & (gain.value < 1.0)).any(axis=1) & ~positive
    impossible = (without_noise & (calm | dead)) | (moves[:, 0] & ~moves[:, 1])
    impossible |= without_noise & ((exponent.status[:, 0] != NONE) != there[:, 0])
    told = (before != Phase.UNDETERMINED) & ~impossible
    assert told.sum() > 1000 and np.array_equal(before[told], after[told])
    assert len(set(before.tolist())) == len(Phase)


def alternatives(what, table):
    known = [w for w in table if w[1] in (GOOD, NONE)]
    return [what] if what[1] in (GOOD, NONE) else known


@given(st.permutations(range(5)))
def test_labels_of_points_do_not_depend_on_each_other(order):
    points = [gains(zero=g, upper=u) for g, u in ((0.5, 0.4), (0.5, 1.5), (4.0, 1.5), (4.0, 0.5), (0.9, 2.0))]
    together = Estimate(
        value=np.array([points[k].value for k in order]),
        status=np.array([points[k].status for k in order]),
        error=np.zeros((5, 4)),
    )
    labels = phase_labels({"static_gain": together}, FIXED_POINTS, BRANCHES)
    assert labels.tolist() == [int(label(static_gain=points[k])) for k in order]
