"""The dynamic fold of a cell: the smallest gain of the candidate at which something fluctuates.

Around the fold the gain is a function of C(0), not the other way round: C(0) is fixed, the shape of the autocovariance
and the gain are iterated, and the fold is the minimum of the gain. (docs/cells.md (5.5))
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from phasemap.cells.dynamics.ring import autocovariance
from phasemap.cells.dynamics.solve import units_of
from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.nodes import Array
from phasemap.cells.solvers.options import CellEnsembleOptions
from phasemap.cells.static.fixed_points import fixed_points, gain_at
from phasemap.model.estimate import Estimate
from phasemap.model.status import Status
from phasemap.numerics import anderson

_MORE = 4  # times the paths of an ensemble: the place of a fold scatters more than what is found at a point
_STEP = 0.7  # of the logarithm of the gain for a mismatch of ln C(0)


class _Tolerances(NamedTuple):
    """Of the fold, where the gain is least."""

    smallest: float = 0.03  # C(0), of C at the static fixed point on the line of the zero state
    accuracy: float = 0.05  # of ln C(0) at the minimum: the gain is flat there
    iteration: float = 3e-4  # of the shape and of the logarithm of the gain: paths scatter more
    iterations: int = 60  # at one C(0): thirty are usual
    nothing: float = 1e-12  # of a mean square, least: no division by zero


_AT = _Tolerances()


class Curve(NamedTuple):
    """Gain and shape (steps,) at one C(0), and whether the iteration settled."""

    gain: float
    shape: Array
    settled: bool


def dynamic_fold(cell: Gru | Lstm, options: CellEnsembleOptions, seed: int = 0) -> Estimate:
    """The gain at the fold; ABSENT where chaos begins continuously, NOT_SOUGHT with biases of the candidate."""
    if not cell.rests:
        return _one([], Status.NOT_SOUGHT)
    if cell.dynamic_tricritical_ratio() <= 1.0:
        return _one([], Status.ABSENT)
    found = [_of_ensemble(cell, options, np.random.default_rng([seed, k])) for k in range(options.ensembles)]
    settled = all(good for _, good in found)
    return _one([gain for gain, _ in found], Status.CONVERGED if settled else Status.NOT_CONVERGED)


def _of_ensemble(cell: Gru | Lstm, options: CellEnsembleOptions, rng: np.random.Generator) -> tuple[float, bool]:
    top = _largest(cell)
    lags = np.minimum(np.arange(options.steps), options.steps - np.arange(options.steps))
    last = Curve(gain_at(cell, top), np.exp(-lags / 5.0), False)
    seed = int(rng.integers(2**63))

    def gain(log_c: float) -> float:
        """Logarithm of the gain at which C(0) = exp(log_c), from the last shape."""
        nonlocal last
        last = _at_moment(cell.with_gain(last.gain), options, math.exp(log_c), last.shape, seed)
        return math.log(last.gain) if last.settled else math.inf

    best = minimize_scalar(
        gain,
        bounds=(math.log(_AT.smallest * top), math.log(top)),
        method="bounded",
        options={"xatol": _AT.accuracy},
    )
    inside = math.log(_AT.smallest * top) + 2 * _AT.accuracy < best.x < math.log(top) - 2 * _AT.accuracy
    return math.exp(float(best.fun)), bool(inside and math.isfinite(best.fun))


def _largest(cell: Gru | Lstm) -> float:
    """Second moment of the static fixed point on the line of the zero state, above all that fluctuates at the fold."""
    found = fixed_points(cell.with_gain(cell.zero_gain()))
    return found[-1].C if found else 0.5


def _at_moment(cell: Gru | Lstm, options: CellEnsembleOptions, C0: float, shape: Array, seed: int) -> Curve:
    """Gain and shape at a given C(0), always with the same noise."""
    units = units_of(cell.with_gain(1.0), _MORE * options.paths, options.steps, np.random.default_rng(seed))

    def mapping(x: Array) -> Array:
        """The next shape, and the next logarithm of the gain in the last place."""
        units.set_gain(math.exp(x[-1]))
        new = autocovariance(units.paths(C0 * x[:-1]).output)
        mismatch = math.log(C0 / max(float(new[0]), _AT.nothing))
        return np.append(new / max(float(new[0]), _AT.nothing), x[-1] + _STEP * mismatch)

    start = np.append(shape, math.log(cell.gain))
    found = anderson.solve(mapping, start, _AT.iteration, _AT.iterations, _admissible, size=_largest_change)
    return Curve(math.exp(float(found.x[-1])), found.x[:-1], found.converged)


def _admissible(x: Array) -> Array:
    shape = np.clip(0.5 * (x[:-1] + np.roll(x[-2::-1], 1)), -1.0, 1.0)
    return np.append(shape, np.clip(x[-1], -5.0, 5.0))


def _largest_change(change: Array, x: Array) -> float:
    return max(float(np.sqrt(np.mean(change[:-1] ** 2))), abs(float(change[-1])))


def _one(gains: list[float], status: Status) -> Estimate:
    value = float(np.mean(gains)) if gains else math.nan
    scatter = float(np.std(gains, ddof=1) / math.sqrt(len(gains))) if len(gains) > 1 else math.nan
    error = math.hypot(scatter, _AT.iteration * value)
    return Estimate(value=np.asarray(value), status=np.asarray(status, dtype=np.uint8), error=np.asarray(error))
