"""Errors of the numbers of an ensemble, by their sources."""

from dataclasses import dataclass

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.numbers import NAMES

SOURCES = ("statistical", "finite_ensemble", "time_step", "window", "iteration")

# A window in which a share r of the correlations is left shifts the numbers by multiples of r**2, relative to the
# value; these are bounds on what was measured (variance 0.07 to 0.3, activity 0.03 to 0.15, exponent up to 0.15).
_WINDOW = {
    "variance": 0.35, "activity_variance": 0.2, "correlation_time": 1.0, "relaxation_time": 3.0, "lyapunov_max": 0.4,
}  # fmt: skip


@dataclass(frozen=True)
class ErrorBudget:
    """Absolute errors (len(NAMES), len(SOURCES)) of the numbers in NAMES."""

    parts: FloatArray

    @property
    def total(self) -> FloatArray:
        """(len(NAMES),) root of the sum of squares; the statistical error is one standard error."""
        return np.asarray(np.sqrt((self.parts**2).sum(axis=1)))

    def of(self, name: str, source: str) -> float:
        """One entry."""
        return float(self.parts[NAMES.index(name), SOURCES.index(source)])


def debias(full: FloatArray, groups: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Remove the leading 1/paths bias: (values, corrections), both (n,).

    full: (n,) values of all G groups solved together; groups: (G, n) of each solved alone, whose bias is G times as
    large. Values that are infinite in some group stay as they are.
    """
    finite = np.isfinite(full) & np.isfinite(groups).all(axis=0)
    mean = np.where(finite, groups, 0.0).mean(axis=0)
    correction = np.where(finite, np.where(finite, full, 0.0) - mean, 0.0) / (len(groups) - 1.0)
    return full + correction, correction


def standard_error(groups: FloatArray) -> FloatArray:
    """Standard error (n,) of the mean of independent groups (G, n); infinite where a group is not finite."""
    finite = np.isfinite(groups).all(axis=0)
    spread = np.where(finite, groups, 0.0).std(axis=0, ddof=1) / np.sqrt(len(groups))
    # The deviation over a spread estimated from few groups follows Student's distribution, which is a little wider.
    spread *= np.sqrt((len(groups) - 1.0) / (len(groups) - 3.0))
    return np.asarray(np.where(finite, spread, np.inf))


def collect(
    values: FloatArray,
    groups: FloatArray,
    correction: FloatArray,
    step: FloatArray,
    remainder: float,
    iteration: FloatArray,
    pooled: float = 1.0,
) -> ErrorBudget:
    """All errors of `values` (len(NAMES),).

    groups: (G, len(NAMES)); correction: for the bias.  step: what the time step leaves.
    remainder: share of the correlations left at half the window.  iteration: errors (len(NAMES),) of the solution.
    pooled: factor of the statistical error.
    """
    parts = np.zeros((len(NAMES), len(SOURCES)))
    parts[:, 0] = pooled * standard_error(groups)
    parts[:, 1] = 0.5 * np.abs(correction)
    parts[:, 2] = np.abs(step)
    size = np.abs(np.where(np.isfinite(values), values, np.nan))
    parts[:, 3] = size * remainder**2 * np.array([_WINDOW[name] for name in NAMES])
    parts[:, 4] = iteration
    parts[~np.isfinite(values)] = np.nan
    return ErrorBudget(parts)
