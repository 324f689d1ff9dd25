"""The fluctuating state of a cell: autocovariance and exponent per step with errors over independent ensembles."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.cells.dynamics import gru, lstm
from phasemap.cells.dynamics.ring import Responses, autocovariance
from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.nodes import Array
from phasemap.cells.static.fixed_points import fixed_points
from phasemap.errors import UnsupportedError
from phasemap.kernels.cells.march import march
from phasemap.model.estimate import Estimate
from phasemap.model.status import Status

_NOTHING = 1e-6  # a mean square that is on its way to zero
_STARTS = 4


class Effort(NamedTuple):
    """Sizes of the ensembles."""

    paths: int = 1000
    steps: int = 256  # of the ring
    horizon: int = 100  # of the march: the exponent is the slope over its second half
    ensembles: int = 4
    iterations: int = 150
    tolerance: float = 3e-4  # relative change of the autocovariance in an iteration


@dataclass(frozen=True)
class Dynamics:
    """The fluctuating state: C(0), exponent per step, and the autocovariance (steps / 2,) by lag in steps."""

    second_moment: Estimate
    lyapunov_max: Estimate
    autocovariance: Array


def fluctuating_state(cell: Gru | Lstm, effort: Effort | None = None, seed: int = 0) -> Dynamics:
    """Solve the dynamic mean field from a large amplitude down, in a few independent ensembles.

    Where no fluctuating state exists the iteration ends at zero: ABSENT. Biases of the candidate, spreads of biases and
    inputs are not in it.

    Raises:
        UnsupportedError: the cell has a bias of its candidate, or spread biases.
    """
    if not cell.rests or any(value for name, value in vars(cell).items() if name.startswith("s_")):
        raise UnsupportedError("The dynamics of cells are solved without biases of the candidate and spread biases.")
    effort = effort or Effort()
    runs = [_one(cell, effort, np.random.default_rng([seed, k])) for k in range(effort.ensembles)]
    moments, slopes = (np.array([getattr(run, name) for run in runs]) for name in ("C0", "slope"))
    if moments.max() < _NOTHING:
        nothing = _estimate(np.full(effort.ensembles, np.nan), Status.ABSENT)
        return Dynamics(nothing, nothing, np.zeros(effort.steps // 2))
    status = Status.CONVERGED if all(run.settled for run in runs) else Status.NOT_CONVERGED
    curve = np.mean([run.C[: effort.steps // 2] for run in runs], axis=0)
    drift = float(np.mean([run.drift for run in runs]))
    return Dynamics(_estimate(moments, status), _estimate(slopes, status, drift), curve)


class _Run(NamedTuple):
    C: Array
    C0: float
    slope: float
    drift: float
    settled: bool


def _one(cell: Gru | Lstm, effort: Effort, rng: np.random.Generator) -> _Run:
    """One ensemble."""
    units = _units(cell, effort, rng)
    lags = np.minimum(np.arange(effort.steps), effort.steps - np.arange(effort.steps))
    found = fixed_points(cell)
    C = (found[-1].C if found else 0.1) * np.exp(-lags / 5.0)
    settled = False
    for _ in range(effort.iterations):
        new = autocovariance(units.paths(C).output)
        settled = float(np.abs(new - C).max()) < effort.tolerance * float(new[0]) or new[0] < _NOTHING
        C = new
        if settled:
            break
    if C[0] < _NOTHING:
        return _Run(C, float(C[0]), np.nan, np.nan, settled)
    slope, drift = _slope(_responses(cell, units.paths(C)), effort)
    return _Run(C, float(C[0]), slope, drift, settled)


def _units(cell: Gru | Lstm, effort: Effort, rng: np.random.Generator) -> gru.GruUnits | lstm.LstmUnits:
    if isinstance(cell, Gru):
        return gru.GruUnits(cell, effort.paths, effort.steps, rng)
    return lstm.LstmUnits(cell, effort.paths, effort.steps, rng)


def _responses(cell: Gru | Lstm, paths: gru.GruPaths | lstm.LstmPaths) -> Responses:
    if isinstance(cell, Gru):
        assert isinstance(paths, gru.GruPaths)
        return gru.responses(cell, paths)
    assert isinstance(paths, lstm.LstmPaths)
    return lstm.responses(cell, paths)


def _slope(found: Responses, effort: Effort) -> tuple[float, float]:
    """Half the growth rate of ln H over the second half of the march, and how much it still changes within it.

    Every path serves from several starts on the ring: the logarithm of a mean over few units is too low.
    """
    horizon, starts = effort.horizon, np.arange(_STARTS) * (effort.steps // _STARTS)

    def windows(values: Array) -> Array:
        """Values (..., lags) of every start, as columns of lags."""
        shifted = [np.roll(values, -start, axis=-1)[..., :horizon] for start in starts]
        return np.ascontiguousarray(np.moveaxis(np.concatenate(shifted, axis=-2), -1, -2))

    growth = np.zeros(horizon + 1)
    march(
        windows(found.kept), windows(found.factors), np.ascontiguousarray(found.lag_weights[:, :horizon]),
        windows(found.outer), windows(found.direct), found.start, growth,
    )  # fmt: skip
    half, late = horizon // 2, 3 * horizon // 4
    early_rate = 0.5 * (growth[late] - growth[half]) / (late - half)
    late_rate = 0.5 * (growth[-1] - growth[late]) / (horizon - late)
    return float(0.5 * (early_rate + late_rate)), float(late_rate - early_rate)


def _estimate(values: Array, status: Status, drift: float = 0.0) -> Estimate:
    """Mean over ensembles; its standard error, and half of a drift that the march has not left behind."""
    error = float(np.hypot(values.std(ddof=1) / np.sqrt(values.size), 0.5 * drift)) if values.size > 1 else np.nan
    code = np.asarray(status, dtype=np.uint8)
    return Estimate(value=np.asarray(float(values.mean())), status=code, error=np.asarray(error))
