"""Three-valued facts about stored numbers: yes, no, unknown.

A number that is pending, failed, not converged, not sought or out of time says nothing, nor does one that diverges
without a value. A bound decides on its own side of a threshold, infinity for every threshold, a good number where it
is more than its error away.
"""

import numpy as np
from numpy.typing import NDArray

from phasemap.model.results import Estimate
from phasemap.model.status import BOUNDS, Status

Fact = NDArray[np.int8]

YES, NO, UNKNOWN = np.int8(1), np.int8(0), np.int8(-1)

USABLE = (Status.CONVERGED, Status.INTERPOLATED)
"""Statuses whose value may be used as a number."""


def exists(estimate: Estimate) -> Fact:
    """Whether there is such a state or quantity: what is bounded or infinite exists."""
    fact = np.full(estimate.status.shape, UNKNOWN)
    infinite = (estimate.status == Status.DIVERGES) & np.isinf(np.asarray(estimate.value, dtype=float))
    fact[np.isin(estimate.status, (*USABLE, *BOUNDS)) | infinite] = YES
    fact[estimate.status == Status.ABSENT] = NO
    return fact


def above(estimate: Estimate, threshold: float, errors: float) -> Fact:
    """Whether the value lies above the threshold, by more than `errors` of its errors."""
    value, status = np.asarray(estimate.value, dtype=float), estimate.status
    error = np.zeros_like(value) if estimate.error is None else np.nan_to_num(estimate.error)
    margin = errors * np.where(np.isinf(value), 0.0, error)  # S is infinite where an output gate is hard
    known = np.isin(status, USABLE)
    infinite = (status == Status.DIVERGES) & np.isinf(value)
    with np.errstate(invalid="ignore"):
        fact = np.full(value.shape, UNKNOWN)
        fact[(known | infinite | (status == Status.LOWER_BOUND)) & (value - margin > threshold)] = YES
        fact[(known | infinite | (status == Status.UPPER_BOUND)) & (value + margin < threshold)] = NO
    return fact


def negation(fact: Fact) -> Fact:
    """Not."""
    return np.where(fact == UNKNOWN, UNKNOWN, 1 - fact).astype(np.int8)


def both(a: Fact, b: Fact) -> Fact:
    """And."""
    no, unknown = (a == NO) | (b == NO), (a == UNKNOWN) | (b == UNKNOWN)
    return np.where(no, NO, np.where(unknown, UNKNOWN, YES)).astype(np.int8)


def either(a: Fact, b: Fact) -> Fact:
    """Or."""
    return negation(both(negation(a), negation(b)))


def any_of(facts: Fact) -> Fact:
    """Or, along the last dimension."""
    yes, unknown = (facts == YES).any(axis=-1), (facts == UNKNOWN).any(axis=-1)
    return np.where(yes, YES, np.where(unknown, UNKNOWN, NO)).astype(np.int8)


def where_known(first: Fact, second: Fact) -> Fact:
    """The first, or the second where the first is unknown."""
    return np.where(first == UNKNOWN, second, first).astype(np.int8)
