"""A layer that runs by itself: the exponent per step and the size of its Jacobian's products."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.cells.running.network import State, Stepper, Tangent
from phasemap.cells.weights.layer import Layer
from phasemap.model.estimate import Estimate
from phasemap.model.status import Status

_BLOCKS = 10
# Columns of the Jacobian that are followed: all up to the first size, else as many random directions as leave the work
# of a layer of that many units; of few directions ln |dh_k/dh_0|^2 is off by up to sqrt(2 / n) where one mode is left.
_WIDEST, _FEWEST, _UNITS = 64, 8, 512


class _Tolerances(NamedTuple):
    """Errors of an exponent that counts as known."""

    relative: float = 0.2  # of it: its sign is known
    absolute: float = 2e-3  # per step: near zero the sign is not what one asks for


_AT = _Tolerances()


@dataclass(frozen=True)
class FreeRun:
    """What a run from a random state gave.

    lyapunov_max: per step, of this matrix, with a standard error over blocks of time.
    log_growth:   (len(steps),) ln(|dh_k/dh_0|^2 / N) along the attractor, of all columns up to N = 64,
                  of 64 random directions up to N = 512, of fewer, at least eight, beyond.
    C:            mean square of the units after the transient.
    """

    lyapunov_max: Estimate
    log_growth: Array
    C: float


def free_run(layer: Layer, steps: tuple[int, ...], seed: int = 0, x: Array | None = None, block: int = 100) -> FreeRun:
    """Run past a transient of five blocks, measure the exponent over ten, and the Jacobian's products from there on.

    Args:
        layer: the weights.
        steps: numbers of steps k of the products, increasing.
        seed: of the state and deviation at the start.
        x: (time, n_inputs) inputs, repeated from their start; none: biases only.
        block: steps of a block.
    """
    rng = np.random.default_rng(seed)
    N = layer.size
    state = State(0.5 * rng.standard_normal(N), np.zeros(N))
    single = Tangent(rng.standard_normal((N, 1)), np.zeros((N, 1)))
    drive = _Drive(layer, x)
    state, single, _ = drive.run(state, single, 5 * block)
    rates, squares = np.zeros(_BLOCKS), 0.0
    for k in range(_BLOCKS):
        state, single, gained = drive.run(state, single, block)
        rates[k] = gained / block
        squares += float(np.mean(state.h**2)) / _BLOCKS
    columns = _columns(N, rng)
    return FreeRun(_exponent(rates), _log_growth(drive, state, columns, steps), squares)


def growth_from_zero(layer: Layer, steps: tuple[int, ...], seed: int = 0) -> Array:
    """(len(steps),) ln(|dh_k/dh_0|^2 / N) from h_0 = 0 without input: what a first gradient meets."""
    N = layer.size
    state = State(np.zeros(N), np.zeros(N))
    return _log_growth(_Drive(layer, None), state, _columns(N, np.random.default_rng(seed)), steps)


def _log_growth(drive: "_Drive", state: State, columns: Array, steps: tuple[int, ...]) -> Array:
    """ln(|dh_k/dh_0|^2 / N) by the exact products of Jacobians that columns (N, n) of dh_0 meet from a state on."""
    tangent, log_size, done = Tangent(columns, np.zeros_like(columns)), 0.0, 0
    sizes = np.zeros(len(steps))
    for k, count in enumerate(steps):
        state, tangent, gained = drive.run(state, tangent, count - done)
        log_size, done = log_size + gained, count
        # Normalised over h and c together; what is asked for is that of h.
        share = np.sum(tangent.h**2) / max(np.sum(tangent.h**2) + np.sum(tangent.c**2), 1e-300)
        sizes[k] = 2.0 * log_size + math.log(share) if share > 0.0 and math.isfinite(log_size) else -math.inf
    return sizes


class _Drive:
    """Steps of one layer under its repeated input."""

    def __init__(self, layer: Layer, x: Array | None) -> None:
        self._step, self._x, self._time = Stepper(layer), x, 0

    def run(self, state: State, tangent: Tangent, count: int) -> tuple[State, Tangent, float]:
        """Some steps; the logarithm of the tangent's growth is returned and taken out of it."""
        gained = 0.0
        for _ in range(count):
            x = None if self._x is None else self._x[self._time % len(self._x)]
            self._time += 1
            state, moved = self._step(state, tangent, x)
            size = math.sqrt(float(np.sum(moved.h**2) + np.sum(moved.c**2)) / moved.h.shape[1])
            if size == 0.0:
                return state, Tangent(0.0 * moved.h, 0.0 * moved.c), -math.inf
            gained += math.log(size)
            tangent = Tangent(moved.h / size, moved.c / size)
        return state, tangent, gained


def _columns(N: int, rng: np.random.Generator) -> Array:
    """Orthonormal directions (N, n): all, or a random choice."""
    if N <= _WIDEST:
        return np.eye(N)
    count = max(_FEWEST, min(_WIDEST, round(_WIDEST * (_UNITS / N) ** 2)))
    return np.linalg.qr(rng.standard_normal((N, count)))[0]


def _exponent(rates: Array) -> Estimate:
    """Mean and standard error over blocks of time."""
    mean = float(rates.mean())
    error = float(rates.std(ddof=1) / math.sqrt(_BLOCKS))
    good = math.isfinite(mean) and error < max(_AT.relative * abs(mean), _AT.absolute)
    status = Status.CONVERGED if good else Status.NOT_CONVERGED if math.isfinite(mean) else Status.DIVERGES
    return Estimate(value=np.asarray(mean), status=np.asarray(status, dtype=np.uint8), error=np.asarray(error))
