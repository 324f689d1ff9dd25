"""Phase labels behind an update gate that moves: what is pinned is marginally stable."""

import math

import numpy as np
import pytest
from support.phase_facts import BAD, BRANCHES, FIXED_POINTS, NONE, estimate, exponents, gains, label

from phasemap.dataset.phases import Phase, phase_labels
from phasemap.model.status import Status

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
