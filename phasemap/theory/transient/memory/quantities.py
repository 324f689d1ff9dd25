"""What theory says of the memory of kicks: rows of the registry."""

from collections.abc import Sequence

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Dimension, Quantity, Solver
from phasemap.model.solvers.deferred import Deferred
from phasemap.model.unit.nonlinearities import is_constant_gate

_MODULE = "phasemap.theory.transient.memory.solver"
_TIME = "membrane time constant"


def _delays(options: ProtocolOptions) -> Sequence[float]:
    return list(options.delays)


def _strengths(options: ProtocolOptions) -> Sequence[float]:
    return list(options.strengths)


def _seconds(point: Parameters, options: ProtocolOptions) -> float:
    return 2e-3 if options.amplitude > 0.0 else _attractor_seconds(point, options)


def _attractor_seconds(point: Parameters, options: ProtocolOptions) -> float:
    if options.state == "static" or is_constant_gate(point.alpha_z, point.beta_z):
        return 2e-3
    return float(0.2 + 0.05 * min(point.alpha_z, 20.0) ** 2)


def _distance_seconds(point: Parameters, options: ProtocolOptions) -> float:
    moves = not is_constant_gate(point.alpha_z, point.beta_z)
    if options.amplitude > 0.0:
        return 2e-3 if moves or options.state == "static" else 1.0
    # Paths are needed only where the gate moves and is not hard.
    return 2.0 + 6.0 * min(point.alpha_z, 10.0) if moves and options.state != "static" and point.alpha_z < 1e6 else 0.5


def _reset_seconds(point: Parameters, options: ProtocolOptions) -> float:
    swing = min(point.alpha_z, 100.0) * max(map(abs, options.strengths), default=0.0)
    return 0.01 * len(options.strengths) * (1.0 + swing / 30.0) + _attractor_seconds(point, options)


_KICK_READS = ("state", "delays", "amplitude")
_DISTANCE_READS = (*_KICK_READS, "in_deviations", "relax")
_RESET_READS = ("state", "gate", "at", "duration", "strengths", "read")

DIMENSIONS = (
    Dimension("delay", "time after the kick", values=_delays, units=_TIME, symbol="$t$"),
    Dimension("pulse_strength", "input to the gate during the reset pulse", values=_strengths, symbol="$B$"),
)

SOLVERS = (
    Solver("memory", "theory of the trace that a kick leaves", Deferred(_MODULE, "solve_kicks"),
           _seconds, ProtocolOptions, table="protocol", reads=lambda _: _KICK_READS, cites=("krishnamurthy2022",)),
    Solver("memory_distance", "theory of how far a kick drives copies apart",
           Deferred(_MODULE, "solve_distances"), _distance_seconds, ProtocolOptions,
           table="protocol", reads=lambda _: _DISTANCE_READS, cites=("krishnamurthy2022",)),
    Solver("reset", "theory of pulses that clear a trace", Deferred(_MODULE, "solve_resets"),
           _reset_seconds, ProtocolOptions, table="protocol", reads=lambda _: _RESET_READS,
           cites=("krishnamurthy2022",)),
)  # fmt: skip

QUANTITIES = (
    Quantity("kick_overlap", "$m(t)$", "overlap with a kick to h in a random direction that is left after a delay",
             "memory", dims=("delay",)),
    Quantity("kick_distance", "$r(t)$", "squared distance after a delay over that at the kick", "memory_distance",
             dims=("delay",)),
    Quantity("memory_lifetime", r"$t_{1/2}$", "time after a kick at which its overlap is half of that at time 10",
             "memory", _TIME),
    Quantity("retained_fraction", "$m / m_0$", "share of a trace that a pulse to the gates leaves", "reset",
             dims=("pulse_strength",)),
)  # fmt: skip
