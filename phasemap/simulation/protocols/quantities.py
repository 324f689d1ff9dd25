"""What kicked networks give: rows of the registry."""

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Quantity, Solver
from phasemap.model.solvers.deferred import Deferred

_TIME = "membrane time constant"
_DRAWN = ("relax", "networks", "size", "sizes", "couplings")
_MODULE = "phasemap.simulation.protocols.solver"


def _seconds(point: Parameters, options: ProtocolOptions, durations: list[float]) -> float:
    # Imported here: kernels stand behind it.
    from phasemap.simulation.protocols.choice import DENSE, LAZY, cost_of, expected_steps

    steps = expected_steps(durations)
    costs = [cost_of(point, size, steps) for size in options.sizes or (options.size,)]
    chosen = {DENSE: sum(c.dense for c in costs), LAZY: sum(c.lazy for c in costs)}
    return options.networks * chosen.get(options.couplings, sum(c.seconds for c in costs)) + 0.05


def _kick_seconds(point: Parameters, options: ProtocolOptions) -> float:
    return _seconds(point, options, [options.relax, max(options.delays)])


def _reset_seconds(point: Parameters, options: ProtocolOptions) -> float:
    spells = [options.duration, options.read] * len(options.strengths)
    return _seconds(point, options, [options.relax, options.at, *spells])


SOLVERS = (
    Solver("network_memory", "kicked networks", Deferred(_MODULE, "solve_kicks"), _kick_seconds, ProtocolOptions,
           table="protocol", simulated=True, reads=lambda _: (*_DRAWN, "delays", "amplitude", "in_deviations"),
           cites=("krishnamurthy2022",)),
    Solver("network_reset", "networks whose trace a pulse is meant to clear", Deferred(_MODULE, "solve_resets"),
           _reset_seconds, ProtocolOptions, table="protocol", simulated=True,
           reads=lambda _: (*_DRAWN, "amplitude", "in_deviations", "gate", "at", "duration", "strengths", "read"),
           cites=("krishnamurthy2022",)),
)  # fmt: skip

QUANTITIES = (
    Quantity("network_kick_overlap", "$m^{(N)}(t)$", "overlap with a kick to h that is left after a delay, in networks",
             "network_memory", dims=("delay",)),
    Quantity("network_kick_overlap_extrapolated", r"$m^{(N \to \infty)}(t)$",
             "overlap with a kick to h, extrapolated in 1/N from several sizes", "network_memory", dims=("delay",)),
    Quantity("network_kick_distance", "$r^{(N)}(t)$", "squared distance after a delay over that at the kick",
             "network_memory", dims=("delay",)),
    Quantity("network_kick_floor", r"$\sqrt{r / N}$", "noise of the overlap in a single network", "network_memory",
             dims=("delay",)),
    Quantity("network_memory_lifetime", r"$t_{1/2}^{(N)}$",
             "time after a kick at which its overlap is half of that at time 10, or the end of the run, a bound",
             "network_memory", _TIME),
    Quantity("network_retained_fraction", "$m^{(N)} / m_0$", "share of a trace that a pulse to the gates leaves",
             "network_reset", dims=("pulse_strength",)),
    Quantity("network_reset_distance", "$r^{(N)}$",
             "squared distance of the copies after a pulse over that at the kick", "network_reset",
             dims=("pulse_strength",)),
)  # fmt: skip
