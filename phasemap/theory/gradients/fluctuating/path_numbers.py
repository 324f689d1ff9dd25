"""Numbers at lags from the march along paths: a fluctuating update gate."""

import math

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.ensemble.numbers import NAMES as ENSEMBLE_NAMES
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.gradients.fluctuating.paths import ROWS, PathMarch, march_paths
from phasemap.theory.gradients.records import Curve, Gradients, Law, Numbers, numbers, without, zeros

# Errors of ln A that are accepted at lags up to the first, and from the second on; between them in proportion.
_SHORT, _LONG = (8.0, 0.02), (24.0, 0.1)
# Lags up to here come from a march of their own with more paths.
_NEAR = 8.0
_KIND = "march over an ensemble of paths"
# Step of the ring, in membrane times, beyond which the short lags of C_phi are not known, and so not how fast a unit's
# bracket changes: q is made of that.
_RESOLVED = 10.0
_UNRESOLVED = "the step of its ring is too long for the adjoint of the update gate"


def path_gradients(
    p: Parameters,
    solution: PointSolution,
    options: EnsembleOptions,
    lags: FloatArray,
    seed: np.random.SeedSequence,
    paths: int = 65536,
) -> Gradients:
    """Gradients along the fluctuating state of a moving update gate at lags (n,) in membrane times."""
    child = np.random.SeedSequence(entropy=seed.entropy, spawn_key=(*seed.spawn_key, 90))
    rate, error = _rate(solution)
    near, far = lags <= _NEAR, lags > _NEAR
    found = {name: zeros(len(lags)) for name in NAMES}
    law = _law_without_amplitude(rate, error, solution, options)
    for part in (near, far):
        if part.any():
            march = march_paths(solution, float(lags[part].max()), child, paths)
            _fill(found, march, lags, part, rate, error)
            law = _with_amplitude(law, march, rate, error)
    if not p.alpha_r > 0.0 or math.isinf(p.beta_r):
        for name in NAMES:
            if name.endswith("_r"):
                found[name] = zeros(len(lags))
    if not solution.is_settled:
        found = {name: _doubtful(one) for name, one in found.items()}
    reason = "" if solution.is_settled else f"the fluctuating state: {solution.found.value}"
    if solution.ring.step > _RESOLVED:
        found = without_unresolved(found)
        reason = f"{reason}; {_UNRESOLVED}".removeprefix("; ")
    return Gradients("fluctuating", lags, found, law, _KIND, reason)


def accepted(lags: FloatArray) -> FloatArray:
    """Errors of a logarithm that are accepted at lags (n,)."""
    return np.interp(lags, [_SHORT[0], _LONG[0]], [_SHORT[1], _LONG[1]])


def _rate(solution: PointSolution) -> tuple[float, float]:
    k = ENSEMBLE_NAMES.index("lyapunov_max")
    return float(solution.values[k]), float(solution.errors.total[k])


def _fill(
    found: dict[str, Numbers], march: PathMarch, lags: FloatArray, part: np.ndarray, rate: float, error: float
) -> None:
    """Numbers at some of the lags; beyond the march they go on at the rate of the Lyapunov exponent."""
    end = float(march.lags[-1])
    inside, beyond = np.minimum(lags[part], end), np.maximum(lags[part] - end, 0.0)
    for k, name in enumerate(ROWS):
        with np.errstate(over="ignore"):
            value, _ = Curve(march.lags, np.exp(march.logarithms[k]), np.zeros_like(march.lags)).at(inside)
        spread = np.hypot(march.statistical[k], march.systematic[k])
        total = np.interp(inside, march.lags, np.nan_to_num(spread, nan=np.inf))
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithm = np.log(np.maximum(value, 0.0))
        if name != "retained_overlap":
            logarithm, total = logarithm + 2.0 * rate * beyond, total + 2.0 * error * beyond
        elif (beyond > 0.0).any():
            logarithm, total = np.where(beyond > 0.0, np.nan, logarithm), np.where(beyond > 0.0, np.nan, total)
        limits = accepted(lags[part])
        known = numbers(logarithm, total, 0.0)
        status = np.where(total <= limits, Status.CONVERGED, Status.NOT_CONVERGED)
        status = np.where(np.isnan(logarithm), Status.NOT_SOUGHT, status)
        for array, fresh in (("logarithm", logarithm), ("error", known.error), ("status", status)):
            getattr(found[name], array)[part] = fresh


def without_unresolved(found: dict[str, Numbers]) -> dict[str, Numbers]:
    """The same without the numbers of the update gate's adjoint."""
    return {
        name: without(len(one.logarithm), Status.NOT_SOUGHT) if name.endswith("_z") else one
        for name, one in found.items()
    }


def _doubtful(one: Numbers) -> Numbers:
    status = np.where(one.status == Status.CONVERGED, Status.NOT_CONVERGED, one.status)
    return Numbers(one.logarithm, one.error, np.where(np.isneginf(one.logarithm), one.status, status).astype(np.uint8))


def _law_without_amplitude(rate: float, error: float, solution: PointSolution, options: EnsembleOptions) -> Law:
    good = solution.is_accurate("lyapunov_max", options)
    status = Status.CONVERGED if good else Status.NOT_CONVERGED
    diverges = math.isfinite(rate) and rate > 0.0
    limit = math.nan if diverges else 0.0
    return Law(
        rate, error, status, math.nan, math.nan, Status.NOT_CONVERGED, 0.0, limit,
        Status.DIVERGES if diverges else Status.CONVERGED,
    )  # fmt: skip


def _with_amplitude(law: Law, march: PathMarch, rate: float, error: float) -> Law:
    """A at the end of the march over exp(2 rate s): good where the slope there is that of the law."""
    if not math.isfinite(rate):
        return law
    end, middle = len(march.lags) - 1, len(march.lags) * 2 // 3
    log_a = march.logarithms[0]
    span = march.lags[end] - march.lags[middle]
    slopes = march.groups[:, 0, end] - march.groups[:, 0, middle]
    spread = float(slopes.std(ddof=1)) / math.sqrt(len(slopes)) / span + 2.0 * error
    gap = abs((log_a[end] - log_a[middle]) / span - 2.0 * rate)
    value = math.exp(log_a[end] - 2.0 * rate * march.lags[end])
    relative = math.hypot(march.statistical[0, end], 2.0 * error * march.lags[end])
    good = gap <= 3.0 * spread and relative < 0.5
    status = Status.CONVERGED if good else Status.NOT_CONVERGED
    return Law(
        law.rate, law.rate_error, law.rate_status, value, value * relative, status, law.power, law.limit,
        law.limit_status, law.reason,
    )  # fmt: skip
