"""Numbers against lag: what every way of computing gradients returns."""

from dataclasses import dataclass

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.model.status import Status

_POINTS = 8  # of the polynomial between nodes
# Logarithms beyond which a float is none.
_LARGEST = 709.0


@dataclass(frozen=True)
class Curve:
    """A number against lag as exp(2 shift s) times a smooth function.

    lags: (n,) ascending, evenly spaced from 0; scaled: (n,) the function; error: (n,) of it, absolute.
    exact_zero: the number vanishes for every network of the kind (no such gate).
    """

    lags: FloatArray
    scaled: FloatArray
    error: FloatArray

    def at(self, lags: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Function and error (m,) between the nodes, by polynomials; flat beyond the last."""
        inside = np.minimum(lags, self.lags[-1])
        weights, first = _polynomial_weights(inside / (self.lags[1] - self.lags[0]), len(self.lags))
        places = first[:, None] + np.arange(weights.shape[1])
        error = np.abs(self.error[places]).max(axis=1)
        return (weights * self.scaled[places]).sum(axis=1), error


def _polynomial_weights(position: FloatArray, nodes: int) -> tuple[FloatArray, np.ndarray]:
    """Lagrange weights (m, p) of evenly spaced nodes around positions (m,) in units of the step, and the first node."""
    points = min(_POINTS, nodes)
    first = np.clip(np.floor(position).astype(int) - points // 2 + 1, 0, nodes - points)
    gap = (position - first)[:, None] - np.arange(points)
    weights = np.ones_like(gap)
    for k in range(points):
        for other in range(points):
            if other != k:
                weights[:, k] *= gap[:, other] / (k - other)
    return weights, first


@dataclass(frozen=True)
class Numbers:
    """Values at lags, each (n_lags,): logarithm of a number that is positive, and the error of that logarithm.

    A logarithm of -inf is a number that vanishes exactly.
    """

    logarithm: FloatArray
    error: FloatArray
    status: np.ndarray

    @property
    def value(self) -> FloatArray:
        """The numbers themselves; the largest float where they are beyond it (then a lower bound)."""
        return np.asarray(np.exp(np.minimum(self.logarithm, _LARGEST)))

    @property
    def value_error(self) -> FloatArray:
        """Their absolute errors."""
        with np.errstate(invalid="ignore", over="ignore"):
            error = self.value * np.expm1(np.minimum(self.error, _LARGEST))
        return np.where(np.isneginf(self.logarithm), 0.0, error)

    @property
    def value_status(self) -> np.ndarray:
        """Status of `value`: beyond the largest float it is a lower bound."""
        beyond = (self.logarithm > _LARGEST) & np.isin(self.status, (Status.CONVERGED, Status.NOT_CONVERGED))
        return np.where(beyond, Status.LOWER_BOUND, self.status).astype(np.uint8)


def numbers(logarithm: FloatArray, error: FloatArray, accepted: float) -> Numbers:
    """Logarithms with their errors: converged where the error is accepted, failed where there is no number."""
    status = np.where(error <= accepted, Status.CONVERGED, Status.NOT_CONVERGED)
    missing = np.isnan(logarithm)
    status = np.where(missing, Status.FAILED, status)
    return Numbers(logarithm, np.where(missing, np.nan, error), status.astype(np.uint8))


def zeros(count: int) -> Numbers:
    """A number that vanishes at every lag, exactly."""
    return Numbers(np.full(count, -np.inf), np.zeros(count), np.full(count, Status.CONVERGED, dtype=np.uint8))


def without(count: int, status: Status) -> Numbers:
    """No number at any lag, for the reason that the status gives."""
    return Numbers(np.full(count, np.nan), np.full(count, np.nan), np.full(count, status, dtype=np.uint8))


@dataclass(frozen=True)
class Law:
    """The asymptotic law A(s, s) -> amplitude s**power exp(2 rate s), in membrane times.

    limit: A(inf, inf), with its own status: DIVERGES where A grows.
    Errors are absolute; reason: why a part of the law is not given.
    """

    rate: float
    rate_error: float
    rate_status: Status
    amplitude: float
    amplitude_error: float
    amplitude_status: Status
    power: float
    limit: float
    limit_status: Status
    reason: str = ""


@dataclass(frozen=True)
class Gradients:
    """Everything about the gradients of one state of one point.

    state:  name of the branch or fixed point. lags: (n,) in membrane times. numbers: by NAMES.
    kind:   how it was computed. reason: why numbers are missing, if they are.
    """

    state: str
    lags: FloatArray
    numbers: dict[str, Numbers]
    law: Law
    kind: str
    reason: str = ""
