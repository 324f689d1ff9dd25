"""Stored numbers -> phase labels (docs/theory.md, section 11).

Pure: arrays in, array of codes out, so that labels can be redone from a result file when the rules change, without
computing anything again. Facts are three-valued (`phasemap.model.facts`): what is not known, or within its error of a
threshold, is unknown; a bound decides on its side. A label is given only where every fact that it needs is known;
everything else is UNDETERMINED. In particular an exponent that has not converged does not count as "not chaotic".

The rules, where A = some fixed point is stable (S < 1), U = some non-zero fixed point is unstable (S > 1),
P = fixed points proliferate (`complexity` > 0; where it is not stored, U: from the static fold on),
C = a fluctuating attractor with lambda_max > 0 exists, D = one with lambda_max < 0 does (under noise), M = all unstable
non-zero fixed points are pinned, F = chaos is faster than `slow_rate`:

    bistable            C, and A or D
    static-complex      A, P and not C
    stable zero         A (the zero fixed point alone), not P, not U, not C
    stable fixed point  A (another one), not P, not U, not C
    marginally stable   not A, M, not F
    chaotic             C, not A, not D, and not M (or F)
    driven, stable      D, not C, not A

Attractors that fluctuate are the branches `fluctuating` and `fluctuating_small`. Without noise no moving state has a
negative exponent: where fixed points exist, D does not hold. Where there is noise on a gate only,
the zero state is no fixed point, but rests; its exponent says whether it is stable.

A number that diverges to infinity lies above every threshold, as the exponent of a moving state behind a hard gate;
one that diverges without a value says nothing: there is no stationary state, or its sign is not known. Behind a hard
update gate that pins all unstable fixed points (f S < 1 < S) the state ages instead: S and f S alone decide there.

Pinned: see `phasemap.dataset.pinning`. What maps and tables call "the attractor": `phasemap.dataset.attractors`.

Where the dynamics were not asked for at all (no exponents stored), two of its facts follow from the static theory:
no unstable fixed point -> no chaos (the dynamic fold lies above the static one), and every fixed point unstable, none
pinned -> chaos. The second counts as well where a fluctuating state was found whose exponent did not converge: its
sign is known all the same. Without exponents coexistence cannot be decided: a stable zero among unstable fixed points
stays undetermined.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasemap.dataset.field import Field
from phasemap.dataset.phase_facts import (
    FixedPointFacts,
    MotionFacts,
    PhaseRules,
    facts_by_exponents,
    facts_by_gains,
    motion,
    motion_by_exclusion,
    proliferation,
    slow_where_aging,
)
from phasemap.dataset.pinning import gates_of
from phasemap.model.branches import FLUCTUATING
from phasemap.model.facts import NO, YES, Fact, either
from phasemap.model.results import Estimate

LABEL_QUANTITIES = (
    "static_gain",
    "marginal_gain",
    "pinning_ratio",
    "leading_edge",
    "open_fraction",
    "outlier",
    "lyapunov_max",
    "complexity",
)
"""The stored quantities that labels are made from."""

Codes = NDArray[np.uint8]


class Phase(IntEnum):
    """Code of a phase label.

    Example:
        str(pm.Phase(pm.solve(pm.parameters(g_h=3), ["lyapunov_max"]).phase))
    """

    UNDETERMINED = 0
    STABLE_ZERO = 1
    STABLE_FIXED_POINT = 2
    MARGINALLY_STABLE = 3
    STATIC_COMPLEX = 4
    BISTABLE = 5
    CHAOTIC = 6
    DRIVEN_STABLE = 7

    def __str__(self) -> str:
        return PHASE_NAMES[self]


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
    Phase.STABLE_ZERO: "the zero state is the only attractor",
    Phase.STABLE_FIXED_POINT: "a non-zero fixed point is stable, and there is no chaos",
    Phase.MARGINALLY_STABLE: "the update gate pins what is unstable: it is left far slower than with a constant gate",
    Phase.STATIC_COMPLEX: (
        "a fixed point is stable among exponentially many unstable ones (complexity > 0, from below the static fold "
        "on), and there is no chaos"
    ),
    Phase.BISTABLE: "a stable state (a fixed point, or a response to noise) and a chaotic attractor coexist",
    Phase.CHAOTIC: "chaos is the only attractor",
    Phase.DRIVEN_STABLE: "the network follows its fluctuating input: no fixed point, negative exponent",
}


def phase_labels(
    quantities: Mapping[str, Estimate],
    fixed_points: Sequence[str],
    branches: Sequence[str],
    parameters: Mapping[str, ArrayLike] | None = None,
    rules: PhaseRules | None = None,
) -> Codes:
    """Phase code at every point.

    Args:
        quantities: the stored ones; those of LABEL_QUANTITIES are used: shape (*points, fixed_point), `lyapunov_max`
            (*points, branch). What is missing is unknown; without `static_gain` the exponents of the
            static branches decide the stability.
        fixed_points: labels along the dimension fixed_point; one of them is `zero`.
        branches: labels along the dimension branch.
        parameters: alpha_z, beta_z, m_z, alpha_r, beta_r and tau_r, broadcast against the points; those of a network
            without gates where they are missing.
        rules: thresholds; the defaults of `PhaseRules` if None.

    Returns:
        (*points,) codes of `Phase`.

    Raises:
        ValueError: neither `static_gain` nor `lyapunov_max` is given.
    """
    return _decide(*_facts(quantities, fixed_points, branches, parameters, rules or PhaseRules()))


def phase_evidence(
    quantities: Mapping[str, Estimate],
    fixed_points: Sequence[str],
    branches: Sequence[str],
    parameters: Mapping[str, ArrayLike] | None = None,
    rules: PhaseRules | None = None,
) -> dict[str, Fact]:
    """The facts that the labels rest on, in words: (*points,) yes, no or unknown; arguments as of `phase_labels`."""
    static, moving, proliferating = _facts(quantities, fixed_points, branches, parameters, rules or PhaseRules())
    return {
        "the zero state is stable": static.zero_stable,
        "a non-zero fixed point is stable": static.other_stable,
        "a non-zero fixed point is unstable": static.other_unstable,
        "fixed points proliferate": proliferating,
        "the update gate pins what is unstable": static.pinned,
        "a chaotic attractor exists": moving.chaos,
        "chaos is faster than the slow rate": moving.fast,
        "a stable fluctuating state exists": moving.driven,
    }


def _facts(
    quantities: Mapping[str, Estimate],
    fixed_points: Sequence[str],
    branches: Sequence[str],
    parameters: Mapping[str, ArrayLike] | None,
    rules: PhaseRules,
) -> tuple[FixedPointFacts, MotionFacts, Fact]:
    """What is known of the fixed points, of what moves, and whether fixed points proliferate."""
    some = quantities.get("static_gain", quantities.get("lyapunov_max"))
    if some is None:
        raise ValueError("phase labels need static_gain or lyapunov_max")
    gates = gates_of(parameters or {}, some.status.shape[:-1])
    by_branch = _by_branch(quantities.get("lyapunov_max"), branches)
    if "static_gain" in quantities:
        static = facts_by_gains(quantities, fixed_points, by_branch, gates, rules)
    else:
        static = facts_by_exponents(by_branch, gates, rules)
    asked = FLUCTUATING in by_branch
    moving = motion(by_branch, static, rules) if asked else motion_by_exclusion(static)
    moving = slow_where_aging(moving, by_branch, static, gates) if asked else moving
    return static, moving, proliferation(quantities.get("complexity"), static)


def phase_at(fields: Mapping[str, Field], parameters: Mapping[str, ArrayLike]) -> Phase | None:
    """The phase at one point, whose fields have no axes; None where neither gains nor exponents are known."""
    along = {dim: places for name in LABEL_QUANTITIES if name in fields for dim, places in fields[name].coords.items()}
    if not {"static_gain", "lyapunov_max"} & set(fields):
        return None
    names = {dim: [str(label) for label in places] for dim, places in along.items()}
    return Phase(int(phase_labels(fields, names.get("fixed_point", []), names.get("branch", []), parameters)))


def _by_branch(exponent: Estimate | None, branches: Sequence[str]) -> dict[str, Estimate]:
    """The exponent of every branch: (*points,)."""
    if exponent is None:
        return {}
    value, status, error = exponent.value, exponent.status, exponent.error
    return {
        name: Estimate(value=value[..., k], status=status[..., k], error=None if error is None else error[..., k])
        for k, name in enumerate(branches)
    }


def _decide(static: FixedPointFacts, moving: MotionFacts, proliferating: Fact) -> Codes:
    stable, chaos = either(static.zero_stable, static.other_stable), moving.chaos
    codes = np.full(stable.shape, np.uint8(Phase.UNDETERMINED), dtype=np.uint8)
    calm = (stable == YES) & (chaos == NO)
    lone = calm & (static.other_unstable == NO) & (proliferating == NO)
    alone = (stable == NO) & (moving.driven == NO) & (chaos == YES)
    codes[(either(stable, moving.driven) == YES) & (chaos == YES)] = Phase.BISTABLE
    codes[calm & (proliferating == YES)] = Phase.STATIC_COMPLEX
    codes[lone & (static.other_stable == YES)] = Phase.STABLE_FIXED_POINT
    codes[lone & (static.other_stable == NO)] = Phase.STABLE_ZERO
    codes[alone & ((static.pinned == NO) | (moving.fast == YES))] = Phase.CHAOTIC
    codes[(stable == NO) & (static.pinned == YES) & (moving.fast == NO)] = Phase.MARGINALLY_STABLE
    codes[(moving.driven == YES) & (chaos == NO) & (stable == NO)] = Phase.DRIVEN_STABLE
    return codes
