"""Stored numbers -> phase labels (theory notes, section 11).

Pure: arrays in, array of codes out, so that labels can be redone from a result file when the rules change, without
computing anything again. Facts are three-valued (yes, no, unknown): a number that is pending, failed or not converged
is unknown, and so is one within its error of the threshold. A label is given only where every fact that it needs is
known; everything else is UNDETERMINED.

The rules, where A = some fixed point is stable (S < 1), U = some non-zero fixed point is unstable (S > 1),
C = a fluctuating attractor with lambda_max > 0 exists, M = all unstable non-zero fixed points are marginally stable:

    bistable            A and C
    static-complex      A, U and not C
    stable zero         A (the zero fixed point alone), not U, not C
    stable fixed point  A (another one), not U, not C
    marginally stable   not A, M, and C not faster than `slow_rate`
    chaotic             not A, C, not M (or C faster than `slow_rate`)
    driven, stable      a fluctuating attractor with lambda_max < 0 (noise input), no fixed point unstable

M needs an update gate. For a hard one (alpha_z = inf): 1 < S and f S < 1 with f the fraction of open gates (theory
notes, section 4). For a smooth one: 0 < lambda_e <= `slow_rate` with the leading edge lambda_e of section 3. A numeric
map of lambda_e shows the crossover; the label only says on which side of `slow_rate` it lies.

Where the dynamics were not asked for at all (no exponents stored), two of its facts follow from the static theory:
no unstable fixed point -> no chaos (the dynamic fold lies above the static one), and every fixed point unstable, none
marginal -> chaos. Coexistence cannot be decided then: a stable zero among unstable fixed points stays undetermined.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasemap.model.branches import FLUCTUATING, FLUCTUATING_UNSTABLE
from phasemap.model.results import Estimate
from phasemap.model.status import Status

RULES_VERSION = 1

Codes = NDArray[np.uint8]
Fact = NDArray[np.int8]

YES, NO, UNKNOWN = np.int8(1), np.int8(0), np.int8(-1)

# Statuses whose value may be used as a number.
USABLE = (Status.CONVERGED, Status.INTERPOLATED)


class Phase(IntEnum):
    """Code of a phase label."""

    UNDETERMINED = 0
    STABLE_ZERO = 1
    STABLE_FIXED_POINT = 2
    MARGINALLY_STABLE = 3
    STATIC_COMPLEX = 4
    BISTABLE = 5
    CHAOTIC = 6
    DRIVEN_STABLE = 7


PHASE_NAMES: dict[Phase, str] = {
    Phase.UNDETERMINED: "undetermined",
    Phase.STABLE_ZERO: "stable zero",
    Phase.STABLE_FIXED_POINT: "stable fixed point",
    Phase.MARGINALLY_STABLE: "marginally stable",
    Phase.STATIC_COMPLEX: "static-complex",
    Phase.BISTABLE: "bistable",
    Phase.CHAOTIC: "chaotic",
    Phase.DRIVEN_STABLE: "driven, stable",
}

PHASE_MEANINGS: dict[Phase, str] = {
    Phase.UNDETERMINED: "the stored numbers do not decide",
    Phase.STABLE_ZERO: "the zero fixed point is the only attractor",
    Phase.STABLE_FIXED_POINT: "a non-zero fixed point is stable, and there is no chaos",
    Phase.MARGINALLY_STABLE: "the update gate pins the leading edge of the spectrum to zero: rates below the tolerance",
    Phase.STATIC_COMPLEX: "a fixed point is stable among proliferating unstable ones, and there is no chaos",
    Phase.BISTABLE: "a stable fixed point and a chaotic attractor coexist",
    Phase.CHAOTIC: "chaos is the only attractor",
    Phase.DRIVEN_STABLE: "the network follows its fluctuating input: no fixed point, negative exponent",
}


@dataclass(frozen=True)
class PhaseRules:
    """Thresholds of the labels.

    slow_rate: largest rate (1 / membrane time constant) that still counts as marginal stability at a finite alpha_z.
    errors:    a number decides only where it is this many of its errors away from the threshold.
    """

    slow_rate: float = 1e-3
    errors: float = 3.0


@dataclass(frozen=True)
class _FixedPointFacts:
    zero_stable: Fact
    other_stable: Fact
    other_unstable: Fact
    any_unstable: Fact
    marginal: Fact


def phase_labels(
    quantities: Mapping[str, Estimate],
    fixed_points: Sequence[str],
    branches: Sequence[str],
    alpha_z: ArrayLike = 0.0,
    beta_z: ArrayLike = -math.inf,
    rules: PhaseRules | None = None,
) -> Codes:
    """Phase code at every point.

    Args:
        quantities: the stored ones; used are `static_gain`, `marginal_gain` (f S) and `leading_edge` (shape (*points,
            fixed_point)) and `lyapunov_max` (shape (*points, branch)). What is missing is unknown; without
            `static_gain` the exponents of the zero and static branches decide the stability.
        fixed_points: labels along the dimension fixed_point; the first is the zero fixed point.
        branches: labels along the dimension branch; `zero`, `static` and `fluctuating` are used.
        alpha_z, beta_z: steepness and bias of the update gate, broadcast against the points.
        rules: thresholds; the defaults of `PhaseRules` if None.

    Returns:
        (*points,) codes of `Phase`.

    Raises:
        ValueError: neither `static_gain` nor `lyapunov_max` is given.
    """
    rules = rules or PhaseRules()
    gain, exponent = quantities.get("static_gain"), quantities.get("lyapunov_max")
    if gain is not None:
        facts = _facts_of_gains(gain, fixed_points, quantities, _gate(alpha_z, beta_z, gain.status.shape[:-1]), rules)
    elif exponent is not None:
        facts = _facts_of_exponents(exponent, branches, _gate(alpha_z, beta_z, exponent.status.shape[:-1]), rules)
    else:
        raise ValueError("phase labels need static_gain or lyapunov_max")
    chaos, fast, driven = _facts_of_chaos(exponent, branches, facts, rules)
    return _decide(facts, chaos, fast, driven)


def dominant_branch(exponent: Estimate, branches: Sequence[str]) -> NDArray[np.int8]:
    """Index of the branch that a map of lambda_max shows at every point; -1 where no branch is known at all.

    The fluctuating attractor (`fluctuating`) wherever it is not known to be absent, so that a point at which it was not
    found reliably shows that and not another state; else a stable state, the static one before zero; else, where
    none is stable, the least unstable.

    Args:
        exponent: `lyapunov_max`, shape (*points, branch).
        branches: labels along its last dimension.
    """
    value = np.nan_to_num(np.asarray(exponent.value, dtype=float), nan=np.inf)
    possible = exponent.status != Status.ABSENT
    chosen = np.full(value.shape[:-1], -1, dtype=np.int8)
    least = np.full(value.shape[:-1], np.inf)
    for name in ("static", "zero"):
        if name in branches:
            k = branches.index(name)
            take = possible[..., k] & ((chosen < 0) | ((least >= 0) & (value[..., k] < least)))
            chosen[take] = k
            least = np.where(take, value[..., k], least)
    if FLUCTUATING in branches:
        k = branches.index(FLUCTUATING)
        chosen[possible[..., k]] = k
    return chosen


def attractors(exponent: Estimate, branches: Sequence[str]) -> NDArray[np.bool_]:
    """Which branches are attractors: the fluctuating one where it exists, the others where their exponent is negative.

    Args:
        exponent: `lyapunov_max`, shape (*points, branch).
        branches: labels along its last dimension; `fluctuating_unstable` never attracts.

    Returns:
        (*points, branch)
    """
    usable = np.isin(exponent.status, USABLE)
    with np.errstate(invalid="ignore"):
        stable: NDArray[np.bool_] = usable & (np.asarray(exponent.value, dtype=float) < 0.0)
    for k, name in enumerate(branches):
        if name == FLUCTUATING:
            stable[..., k] = usable[..., k]
        elif name == FLUCTUATING_UNSTABLE:
            stable[..., k] = False
    return stable


def take_branch(estimate: Estimate, chosen: NDArray[np.int8]) -> Estimate:
    """The estimate along the branch chosen at every point: shape (*points,); ABSENT where none was chosen."""
    index = np.maximum(chosen, 0)[..., None].astype(np.intp)

    def pick(array: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.take_along_axis(np.asarray(array), index, axis=-1)[..., 0]

    missing = chosen < 0
    status = np.where(missing, np.uint8(Status.ABSENT), pick(estimate.status)).astype(np.uint8)
    value = np.where(missing, np.nan, pick(estimate.value))
    error = None if estimate.error is None else np.where(missing, np.nan, pick(estimate.error)).astype(float)
    return Estimate(value, status, error)


def _gate(
    alpha_z: ArrayLike, beta_z: ArrayLike, shape: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Steepness at every point, and whether the gate varies there at all."""
    alpha = np.broadcast_to(np.asarray(alpha_z, dtype=float), shape)
    beta = np.broadcast_to(np.asarray(beta_z, dtype=float), shape)
    return alpha, (alpha > 0) & np.isfinite(beta)


