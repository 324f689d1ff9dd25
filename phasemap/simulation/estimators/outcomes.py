"""What one network or one point gave for a quantity, and how realisations and sizes are put together."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from phasemap.model.results import Estimate, FloatArray, StatusArray
from phasemap.model.status import Status
from phasemap.simulation.estimators.extrapolation import extrapolate_to_infinite_size
from phasemap.simulation.estimators.statistics import combine_realisations

# Statuses of realisations that have nothing to say.
_NO_ENTRY = (Status.ABSENT, Status.NOT_SOUGHT)


class Outcome(NamedTuple):
    """Value, standard error and status of a quantity over its own dimensions, all of the same shape."""

    value: FloatArray
    error: FloatArray
    status: StatusArray


def outcome(value: ArrayLike, error: ArrayLike, *, good: bool = True) -> Outcome:
    """An outcome that is converged if `good` and its error is finite; FAILED where the value is not a number."""
    value, error = np.broadcast_arrays(np.asarray(value, dtype=float), np.asarray(error, dtype=float))
    converged = np.where(np.isfinite(error) & good, Status.CONVERGED, Status.NOT_CONVERGED)
    status = np.where(np.isfinite(value), converged, Status.FAILED).astype(np.uint8)
    return Outcome(np.where(np.isfinite(value), value, np.nan), np.array(error), status)


def nothing(shape: tuple[int, ...] = (), status: Status = Status.ABSENT) -> Outcome:
    """No value anywhere, for the reason that the status gives."""
    return Outcome(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, status, dtype=np.uint8))


def padded(found: Outcome, length: int) -> Outcome:
    """Cut or fill up to `length` entries along the only dimension; what is missing is absent."""
    missing = nothing((max(length - len(found.value), 0),))
    return Outcome(
        np.concatenate([found.value[:length], missing.value]),
        np.concatenate([found.error[:length], missing.error]),
        np.concatenate([found.status[:length], missing.status]),
    )


def combine(outcomes: Sequence[Outcome]) -> Outcome:
    """Mean over realisations with its standard error; the worst status of any sets that of the mean.

    Absent ones, and those where nobody looked, do not count.

    A realisation that failed spoils the mean, because it may have failed for what it was.
    """
    values, errors, statuses = (np.stack(parts) for parts in zip(*outcomes, strict=True))
    present = ~np.isin(statuses, _NO_ENTRY)
    mean, error = _mean_of_present(values, errors, present)
    status = np.where((statuses == Status.NOT_CONVERGED).any(axis=0), Status.NOT_CONVERGED, Status.CONVERGED)
    status = np.where((statuses == Status.FAILED).any(axis=0), Status.FAILED, status)
    none = np.where((statuses == Status.NOT_SOUGHT).any(axis=0), Status.NOT_SOUGHT, Status.ABSENT)
    status = np.where(present.any(axis=0), status, none)
    known = (status == Status.CONVERGED) | (status == Status.NOT_CONVERGED)
    return Outcome(np.where(known, mean, np.nan), np.where(known, error, np.nan), status.astype(np.uint8))


def _mean_of_present(values: FloatArray, errors: FloatArray, present: Any) -> tuple[FloatArray, FloatArray]:
    if present.all():
        return combine_realisations(values, errors)
    mean, error = np.full(values.shape[1:], np.nan), np.full(values.shape[1:], np.nan)
    for index in np.ndindex(values.shape[1:]):
        here = (slice(None), *index)
        if present[here].any():
            mean[index], error[index] = combine_realisations(values[here][present[here]], errors[here][present[here]])
    return mean, error


def doubtful(found: Outcome) -> Outcome:
    """The same numbers, none of them converged."""
    lowered = np.where(found.status == Status.CONVERGED, Status.NOT_CONVERGED, found.status)
    return found._replace(status=lowered.astype(np.uint8))


def combine_networks(outcomes: Sequence[Outcome], settled: Sequence[bool]) -> Outcome:
    """`combine`, not converged where some networks came to rest (`settled`) and some did not: nobody has their mean."""
    return combine(outcomes) if _alike(settled) else doubtful(combine(outcomes))


def extrapolate(by_size: Mapping[int, Sequence[Outcome]], settled: Mapping[int, Sequence[bool]]) -> Outcome:
    """Limit for 1/N -> 0 of a scalar quantity of networks of several sizes; absent for a single size.

    settled: which networks came to rest; where not all did, or none, the limit is not converged.
    """
    found = _limit({size: combine(group) for size, group in by_size.items()})
    return found if _alike([one for group in settled.values() for one in group]) else doubtful(found)


def _alike(settled: Sequence[bool]) -> bool:
    return all(settled) or not any(settled)


def _limit(by_size: Mapping[int, Outcome]) -> Outcome:
    outcomes = list(by_size.values())
    statuses = [int(one.status) for one in outcomes]
    if len(outcomes) < 2 or Status.ABSENT in statuses:
        return nothing()
    if Status.NOT_SOUGHT in statuses:
        return nothing(status=Status.NOT_SOUGHT)
    values, errors = [float(one.value) for one in outcomes], [float(one.error) for one in outcomes]
    if max(errors) == 0.0 and len(set(values)) == 1:
        return outcomes[0]
    if Status.FAILED in statuses or not all(np.isfinite(error) and error > 0.0 for error in errors):
        return nothing(status=Status.FAILED)
    fit = extrapolate_to_infinite_size(list(by_size), values, errors)
    return outcome(fit.limit, fit.error, good=Status.NOT_CONVERGED not in statuses)


def as_estimates(rows: Sequence[Mapping[str, Outcome]]) -> dict[str, Estimate]:
    """Outcomes of points, side by side: (n_points, *dims)."""
    names = rows[0] if rows else {}
    return {
        name: Estimate(
            value=np.stack([row[name].value for row in rows]),
            status=np.stack([row[name].status for row in rows]),
            error=np.stack([row[name].error for row in rows]),
        )
        for name in names
    }
