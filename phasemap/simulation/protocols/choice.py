"""Whether a network is advanced with its matrices or without them: whichever is expected to be cheaper.

A product with a matrix of N^2 numbers in double precision against three passes over a basis of `rank` rows, which grow
by one or two for every step of a network that keeps moving, up to N.
"""

import math
from dataclasses import dataclass

from phasemap.errors import UnsupportedError
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.simulation.lazy.rule import StepRule

DENSE, LAZY = "dense", "lazy"

# Seconds per number of a matrix (or a basis) that is read once: in the cache, and from memory.
_CACHED = 1.6e-10
_STREAMED = 4e-10
_CACHE = 5e5  # numbers
# What a unit costs in a step beside its couplings.
_UNIT = 2.5e-7
# Steps reach 50 time constants; a run of this many takes minutes to hours.
_LONGEST = 1e7
# New directions per step and replica where replicas share most of them.
_DIRECTIONS = 1.2


@dataclass(frozen=True)
class Cost:
    """Expected seconds of one run either way."""

    dense: float
    lazy: float

    @property
    def cheaper(self) -> str:
        """The cheaper way."""
        return LAZY if self.lazy < self.dense else DENSE

    @property
    def seconds(self) -> float:
        """Of the cheaper way."""
        return min(self.dense, self.lazy)


def check_length(time: float) -> None:
    """Refuse networks that would be followed for ever.

    Raises:
        UnsupportedError: with the longest time that they are followed for.
    """
    if not time <= _LONGEST:
        raise UnsupportedError(
            f"Networks are followed for at most {_LONGEST:g} membrane time constants, not for {time:g}: give shorter "
            "times, or leave networks out (theory has no such limit)."
        )


def expected_steps(durations: list[float], rule: StepRule | None = None) -> float:
    """Steps over several spells of time, each after an event, where they grow with age as far as the rule lets them.

    Raises:
        UnsupportedError: together they are longer than networks are followed for.
    """
    check_length(sum(durations))
    rule = rule or StepRule()
    steps = 0.0
    for duration in durations:
        even = min(duration, rule.shortest / rule.growth)
        steps += even / rule.shortest
        if duration > even:
            steps += math.log(duration / even) / rule.growth
    return steps


def cost_of(p: Parameters, size: int, steps: float, replicas: int = 2) -> Cost:
    """Expected cost of a run; a guess, which changes no number but by the choice that it makes."""
    moving = [not is_constant_gate(p.alpha_z, p.beta_z), not is_constant_gate(p.alpha_r, p.beta_r)]
    matrices = 1 + sum(moving)
    units = steps * replicas * size * _UNIT
    numbers = float(size) ** 2
    dense = steps * replicas * matrices * numbers * _read(numbers)
    rank = min(size, _DIRECTIONS * steps)
    # Coordinates, residual and its correction, and the fields: on average over half of the final rank while it grows.
    passes = 0.5 * (3.0 + matrices) if rank < size else 1.0 + matrices
    lazy = steps * replicas * passes * rank * size * _read(rank * size)
    return Cost(dense + units, lazy + units)


def plan_in_words(p: Parameters, options: ProtocolOptions) -> list[str]:
    """For every size of a kicked network at a point: what it costs either way, and which way is taken."""
    steps = expected_steps([options.relax, max(options.delays)])
    lines = []
    for size in options.sizes or (options.size,):
        cost = cost_of(p, size, steps)
        taken = cost.cheaper if options.couplings == "cheaper" else options.couplings
        lines.append(
            f"Kicked networks of {size:,} units: about {cost.dense:.1f} s with matrices (dense), {cost.lazy:.1f} s "
            f"without (lazy); cheaper: {cost.cheaper}, taken: {taken}."
        )
    return lines


def _read(numbers: float) -> float:
    return _CACHED if numbers < _CACHE else _STREAMED
