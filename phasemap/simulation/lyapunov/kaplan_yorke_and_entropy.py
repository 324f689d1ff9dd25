"""Numbers that follow from a Lyapunov spectrum: Kaplan-Yorke dimension and entropy rate."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray


class Functional(NamedTuple):
    """A function of the exponents: its value, NaN where the exponents at hand do not fix it, and its gradient (K,).

    left_out: exponents that were passed over.
    """

    value: float
    gradient: FloatArray
    left_out: int = 0


class Slaved(NamedTuple):
    """A gate that varies: it adds `directions` exponents, which crowd at `rate`, minus its own rate."""

    rate: float
    directions: int


def kaplan_yorke_dimension(exponents: FloatArray, *, complete: bool) -> Functional:
    """k + (sum of the k largest exponents) / |the next|, with the largest k that leaves the sum non-negative.

    exponents: (K,) descending; complete: they are the whole spectrum. A partial spectrum whose sum is still positive
    does not fix the dimension; of a whole one it is all of it.
    """
    sums = np.cumsum(exponents)
    gradient = np.zeros(len(exponents))
    negative = np.flatnonzero(sums < 0.0)
    if negative.size == 0:
        return Functional(float(len(exponents)) if complete else np.nan, gradient)
    k = int(negative[0])
    if k == 0:
        return Functional(0.0, gradient)
    following = float(exponents[k])
    gradient[:k] = -1.0 / following
    gradient[k] = sums[k - 1] / following**2
    return Functional(k - float(sums[k - 1]) / following, gradient)


def coupled_dimension(exponents: FloatArray, slaved: Sequence[Slaved], *, complete: bool) -> Functional:
    """The Kaplan-Yorke dimension of the directions that are coupled (docs/theory.md, section 7).

    A gate that varies adds N exponents that lie, up to what its action on h moves them, at minus its rate. Where the
    sum is still positive when it comes to them, its last steps would each cost as little as that rate, and the
    dimension would jump by a number of order one per unit: they are then passed over. Elsewhere this is the dimension.
    """
    kept, left_out = np.arange(len(exponents)), 0
    for gate in sorted(slaved, key=lambda one: -one.rate):
        heap = _heap(exponents[kept], gate, complete=complete)
        if heap.stop > heap.start and exponents[kept[: heap.start]].sum() > 0.0:
            if not complete and heap.stop == len(kept):
                return Functional(np.nan, np.zeros(len(exponents)))
            kept, left_out = np.delete(kept, heap), left_out + heap.stop - heap.start
    found = kaplan_yorke_dimension(exponents[kept], complete=complete)
    gradient = np.zeros(len(exponents))
    gradient[kept] = found.gradient
    return Functional(found.value, gradient, left_out)


def _heap(exponents: FloatArray, gate: Slaved, *, complete: bool) -> slice:
    """Where the exponents next to a gate's rate stand, as many as it has directions; none if none are that low.

    A partial spectrum is taken to go on level, so that a heap that it cuts is not filled up from above.
    """
    known = len(exponents)
    if not complete:
        exponents = np.append(exponents, np.full(gate.directions, exponents[-1]))
    starts = np.arange(len(exponents) - gate.directions + 1)
    reach = np.maximum(exponents[starts] - gate.rate, gate.rate - exponents[starts + gate.directions - 1])
    start = int(np.argmin(reach))
    return slice(min(start, known), min(start + gate.directions, known))


def entropy_rate(exponents: FloatArray, *, complete: bool) -> Functional:
    """Sum of the positive exponents, the Kolmogorov-Sinai entropy rate by Pesin's formula (nats per unit of time).

    NaN for a partial spectrum that ends among the positive exponents.
    """
    gradient = (exponents > 0.0).astype(float)
    known = complete or not len(exponents) or exponents[-1] <= 0.0
    return Functional(float(gradient @ exponents) if known else np.nan, gradient)