def _facts_of_gains(
    gain: Estimate,
    fixed_points: Sequence[str],
    quantities: Mapping[str, Estimate],
    gate: tuple[NDArray[np.float64], NDArray[np.bool_]],
    rules: PhaseRules,
) -> _FixedPointFacts:
    exists = _exists(gain)
    unstable = _both(exists, _above(gain, 1.0, rules))
    stable = _both(exists, _not(_above(gain, 1.0, rules)))
    alpha, varies = gate
    pinned_gain = quantities.get("marginal_gain")
    hard = np.full_like(exists, UNKNOWN) if pinned_gain is None else _not(_above(pinned_gain, 1.0, rules))
    edge = quantities.get("leading_edge")
    soft = np.full_like(exists, UNKNOWN) if edge is None else _not(_above(edge, rules.slow_rate, rules))
    pinned = np.where(np.isinf(alpha)[..., None], hard, soft)
    pinned = np.where(varies[..., None], pinned, NO).astype(np.int8)
    zero = fixed_points.index("zero")
    others = [k for k in range(len(fixed_points)) if k != zero]
    some = _any(unstable[..., others])
    return _FixedPointFacts(
        zero_stable=stable[..., zero],
        other_stable=_any(stable[..., others]),
        other_unstable=some,
        any_unstable=_either(unstable[..., zero], some),
        marginal=_both(some, _not(_any(_both(unstable[..., others], _not(pinned[..., others]))))),
    )


