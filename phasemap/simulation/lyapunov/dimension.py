"""Numbers that follow from a Lyapunov spectrum: Kaplan-Yorke dimension and entropy rate."""

from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray


class Functional(NamedTuple):
    """A function of the exponents: its value, NaN where the exponents at hand do not fix it, and its gradient (K,)."""

    value: float
    gradient: FloatArray


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


def entropy_rate(exponents: FloatArray, *, complete: bool) -> Functional:
    """Sum of the positive exponents, the Kolmogorov-Sinai entropy rate by Pesin's formula (nats per unit of time).

    NaN for a partial spectrum that ends among the positive exponents.
    """
    gradient = (exponents > 0.0).astype(float)
    known = complete or not len(exponents) or exponents[-1] <= 0.0
    return Functional(float(gradient @ exponents) if known else np.nan, gradient)
