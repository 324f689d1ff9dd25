"""Phase labels: the rules of phasemap.dataset.phases, one combination of facts at a time."""

import math

import numpy as np
import pytest
from support.phase_facts import BAD, BRANCHES, FAILED, FIXED_POINTS, NONE, PENDING, exponents, gains, label

from phasemap.dataset.phases import PHASE_MEANINGS, PHASE_NAMES, Phase, PhaseRules, phase_labels
from phasemap.model.results import Estimate
from phasemap.model.status import Status


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
    assert label((10.0, 0.0), **known) is Phase.UNDETERMINED
    assert label((10.0, 0.0), **known, pinning_ratio=gains(zero=1.0, upper=0.05)) is Phase.UNDETERMINED
    assert label((10.0, 0.0), **known, pinning_ratio=gains(zero=1.0, upper=0.5)) is Phase.CHAOTIC


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


def test_every_phase_has_a_name_and_a_meaning():
    assert set(PHASE_NAMES) == set(PHASE_MEANINGS) == set(Phase)


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