def _facts_of_exponents(
    exponent: Estimate,
    branches: Sequence[str],
    gate: tuple[NDArray[np.float64], NDArray[np.bool_]],
    rules: PhaseRules,
) -> _FixedPointFacts:
    unknown = np.full(exponent.status.shape[:-1], UNKNOWN)
    grows = _both(_exists(exponent), _above(exponent, 0.0, rules))
    decays = _both(_exists(exponent), _not(_above(exponent, 0.0, rules)))
    slow = _not(_above(exponent, rules.slow_rate, rules))
    at = {name: k for k, name in enumerate(branches)}
    zero_grows = grows[..., at["zero"]] if "zero" in at else unknown
    static_grows = grows[..., at["static"]] if "static" in at else unknown
    alpha, varies = gate
    pinned = slow[..., at["static"]] if "static" in at else unknown
    pinned = np.where(varies, np.where(np.isinf(alpha), UNKNOWN, pinned), NO).astype(np.int8)
    return _FixedPointFacts(
        zero_stable=decays[..., at["zero"]] if "zero" in at else unknown,
        other_stable=decays[..., at["static"]] if "static" in at else unknown,
        other_unstable=static_grows,
        any_unstable=_either(zero_grows, static_grows),
        marginal=_both(static_grows, pinned),
    )


