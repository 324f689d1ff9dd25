"""What networks without matrices say, put into the fields of the mean field."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, Estimates, FloatArray, StatusArray, absent
from phasemap.model.status import BOUNDS, Status
from phasemap.simulation.aging.sizes import Aged, Number
from phasemap.theory.dynamic.autocovariance.correlation_functions import STORED_LAGS

NETWORKS = "lazy_networks"
_AT = BRANCHES.index(FLUCTUATING)
_VARIANCES = ("variance", "activity_variance")
_FUNCTIONS = ("autocorrelation", "activity_autocorrelation")
# Relative errors up to which numbers of networks count as known.
_VARIANCE_ERROR, _AGED_ERROR, _TIME_ERROR, _SHAPE_ERROR = 0.02, 0.04, 0.3, 0.1
# Errors that a bound keeps away.
_BOUND = 3.0
# Lag zero on a logarithmic scale: below the first that is stored, 0.01.
_FIRST_LAG = 1e-3
_AGED = (
    "Aged: {n} networks without matrices, M = {sizes}, give variance and C(t, t') at ages t up to {age:g}; there is no "
    "stationary state."
)
_ROUGH = " Their variances scatter by more than {most:g} % at some ages: raise ensemble.lazy_runs."
_STATIONARY = (
    "{n} networks without matrices, M = {sizes}, aged {age:g}, extrapolated in 1/M, give variance, C_h(t) and the "
    "relaxation time; the exponent is a bound."
)
_YOUNG = (
    "{n} networks without matrices, M = {sizes}, aged {age:g}, are not known to be older than four relaxation times: "
    "their variance and C_h(t) are not stationary ones for sure. Raise ensemble.lazy_age, or lazy_runs."
)


def aged_fields(points: Sequence[Parameters], options: EnsembleOptions) -> dict[str, Estimate]:
    """The fields of networks before any were run: not sought where the update gate moves, absent elsewhere."""
    n, ages = len(points), len(options.lazy_ages)
    fields = {
        NETWORKS: absent((n,)),
        "aged_variance": absent((n, ages)),
        "aged_autocorrelation": absent((n, ages, len(STORED_LAGS))),
    }
    for i, p in enumerate(points):
        if p.update_gate.moves:
            for one in fields.values():
                one.status[i] = Status.NOT_SOUGHT
            _put(fields[NETWORKS], (i,), np.asarray(0.0), np.asarray(0.0), Status.CONVERGED)
    return fields


def take(found: Estimates, i: int, aged: Aged, options: EnsembleOptions, ages: bool) -> str:
    """Put the numbers of networks into the fields of point i; returns what is to be said of them."""
    _take_ages(found, i, aged)
    words = {"n": aged.networks, "sizes": ", ".join(map(str, sorted(set(options.lazy_sizes)))), "age": options.lazy_age}
    if ages:
        rough = (found["aged_variance"].status[i] == Status.NOT_CONVERGED).any()
        return _AGED.format(**words) + (_ROUGH.format(most=100.0 * _AGED_ERROR) if rough else "")
    _put(found[NETWORKS], (i,), np.asarray(float(aged.networks)), np.asarray(0.0), Status.CONVERGED)
    for k in range(len(_VARIANCES)):
        _take_function(found, i, aged, k)
    if not aged.is_stationary:
        return _YOUNG.format(**words)
    time, error = (float(part) for part in aged.time)
    status = _status(time, error, _TIME_ERROR)
    if status == Status.CONVERGED or found["relaxation_time"].status[i, _AT] not in BOUNDS:
        _put(found["relaxation_time"], (i, _AT), time, error, status)
    if status == Status.CONVERGED:
        _bound_product(found, i, time, error)
    return _STATIONARY.format(**words)


def _take_function(found: Mapping[str, Estimate], i: int, aged: Aged, k: int) -> None:
    """Variance and correlation function of h (k = 0) or of phi(h); not converged where the networks are too young."""
    value, error = (float(part[k]) for part in aged.variances)
    status = _status(value, error, _VARIANCE_ERROR) if aged.is_stationary else Status.NOT_CONVERGED
    if status == Status.CONVERGED or found[_VARIANCES[k]].status[i, _AT] != Status.CONVERGED:
        _put(found[_VARIANCES[k]], (i, _AT), value, error, status)
    shape, spread = _at_stored_lags(aged.schedule.late_lags, (aged.shape[0][k], aged.shape[1][k]))
    good = np.where((spread <= _SHAPE_ERROR) & aged.is_stationary, Status.CONVERGED, Status.NOT_CONVERGED)
    statuses = np.where(np.isnan(shape), Status.NOT_SOUGHT, good).astype(np.uint8)
    _put(found[_FUNCTIONS[k]], (i, _AT), value * shape, np.hypot(value * spread, error * shape), statuses)


def _take_ages(found: Mapping[str, Estimate], i: int, aged: Aged) -> None:
    values, errors = (part[0] for part in aged.aged)
    for k in range(len(values)):
        value, error = values[k, 0], errors[k, 0]
        _put(found["aged_variance"], (i, k), value, error, _status(value, error, _AGED_ERROR))
        row, spread = _at_stored_lags(aged.schedule.lags, (values[k], errors[k]))
        good = np.where(spread <= _SHAPE_ERROR * value, Status.CONVERGED, Status.NOT_CONVERGED)
        status = np.where(np.isnan(row), Status.NOT_SOUGHT, good).astype(np.uint8)
        _put(found["aged_autocorrelation"], (i, k), row, spread, status)


def _bound_product(found: Mapping[str, Estimate], i: int, time: float, error: float) -> None:
    """An upper bound of the product where there is one of the exponent."""
    rate = found["lyapunov_max"]
    if rate.status[i, _AT] == Status.UPPER_BOUND and math.isfinite(time + error):
        bound = float(np.asarray(rate.value)[i, _AT]) * (time + _BOUND * error)
        _put(found["lyapunov_times_relaxation"], (i, _AT), bound, math.nan, Status.UPPER_BOUND)


def _at_stored_lags(lags: FloatArray, sampled: Number) -> Number:
    """A function and its error at the stored lags: linear in the logarithm of the lag, NaN beyond the samples."""
    known = np.isfinite(sampled[0])
    log = np.log(np.maximum(lags[known], _FIRST_LAG))
    at = np.log(np.maximum(STORED_LAGS, _FIRST_LAG))
    beyond = lags[known][-1] < STORED_LAGS
    value, error = (np.where(beyond, np.nan, np.interp(at, log, part[known])) for part in sampled)
    return value, error


def _status(value: FloatArray | float, error: FloatArray | float, accepted: float) -> Status:
    if not math.isfinite(float(value)):
        return Status.FAILED
    return Status.CONVERGED if float(error) <= accepted * abs(float(value)) else Status.NOT_CONVERGED


def _put(
    target: Estimate,
    at: tuple[int, ...],
    value: FloatArray | float,
    error: FloatArray | float,
    status: Status | StatusArray,
) -> None:
    finite = np.isfinite(value)
    np.asarray(target.value)[at] = np.where(finite, value, np.nan)
    if target.error is not None:
        target.error[at] = np.where(finite & np.isfinite(error), error, np.nan)
    target.status[at] = status
