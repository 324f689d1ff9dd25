"""Solvers "network_memory" and "network_reset": kicks, and pulses that clear them, in networks."""

from collections.abc import Sequence

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Seeds
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome, as_estimates, nothing
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.choice import expected_steps
from phasemap.simulation.protocols.kick import Kick, KickRun, run_kick
from phasemap.simulation.protocols.networks import Conditions, Networks, run_networks
from phasemap.simulation.protocols.reset import ResetPulse, ResetRun, run_reset

USUAL_AMPLITUDE = 0.5
"""Standard deviation of the trace that a reset is tried on where none is given."""


def solve_kicks(points: Sequence[Parameters], options: ProtocolOptions, seeds: Seeds) -> dict[str, Estimate]:
    """network_kick_overlap, network_kick_distance, network_kick_floor (n_points, delays), network_memory_lifetime.

    Means over networks of the largest size with standard errors; network_kick_overlap_extrapolated in 1/N where
    `options.sizes` names several. An infinitesimal kick with a hard gate FAILED: there is no tangent flow.
    """
    return as_estimates([_kick(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def solve_resets(points: Sequence[Parameters], options: ProtocolOptions, seeds: Seeds) -> dict[str, Estimate]:
    """network_retained_fraction and network_reset_distance (n_points, strengths)."""
    return as_estimates([_reset(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def kicked(
    p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence, conditions: Conditions | None = None
) -> Networks[KickRun]:
    """Networks that were kicked as the options say."""
    kick = Kick(options.amplitude, options.in_deviations)
    steps = expected_steps([options.relax, max(options.delays)])
    return run_networks(lambda setup: run_kick(setup, kick, options.delays), p, options, seed, steps, conditions)


def cleared(
    p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence, conditions: Conditions | None = None
) -> Networks[ResetRun]:
    """Networks with a trace that a pulse was meant to clear; without an amplitude the trace has the usual one."""
    kick = Kick(options.amplitude or USUAL_AMPLITUDE, options.in_deviations and options.amplitude > 0.0)
    pulse = ResetPulse(options.gate, options.at, options.duration, options.read)
    steps = expected_steps([options.relax, options.at, *[options.duration, options.read] * len(options.strengths)])
    return run_networks(
        lambda setup: run_reset(setup, kick, pulse, options.strengths), p, options, seed, steps, conditions
    )


def _kick(p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence) -> dict[str, Outcome]:
    delays = tuple(options.delays)
    try:
        networks = kicked(p, options, seed)
    except UnsupportedError:
        nowhere = nothing((len(delays),), Status.FAILED)
        names = ("overlap", "distance", "floor", "overlap_extrapolated")
        return {f"network_kick_{name}": nowhere for name in names} | {
            "network_memory_lifetime": nothing((), Status.FAILED)
        }
    times = networks.runs[networks.largest][0].times
    return {
        "network_kick_overlap": readings.at_delays(networks.combined(readings.overlaps), times, delays),
        "network_kick_distance": readings.at_delays(networks.combined(readings.distances), times, delays),
        "network_kick_floor": readings.at_delays(networks.combined(readings.floors), times, delays),
        "network_kick_overlap_extrapolated": readings.at_delays(
            networks.extrapolated(readings.overlaps), times, delays
        ),
        "network_memory_lifetime": readings.lifetime(networks),
    }


def _reset(p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence) -> dict[str, Outcome]:
    networks = cleared(p, options, seed)
    return {
        "network_retained_fraction": readings.retained(networks),
        "network_reset_distance": networks.combined(readings.distances_after),
    }
