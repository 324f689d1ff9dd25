"""Solver of points whose update gate fluctuates: the fluctuating attractor, from an ensemble of paths each."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from phasemap.errors import UnsupportedError
from phasemap.model.estimate import gathered
from phasemap.model.nonlinearities import is_constant_gate
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray, StatusArray
from phasemap.model.status import Status
from phasemap.theory.dynamic.correlation_functions import STORED_LAGS
from phasemap.theory.ensemble import point as single
from phasemap.theory.ensemble.errors.budget import SOURCES
from phasemap.theory.ensemble.functions import FUNCTIONS, at_lags
from phasemap.theory.ensemble.numbers import NAMES
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.sampling.gates import gate_quantiles, mean_gate, time_quantiles
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.window import Found, Surroundings
from phasemap.theory.static import fixed_points

Seeds = Sequence[np.random.SeedSequence]

PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)
PRODUCT = "lyapunov_times_relaxation"
OF_ATTRACTOR = (*NAMES, PRODUCT, *FUNCTIONS)
_BUDGETS = {"variance_error_budget": "variance", "lyapunov_error_budget": "lyapunov_max"}
# What a point costs or needed: the ring and the ensemble.
_EXPENSE = ("ensemble_window", "ensemble_time_step", "ensemble_paths")


def solve_points(points: Sequence[Parameters], options: EnsembleOptions | None, seeds: Seeds) -> dict[str, Estimate]:
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
    window, the iteration or the accuracy that was asked for is not reached, the status is NOT_CONVERGED. A hard gate
    makes the exponent infinite: the mean square of a perturbation diverges at crossings of small slope.
    """
    return solve_branches(points, options, seeds)[0]


def solve_branches(
    points: Sequence[Parameters], options: EnsembleOptions | None, seeds: Seeds
) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """What `solve_points` returns, of the largest fluctuating attractor and of the smallest.

    The second is the response to noise that grows out of rest, sought where rest is stable without the noise (else
    there is none). Under static inputs or biases without noise it is not sought; without any of them there is none.
    """
    options = options or EnsembleOptions()
    table, small = Table(len(points)), Table(len(points))
    around, calm = surroundings(points), rests_without_noise(points)
    for i, parameters in enumerate(points):
        if is_constant_gate(parameters.alpha_z, parameters.beta_z):
            _store_gate(table, i, parameters, (0.0, 0.0), Status.CONVERGED)
            continue
        try:
            found = single.solve(parameters, options, seeds[i], around[i])
        except UnsupportedError:
            table.fill_status(i, Status.FAILED)
            small.fill_status(i, Status.FAILED)
            continue
        process = Process(parameters)
        if isinstance(found, PointSolution):
            _store(table, i, parameters, options, found)
        else:
            # Where no fixed point is stable there is a fluctuating state, slower than any window that was tried.
            resting = around[i].resting or process.is_contraction
            absent = found in (Found.ZERO, Found.STATIC) and resting
            table.fill_status(i, Status.ABSENT if absent else Status.NOT_CONVERGED)
        if process.is_driven and calm[i]:
            _seek_small(small, i, parameters, options, seeds[i], around[i], found)
        elif not process.is_odd and not process.is_driven and table.status["variance"][i] != Status.ABSENT:
            small.fill_status(i, Status.NOT_SOUGHT)
    return table.estimates(), small.estimates()


def _seek_small(
    table: "Table",
    i: int,
    parameters: Parameters,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
    around: Surroundings,
    large: PointSolution | Found,
) -> None:
    """The response to noise that grows out of rest, if it is another state than the largest one."""
    beside = float(large.values[NAMES.index("activity_variance")]) if isinstance(large, PointSolution) else np.inf
    found = single.solve(parameters, options, seed, around, beside)
    if isinstance(found, PointSolution):
        _store(table, i, parameters, options, found)
    elif found is not Found.SAME:
        table.fill_status(i, Status.NOT_CONVERGED)


