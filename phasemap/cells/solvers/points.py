"""A point of a cell's parameter space -> the cell of the theory."""

import math
from typing import Any

import numpy as np

from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.parameters import RESETS, CellPoint, GruPoint, LstmPoint
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.model.estimate import Estimate
from phasemap.model.status import Status

AnyCell = Gru | Lstm | Vanilla

# Relative, against closed forms and integrals done apart.
ACCURACY: dict[type[AnyCell], float] = {Gru: 1e-9, Vanilla: 1e-9, Lstm: 1e-7}


def cell_at(point: CellPoint) -> AnyCell:
    """The cell whose spreads hold the static input: it adds to every bias but the one inside the reset gate."""
    values: dict[str, Any] = point._asdict()
    strength = values.pop("s_in")
    for name in values:
        if name.startswith("s_") and name != "s_hn":
            values[name] = math.hypot(values[name], strength)
    if isinstance(point, GruPoint):
        words = {number: word for word, number in RESETS.items()}
        return Gru(**{**values, "reset": words[point.reset]})
    return Lstm(**values) if isinstance(point, LstmPoint) else Vanilla(**values)


def one(value: float, error: float, status: Status) -> Estimate:
    """A single number."""
    return Estimate(value=np.asarray(value), status=np.asarray(status, dtype=np.uint8), error=np.asarray(error))


def good(value: float, accuracy: float) -> Estimate:
    """A number of a known relative accuracy."""
    return one(value, accuracy * abs(value), Status.CONVERGED)


def nothing(status: Status = Status.ABSENT) -> Estimate:
    """No number, for the reason that the status gives."""
    return one(math.nan, math.nan, status)


def stacked(rows: list[dict[str, list[Estimate] | Estimate]]) -> dict[str, Estimate]:
    """Estimates of points, single ones or along one dimension, with the points first."""
    names = rows[0] if rows else {}
    return {name: _over([row[name] for row in rows]) for name in names}


def _over(entries: list[list[Estimate] | Estimate]) -> Estimate:
    if isinstance(entries[0], Estimate):
        return _joined([entry for entry in entries if isinstance(entry, Estimate)])
    return _joined([_joined(entry) for entry in entries if not isinstance(entry, Estimate)])


def _joined(entries: list[Estimate]) -> Estimate:
    errors = [np.asarray(np.nan if entry.error is None else entry.error, dtype=float) for entry in entries]
    return Estimate(
        value=np.stack([np.asarray(entry.value, dtype=float) for entry in entries]),
        status=np.stack([entry.status for entry in entries]),
        error=np.stack(errors),
    )
