"""Numerical options of the solvers, one frozen record each; they carry no physics.

They are plain data without compiled code behind them, so that a configuration can be read at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class SimulationOptions:
    """Finite networks (theory notes, section 7). Times in units of the membrane constant."""

    size: int = 500
    realisations: int = 4
    time_step: float = 0.1
    duration: float = 300.0
    transient: float = 100.0
