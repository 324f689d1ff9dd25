"""Fixed points of the network at N -> infinity, and the stability of each (docs/theory.md (2.1) to (4.5))."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.static import stability as columns
from phasemap.kernels.static.solve import SLOTS
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, Estimates, FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.gates import is_hard
from phasemap.model.unit.noise import acting_noise
from phasemap.theory.static.marginal_gain import marginal_gain, stability
from phasemap.theory.static.problem import by_kernel, parameter_table, static_table

# A value is good if its error is below this, absolutely or relative to the value.
TOLERANCE = 1e-8

NO_STATIONARY_STATE = (
    "no stationary state: the update gate shuts for good (it is hard, or beta_z = inf), and the input to h stands "
    "outside it, so that units whose gate is shut integrate it for ever (the activity phi(h) saturates and is "
    "stationary, h is not). Set input_inside = 1, or give finite alpha_z and beta_z."
)
# What depends on h itself, and not on the activity alone.
_OF_H = ("delta_h", "static_gain", "marginal_gain", "leading_edge", "pinning_ratio", "stability")

_COLUMNS = {
    "delta_phi": columns.DELTA_PHI,
    "delta_h": columns.DELTA_H,
    "delta_z": columns.DELTA_Z,
    "delta_r": columns.DELTA_R,
    "static_gain": columns.STATIC_GAIN,
    "open_fraction": columns.OPEN_FRACTION,
    "leading_edge": columns.LEADING_EDGE,
    "pinning_ratio": columns.PINNING_RATIO,
}


def solve_points(points: Sequence[Parameters], options: None = None, seeds: object = None) -> Estimates:
    """All static quantities at `points`; there are no options, and nothing is random.

    Returns (first dimension: points; `fixed_point` where marked *):

        fixed_point_count   number of solutions, the zero one included
        delta_phi*          <phi^2>
        delta_h*, delta_z*, delta_r*   variances of h, z, r over units
        static_gain*        S: squared gain of a static perturbation; unstable for S > 1
        open_fraction*      f = <sigma_z>; of a hard update gate, the fraction of units that are not frozen
        marginal_gain*      f S
        stability*          1: stable, 0: marginally stable (hard update gate, 1 < S <= 1 / f), -1: unstable
        leading_edge*       largest real part of the Jacobian's spectrum, 1 / membrane time constant; not below the
                            rates -1 / tau_k of the gates that move (see `phasemap.model.unit.gates`)
        pinning_ratio*      leading edge over that of a constant update gate at the same mean; absent for S <= 1

    Along `fixed_point`: the zero state, then the others in ascending order of <phi^2>, the largest always in the last
    place; of more than three others, the smallest and the two largest. Noise input leaves no fixed point: all absent,
    count 0. What is infinite DIVERGES (a hard output gate answers without bound); where units behind a hard update gate
    integrate an input for ever, what depends on h itself DIVERGES without a value.
    """
    parameters = parameter_table(points)
    n = len(parameters)
    values, errors = np.full((2, n, SLOTS, columns.COLUMNS), np.nan)
    counts, certain = np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.bool_)
    noisy = _is_noisy(parameters)
    without_noise = np.flatnonzero(~noisy)
    table = static_table(parameters[without_noise])
    for kernel, part in by_kernel(table):
        rows = without_noise[part]
        v, e, c, s = values[rows], errors[rows], counts[rows], certain[rows]
        kernel.solve(table[part], v, e, c, s)
        values[rows], errors[rows], counts[rows], certain[rows] = v, e, c, s
    endless = integrates_without_end(parameters) & ~noisy
    count_status = np.where(certain, Status.CONVERGED, Status.NOT_CONVERGED).astype(np.uint8)
    result = {"fixed_point_count": Estimate(value=counts.astype(float), status=count_status, error=np.zeros(n))}
    for name, k in _COLUMNS.items():
        result[name] = _estimate(values[..., k], errors[..., k])
    result.update(_derived(result, parameters))
    for name in _OF_H:
        _without_meaning(result[name], endless)
    return Estimates(result, [(int(i), NO_STATIONARY_STATE) for i in np.flatnonzero(endless)])


def integrates_without_end(parameters: FloatArray) -> NDArray[np.bool_]:
    """Rows of parameters at which units whose hard update gate is shut at a fixed point integrate a static input."""
    at = dict(zip(Parameters._fields, parameters.T, strict=True))
    driven = ((at["s_h"] > 0.0) | (at["m_h"] != 0.0)) & (at["input_inside"] == 0.0)
    return np.asarray(driven & (is_hard(at["alpha_z"], at["beta_z"]) | np.isposinf(at["beta_z"])))


def _without_meaning(estimate: Estimate, rows: NDArray[np.bool_]) -> None:
    """No number at some points, where there is an estimate, as there is no stationary state."""
    at = rows[:, None] & (estimate.status != Status.ABSENT)
    estimate.status[at] = Status.DIVERGES
    estimate.value[at] = np.nan
    if estimate.error is not None:
        estimate.error[at] = np.nan


def _is_noisy(parameters: FloatArray) -> NDArray[np.bool_]:
    """Rows of parameters at which a noise input acts."""
    acting = acting_noise(dict(zip(Parameters._fields, parameters.T, strict=True)))
    return np.asarray(np.any(list(acting.values()), axis=0))


def _estimate(value: FloatArray, error: FloatArray) -> Estimate:
    missing, infinite = np.isnan(value), np.isinf(value)
    error = np.where(infinite, np.nan, error)
    with np.errstate(invalid="ignore"):
        poor = ~(error <= TOLERANCE * np.maximum(1.0, np.abs(value)))
    known = np.where(infinite, Status.DIVERGES, np.where(poor, Status.NOT_CONVERGED, Status.CONVERGED))
    status = np.where(missing, Status.ABSENT, known)
    return Estimate(value=value, status=status.astype(np.uint8), error=error)


def _derived(known: Mapping[str, Estimate], parameters: FloatArray) -> dict[str, Estimate]:
    """f S and the verdict on stability, from S and f."""
    gain, fraction, delta_z = (known[name] for name in ("static_gain", "open_fraction", "delta_z"))
    alpha, beta = (parameters[:, Parameters._fields.index(name)] for name in ("alpha_z", "beta_z"))
    moves_hard = is_hard(alpha, beta)[:, None] & (np.asarray(delta_z.value) > 0)
    of_open_units, error = marginal_gain(gain, fraction)
    verdict = stability(np.asarray(gain.value, dtype=float), of_open_units, moves_hard)
    missing = gain.status == Status.ABSENT
    verdict[missing] = np.nan
    # An infinite gain is beyond doubt.
    status = np.where(gain.status == Status.DIVERGES, Status.CONVERGED, gain.status).astype(np.uint8)
    return {
        "marginal_gain": _estimate(of_open_units, error),
        "stability": Estimate(value=verdict, status=status, error=np.where(missing, np.nan, 0.0)),
    }