def _facts_of_chaos(
    exponent: Estimate | None, branches: Sequence[str], facts: _FixedPointFacts, rules: PhaseRules
) -> tuple[Fact, Fact, Fact]:
    """Whether the fluctuating attractor is chaotic; is so faster than `slow_rate`; is there but not chaotic."""
    if exponent is None or FLUCTUATING not in branches:
        any_stable = _either(facts.zero_stable, facts.other_stable)
        by_exclusion = _both(_both(_not(any_stable), facts.any_unstable), _not(facts.marginal))
        chaos = np.full_like(any_stable, UNKNOWN)
        chaos[facts.any_unstable == NO] = NO
        chaos[(any_stable == YES) & (facts.other_unstable == NO)] = NO
        chaos[by_exclusion == YES] = YES
        return chaos, chaos, np.full_like(chaos, NO)
    k = branches.index(FLUCTUATING)
    branch = Estimate(
        exponent.value[..., k], exponent.status[..., k], None if exponent.error is None else exponent.error[..., k]
    )
    exists, grows = _exists(branch), _above(branch, 0.0, rules)
    fast = _both(exists, _above(branch, rules.slow_rate, rules))
    return _both(exists, grows), fast, _both(exists, _not(grows))


def _decide(facts: _FixedPointFacts, chaos: Fact, fast: Fact, driven: Fact) -> Codes:
    stable = _either(facts.zero_stable, facts.other_stable)
    codes = np.full(stable.shape, np.uint8(Phase.UNDETERMINED), dtype=np.uint8)
    calm = (stable == YES) & (chaos == NO)
    lone = calm & (facts.other_unstable == NO)
    codes[(stable == YES) & (chaos == YES)] = Phase.BISTABLE
    codes[calm & (facts.other_unstable == YES)] = Phase.STATIC_COMPLEX
    codes[lone & (facts.other_stable == YES)] = Phase.STABLE_FIXED_POINT
    codes[lone & (facts.other_stable == NO)] = Phase.STABLE_ZERO
    marginal = (stable == NO) & (facts.marginal == YES) & (fast != YES)
    codes[(stable == NO) & (chaos == YES) & ((facts.marginal == NO) | (fast == YES))] = Phase.CHAOTIC
    codes[marginal] = Phase.MARGINALLY_STABLE
    codes[(driven == YES) & (stable == NO) & (facts.any_unstable == NO)] = Phase.DRIVEN_STABLE
    return codes


def _exists(estimate: Estimate) -> Fact:
    fact = np.full(estimate.status.shape, UNKNOWN)
    fact[np.isin(estimate.status, USABLE)] = YES
    fact[estimate.status == Status.ABSENT] = NO
    return fact


def _above(estimate: Estimate, threshold: float, rules: PhaseRules) -> Fact:
    """Whether the value lies above the threshold, by more than its error."""
    value = np.asarray(estimate.value, dtype=float)
    error = np.zeros_like(value) if estimate.error is None else np.nan_to_num(estimate.error)
    error = np.where(np.isinf(value), 0.0, error)  # S is infinite where an output gate is hard
    usable = np.isin(estimate.status, USABLE) & ~np.isnan(value)
    with np.errstate(invalid="ignore"):
        margin = rules.errors * error
        fact = np.full(value.shape, UNKNOWN)
        fact[usable & (value - margin > threshold)] = YES
        fact[usable & (value + margin < threshold)] = NO
    return fact


def _not(fact: Fact) -> Fact:
    return np.where(fact == UNKNOWN, UNKNOWN, 1 - fact).astype(np.int8)


def _both(a: Fact, b: Fact) -> Fact:
    no, unknown = (a == NO) | (b == NO), (a == UNKNOWN) | (b == UNKNOWN)
    return np.where(no, NO, np.where(unknown, UNKNOWN, YES)).astype(np.int8)


def _either(a: Fact, b: Fact) -> Fact:
    return _not(_both(_not(a), _not(b)))


def _any(facts: Fact) -> Fact:
    yes, unknown = (facts == YES).any(axis=-1), (facts == UNKNOWN).any(axis=-1)
    return np.where(yes, YES, np.where(unknown, UNKNOWN, NO)).astype(np.int8)
