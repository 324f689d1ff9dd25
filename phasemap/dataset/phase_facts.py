"""The facts that phases are made from: which fixed points are stable or pinned, what fluctuates (docs/theory.md (4.5)).

Every fact is yes, no or unknown, for every point; see `phasemap.model.facts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from phasemap.dataset.pinning import Gates, is_pinned
from phasemap.model.branches import FLUCTUATING, FLUCTUATING_SMALL, STATIC, STATIC_BRANCHES, STATIC_SMALL, ZERO
from phasemap.model.facts import (
    NO,
    UNKNOWN,
    USABLE,
    YES,
    Fact,
    above,
    any_of,
    both,
    either,
    exists,
    negation,
    where_known,
)
from phasemap.model.results import Estimate
from phasemap.model.status import Status

_STATIC = (STATIC_SMALL, STATIC)


@dataclass(frozen=True)
class PhaseRules:
    """Thresholds of the labels.

    slow_rate: largest exponent (1 / membrane time constant) that still counts as marginal stability.
    pinned:    largest pinning ratio of a fixed point that counts as pinned by the update gate.
    errors:    a number decides only where it is this many of its errors away from the threshold.
    """

    slow_rate: float = 1e-3
    pinned: float = 0.1
    errors: float = 3.0


@dataclass(frozen=True)
class FixedPointFacts:
    """Facts of fixed points: (*points,)."""

    zero_stable: Fact
    other_stable: Fact
    other_unstable: Fact
    any_unstable: Fact
    pinned: Fact
    autonomous: Fact


@dataclass(frozen=True)
class MotionFacts:
    """Facts of fluctuating attractors: (*points,)."""

    chaos: Fact
    fast: Fact
    driven: Fact


def facts_by_gains(
    quantities: Mapping[str, Estimate],
    fixed_points: Sequence[str],
    by_branch: Mapping[str, Estimate],
    gates: Gates,
    rules: PhaseRules,
) -> FixedPointFacts:
    """Facts of fixed points from their gains, edges and what pins them."""
    gain = quantities["static_gain"]
    there, grows = exists(gain), above(gain, 1.0, rules.errors)
    if "outlier" in quantities:  # of a cell: the state itself may leave where the bulk is stable
        grows = either(grows, both(exists(quantities["outlier"]), above(quantities["outlier"], 1.0, 0.0)))
    unstable, stable = both(there, grows), both(there, negation(grows))
    pinned = is_pinned(quantities, gates, rules.pinned, rules.errors)
    zero = fixed_points.index("zero")
    others = [k for k in range(len(fixed_points)) if k != zero]
    some = any_of(unstable[..., others])
    zero_stable, zero_unstable = stable[..., zero], unstable[..., zero]
    if ZERO in by_branch:
        # Noise on a gate leaves no fixed point, but a zero state, with an exponent.
        at_rest = by_branch[ZERO]
        alone = there[..., zero] == NO
        decays = both(exists(at_rest), negation(above(at_rest, 0.0, rules.errors)))
        zero_stable = np.where(alone, decays, zero_stable).astype(np.int8)
    return FixedPointFacts(
        zero_stable=zero_stable,
        other_stable=any_of(stable[..., others]),
        other_unstable=some,
        any_unstable=either(zero_unstable, some),
        pinned=both(some, negation(any_of(both(unstable[..., others], negation(pinned[..., others]))))),
        autonomous=any_of(there),
    )


def facts_by_exponents(by_branch: Mapping[str, Estimate], gates: Gates, rules: PhaseRules) -> FixedPointFacts:
    """Facts of fixed points from the exponents of the static branches, where gains are not stored."""
    unknown = np.full(gates.varies.shape, UNKNOWN)
    known = {name: by_branch[name] for name in STATIC_BRANCHES if name in by_branch}
    grows = {name: both(exists(one), above(one, 0.0, rules.errors)) for name, one in known.items()}
    decays = {name: both(exists(one), negation(above(one, 0.0, rules.errors))) for name, one in known.items()}
    static, small = grows.get(STATIC, unknown), grows.get(STATIC_SMALL, np.full_like(unknown, NO))
    others = either(static, small)
    return FixedPointFacts(
        zero_stable=decays.get(ZERO, unknown),
        other_stable=either(decays.get(STATIC, unknown), decays.get(STATIC_SMALL, np.full_like(unknown, NO))),
        other_unstable=others,
        any_unstable=either(grows.get(ZERO, unknown), others),
        pinned=both(others, np.where(gates.varies, UNKNOWN, NO).astype(np.int8)),
        autonomous=any_of(np.stack([unknown, *(exists(known[name]) for name in _STATIC if name in known)], axis=-1)),
    )


def motion(by_branch: Mapping[str, Estimate], static: FixedPointFacts, rules: PhaseRules) -> MotionFacts:
    """Facts of the fluctuating attractors from their exponents."""
    large = _facts_of_motion(by_branch[FLUCTUATING], rules)
    vague = (by_branch[FLUCTUATING].status == Status.NOT_CONVERGED) & (chaos_by_exclusion(static) == YES)
    large = replace(large, chaos=np.where(vague & (large.chaos == UNKNOWN), YES, large.chaos).astype(np.int8))
    if FLUCTUATING_SMALL not in by_branch:
        return replace(large, driven=both(large.driven, negation(static.autonomous)))
    small = _facts_of_motion(by_branch[FLUCTUATING_SMALL], rules)
    # The smallest of several: where there is no fluctuating attractor there is no other either.
    there = where_known(exists(by_branch[FLUCTUATING]), np.full_like(large.chaos, YES))
    return MotionFacts(
        chaos=either(large.chaos, both(there, small.chaos)),
        fast=either(large.fast, both(there, small.fast)),
        driven=both(either(large.driven, both(there, small.driven)), negation(static.autonomous)),
    )


def slow_where_aging(
    moving: MotionFacts, by_branch: Mapping[str, Estimate], static: FixedPointFacts, gates: Gates
) -> MotionFacts:
    """The same where a hard gate pins everything and no stationary state was found: it ages, and S and f S decide."""
    exponent = by_branch[FLUCTUATING]
    nowhere = (exponent.status == Status.DIVERGES) & np.isnan(np.asarray(exponent.value, dtype=float))
    ages = nowhere & np.isinf(gates.alpha_z) & (static.pinned == YES)
    return replace(moving, fast=np.where(ages, NO, moving.fast).astype(np.int8))


def _facts_of_motion(branch: Estimate, rules: PhaseRules) -> MotionFacts:
    there, grows = exists(branch), above(branch, 0.0, rules.errors)
    fast = both(there, above(branch, rules.slow_rate, rules.errors))
    return MotionFacts(both(there, grows), fast, both(there, negation(grows)))


def motion_by_exclusion(static: FixedPointFacts) -> MotionFacts:
    """What the static theory says of the dynamics, where these were not asked for."""
    stable = either(static.zero_stable, static.other_stable)
    chaos = np.full_like(stable, UNKNOWN)
    chaos[static.any_unstable == NO] = NO
    chaos[(stable == YES) & (static.other_unstable == NO)] = NO
    chaos[chaos_by_exclusion(static) == YES] = YES
    no = np.full_like(chaos, NO)
    return MotionFacts(chaos, np.where(static.pinned == YES, NO, chaos).astype(np.int8), no)


def chaos_by_exclusion(static: FixedPointFacts) -> Fact:
    """Without a stable state at rest something moves; where nothing is pinned, that is chaos."""
    stable = either(static.zero_stable, static.other_stable)
    return both(both(negation(stable), static.any_unstable), negation(static.pinned))


def proliferation(complexity: Estimate | None, static: FixedPointFacts) -> Fact:
    """Whether the expected number of fixed points grows exponentially: also where it only bounds the typical number."""
    if complexity is None:
        return static.other_unstable
    value = np.asarray(complexity.value, dtype=float)
    known = np.isin(complexity.status, (*USABLE, Status.UPPER_BOUND))
    return np.where(known, np.where(value > 0.0, YES, NO), static.other_unstable).astype(np.int8)
