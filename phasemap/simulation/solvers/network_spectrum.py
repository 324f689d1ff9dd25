"""Solver "network_spectrum": Lyapunov spectra of simulated networks at points of parameter space."""

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome, as_estimates, nothing, outcome, padded
from phasemap.simulation.estimators.realisations import Outcomes, Seeds, realise, sizes_of
from phasemap.simulation.estimators.statistics import block_error
from phasemap.simulation.lyapunov.exponents import is_settled, settle
from phasemap.simulation.lyapunov.spectra import Progress, Spectrum, can_have_spectrum, latest_end, spectrum_steps
from phasemap.simulation.lyapunov.step_check import check_step
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start_from
from phasemap.simulation.threads import single_threaded_blas

# Times at which the course of a measurement is kept.
_CONVERGENCE_TIMES = 60
_ROUNDING = 1e-9  # of a count of intervals
_PER_UNIT = ("kaplan_yorke_per_unit", "entropy_rate_per_unit")


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Lyapunov spectra of networks at each point (docs/theory.md (7.1)).

    The networks are those of solver "network" at the same seeds. The spectrum is that of the reduced flow, without
    dimensions that a constant or instantaneous gate leaves dead (they would add -1/tau_k, or -inf, N times each); it is
    given over index / N, and absent beyond its end. Quantities are those of the largest size; per-unit ones are also
    extrapolated in 1/N. Where some networks came to rest and others did not, no mean over them is converged. An
    unstable fixed point, on which a network can only have started, has no entropy and no dimension, and its exponents
    are no attractor's: not converged. Networks in motion with hard gates: not sought.

    Returns (n_points, *dims) estimates; an error is one standard error, statistical (time and realisations) and
    numerical (time step, precision) together.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    with single_threaded_blas():
        return as_estimates([_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def indices_of(options: SimulationOptions) -> FloatArray:
    """Coordinates of the spectrum: the index of each exponent, from 1, over the size of the network."""
    size = sizes_of(options)[-1]
    return np.arange(1, (options.exponents or 3 * size) + 1) / size


def convergence_times_of(options: SimulationOptions) -> FloatArray:
    """Times at which the largest exponent measured so far is kept, from a hundredth of the longest run to its end."""
    end = latest_end(options)
    return np.geomspace(end / 100.0, end, _CONVERGENCE_TIMES)


def convergence_outcome(growth: FloatArray, interval: float, options: SimulationOptions, *, good: bool) -> Outcome:
    """Running mean of growth rates (n,) over intervals, with its error; absent before the first and beyond the last."""
    times = convergence_times_of(options)
    counts = np.floor(times / interval + _ROUNDING).astype(int)
    # The run ends with a whole interval, at or after the last time.
    known = (counts >= 1) & (times < interval * (len(growth) + 1))
    value, error = np.full(len(times), np.nan), np.full(len(times), np.nan)
    for k in np.flatnonzero(known):
        value[k], error[k] = growth[: counts[k]].mean(), block_error(growth[: counts[k]])
    found, none = outcome(value, error, good=good), nothing(value.shape)
    return Outcome(found.value, np.where(known, found.error, none.error), np.where(known, found.status, none.status))


def spectrum_outcomes(spectrum: Spectrum | None, size: int, options: SimulationOptions) -> Outcomes:
    """Quantities of one network of `size` units; nothing is sought without a spectrum."""
    n_indices = len(indices_of(options))
    scalars = ("kaplan_yorke_dimension", "entropy_rate", *_PER_UNIT)
    if spectrum is None or spectrum.status == Status.FAILED:
        status = Status.NOT_SOUGHT if spectrum is None else Status.FAILED
        functions = {"lyapunov_spectrum": n_indices, "lyapunov_convergence": _CONVERGENCE_TIMES}
        return {
            **{name: nothing((length,), status) for name, length in functions.items()},
            **dict.fromkeys(scalars, nothing(status=status)),
        }
    good = spectrum.status == Status.CONVERGED
    functions_found = {
        "lyapunov_spectrum": padded(outcome(spectrum.exponents, spectrum.errors, good=good), n_indices),
        "lyapunov_convergence": convergence_outcome(spectrum.growth, spectrum.interval or 1.0, options, good=good),
    }
    if spectrum.unstable:
        return {**functions_found, **dict.fromkeys(scalars, nothing())}
    dimension, entropy = spectrum.dimension, spectrum.entropy
    return {
        **functions_found,
        "kaplan_yorke_dimension": outcome(*dimension, good=good),
        "kaplan_yorke_per_unit": outcome(dimension.value / size, dimension.error / size, good=good),
        "entropy_rate": outcome(*entropy, good=good),
        "entropy_rate_per_unit": outcome(entropy.value / size, entropy.error / size, good=good),
    }


def _simulate(
    point: Parameters, options: SimulationOptions, size: int, seed: np.random.SeedSequence
) -> tuple[Outcomes, bool]:
    """Quantities of one network, and whether it came to rest."""
    integrator = start_from(draw_network(point, size, seed), options, seed)
    beginning = check_step(integrator)
    integrator.advance(round(options.transient / integrator.step))
    settle(integrator, 10.0 * (options.transient + options.duration))
    if not can_have_spectrum(integrator):
        return spectrum_outcomes(None, size, options), is_settled(integrator)
    spectrum = _finish(spectrum_steps(integrator, options, seed))
    if spectrum.at_rest:
        spectrum = replace(spectrum, step=beginning)
    return spectrum_outcomes(spectrum, size, options), spectrum.at_rest


def _finish(steps: Generator[Progress, None, Spectrum]) -> Spectrum:
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            result: Spectrum = finished.value
            return result


def _solve_point(point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> Outcomes:
    networks = realise(_simulate, point, options, seed)
    extrapolated = {f"network_{name}_extrapolated": networks.extrapolated(name) for name in _PER_UNIT}
    return {**networks.combined(), **extrapolated}
