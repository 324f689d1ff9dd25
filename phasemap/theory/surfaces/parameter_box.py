"""A box of parameters, scaled to the unit cube."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from phasemap.errors import ParameterError
from phasemap.model.family import RATE, Family
from phasemap.model.results import FloatArray

# Axes whose ends are positive and this far apart are scaled logarithmically.
_MANY = 30.0


class ParameterBox:
    """Two or three parameters of a family between bounds; the others as in `base`.

    Raises:
        ParameterError: unknown or discrete parameter, bounds outside its domain, not finite or not in order.
    """

    def __init__(self, base: Any, box: Mapping[str, tuple[float, float]], family: Family = RATE) -> None:
        if len(box) not in (2, 3):
            raise ParameterError(
                f"A surface is traced in two or three parameters, not in {len(box)}: {', '.join(box)}."
            )
        self.names = tuple(box)
        self._base, self._fields = np.array(base, dtype=float), base._fields
        for name, (low, high) in box.items():
            family.check_value(name, low)
            family.check_value(name, high)
            if family.infos[name].values or math.isinf(low) or math.isinf(high) or not low < high:
                raise ParameterError(
                    f"Cannot trace a surface along {name} from {low:g} to {high:g}: "
                    "give a continuous parameter and two finite bounds, the lower one first."
                )
        self._low, self._high = np.array(list(box.values()), dtype=float).T
        self._log = (self._low > 0) & (self._high > _MANY * np.maximum(self._low, 1e-300))
        self._columns = [self._fields.index(name) for name in self.names]

    @property
    def dimension(self) -> int:
        """Number of axes."""
        return len(self.names)

    @property
    def largest(self) -> dict[str, float]:
        """The parameters by name, those of the axes at their upper ends: what acts anywhere in the box acts there."""
        fixed = dict(zip(self._fields, self._base.tolist(), strict=True))
        return fixed | dict(zip(self.names, self._high.tolist(), strict=True))

    def values(self, unit: FloatArray) -> FloatArray:
        """Values of the axes (n, dimension) for coordinates in the unit cube; exact at its faces."""
        with np.errstate(divide="ignore"):
            ratio = np.log(self._high / np.where(self._log, self._low, self._high))
        linear = self._low * (1.0 - unit) + self._high * unit
        values = np.where(self._log, np.where(self._log, self._low, 1.0) * np.exp(ratio * unit), linear)
        return np.asarray(np.where(unit == 0.0, self._low, np.where(unit == 1.0, self._high, values)))

    def parameters(self, unit: FloatArray) -> FloatArray:
        """Rows of `Parameters` (n, n_parameters) for coordinates (n, dimension)."""
        rows = np.repeat(self._base[None], len(unit), axis=0)
        rows[:, self._columns] = self.values(unit)
        return rows
