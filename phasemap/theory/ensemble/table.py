"""Where the numbers of points are gathered, with errors, statuses and remarks."""

import numpy as np
from numpy.typing import ArrayLike

from phasemap.model.estimate import gathered
from phasemap.model.results import Estimates, FloatArray, StatusArray
from phasemap.model.status import Status
from phasemap.theory.dynamic.autocovariance.correlation_functions import STORED_LAGS
from phasemap.theory.ensemble.errors.budget import SOURCES
from phasemap.theory.ensemble.functions import FUNCTIONS
from phasemap.theory.ensemble.numbers import NAMES

PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)
PRODUCT = "lyapunov_times_relaxation"
BUDGETS = {"variance_error_budget": "variance", "lyapunov_error_budget": "lyapunov_max"}
# What a point costs or needed: the ring and the ensemble.
EXPENSE = ("ensemble_window", "ensemble_time_step", "ensemble_paths")

# What is bounded where it is not known, and on which side; errors by which a bound keeps away from what a sample gave.
BOUNDED = {
    "relaxation_time": Status.LOWER_BOUND,
    "lyapunov_max": Status.UPPER_BOUND,
    "variance": Status.LOWER_BOUND,
    "activity_variance": Status.LOWER_BOUND,
    "correlation_time": Status.LOWER_BOUND,
}
BELOW = 3.0


class Table:
    """Values, errors and statuses of all quantities; pending at first."""

    def __init__(self, n: int) -> None:
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys((*NAMES, PRODUCT, "update_gate_mean", *EXPENSE), (n,))
        shapes |= dict.fromkeys(FUNCTIONS, (n, len(STORED_LAGS)))
        shapes |= dict.fromkeys(("update_gate_quantiles", "effective_time_quantiles"), (n, len(PROBABILITIES)))
        shapes |= dict.fromkeys(BUDGETS, (n, len(SOURCES)))
        self.remarks: list[tuple[int, str]] = []
        self.value: dict[str, FloatArray] = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
        self.error: dict[str, FloatArray] = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
        self.status: dict[str, StatusArray] = {
            name: np.full(shape, Status.ABSENT, dtype=np.uint8) for name, shape in shapes.items()
        }

    def fill_status(self, i: int, status: Status) -> None:
        """One status for all numbers of a point."""
        for array in self.status.values():
            array[i] = status

    def fail(self, i: int, reason: str) -> None:
        """No number of a point was found, for a reason."""
        self.fill_status(i, Status.FAILED)
        self.remarks.append((i, reason))

    def age(self, i: int, reason: str) -> None:
        """There is no stationary state at a point, for a reason, and times without bound in the one that there is."""
        self.fill_status(i, Status.DIVERGES)
        for name in ("correlation_time", "relaxation_time"):
            self.value[name][i] = np.inf
        self.remarks.append((i, reason))

    def put(self, name: str, at: int, value: ArrayLike, error: ArrayLike, status: Status) -> None:
        """Store a number, or a row of them."""
        self.value[name][at] = value
        self.error[name][at] = np.where(np.isfinite(error), error, np.nan)  # infinite: not known at all
        self.status[name][at] = status

    def estimates(self) -> Estimates:
        """The table as estimates."""
        return Estimates(gathered(self.value, self.status, self.error), self.remarks)


def bound_product(table: Table, i: int) -> None:
    """A bound of the product, where one factor is known and the other one bounded."""
    for name, other in (("relaxation_time", "lyapunov_max"), ("lyapunov_max", "relaxation_time")):
        side, known = BOUNDED[name], table.status[other][i] == Status.CONVERGED
        if not known or table.status[name][i] != side:
            continue
        margin = BELOW * table.error[other][i] * (1.0 if side == Status.UPPER_BOUND else -1.0)
        if table.value[other][i] + margin > 0.0:
            table.put(PRODUCT, i, table.value[name][i] * (table.value[other][i] + margin), np.nan, side)
