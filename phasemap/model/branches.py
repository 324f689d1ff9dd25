"""The branches of the mean field: names of its solutions, and of those that older versions gave them.

A branch is a solution, a phase a statement about the attractors: `chaotic` is a phase, the branch is `fluctuating`
(under noise it may have a negative exponent).
"""

from collections.abc import Sequence

ZERO, STATIC_SMALL, STATIC = "zero", "static_small", "static"
FLUCTUATING_SMALL, FLUCTUATING, FLUCTUATING_UNSTABLE = "fluctuating_small", "fluctuating", "fluctuating_unstable"

STATIC_BRANCHES: tuple[str, ...] = (ZERO, STATIC_SMALL, STATIC)
MOVING: tuple[str, ...] = (FLUCTUATING_SMALL, FLUCTUATING, FLUCTUATING_UNSTABLE)

# Order of the dimension "branch".
BRANCHES: tuple[str, ...] = (*STATIC_BRANCHES, *MOVING)

BRANCH_MEANINGS: dict[str, str] = {
    ZERO: "the silent state",
    STATIC_SMALL: "the small static state that continues rest under an input, beside larger ones",
    STATIC: "the largest static state",
    FLUCTUATING_SMALL: "the smallest of several fluctuating attractors",
    FLUCTUATING: "the largest fluctuating attractor",
    FLUCTUATING_UNSTABLE: "the unstable fluctuating state that meets an attractor in the dynamic fold",
}

# Names in files of format 1 and in options that were written for them.
_OLD_NAMES: dict[str, str] = {
    "chaotic": FLUCTUATING,
    "chaotic_unstable": FLUCTUATING_UNSTABLE,
    "quiet": FLUCTUATING_SMALL,
}


def branch_name(name: str) -> str:
    """The name of a branch, whichever version it was written for; what is no branch is returned as it is."""
    return _OLD_NAMES.get(name, name)


def place_of(name: str, branches: Sequence[str]) -> int | None:
    """Position of a branch among the labels of a dimension; None where it is not among them."""
    return list(branches).index(name) if name in branches else None
