"""Solver "gradients": gradients of the mean field at points of parameter space."""

from collections.abc import Iterable, Sequence

import numpy as np

from phasemap.errors import ParameterError
from phasemap.model.options import GradientOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import NAMES, STATES
from phasemap.model.results import Estimate, FloatArray, absent
from phasemap.model.status import Status
from phasemap.theory.gradients.lag_of_level import EXPLODED, SCAN, VANISHED, lag_of_level
from phasemap.theory.gradients.records import Gradients
from phasemap.theory.gradients.states import gradients_of

SCALARS = ("adjoint_growth_rate", "adjoint_amplitude", "adjoint_limit", "vanishing_lag", "exploding_lag")


def solve_points(
    points: Sequence[Parameters], options: GradientOptions, seeds: Sequence[np.random.SeedSequence]
) -> dict[str, Estimate]:
    """Size of gradients against lag at `points` (docs/theory.md, section 9).

    For a loss whose gradient with respect to h(T) is random and independent of the forward path: a random linear
    readout, a_h(T) ~ N(0, 1) per unit, nothing on z and r. The adjoint equation is linear in a(T), whose sign is
    random, so that no response terms arise. They do for a loss like |h - y|^2 / 2, whose gradient h - y is a function
    of the path: these numbers do not hold for it.

    Returns (n_points, gradient_lag) at `options.lags`: the quantities of `records.NAMES`; (n_points,): SCALARS.

    Raises:
        ParameterError: lags that are not positive, or an unknown state.
    """
    check_request(options.lags, options.state)
    lags = np.array(options.lags, dtype=float)
    found = (solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True))
    return as_estimates(found, len(points), len(lags))


def solve_point(point: Parameters, options: GradientOptions, seed: np.random.SeedSequence) -> Gradients:
    """Gradients at one point, at `options.lags` and then at the lags of SCAN."""
    check_request(options.lags, options.state)
    return gradients_of(point, options, np.concatenate([np.array(options.lags, dtype=float), SCAN]), seed)


def as_estimates(found: Iterable[Gradients], points: int, lags: int) -> dict[str, Estimate]:
    """Estimates (points, lags) and (points,) of what `solve_point` gave."""
    shapes = {**dict.fromkeys(NAMES, (points, lags)), **dict.fromkeys(SCALARS, (points,))}
    out = {name: absent(shape, Status.PENDING) for name, shape in shapes.items()}
    for i, one in enumerate(found):
        _store(out, i, one, lags)
    return out


def check_request(lags: Sequence[float], state: str) -> None:
    """Refuse what no solver can do.

    Raises:
        ParameterError: lags that are not positive, or an unknown state.
    """
    if not len(lags) or not all(np.isfinite(lag) and lag > 0.0 for lag in lags):
        raise ParameterError(f"Lags of gradients must be positive numbers, not {list(lags)}.")
    if state not in STATES:
        raise ParameterError(f"Unknown state {state!r} of gradients: give one of {', '.join(STATES)}.")


def _store(out: dict[str, Estimate], i: int, found: Gradients, count: int) -> None:
    for name, numbers in found.numbers.items():
        _put(out[name], i, numbers.value[:count], numbers.value_error[:count], numbers.value_status[:count])
    law = found.law
    _put(out["adjoint_growth_rate"], i, law.rate, law.rate_error, law.rate_status)
    _put(out["adjoint_amplitude"], i, law.amplitude, law.amplitude_error, law.amplitude_status)
    _put(out["adjoint_limit"], i, law.limit, 0.0, law.limit_status)
    scan = slice(count, count + len(SCAN))
    for name, level in (("vanishing_lag", VANISHED), ("exploding_lag", EXPLODED)):
        _put(out[name], i, *lag_of_level(found, scan, level))


def _put(
    estimate: Estimate, i: int, value: float | FloatArray, error: float | FloatArray, status: int | np.ndarray
) -> None:
    assert estimate.error is not None
    estimate.value[i], estimate.status[i] = value, status
    estimate.error[i] = np.where(np.isfinite(estimate.value[i]), error, np.nan)
