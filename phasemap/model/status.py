"""What is known about a stored number."""

from enum import IntEnum


class Status(IntEnum):
    """Status code of every stored value; a value that is not a number always has a status that says why."""

    PENDING = 0
    CONVERGED = 1
    NOT_CONVERGED = 2
    ABSENT = 3
    FAILED = 4
    INTERPOLATED = 5


STATUS_MEANINGS: dict[Status, str] = {
    Status.PENDING: "not computed yet",
    Status.CONVERGED: "computed, error estimate within the tolerance",
    Status.NOT_CONVERGED: "computed, but not to the tolerance asked for",
    Status.ABSENT: "the branch or quantity does not exist at this point",
    Status.FAILED: "the solver could not produce a value",
    Status.INTERPOLATED: "not computed: filled in from neighbours by adaptive refinement",
}
