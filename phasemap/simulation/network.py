"""Solver "network": maximum exponent and activity statistics of simulated networks at points of parameter space."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.simulation.autocorrelations import autocorrelation, participation_ratio
from phasemap.simulation.disorder import draw_network, realisation_seed
from phasemap.simulation.exponents import maximum_exponent, record
from phasemap.simulation.extrapolation import extrapolate_to_infinite_size
from phasemap.simulation.integrators import start
from phasemap.simulation.statistics import combine_realisations, mean_over_time, stationary_from

Seeds = Sequence[np.random.SeedSequence]

# Time between samples of a trajectory, in membrane time constants.
_SAMPLING = 0.5

Cell = tuple[float, float, Status]
_NOTHING: Cell = (np.nan, np.nan, Status.ABSENT)


@dataclass(frozen=True)
class RealisationSummary:
    """What one network gave: (value, standard error over time, status) of each quantity, and whether it settled."""

    lyapunov_max: Cell
    variance: Cell
    correlation_time: Cell
    participation_ratio: Cell
    settled: bool


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Simulate networks at each point (theory notes, section 7; RK4 with fixed step).

    points, seeds: one seed per point; realisation k of size N is drawn from the child (N, k) of the point's seed.
    Quantities are those of the largest size; where `options.sizes` names several, the maximum exponent is also
    extrapolated in 1/N. Hard gates have no tangent flow: exponents are then absent, averages are given.

    Returns (n_points,) estimates. An error is one standard error, of time and realisations together.
    """
    rows = [_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)]
    return {name: _estimate([row[name] for row in rows]) for name in rows[0]} if rows else {}


def sizes_of(options: SimulationOptions) -> tuple[int, ...]:
    """Network sizes to run, ascending."""
    return tuple(sorted(set(options.sizes))) or (options.size,)


def simulate_realisation(
    point: Parameters, options: SimulationOptions, size: int, seed: np.random.SeedSequence
) -> RealisationSummary:
    """Run one network of `size` units from its own seed.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    integrator = start(draw_network(point, size, seed), options.time_step, options.initial_amplitude, seed)
    trajectory = record(integrator, options.transient, options.duration, _SAMPLING)
    if not np.isfinite(trajectory.h).all():
        failed = (np.nan, np.nan, Status.FAILED)
        return RealisationSummary(failed, failed, failed, failed, settled=False)
    first = stationary_from((trajectory.h**2).mean(axis=1))
    stationary = first < len(trajectory.h)
    h = trajectory.h[first if stationary else 0 :]
    good = Status.CONVERGED if stationary else Status.NOT_CONVERGED
    variance = mean_over_time(((h - h.mean()) ** 2).mean(axis=1))
    exponent = _NOTHING
    if not integrator.network.has_hard_gate:
        found = maximum_exponent(integrator, trajectory)
        kept = Status.CONVERGED if found.stationary and np.isfinite(found.error) else Status.NOT_CONVERGED
        exponent = (found.value, found.error, kept if np.isfinite(found.value) else Status.FAILED)
    if trajectory.settled:
        at_rest = (float(((h - h.mean()) ** 2).mean()), 0.0, Status.CONVERGED)
        return RealisationSummary(exponent, at_rest, _NOTHING, _NOTHING, settled=True)
    correlation = autocorrelation(h, trajectory.interval)
    timing = Status.CONVERGED if stationary and correlation.resolved else Status.NOT_CONVERGED
    ratio = participation_ratio(h)
    return RealisationSummary(
        lyapunov_max=exponent,
        variance=(variance.value, variance.error, good if np.isfinite(variance.error) else Status.NOT_CONVERGED),
        correlation_time=(correlation.time, correlation.error, timing),
        participation_ratio=(
            ratio.value / size,
            ratio.error / size,
            good if np.isfinite(ratio.error) else Status.FAILED,
        ),
        settled=False,
    )


def _solve_point(point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> dict[str, Cell]:
    summaries = {
        size: [
            simulate_realisation(point, options, size, realisation_seed(seed, size, k))
            for k in range(options.realisations)
        ]
        for size in sizes_of(options)
    }
    largest = summaries[max(summaries)]
    names = [field.name for field in fields(RealisationSummary) if field.name != "settled"]
    row = {f"network_{name}": _combine([getattr(one, name) for one in largest]) for name in names}
    settled = float(np.mean([one.settled for one in largest]))
    if 0.0 < settled < 1.0:
        # A mean over networks in different kinds of state is nobody's value.
        row = {name: _demote(cell) for name, cell in row.items()}
    row["network_settled_fraction"] = (settled, np.sqrt(settled * (1 - settled) / len(largest)), Status.CONVERGED)
    row["network_lyapunov_max_extrapolated"] = _extrapolate(
        {size: _combine([one.lyapunov_max for one in group]) for size, group in summaries.items()}
    )
    return row


def _combine(cells: Sequence[Cell]) -> Cell:
    """Mean over realisations; the status of the worst."""
    present = [cell for cell in cells if cell[2] != Status.ABSENT]
    if not present:
        return _NOTHING
    if any(cell[2] == Status.FAILED for cell in present):
        return np.nan, np.nan, Status.FAILED
    value, error = combine_realisations(
        np.array([cell[0] for cell in present]), np.array([cell[1] for cell in present])
    )
    worst = Status.NOT_CONVERGED if any(cell[2] == Status.NOT_CONVERGED for cell in present) else Status.CONVERGED
    return float(value), float(error), worst


def _demote(cell: Cell) -> Cell:
    return (*cell[:2], Status.NOT_CONVERGED if cell[2] == Status.CONVERGED else cell[2])


def _extrapolate(by_size: dict[int, Cell]) -> Cell:
    cells = list(by_size.values())
    if len(cells) < 2 or any(cell[2] == Status.ABSENT for cell in cells):
        return _NOTHING
    if not all(np.isfinite(cell[0]) and cell[1] > 0.0 and np.isfinite(cell[1]) for cell in cells):
        return np.nan, np.nan, Status.FAILED
    fit = extrapolate_to_infinite_size(list(by_size), [cell[0] for cell in cells], [cell[1] for cell in cells])
    good = all(cell[2] == Status.CONVERGED for cell in cells)
    return fit.limit, fit.error, Status.CONVERGED if good else Status.NOT_CONVERGED


def _estimate(cells: Sequence[Cell]) -> Estimate:
    values: NDArray[np.float64] = np.array([cell[0] for cell in cells])
    errors = np.array([cell[1] for cell in cells])
    return Estimate(values, np.array([cell[2] for cell in cells], dtype=np.uint8), errors)