class Table:
    """Values, errors and statuses of all quantities; pending at first."""

    def __init__(self, n: int) -> None:
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys((*NAMES, PRODUCT, "update_gate_mean", *_EXPENSE), (n,))
        shapes |= dict.fromkeys(FUNCTIONS, (n, len(STORED_LAGS)))
        shapes |= dict.fromkeys(("update_gate_quantiles", "effective_time_quantiles"), (n, len(PROBABILITIES)))
        shapes |= dict.fromkeys(_BUDGETS, (n, len(SOURCES)))
        self.value: dict[str, FloatArray] = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
        self.error: dict[str, FloatArray] = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
        self.status: dict[str, StatusArray] = {
            name: np.full(shape, Status.ABSENT, dtype=np.uint8) for name, shape in shapes.items()
        }

    def fill_status(self, i: int, status: Status) -> None:
        """One status for all numbers of a point."""
        for array in self.status.values():
            array[i] = status

    def put(self, name: str, at: int, value: ArrayLike, error: ArrayLike, status: Status) -> None:
        """Store a number, or a row of them."""
        self.value[name][at] = value
        self.error[name][at] = np.where(np.isfinite(error), error, np.nan)  # infinite: not known at all
        self.status[name][at] = status

    def estimates(self) -> dict[str, Estimate]:
        """The table as estimates."""
        return gathered(self.value, self.status, self.error)


def _store(table: Table, i: int, parameters: Parameters, options: EnsembleOptions, solution: PointSolution) -> None:
    good = {name: solution.is_accurate(name, options) for name in NAMES}
    total = solution.errors.total
    for k, name in enumerate(NAMES):
        table.put(name, i, solution.values[k], total[k], _status(good[name], solution.values[k]))
    for name, variance in zip(FUNCTIONS, NAMES, strict=False):
        known = good[variance] and good["correlation_time"]
        table.put(name, i, *at_lags(solution, name, STORED_LAGS), _status(known, 1.0))
    value, error = solution.product
    table.put(PRODUCT, i, value, error, _status(good["lyapunov_max"] and good["relaxation_time"], value))
    state = _status(solution.is_settled, 1.0)
    _store_gate(table, i, parameters, solution.gate_variance, state)
    for quantity, name in _BUDGETS.items():
        k = NAMES.index(name)
        table.put(quantity, i, solution.errors.parts[k], 0.0, _status(good[name], float(total[k])))
    expense = (solution.ring.period, solution.ring.step, float(solution.ensemble.noise.paths))
    for name, number in zip(_EXPENSE, expense, strict=True):
        table.put(name, i, number, 0.0, state)


def _store_gate(table: Table, i: int, parameters: Parameters, of_z: tuple[float, float], state: Status) -> None:
    """Distribution of the gate for z of a variance and its error."""
    variance, error = of_z
    low, high = max(variance - error, 0.0), variance + error

    def mean(v: float) -> float:
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


def surroundings(points: Sequence[Parameters]) -> list[Surroundings]:
    """What the static mean field says of the points: stable fixed points, and the slowest instability."""
    known: Mapping[str, Estimate] = fixed_points.solve_points(points)
    gain = np.nan_to_num(np.asarray(known["static_gain"].value, dtype=float), nan=np.inf)
    edge = np.nan_to_num(np.asarray(known["leading_edge"].value, dtype=float))[:, 1:]
    slowest = np.where(edge > 0.0, edge, np.inf).min(axis=1)
    slowest[np.isinf(slowest)] = 0.0
    return [
        Surroundings(bool(stable), float(rate)) for stable, rate in zip((gain < 1.0).any(axis=1), slowest, strict=True)
    ]


def rests_without_noise(points: Sequence[Parameters]) -> list[bool]:
    """Whether the smallest fixed point, which continues rest, is stable in the network without noise."""
    known = fixed_points.solve_points([p._replace(noise_h=0.0, noise_z=0.0, noise_r=0.0) for p in points])
    gain = np.asarray(known["static_gain"].value, dtype=float)
    first = np.argmax(np.isfinite(gain), axis=1)
    return [bool(row[k] < 1.0) for row, k in zip(gain, first, strict=True)]
