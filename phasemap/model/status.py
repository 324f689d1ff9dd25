"""What is known about a stored number."""

from enum import IntEnum
from typing import Any


class Status(IntEnum):
    """Status code of every stored value; a value that is not a number always has a status that says why."""

    PENDING = 0
    CONVERGED = 1
    NOT_CONVERGED = 2
    ABSENT = 3
    FAILED = 4
    INTERPOLATED = 5
    LOWER_BOUND = 6
    UPPER_BOUND = 7
    NOT_SOUGHT = 8
    DIVERGES = 9
    OUT_OF_TIME = 10


def name_of(status: Any) -> str:
    """The name of a status code as files and `--json` spell it, for instance "upper_bound"."""
    return Status(int(status)).name.lower()


def in_words(status: Any) -> str:
    """The same in words for a table, for instance "upper bound"."""
    return name_of(status).replace("_", " ")


STATUS_MEANINGS: dict[Status, str] = {
    Status.PENDING: "not computed yet",
    Status.CONVERGED: "computed, error estimate within the tolerance",
    Status.NOT_CONVERGED: "computed, but not to the tolerance asked for",
    Status.ABSENT: "the branch or quantity does not exist at this point",
    Status.FAILED: "the solver could not produce a value",
    Status.INTERPOLATED: "not computed: filled in from neighbours by adaptive refinement",
    Status.LOWER_BOUND: "the true value is not below this one",
    Status.UPPER_BOUND: "the true value is not above this one",
    Status.NOT_SOUGHT: "not looked for: whether it exists here is not known",
    Status.DIVERGES: "infinite, or there is no stationary state",
    Status.OUT_OF_TIME: "not finished within the time that a point may take",
}

STATUS_WORDS: dict[Status, str] = {
    Status.PENDING: "not computed yet",
    Status.CONVERGED: "converged",
    Status.NOT_CONVERGED: "not converged",
    Status.ABSENT: "does not exist",
    Status.FAILED: "failed",
    Status.INTERPOLATED: "interpolated",
    Status.LOWER_BOUND: "lower bound",
    Status.UPPER_BOUND: "upper bound",
    Status.NOT_SOUGHT: "not looked for",
    Status.DIVERGES: "diverges",
    Status.OUT_OF_TIME: "out of time",
}
"""A word or two for legends and tables."""

BOUNDS = (Status.LOWER_BOUND, Status.UPPER_BOUND)
"""Statuses whose value is one side of what is known."""

NUMBERS = (Status.CONVERGED, Status.NOT_CONVERGED, Status.INTERPOLATED, *BOUNDS)
"""Statuses that stand beside a number: it is never NaN."""
