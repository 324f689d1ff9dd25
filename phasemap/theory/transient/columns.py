"""Inputs from files with a column for every unit: what the mean field needs of them, if they are a Gaussian draw.

Over units the columns have a mean and a covariance at pairs of times; an input that is Gaussian over units is known by
these (docs/memory.md). Whether columns are is tested at single times and for random sums over times: the largest
distance D of the distribution of standardised values from the normal one (Lilliefors).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import EACH, InputCourse


class _Tolerances(NamedTuple):
    """When columns are taken for a Gaussian draw."""

    distance: float = 1.3  # D sqrt(N): once in some ten thousand draws of normal numbers
    fewest: int = 20  # columns: fewer say too little of their law
    times: int = 64  # that are tested, at most
    sums: int = 16  # random sums over times that are tested
    spread: float = 1e-12  # of values that are the same in all units, relative to the largest


_TOLERANCES = _Tolerances()

_ADVICE = "see the networks (--networks), which are driven column by column"


def refused_columns(courses: Sequence[InputCourse]) -> str:
    """Why theory does not take inputs with a column for every unit; empty if it does, or if there are none."""
    own = [one for one in courses if one.columns > 1 and one.field != "z"]
    if not own:
        return ""
    if any(one.units == EACH for one in own):
        return f"Columns for every unit with random weights besides (units=each) are no Gaussian draw: {_ADVICE}."
    if len({one.field for one in own}) > 1:
        return (f"Columns for every unit to h and to r are inputs of the same units, which the mean field "
                f"takes as independent: {_ADVICE}.")  # fmt: skip
    values = sum((_values(one) for one in own[1:]), _values(own[0])) if _alike(own) else None
    if values is None:
        return f"Files with a column for every unit must have the same times and units to be added up: {_ADVICE}."
    if values.shape[1] < _TOLERANCES.fewest:
        return (f"{values.shape[1]} columns say too little of the law that courses of units are drawn from (at least "
                f"{_TOLERANCES.fewest} do): {_ADVICE}.")  # fmt: skip
    distance = _distance(values)
    if distance > _TOLERANCES.distance:
        return (f"The columns of {own[0].path or 'the file'} are not normally distributed over units (their "
                f"distribution lies {distance:.2g} / sqrt(N) from the normal one; {_TOLERANCES.distance:g} is allowed),"
                f" and the mean field knows inputs by their mean and covariance: {_ADVICE}.")  # fmt: skip
    return ""


def _values(course: InputCourse) -> FloatArray:
    assert course.samples is not None
    return np.asarray(course.numbers["strength"] * course.samples[1])


def _alike(courses: Sequence[InputCourse]) -> bool:
    first = courses[0]
    assert first.samples is not None
    return all(
        one.samples is not None and one.samples[1].shape == first.samples[1].shape
        and one.numbers["at"] == first.numbers["at"] and np.array_equal(one.samples[0], first.samples[0])
        for one in courses
    )  # fmt: skip


def _distance(values: FloatArray) -> float:
    """Largest D sqrt(N) over some times and random sums over times of values (times, N)."""
    chosen = values[np.unique(np.linspace(0, len(values) - 1, _TOLERANCES.times).astype(int))]
    weights = np.random.default_rng(0).standard_normal((_TOLERANCES.sums, len(chosen)))
    rows = np.concatenate([chosen, weights @ chosen])
    deviation = rows.std(axis=1, keepdims=True)
    varied = deviation[:, 0] > _TOLERANCES.spread * max(float(np.abs(values).max()), np.finfo(float).tiny)
    if not varied.any():
        return 0.0
    scores = np.sort((rows - rows.mean(axis=1, keepdims=True))[varied] / deviation[varied], axis=1)
    n = scores.shape[1]
    normal, place = ndtr(scores), np.arange(n) / n
    return float(max((normal - place).max(), (place + 1.0 / n - normal).max()) * np.sqrt(n))
