"""Solver "network_spectrum": Lyapunov spectra of simulated networks at points of parameter space."""

from collections.abc import Generator, Sequence

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import as_estimates, nothing, outcome, padded
from phasemap.simulation.estimators.realisations import Outcomes, Seeds, realise, sizes_of
from phasemap.simulation.lyapunov.exponents import settle
from phasemap.simulation.lyapunov.spectra import Progress, Spectrum, spectrum_steps
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start_from
from phasemap.simulation.threads import single_threaded_blas

_PER_UNIT = ("kaplan_yorke_per_unit", "entropy_rate_per_unit")


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Lyapunov spectra of networks at each point (theory notes, section 7).

    The networks are those of solver "network" at the same seeds. The spectrum is that of the reduced flow, without
    dimensions that a constant or instantaneous gate leaves dead (they would add -1/tau_k, or -inf, N times each); it is
    given over index / N, and absent beyond its end. Quantities are those of the largest size; per-unit ones are also
    extrapolated in 1/N. Where some networks came to rest and others did not, no mean over them is converged. Hard gates
    have no tangent flow: everything is then absent.

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


def spectrum_outcomes(spectrum: Spectrum | None, size: int, options: SimulationOptions) -> Outcomes:
    """Quantities of one network of `size` units; all absent without a spectrum."""
    n_indices = len(indices_of(options))
    if spectrum is None:
        scalars = ("kaplan_yorke_dimension", "entropy_rate", *_PER_UNIT)
        return {"lyapunov_spectrum": nothing((n_indices,)), **{name: nothing() for name in scalars}}
    good = spectrum.status == Status.CONVERGED
    dimension, entropy = spectrum.dimension, spectrum.entropy
    return {
        "lyapunov_spectrum": padded(outcome(spectrum.exponents, spectrum.errors, good=good), n_indices),
        "kaplan_yorke_dimension": outcome(*dimension, good=good),
        "kaplan_yorke_per_unit": outcome(dimension.value / size, dimension.error / size, good=good),
        "entropy_rate": outcome(*entropy, good=good),
        "entropy_rate_per_unit": outcome(entropy.value / size, entropy.error / size, good=good),
    }


def _simulate(
    point: Parameters, options: SimulationOptions, size: int, seed: np.random.SeedSequence
) -> tuple[Outcomes, bool]:
    """Quantities of one network, and whether it came to rest."""
    network = draw_network(point, size, seed)
    if network.has_hard_gate:
        return spectrum_outcomes(None, size, options), False
    integrator = start_from(network, options, seed)
    integrator.advance(round(options.transient / integrator.step))
    settle(integrator, 10.0 * (options.transient + options.duration))
    spectrum = _finish(spectrum_steps(integrator, options, seed))
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
