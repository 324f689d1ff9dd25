"""From networks of several sizes to N -> infinity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from phasemap.errors import ParameterError

# Share of the extrapolated distance that is taken as an error where nothing checks that the value is linear in 1/N.
_UNCHECKED = 0.5


@dataclass(frozen=True)
class Extrapolation:
    """The fit value(N) = limit + slope / N.

    chi_square: sum of squared residuals over errors; degrees: sizes - 2. Where chi_square exceeds the
    degrees of freedom, the errors have been enlarged by the root of the ratio. Two sizes cannot tell a line from
    anything else: half of the way from the larger one to the limit is then counted as an error of its own.
    """

    limit: float
    error: float
    slope: float
    slope_error: float
    chi_square: float
    degrees: int


def extrapolate_to_infinite_size(sizes: ArrayLike, values: ArrayLike, errors: ArrayLike) -> Extrapolation:
    """Weighted least squares of value = limit + slope / N (docs/theory.md (7.3)).

    sizes, values, errors: (n,), n >= 2 distinct sizes, standard errors > 0.

    Raises:
        ParameterError: fewer than two sizes, or an error that is not positive.
    """
    x = 1.0 / np.asarray(sizes, dtype=float)
    y, sigma = np.asarray(values, dtype=float), np.asarray(errors, dtype=float)
    if np.unique(x).size < 2:
        raise ParameterError(
            f"Extrapolation in 1/N needs at least two different sizes, not {list(np.atleast_1d(sizes))}."
        )
    if not np.all(sigma > 0.0):
        raise ParameterError(
            "Extrapolation in 1/N needs a positive error for every size: run longer, or more realisations."
        )
    design = np.stack([np.ones_like(x), x], axis=1) / sigma[:, None]
    covariance = np.linalg.inv(design.T @ design)
    limit, slope = covariance @ (design.T @ (y / sigma))
    chi_square = float((((y - limit - slope * x) / sigma) ** 2).sum())
    degrees = x.size - 2
    if degrees > 0:
        covariance = covariance * max(1.0, chi_square / degrees)
    error, slope_error = np.sqrt(np.diag(covariance))
    if degrees == 0:
        error = np.hypot(error, _UNCHECKED * abs(slope) * x.min())
    return Extrapolation(float(limit), float(error), float(slope), float(slope_error), chi_square, degrees)
