"""Numerical options of the solvers, one frozen record each; they carry no physics.

They are plain data without compiled code behind them, so that a configuration can be read at once. A field is either
`name: type = default` or `name: type = option(default, description, bounds)`; configurations are checked against the
types and bounds, and tuples are lists there.
"""

from dataclasses import dataclass, field
from typing import Any


def option(
    default: Any, description: str, *, minimum: float | None = None, above: float | None = None, units: str = ""
) -> Any:
    """A field of an options record that knows what it means and what is allowed (value >= minimum, value > above)."""
    return field(default=default, metadata={"description": description, "ge": minimum, "gt": above, "units": units})


@dataclass(frozen=True)
class SimulationOptions:
    """Finite networks (theory notes, section 7). Times in units of the membrane constant."""

    size: int = option(500, "number of units N", minimum=1)
    realisations: int = option(4, "independent networks per point", minimum=1)
    time_step: float = option(0.1, "step of the integrator", above=0.0)
    duration: float = option(300.0, "time over which exponents and averages are taken", above=0.0)
    transient: float = option(100.0, "time dropped before", minimum=0.0)
    sizes: tuple[int, ...] = option(
        (), "several sizes, instead of `size`: quantities are those of the largest, exponents are extrapolated in 1/N"
    )
    initial_amplitude: float = option(1.0, "standard deviation of the initial state", minimum=0.0)
