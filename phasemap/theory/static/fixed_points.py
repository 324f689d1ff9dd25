"""Fixed points of the network at N -> infinity, and the stability of each (docs/theory.md (2.1) to (4.5))."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.static import stability as columns
from phasemap.kernels.static.solve import SLOTS
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.theory.static.problem import by_kernel, parameter_table, static_table

# A value is good if its error is below this, absolutely or relative to the value.
TOLERANCE = 1e-8

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


def solve_points(points: Sequence[Parameters], options: None = None, seeds: object = None) -> dict[str, Estimate]:
    """All static quantities at `points`; there are no options, and nothing is random.

    Returns (first dimension: points; `fixed_point` where marked *):

        fixed_point_count   number of solutions, the zero one included
        delta_phi*          <phi^2>
        delta_h*, delta_z*, delta_r*   variances of h, z, r over units
        static_gain*        S: squared gain of a static perturbation; unstable for S > 1
        open_fraction*      f = <sigma_z>; of a hard update gate, the fraction of units that are not frozen
        marginal_gain*      f S
        stability*          1: stable, 0: marginally stable (hard update gate, 1 < S <= 1 / f), -1: unstable
        leading_edge*       largest real part of the growth rates that involve h, 1 / membrane time constant
        pinning_ratio*      leading edge over that of a constant update gate at the same mean; absent for S <= 1

    Along `fixed_point`: the zero state, then the others in ascending order of <phi^2>, the largest always in the last
    place; of more than three others, the smallest and the two largest. Noise input leaves no fixed point: all absent,
    count 0.
    """
    parameters = parameter_table(points)
    n = len(parameters)
    values, errors = np.full((2, n, SLOTS, columns.COLUMNS), np.nan)
    counts, certain = np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.bool_)
    quiet = np.flatnonzero(~_is_noisy(parameters))
    table = static_table(parameters[quiet])
    for kernel, part in by_kernel(table):
        rows = quiet[part]
        v, e, c, s = values[rows], errors[rows], counts[rows], certain[rows]
        kernel.solve(table[part], v, e, c, s)
        values[rows], errors[rows], counts[rows], certain[rows] = v, e, c, s
    count_status = np.where(certain, Status.CONVERGED, Status.NOT_CONVERGED).astype(np.uint8)
    result = {"fixed_point_count": Estimate(value=counts.astype(float), status=count_status, error=np.zeros(n))}
    for name, k in _COLUMNS.items():
        result[name] = _estimate(values[..., k], errors[..., k])
    result.update(_derived(result, parameters))
    return result


def _is_noisy(parameters: FloatArray) -> NDArray[np.bool_]:
    noise = [Parameters._fields.index(name) for name in ("noise_h", "noise_z", "noise_r")]
    return np.asarray((parameters[:, noise] > 0).any(axis=1))


def _estimate(value: FloatArray, error: FloatArray) -> Estimate:
    missing = np.isnan(value)
    error = np.where(np.isinf(value), 0.0, error)
    with np.errstate(invalid="ignore"):
        poor = error > TOLERANCE * np.maximum(1.0, np.abs(value))
    status = np.where(missing, Status.ABSENT, np.where(poor, Status.NOT_CONVERGED, Status.CONVERGED))
    return Estimate(value=value, status=status.astype(np.uint8), error=error)


def _derived(known: Mapping[str, Estimate], parameters: FloatArray) -> dict[str, Estimate]:
    """f S and the verdict on stability, from S and f."""
    gain, fraction, delta_z = (known[name] for name in ("static_gain", "open_fraction", "delta_z"))
    S, f = np.asarray(gain.value, dtype=float), np.asarray(fraction.value, dtype=float)
    with np.errstate(invalid="ignore"):
        marginal_gain = _estimate(f * S, f * gain.error + S * fraction.error)
    hard = np.isinf(parameters[:, Parameters._fields.index("alpha_z")])
    hard &= np.isfinite(parameters[:, Parameters._fields.index("beta_z")])
    pinned = hard[:, None] & (np.asarray(delta_z.value) > 0) & (f * S <= 1.0)
    verdict = np.where(S < 1.0, 1.0, np.where(pinned, 0.0, -1.0))
    missing = gain.status == Status.ABSENT
    verdict[missing] = np.nan
    return {
        "marginal_gain": marginal_gain,
        "stability": Estimate(value=verdict, status=gain.status, error=np.where(missing, np.nan, 0.0)),
    }
