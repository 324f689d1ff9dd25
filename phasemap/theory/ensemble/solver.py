"""Solver of points whose update gate fluctuates: the fluctuating attractor, from an ensemble of paths each."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimates
from phasemap.model.status import Status
from phasemap.model.unit.gates import gate_floor
from phasemap.theory.divergence import divergence_of, hard_gates
from phasemap.theory.dynamic.autocovariance.correlation_functions import STORED_LAGS
from phasemap.theory.ensemble import point as single
from phasemap.theory.ensemble.bounds import Bounds
from phasemap.theory.ensemble.errors import known
from phasemap.theory.ensemble.functions import FUNCTIONS, at_lags
from phasemap.theory.ensemble.numbers import NAMES
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution.slower import bounds_below
from phasemap.theory.ensemble.resolution.surroundings import is_rest, rests_without_noise, surroundings
from phasemap.theory.ensemble.resolution.window import Found, Surroundings
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.quantiles_of_gate_and_effective_time import (
    gate_quantiles,
    mean_gate,
    time_quantiles,
)
from phasemap.theory.ensemble.shut_units import HEAVY_TAILS, has_heavy_tails, slowest_rest
from phasemap.theory.ensemble.table import (
    BELOW,
    BOUNDED,
    BUDGETS,
    EXPENSE,
    PROBABILITIES,
    PRODUCT,
    Table,
    bound_product,
)
from phasemap.theory.static import fixed_points
from phasemap.theory.static.aging import remarks_where_ages

Seeds = Sequence[np.random.SeedSequence]

_OF_EXPONENT = ("lyapunov_max", PRODUCT)
_OF_H = ("variance", "correlation_time", "relaxation_time", "autocorrelation")
OF_ATTRACTOR = (*NAMES, PRODUCT, *FUNCTIONS)
STEEP = (
    "no stationary state: the input to h stands outside a steep update gate, and the rare units whose gate is nearly "
    "shut integrate it for {rest:.1e} membrane time constants before they come to rest; <h^2> grows all that time (the "
    "activity phi(h) saturates and is stationary). Set input_inside = 1, or make alpha_z smaller."
)
_WITHIN = "No fluctuating state was found in windows of time up to ensemble.longest_window = {window:g}, "
_NOT_FOUND = {
    Found.ZERO: _WITHIN + "where activity died out, although no fixed point is stable: it is slower, or vanishes.",
    Found.STATIC: _WITHIN + "in which it stands still, although no fixed point is stable: what moves is slower, as "
    "where an update gate pins the spectrum to zero (marginal stability).",
    Found.NOTHING: _WITHIN + "as the iteration of its correlations does not converge.",
}
_UNKNOWN = (Status.NOT_CONVERGED, Status.FAILED)
# What says more as a value with a wide error than as a bound.
_WIDE = ("variance", "activity_variance")
# What is worth a search for a shorter time scale at which the state is held.
_SOUGHT = ("relaxation_time", "lyapunov_max")
# Share of the variance of z that counts as a part that stays.
_STAYS = 1e-3
UNKNOWN_STATE = (
    "The exponent of a state that moves through a hard gate diverges in the mean field, but this state did not "
    "converge: whether it moves at all is not known."
)


def solve_points(points: Sequence[Parameters], options: EnsembleOptions | None, seeds: Seeds) -> Estimates:
    """Solve the dynamic mean field with a fluctuating update gate at `points` (docs/theory.md (5.1), (6.1)).

    seeds: one per point, which fixes all random numbers of that point. Points whose update gate is constant need no
    ensemble: of them only the distribution of the gate is given.

    Returns, of the fluctuating attractor (n_points,):

        variance, activity_variance, correlation_time, relaxation_time, lyapunov_max, lyapunov_times_relaxation

    (n_points, lag) at STORED_LAGS: autocorrelation, activity_autocorrelation;
    (n_points,): update_gate_mean, ensemble_window, ensemble_time_step, ensemble_paths;
    (n_points, gate_probability): update_gate_quantiles, effective_time_quantiles;
    (n_points, error_source): variance_error_budget, lyapunov_error_budget (absolute errors).

    An error is the root of the summed squares of its sources; its statistical part is one standard error. Where the
    window, the iteration or the accuracy that was asked for is not reached, the status is NOT_CONVERGED, but for the
    bounds of a state that is slower than the longest window: of relaxation_time from below, of lyapunov_max from above
    (docs/theory.md (5.6)). With a hard
    gate the exponent DIVERGES: every crossing z = threshold adds (R - h) delta z / |dz/dt| to a perturbation, which is
    finite, but its mean square over the speeds of crossing diverges logarithmically. The value is inf, or NaN under
    noise, where not even the sign of a network's finite exponent follows. What depends on h DIVERGES without a value
    where shut units integrate an input for ever (`shut_units`), or the state ages (`phasemap.theory.static.aging`).
    Remarks say why.
    """
    return solve_branches(points, options, seeds)[0]


def solve_branches(
    points: Sequence[Parameters], options: EnsembleOptions | None, seeds: Seeds
) -> tuple[Estimates, Estimates]:
    """What `solve_points` returns, of the largest fluctuating attractor and of the smallest.

    The second is the response to noise that grows out of rest, sought where rest is stable without the noise (else
    there is none). Under static inputs or biases without noise it is not sought; without any of them there is none.
    """
    options = options or EnsembleOptions()
    table, small = Table(len(points)), Table(len(points))
    around, calm = surroundings(points), rests_without_noise(points)
    aging = remarks_where_ages(points)
    for i, parameters in enumerate(points):
        if parameters.update_gate.is_constant:
            _store_gate(table, i, parameters, (0.0, 0.0), Status.CONVERGED)
            continue
        if i in aging:
            table.age(i, aging[i])
            continue
        try:
            found = single.solve(parameters, options, seeds[i], around[i], fine=False)
        except UnsupportedError as error:
            table.fail(i, str(error))
            small.fill_status(i, Status.FAILED)
            continue
        process = Process(parameters)
        if isinstance(found, PointSolution):
            _store(table, i, parameters, options, found)
        elif is_rest(found, parameters, around[i]):
            table.fill_status(i, Status.ABSENT)
        elif found is Found.STATIC and around[i].endless:
            table.fill_status(i, Status.DIVERGES)
            table.remarks.append((i, fixed_points.NO_STATIONARY_STATE))
        else:
            # Where no fixed point is stable there is a fluctuating state, slower than any window that was tried.
            table.fail(i, _NOT_FOUND[found].format(window=options.longest_window))
        _bound_the_unknown(table, i, process, options, seeds[i], around[i])
        if process.is_driven and calm[i]:
            _seek_small(small, i, parameters, options, seeds[i], around[i], found)
        elif not process.is_odd and not process.is_driven and table.status["variance"][i] != Status.ABSENT:
            small.fill_status(i, Status.NOT_SOUGHT)
    return table.estimates(), small.estimates()


def _seek_small(
    table: Table,
    i: int,
    parameters: Parameters,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
    around: Surroundings,
    large: PointSolution | Found,
) -> None:
    """The response to noise that grows out of rest, if it is another state than the largest one."""
    beside = float(large.values[NAMES.index("activity_variance")]) if isinstance(large, PointSolution) else np.inf
    found = single.solve(parameters, options, seed, around, beside, fine=False)
    if isinstance(found, PointSolution):
        _store(table, i, parameters, options, found)
    elif found is not Found.SAME:
        table.fail(i, _NOT_FOUND[found].format(window=options.longest_window))


def _store(table: Table, i: int, parameters: Parameters, options: EnsembleOptions, solution: PointSolution) -> None:
    good = {name: solution.is_accurate(name, options) for name in NAMES}
    total = solution.errors.total
    for k, name in enumerate(NAMES):
        table.put(name, i, solution.values[k], total[k], _status(good[name], solution.values[k]))
    for name, variance in zip(FUNCTIONS, NAMES, strict=False):
        sure = good[variance] and good["correlation_time"]
        table.put(name, i, *at_lags(solution, name, STORED_LAGS), _status(sure, 1.0))
    value, error = solution.product
    table.put(PRODUCT, i, value, error, _status(good["lyapunov_max"] and good["relaxation_time"], value))
    if options.exponents and parameters.g_h == 0.0:
        _store_uncoupled(table, i, solution)
    elif options.exponents and not solution.ensemble.process.has_tangent:
        _store_divergence(table, i, parameters, solution.is_settled)
    rest = slowest_rest(solution.ensemble.process, solution.solution.activity, solution.ring)
    wanted = table.status["lyapunov_max"][i] != Status.CONVERGED and rest <= options.longest_window
    _store_bounds(table, i, known.bounds_of(solution, good, options.exponents and wanted))
    if (why := known.reason(solution, good, options)) is not None:
        table.remarks.append((i, why))
    _store_heavy_tails(table, i, solution, good)
    of_gate = _status(solution.is_settled or good["activity_variance"], 1.0)
    _store_gate(table, i, parameters, solution.gate_variance, of_gate)
    for quantity, name in BUDGETS.items():
        k = NAMES.index(name)
        if table.status[name][i] == Status.DIVERGES:
            table.put(quantity, i, np.nan, np.nan, Status.DIVERGES)
        else:
            table.put(quantity, i, solution.errors.parts[k], 0.0, _status(good[name], float(total[k])))
    if rest > options.longest_window:
        _store_endless(table, i, rest)
    expense = (solution.ring.period, solution.ring.step, float(solution.ensemble.noise.paths))
    for name, number in zip(EXPENSE, expense, strict=True):
        table.put(name, i, number, 0.0, Status.CONVERGED)


def _store_bounds(table: Table, i: int, bounds: Bounds | None) -> None:
    """What is known of a state that is slower than the longest window, or of what is not known otherwise."""
    for name, side in BOUNDED.items():
        wide = name in _WIDE and np.isfinite(table.error[name][i])
        if bounds is None or wide or table.status[name][i] not in _UNKNOWN:
            continue
        if np.isfinite(getattr(bounds, name)):
            table.put(name, i, getattr(bounds, name), np.nan, side)
    bound_product(table, i)


def _bound_the_unknown(
    table: Table,
    i: int,
    process: Process,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
    around: Surroundings,
) -> None:
    """What a time scale at which the state was held tells where its iteration did not converge."""
    if any(table.status[name][i] in _UNKNOWN for name in _SOUGHT):
        _store_bounds(table, i, bounds_below(process, options, seed, around))


def _store_heavy_tails(table: Table, i: int, solution: PointSolution, good: Mapping[str, bool]) -> None:
    """Where rare units make most of the variance of h: the reason, and a bound if it is hardly known at all."""
    if good["variance"] or not good["activity_variance"] or not has_heavy_tails(solution.ensemble.process):
        return
    table.remarks.append((i, HEAVY_TAILS.format(alpha_z=solution.ensemble.process.parameters.alpha_z)))
    if solution.membrane_known:
        return
    k = NAMES.index("variance")
    low = max(float(solution.values[k] - BELOW * solution.errors.total[k]), 0.0)
    table.put("variance", i, low, np.nan, Status.LOWER_BOUND)
    for name in ("correlation_time", "relaxation_time", PRODUCT):
        table.put(name, i, np.nan, np.nan, Status.NOT_SOUGHT)
    table.put("autocorrelation", i, np.nan, np.nan, Status.NOT_SOUGHT)


def _store_divergence(table: Table, i: int, p: Parameters, state_is_known: bool) -> None:
    """The exponent of a state that moves through a hard gate."""
    if not state_is_known:
        for name in _OF_EXPONENT:
            table.put(name, i, np.nan, np.nan, Status.FAILED)
        table.remarks.append((i, UNKNOWN_STATE))
        return
    noisy = p.is_noisy
    for name in _OF_EXPONENT:
        table.put(name, i, np.nan if noisy else np.inf, np.nan, Status.DIVERGES)
    table.remarks += [(i, divergence_of(letter, noisy)) for letter in hard_gates(p)]


def _store_uncoupled(table: Table, i: int, solution: PointSolution) -> None:
    """The exponent at g_h = 0, where no unit answers to another: that of the slowest unit or gate.

    A unit forgets at the mean of its own update gate. Where z has a part that stays, of every size over the units,
    some units of a large network hardly forget at all.
    """
    process, (variance, error) = solution.ensemble.process, solution.gate_variance
    staying = float(process.gate_variable(solution.solution.activity, solution.ring)[-1]) > _STAYS * variance
    p = process.parameters
    low, value, high = (0.0 if staying else -mean_gate(p, v) for v in (max(variance - error, 0.0), variance,
                                                                      variance + error))  # fmt: skip
    status = _status(solution.is_settled, 1.0)
    table.put("activity_variance", i, math.tanh(p.beta_h) ** 2, 0.0, status)
    table.put("lyapunov_max", i, max(value, gate_floor(p)), 0.5 * abs(high - low), status)
    time, spread = (of["relaxation_time"][i] for of in (table.value, table.error))
    timed = table.status["relaxation_time"][i] == Status.CONVERGED
    product = max(value, gate_floor(p)) * time if np.isfinite(time) else np.nan
    table.put(PRODUCT, i, product, abs(value) * spread, _status(solution.is_settled and timed, product))


def _store_endless(table: Table, i: int, rest: float) -> None:
    """No numbers of h where shut units integrate its input for ever."""
    for name in (*_OF_H, *_OF_EXPONENT, *BUDGETS):
        table.put(name, i, np.nan, np.nan, Status.DIVERGES)
    table.remarks = [(k, remark) for k, remark in table.remarks if k != i]
    table.remarks.append((i, fixed_points.NO_STATIONARY_STATE if math.isinf(rest) else STEEP.format(rest=rest)))


def _store_gate(table: Table, i: int, parameters: Parameters, of_z: tuple[float, float], state: Status) -> None:
    """Distribution of the gate for z of a variance and its error."""
    variance, error = of_z
    low, high = max(variance - error, 0.0), variance + error

    def mean(v: float) -> float:
        """Mean of the gate at a variance of its input."""
        return mean_gate(parameters, v)

    table.put("update_gate_mean", i, mean(variance), 0.5 * abs(mean(high) - mean(low)), state)
    for name, quantiles in (("update_gate_quantiles", gate_quantiles), ("effective_time_quantiles", time_quantiles)):
        around = [quantiles(parameters, v, PROBABILITIES) for v in (variance, low, high)]
        with np.errstate(invalid="ignore"):
            table.put(name, i, around[0], np.nan_to_num(0.5 * np.abs(around[2] - around[1])), state)


def _status(good: bool, value: float) -> Status:
    if np.isnan(value):
        return Status.FAILED if good else Status.NOT_CONVERGED
    return Status.CONVERGED if good else Status.NOT_CONVERGED
