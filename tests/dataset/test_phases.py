"""Phase labels: the rules of phasemap.dataset.phases, one combination of facts at a time."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasemap.dataset.attractors import attractors, dominant_branch
from phasemap.dataset.field import picked
from phasemap.dataset.phases import PHASE_MEANINGS, PHASE_NAMES, Phase, PhaseRules, phase_labels
from phasemap.model.results import Estimate
from phasemap.model.status import Status

FIXED_POINTS = ("zero", "lower", "middle", "upper")
BRANCHES = ("zero", "static_small", "static", "fluctuating_small", "fluctuating", "fluctuating_unstable")
GOOD, BAD, NONE, FAILED, PENDING = (
    Status.CONVERGED,
    Status.NOT_CONVERGED,
    Status.ABSENT,
    Status.FAILED,
    Status.PENDING,
)


def estimate(names, error=0.0, **given_values):
    """One point: name=value is converged, name=(value, status) as said, the rest absent."""
    value, status = np.full(len(names), np.nan), np.full(len(names), NONE, dtype=np.uint8)
    for name, what in given_values.items():
        v, s = what if isinstance(what, tuple) else (what, GOOD)
        value[names.index(name)], status[names.index(name)] = v, s
    return Estimate(value=value, status=status, error=np.full(len(names), error))


def gains(**values):
    return estimate(FIXED_POINTS, **values)


def exponents(error=0.0, **values):
    return estimate(BRANCHES, error, **values)


def label(gate=(0.0, -math.inf), rules=None, **quantities):
    parameters = dict(zip(("alpha_z", "beta_z"), gate, strict=True))
    return Phase(int(phase_labels(quantities, FIXED_POINTS, BRANCHES, parameters, rules)))


def test_zero_alone_and_stable():
    assert label(static_gain=gains(zero=0.5), lyapunov_max=exponents(zero=-0.3)) is Phase.STABLE_ZERO


def test_stable_fixed_point_away_from_zero():
    assert label(static_gain=gains(upper=0.5), lyapunov_max=exponents(static=-0.3)) is Phase.STABLE_FIXED_POINT


def test_stable_fixed_point_beside_an_unstable_zero():
    known = {"static_gain": gains(zero=2.0, upper=0.5), "lyapunov_max": exponents(zero=0.4, static=-0.3)}
    assert label(**known) is Phase.STABLE_FIXED_POINT


def test_chaos_with_an_unstable_zero():
    zero, others = gains(zero=4.0, upper=1.5), exponents(zero=1.0, static=0.5, fluctuating=0.1)
    known = {"static_gain": zero, "lyapunov_max": others}
    assert label(**known) is Phase.CHAOTIC


def test_an_infinite_gain_is_unstable_as_at_a_hard_output_gate():
    known = {"static_gain": gains(zero=4.0, upper=math.inf), "lyapunov_max": exponents(zero=1.0, fluctuating=0.1)}
    assert label(**known) is Phase.CHAOTIC


def test_chaos_beside_a_stable_zero_is_bistable():
    known = {
        "static_gain": gains(zero=0.8, lower=1.2, upper=2.3),
        "lyapunov_max": exponents(zero=-0.1, static=0.5, fluctuating=0.2),
    }
    assert label(**known) is Phase.BISTABLE


def test_unstable_fixed_points_around_a_stable_zero_without_chaos_are_static_complex():
    known = {"static_gain": gains(zero=0.8, lower=1.2, upper=2.3), "lyapunov_max": exponents(zero=-0.1, static=0.5)}
    assert label(**known) is Phase.STATIC_COMPLEX


def test_an_unstable_chaotic_branch_is_not_an_attractor():
    known = {
        "static_gain": gains(zero=0.8, lower=1.2, upper=2.3),
        "lyapunov_max": exponents(zero=-0.1, fluctuating_unstable=0.2),
    }
    assert label(**known) is Phase.STATIC_COMPLEX


@pytest.mark.parametrize("zero_gain", [0.8, 4.0])
@pytest.mark.parametrize("status", [BAD, FAILED, PENDING, Status.NOT_SOUGHT, Status.OUT_OF_TIME])
def test_a_chaotic_branch_that_is_not_known_decides_nothing(status, zero_gain):
    if status is BAD and zero_gain > 1.0:
        return  # see the next test
    known = {
        "static_gain": gains(zero=zero_gain, lower=1.2, upper=2.3),
        "lyapunov_max": exponents(zero=zero_gain - 1, static=0.5, fluctuating=(0.2, status)),
    }
    assert label(**known) is Phase.UNDETERMINED


def test_the_sign_of_an_exponent_that_did_not_converge_follows_where_nothing_is_stable_or_pinned():
    known = {"static_gain": gains(zero=4.0, upper=1.5), "lyapunov_max": exponents(fluctuating=(5e-4, BAD))}
    assert label(**known) is Phase.CHAOTIC
    assert label(SMOOTH, **known) is Phase.UNDETERMINED
    assert label(SMOOTH, **known, pinning_ratio=gains(zero=1.0, upper=0.05)) is Phase.UNDETERMINED
    assert label(SMOOTH, **known, pinning_ratio=gains(zero=1.0, upper=0.5)) is Phase.CHAOTIC


def test_an_exponent_within_its_error_of_zero_decides_nothing():
    known = {"static_gain": gains(zero=4.0, upper=1.5)}
    assert label(**known, lyapunov_max=exponents(0.02, fluctuating=0.05)) is Phase.UNDETERMINED
    assert label(**known, lyapunov_max=exponents(0.01, fluctuating=0.05)) is Phase.CHAOTIC
    assert label(**known, lyapunov_max=exponents(0.02, fluctuating=0.05), rules=PhaseRules(errors=1.0)) is Phase.CHAOTIC


def test_a_failed_static_solution_decides_nothing_about_coexistence():
    known = {"static_gain": gains(zero=(np.nan, FAILED)), "lyapunov_max": exponents(fluctuating=0.2)}
    assert label(**known) is Phase.UNDETERMINED


def test_noise_driven_network_with_a_negative_exponent():
    assert label(static_gain=gains(), lyapunov_max=exponents(fluctuating=-0.2)) is Phase.DRIVEN_STABLE
    assert label(static_gain=gains(), lyapunov_max=exponents(fluctuating=0.2)) is Phase.CHAOTIC


HARD, SMOOTH, OFF = (math.inf, 0.0), (10.0, 0.0), (10.0, -math.inf)


@pytest.mark.parametrize(("gain", "expected"), [(1.5, Phase.MARGINALLY_STABLE), (2.5, Phase.UNDETERMINED)])
def test_hard_update_gate_is_marginal_while_its_open_fraction_keeps_the_gain_below_one(gain, expected):
    known = {"static_gain": gains(zero=4.0, upper=gain), "marginal_gain": gains(zero=2.0, upper=gain / 2)}
    absent = estimate(BRANCHES)
    assert label(HARD, **known, lyapunov_max=absent) is expected


def test_a_state_that_ages_behind_a_hard_gate_is_labelled_by_its_gains():
    known = {"static_gain": gains(zero=4.0, upper=1.5), "marginal_gain": gains(zero=2.0, upper=0.75)}
    nowhere = exponents(fluctuating=(np.nan, Status.DIVERGES))
    assert label(HARD, **known, lyapunov_max=nowhere) is Phase.MARGINALLY_STABLE
    assert label(HARD, **known, lyapunov_max=exponents(fluctuating=(np.inf, Status.DIVERGES))) is Phase.CHAOTIC
    open_ones = {"static_gain": gains(zero=4.0, upper=2.5), "marginal_gain": gains(zero=2.0, upper=1.25)}
    assert label(HARD, **open_ones, lyapunov_max=nowhere) is Phase.UNDETERMINED


def test_beyond_the_marginal_boundary_static_theory_says_chaotic():
    known = {"static_gain": gains(zero=4.0, upper=2.5), "marginal_gain": gains(zero=2.0, upper=1.25)}
    assert label(HARD, **known) is Phase.CHAOTIC


def test_hard_gate_without_its_marginal_gain_is_undetermined():
    assert label(HARD, static_gain=gains(zero=4.0, upper=1.5)) is Phase.UNDETERMINED


def test_smooth_gate_is_marginal_where_it_pins_what_is_unstable():
    known = {"static_gain": gains(zero=4.0, upper=1.5)}
    assert label(SMOOTH, **known, pinning_ratio=gains(zero=1.0, upper=0.05)) is Phase.MARGINALLY_STABLE
    assert label(SMOOTH, **known, pinning_ratio=gains(zero=1.0, upper=0.2)) is Phase.CHAOTIC
    assert label(SMOOTH, **known) is Phase.UNDETERMINED


def test_a_slow_edge_alone_is_no_marginal_stability_but_any_onset_of_chaos():
    known = {
        "static_gain": gains(zero=1.06, upper=1.001),
        "leading_edge": gains(zero=0.015, upper=2.7e-4),
        "open_fraction": gains(zero=0.5, upper=0.5),
    }
    for more in ({"pinning_ratio": gains(zero=1.0, upper=1.0)}, {}):
        assert label(SMOOTH, **known, **more) is Phase.CHAOTIC
        assert label(SMOOTH, **known, **more, lyapunov_max=exponents(fluctuating=5e-4)) is Phase.CHAOTIC


@pytest.mark.parametrize(
    ("chaos", "expected"),
    [
        (0.1, Phase.CHAOTIC),
        (5e-4, Phase.MARGINALLY_STABLE),
        ((np.nan, NONE), Phase.MARGINALLY_STABLE),
        ((8e-4, Status.UPPER_BOUND), Phase.MARGINALLY_STABLE),
        ((8e-3, Status.UPPER_BOUND), Phase.UNDETERMINED),
        ((8e-3, Status.LOWER_BOUND), Phase.CHAOTIC),
        ((8e-4, Status.LOWER_BOUND), Phase.UNDETERMINED),
        ((0.1, BAD), Phase.UNDETERMINED),
        ((np.nan, BAD), Phase.UNDETERMINED),
        ((np.nan, Status.OUT_OF_TIME), Phase.UNDETERMINED),
        ((np.nan, Status.NOT_SOUGHT), Phase.UNDETERMINED),
        ((np.inf, Status.DIVERGES), Phase.CHAOTIC),
        ((np.nan, Status.DIVERGES), Phase.UNDETERMINED),
    ],
)
def test_a_pinned_network_is_marginal_where_its_exponent_is_known_to_be_slow(chaos, expected):
    known = {"static_gain": gains(zero=4.0, upper=1.5), "pinning_ratio": gains(zero=1.0, upper=0.05)}
    assert label(SMOOTH, **known, lyapunov_max=exponents(fluctuating=chaos)) is expected


def test_a_gate_that_is_always_open_is_never_marginal():
    known = {"static_gain": gains(zero=4.0, upper=1.5), "pinning_ratio": gains(zero=1.0, upper=0.05)}
    assert label(OFF, **known, lyapunov_max=exponents(fluctuating=5e-4)) is Phase.CHAOTIC


@pytest.mark.parametrize(("edge", "expected"), [(0.004, Phase.MARGINALLY_STABLE), (0.03, Phase.CHAOTIC)])
def test_older_files_hold_what_bounds_the_pinning(edge, expected):
    """f (sqrt(S) - 1) = 0.1123 without a moving output gate; with one of tau_r = 1 the rate is 0.0695 at least."""
    known = {"static_gain": gains(upper=1.5), "leading_edge": gains(upper=edge), "marginal_gain": gains(upper=0.75)}
    delayed = {"alpha_z": 10.0, "beta_z": 0.0, "alpha_r": 5.0, "beta_r": 0.0, "tau_r": 1.0}
    for parameters in ({"alpha_z": 10.0, "beta_z": 0.0}, delayed):
        assert Phase(int(phase_labels(known, FIXED_POINTS, BRANCHES, parameters))) is expected
    edge_alone = {name: known[name] for name in ("static_gain", "leading_edge")}
    centred, biased = ({"alpha_z": 10.0, "beta_z": beta} for beta in (0.0, 0.3))
    assert Phase(int(phase_labels(edge_alone, FIXED_POINTS, BRANCHES, centred))) is expected  # f = 1/2 by symmetry
    undecided = Phase.CHAOTIC if edge > 0.1 * (math.sqrt(1.5) - 1.0) else Phase.UNDETERMINED  # f <= 1
    assert Phase(int(phase_labels(edge_alone, FIXED_POINTS, BRANCHES, biased))) is undecided
    between = {**known, "leading_edge": gains(upper=0.01)}
    assert Phase(int(phase_labels(between, FIXED_POINTS, BRANCHES, delayed))) is Phase.UNDETERMINED


def test_a_small_response_to_noise_beside_chaos_is_bistable():
    known = {"static_gain": gains()}
    assert label(**known, lyapunov_max=exponents(fluctuating=0.2, fluctuating_small=-0.1)) is Phase.BISTABLE
    assert label(**known, lyapunov_max=exponents(fluctuating=0.2, fluctuating_small=0.1)) is Phase.CHAOTIC
    assert label(**known, lyapunov_max=exponents(fluctuating=-0.2, fluctuating_small=-0.1)) is Phase.DRIVEN_STABLE
    assert label(**known, lyapunov_max=exponents(fluctuating=-0.1, fluctuating_small=0.2)) is Phase.BISTABLE


def test_a_small_response_that_nobody_looked_for_leaves_coexistence_open():
    unsought = exponents(fluctuating=0.2, fluctuating_small=(np.nan, Status.NOT_SOUGHT))
    assert label(static_gain=gains(), lyapunov_max=unsought) is Phase.UNDETERMINED
    assert label(lyapunov_max=unsought) is Phase.UNDETERMINED
    # Where fixed points exist there is no noise, and no moving state that is calm.
    assert label(static_gain=gains(zero=4.0, upper=1.5), lyapunov_max=unsought) is Phase.CHAOTIC
    alone = exponents(fluctuating_small=(np.nan, Status.NOT_SOUGHT))
    assert label(static_gain=gains(zero=0.5), lyapunov_max=alone) is Phase.STABLE_ZERO


def test_the_zero_state_under_noise_on_a_gate_is_an_attractor_without_a_fixed_point():
    beside = exponents(zero=-0.1, fluctuating=0.2)
    assert label(static_gain=gains(), lyapunov_max=beside) is Phase.BISTABLE
    assert label(static_gain=gains(), lyapunov_max=exponents(zero=-0.1)) is Phase.STABLE_ZERO
    unsought = exponents(zero=(np.nan, Status.NOT_SOUGHT), fluctuating=0.2)
    assert label(static_gain=gains(), lyapunov_max=unsought) is Phase.UNDETERMINED


def test_a_small_stable_static_state_is_an_attractor():
    known = {"static_gain": gains(lower=0.8, middle=1.2, upper=2.3)}
    small = exponents(static_small=-0.1, static=0.5, fluctuating=0.2)
    assert label(**known, lyapunov_max=small) is Phase.BISTABLE
    assert label(lyapunov_max=small) is Phase.BISTABLE
    assert label(lyapunov_max=exponents(zero=(np.nan, NONE), static_small=-0.1, static=0.5)) is Phase.STATIC_COMPLEX


def test_what_diverges_to_infinity_is_above_every_threshold_and_without_a_value_nothing_is_known():
    for value, expected in ((np.inf, Phase.CHAOTIC), (np.nan, Phase.UNDETERMINED)):
        diverging = exponents(fluctuating=(value, Status.DIVERGES))
        assert label(static_gain=gains(zero=4.0, upper=1.5), lyapunov_max=diverging) is expected
        assert label(static_gain=gains(), lyapunov_max=diverging) is expected
    infinite = gains(zero=0.8, upper=(np.inf, Status.DIVERGES))
    assert label(static_gain=infinite, lyapunov_max=exponents(zero=-0.1)) is Phase.STATIC_COMPLEX


def test_bounds_decide_on_their_side():
    gain = gains(zero=(1.2, Status.LOWER_BOUND), upper=1.5)
    assert label(static_gain=gain, lyapunov_max=exponents(fluctuating=0.1)) is Phase.CHAOTIC
    gain = gains(zero=(1.2, Status.UPPER_BOUND), upper=1.5)
    assert label(static_gain=gain, lyapunov_max=exponents(fluctuating=0.1)) is Phase.UNDETERMINED
    gain = gains(zero=(0.8, Status.UPPER_BOUND))
    assert label(static_gain=gain, lyapunov_max=exponents()) is Phase.STABLE_ZERO


def test_static_theory_alone_decides_all_but_coexistence():
    assert label(static_gain=gains(zero=0.5)) is Phase.STABLE_ZERO
    assert label(static_gain=gains(zero=4.0, upper=1.5)) is Phase.CHAOTIC
    assert label(static_gain=gains(zero=0.8, lower=1.2, upper=2.3)) is Phase.UNDETERMINED


def test_exponents_alone_decide_stability_too():
    assert label(lyapunov_max=exponents(zero=-0.3)) is Phase.STABLE_ZERO
    assert label(lyapunov_max=exponents(zero=-0.1, fluctuating=0.2)) is Phase.BISTABLE
    assert label(lyapunov_max=exponents(zero=-0.1, static=0.3)) is Phase.STATIC_COMPLEX
    assert label(lyapunov_max=exponents(zero=0.3, static=0.2, fluctuating=0.1)) is Phase.CHAOTIC


def test_nothing_to_judge_by_is_an_error():
    with pytest.raises(ValueError, match="static_gain or lyapunov_max"):
        phase_labels({}, FIXED_POINTS, BRANCHES)


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


def test_every_phase_has_a_name_and_a_meaning():
    assert set(PHASE_NAMES) == set(PHASE_MEANINGS) == set(Phase)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"zero": -0.3}, "zero"),
        ({"zero": 0.3, "static": 0.2, "fluctuating": 0.1}, "fluctuating"),
        ({"zero": -0.1, "static": 0.2}, "zero"),
        ({"zero": 0.2, "static": -0.1}, "static"),
        ({"zero": -0.2, "static": -0.1}, "static"),
        ({"zero": 0.3, "static": 0.2}, "static"),
        ({"zero": -0.1, "fluctuating": (np.nan, FAILED)}, "fluctuating"),
        ({"zero": -0.1, "fluctuating_unstable": 0.3}, "zero"),
        ({"zero": -0.1, "static": (np.nan, FAILED)}, "zero"),
        ({"static_small": -0.1, "static": 0.2}, "static_small"),
        ({"static_small": -0.1, "static": -0.2}, "static"),
        ({"static_small": 0.0, "static": 0.1}, "static_small"),
        ({"zero": -0.1, "static": 0.0}, "static"),
        ({"fluctuating_small": -0.1, "fluctuating": 0.2}, "fluctuating"),
        ({"zero": -0.1, "fluctuating": (np.nan, Status.OUT_OF_TIME)}, "fluctuating"),
        ({}, None),
    ],
)
def test_map_shows_the_attractor(values, expected):
    chosen = int(dominant_branch(exponents(**values), BRANCHES))
    assert chosen == (-1 if expected is None else BRANCHES.index(expected))


def test_taking_a_branch_keeps_value_error_and_status_together():
    names = ("zero", "static", "fluctuating", "fluctuating_unstable")
    both = Estimate(
        value=np.array([[-0.3, np.nan, 0.1, np.nan], [np.nan] * 4]),
        status=np.array([[GOOD, NONE, BAD, NONE], [NONE] * 4], dtype=np.uint8),
        error=np.array([[0.01, np.nan, 0.02, np.nan], [np.nan] * 4]),
    )
    taken = picked(both, dominant_branch(both, names))
    assert taken.value[0] == 0.1 and taken.status[0] == BAD and taken.error[0] == 0.02
    assert np.isnan(taken.value[1]) and taken.status[1] == NONE and np.isnan(taken.error[1])


def test_attractors_are_the_stable_states():
    def found(**values):
        return [name for name, yes in zip(BRANCHES, attractors(exponents(**values), BRANCHES), strict=True) if yes]

    assert found(zero=-0.1, static=0.2, fluctuating=0.3, fluctuating_unstable=-0.5) == ["zero", "fluctuating"]
    assert found(static_small=-0.1, static=0.2, fluctuating_small=-0.2) == ["static_small", "fluctuating_small"]
    assert found(fluctuating=(np.inf, Status.DIVERGES), zero=(-0.1, Status.UPPER_BOUND)) == ["zero", "fluctuating"]
    assert found(static_small=0.0, static=0.1, fluctuating=0.2) == ["static_small", "fluctuating"]
    assert not found(zero=(-0.1, BAD), fluctuating=(0.3, FAILED), static=(-0.1, Status.LOWER_BOUND))


def _numbers(value: list, status: list) -> Estimate:
    return Estimate(value=np.array(value, dtype=float), status=np.array(status, dtype=np.uint8))


def test_static_complex_begins_where_fixed_points_proliferate() -> None:
    """Below the static fold: no static fixed point but zero, and yet exponentially many; above it nothing changes."""
    gain = _numbers([[0.5, np.nan], [0.5, np.nan]], [[1, 3], [1, 3]])
    exponent = _numbers([[np.nan], [np.nan]], [[Status.ABSENT]] * 2)
    for status in (Status.CONVERGED, Status.UPPER_BOUND):
        count = _numbers([0.0, 0.01], [Status.CONVERGED, status])
        stored = {"static_gain": gain, "lyapunov_max": exponent, "complexity": count}
        codes = phase_labels(stored, ["zero", "upper"], ["fluctuating"])
        assert codes.tolist() == [Phase.STABLE_ZERO, Phase.STATIC_COMPLEX]
    without = {name: one for name, one in stored.items() if name != "complexity"}
    assert phase_labels(without, ["zero", "upper"], ["fluctuating"]).tolist() == [Phase.STABLE_ZERO] * 2
    unknown = _numbers([np.nan] * 2, [Status.NOT_SOUGHT] * 2)
    codes = phase_labels({**stored, "complexity": unknown}, ["zero", "upper"], ["fluctuating"])
    assert codes.tolist() == [Phase.STABLE_ZERO] * 2
