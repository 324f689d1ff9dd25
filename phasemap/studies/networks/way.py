"""Whether one network is simulated with its matrices or without them, and why."""

from dataclasses import dataclass

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.simulation.protocols.choice import DENSE, LAZY, cost_of


@dataclass(frozen=True)
class Way:
    """lazy: without matrices. words: what either way costs, which is taken, and why."""

    lazy: bool
    words: str


def choose_way(p: Parameters, options: SimulationOptions, asked: bool | None, figures: bool = False) -> Way:
    """What was asked for; else what can give all that is asked for; else the cheaper.

    Only matrices give a spectrum, its errors as budgets, and figures: all but the largest exponent. The costs are those
    of the activity and the largest exponent; those of a spectrum come on top.
    """
    time = options.transient + options.duration
    cost = cost_of(p, options.size, time / options.time_step, 1)
    matrices = _needs_matrices(options, figures)
    if asked is not None:
        taken, why = LAZY if asked else DENSE, "as asked for"
    elif matrices:
        taken, why = DENSE, f"{matrices} needs the matrices (simulation.exponents=1 or --lazy: none)"
    else:
        taken, why = cost.cheaper, "the cheaper"
    words = (
        f"{options.size:,} units over {time:g} time constants: activity and largest exponent about {cost.dense:.1f} s "
        f"with matrices (dense), {cost.lazy:.1f} s without (lazy). Taken: {taken}, {why}."
    )
    return Way(taken == LAZY, words)


def _needs_matrices(options: SimulationOptions, figures: bool) -> str:
    """What cannot be had without them, or nothing."""
    if figures:
        return "a figure of the spectrum"
    if options.exponents != 1:
        return "a spectrum"
    errors = (options.lyapunov_error, options.dimension_error, options.entropy_error)
    return "an error that ends the run" if any(errors) else ""
