"""A number as it is known: value, error and status."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.model.status import Status
from phasemap.model.text.stated import stated

FloatArray = NDArray[np.float64]
StatusArray = NDArray[np.uint8]

GOOD = (Status.CONVERGED, Status.INTERPOLATED)
"""Statuses whose value may be used as a number."""


@dataclass(kw_only=True, eq=False)
class Estimate:
    """One quantity over any shape, the first dimension of a solver's answer being its points.

    value:  floats; NaN only where `status` says why.
    error:  same shape, one standard error or bound on the absolute error; None for integers and labels.
    status: same shape, `Status` codes.

        known = pm.fixed_points(pm.parameters(g_h=3))["delta_h"]
        isinstance(known, pm.Estimate) and known.good.any()
    """

    value: NDArray[np.generic]
    status: StatusArray
    error: FloatArray | None = None

    def at(self, place: Any) -> "Estimate":
        """The estimate at an index, of any kind that arrays take."""
        error = None if self.error is None else np.asarray(self.error[place])
        return Estimate(value=np.asarray(self.value[place]), status=np.asarray(self.status[place]), error=error)

    @property
    def good(self) -> NDArray[np.bool_]:
        """Where the value may be used as a number."""
        return np.isin(self.status, GOOD)

    @property
    def numbers(self) -> FloatArray:
        """The values that may be used as numbers, NaN elsewhere."""
        return np.where(self.good, np.asarray(self.value, dtype=float), np.nan)

    def __str__(self) -> str:
        """A single number as `0.13197 ± 2e-10 (converged)`; what has a shape says how much of it is good."""
        if np.ndim(self.value):
            return f"{np.shape(self.value)}, {int(self.good.sum())} of {self.good.size} good"
        error = None if self.error is None else float(self.error)
        text = stated(float(np.asarray(self.value, dtype=float)), error, int(self.status))
        if self.status != Status.CONVERGED:
            return text
        known = error is not None and np.isfinite(error)
        return f"{text} ± {error:.1e} (converged)" if known and "±" not in text else f"{text} (converged)"


def absent(shape: tuple[int, ...], status: Status = Status.ABSENT) -> Estimate:
    """An estimate without a single value: NaN everywhere, with the status that says why."""
    nothing = np.full(shape, np.nan)
    return Estimate(value=nothing, status=np.full(shape, status, dtype=np.uint8), error=nothing.copy())


def gathered(
    value: Mapping[str, FloatArray], status: Mapping[str, StatusArray], error: Mapping[str, FloatArray]
) -> dict[str, Estimate]:
    """Tables of values, statuses and errors by name as estimates."""
    return {name: Estimate(value=value[name], status=status[name], error=error[name]) for name in value}
