"""Solver "network_dimension": participation ratios of simulated networks, from trajectories of the same couplings."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from phasemap.kernels.network.steps import CONSTANT, INSTANT
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import activation, gate
from phasemap.simulation.estimators.autocorrelations import autocorrelation
from phasemap.simulation.estimators.outcomes import as_estimates, nothing, outcome
from phasemap.simulation.estimators.participation import ratio_of_trajectories
from phasemap.simulation.estimators.realisations import Outcomes, Seeds, realise
from phasemap.simulation.estimators.statistics import stationary_from
from phasemap.simulation.lyapunov.step_check import check_step
from phasemap.simulation.network.disorder import Network, draw_network
from phasemap.simulation.network.together import Trajectories
from phasemap.simulation.solvers.decay import REST_SPEED

NAMES = tuple(f"participation_ratio{what}" for what in ("", "_activity", "_output", "_output_gate", "_update_gate"))

# Samples of a trajectory, at most, and the time between them, at least.
_SAMPLES, _SHORTEST = 800, 0.5
# A record shorter than so many correlation times loses too much with its mean.
_CORRELATION_TIMES = 20.0


class Samples(NamedTuple):
    """h, z, r of trajectories that move, each (trajectories, T, N) in single precision, `interval` apart.

    asked: how many were started; good: the step is short enough; lost: it is unstable.
    """

    fields: FloatArray
    interval: float
    asked: int
    good: bool
    lost: bool


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Participation ratios per unit of h, phi(h), phi(h) sigma_r, r and z in networks (docs/theory.md (7.4)).

    `options.trajectories` trajectories of the same couplings, each from an initial state of its own and through the
    transient, make the estimate unbiased at any length of run; with one, the record is cut into segments. Those that
    come to rest are left out; where less than two of several move, nothing is converged, and where none does there is
    no ratio (0 / 0). Not converged either where the variance drifts, or a record is shorter than twenty correlation
    times. Absent for gates that are constant. Values are those of the largest of `options.sizes`;
    that of h is extrapolated in 1/N besides.

    Returns (n_points,) estimates with one standard error, of time and realisations together.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    return as_estimates([_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def ratios(network: Network, options: SimulationOptions, seed: np.random.SeedSequence) -> tuple[Outcomes, bool]:
    """Participation ratios of one network by NAMES, and whether all its trajectories came to rest."""
    samples = _sample(network, options, seed)
    if samples.lost:
        return {name: nothing(status=Status.FAILED) for name in NAMES}, False
    moving = samples.fields.shape[1]
    if moving == 0:
        return {name: nothing() for name in NAMES}, True
    h = samples.fields[0]
    first = stationary_from((h**2).mean(axis=(0, 2)))
    good = samples.good and first < h.shape[1] and moving >= min(2, samples.asked)
    times = [autocorrelation(np.asarray(one, dtype=float), samples.interval).time for one in h]
    good = good and _CORRELATION_TIMES * float(np.mean(times)) < h.shape[1] * samples.interval
    kept = samples.fields[:, :, first if good else 0 :]
    found: Outcomes = {}
    for name, x in zip(NAMES, _variables(network, kept), strict=True):
        if x is None:
            found[name] = nothing()
            continue
        value = ratio_of_trajectories(x)
        found[name] = outcome(value.value / network.size, value.error / network.size, good=good)
    return found, False


def _sample(network: Network, options: SimulationOptions, seed: np.random.SeedSequence) -> Samples:
    """Run through the transient and sample all trajectories; those that stand at the end are left out."""
    together = Trajectories(network, options, seed, options.trajectories)
    stride = max(1, round(max(_SHORTEST, options.duration / _SAMPLES) / together.step))
    count = max(1, round(options.duration / (stride * together.step)))
    fields = np.empty((3, options.trajectories, count, network.size), dtype=np.float32)
    together.advance(round(options.transient / together.step))
    for k in range(count):
        together.advance(stride)
        fields[:, :, k] = together.states
    step = check_step(together.members[0])
    lost = step.unstable or not bool(np.isfinite(fields).all())
    moves = [one.noise_is_on or one.speed() >= REST_SPEED for one in together.members]
    kept = fields if lost else fields[:, moves]
    return Samples(np.asarray(kept), stride * together.step, options.trajectories, step.good, lost)


def _variables(network: Network, fields: FloatArray) -> tuple[FloatArray | None, ...]:
    """What ratios are taken of, each (trajectories, T, N); None of a gate that is constant."""
    p, (h, z, r) = network.parameters, fields
    phi = activation(h, p.g_h, p.beta_h)
    inputs = [
        phi @ J.T + drive if mode == INSTANT else x
        for J, drive, mode, x in zip((network.J_z, network.J_r), network.drive[1:], network.modes, (z, r), strict=True)
    ]
    z, r = (None if mode == CONSTANT else x for mode, x in zip(network.modes, inputs, strict=True))
    psi = phi if r is None else phi * gate(r, p.alpha_r, p.beta_r)
    return h, phi, psi, r, z


def _solve_point(point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> Outcomes:
    """All networks of a point."""

    def simulate(
        parameters: Parameters, options: SimulationOptions, size: int, own: np.random.SeedSequence
    ) -> tuple[Outcomes, bool]:
        """One of them."""
        return ratios(draw_network(parameters, size, own), options, own)

    networks = realise(simulate, point, options, seed)
    limit = networks.extrapolated("participation_ratio")
    return {**networks.combined(), "network_participation_ratio_extrapolated": limit}
