"""How much memory a sweep needs, as far as that is known beforehand, and how much there is."""

import contextlib
import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from phasemap.config import SweepConfig
from phasemap.errors import ConfigError
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Solver
from phasemap.sweeps.environment import control_groups
from phasemap.sweeps.plan import parameters_at

_PROCESS = 200e6  # Python, its libraries, compiled code
_COPIES = 3  # of a result, while it is put together, written and drawn
_NUMBER = 8 + 8 + 1  # value, error, status


@dataclass(frozen=True)
class Need:
    """Bytes: of each worker process, and of the result where it is put together."""

    worker: float
    result: float

    def total(self, workers: int) -> float:
        """Bytes of everything on this machine; no workers: all happens in one process."""
        return self.worker * max(workers, 1) + self.result


def needed(config: SweepConfig) -> Need:
    """What a sweep needs, by rough estimates."""
    networks = [_network_bytes(config, solver) for part in ("grid", "checks") for solver in config.solvers(part)]
    return Need(max(_PROCESS, max(networks, default=0.0)), _PROCESS + _COPIES * _result_bytes(config))


def check_memory(config: SweepConfig, workers: int) -> None:
    """Raise `ConfigError` if a sweep cannot fit into this machine. workers: those on this machine."""
    need, there = needed(config), memory_of_machine()
    if there is None or need.total(workers) <= there:
        return
    advice = "reduce `points` under [axes]"
    if need.result <= there:
        advice = f"reduce simulation.size (or sizes, exponents){', or --workers' if workers > 1 else ''}"
    parts = f"{_size(need.worker)} for each of {max(workers, 1)} workers, {_size(need.result)} for the result"
    raise ConfigError(
        f"This sweep needs about {_size(need.total(workers))} of memory ({parts}), and this machine has "
        f"{_size(there)}: {advice}."
    )


def memory_in_words(config: SweepConfig, workers: int) -> str:
    """A sentence for the plan."""
    need, there = needed(config), memory_of_machine()
    of = "" if there is None else f" of {_size(there)}"
    return (
        f"Memory: about {_size(need.total(workers))}{of}, that is {_size(need.worker)} for each worker and "
        f"{_size(need.result)} for the result."
    )


def _result_bytes(config: SweepConfig) -> float:
    points = {"grid": math.prod(config.shape), "checks": len(config.checks)}
    total = 0.0
    for part, count in points.items():
        for solver in config.solvers(part):
            options = config.options_of(solver)
            for name in config.quantities_of(solver):
                dims = config.registry.quantities[name].dims
                own = math.prod(len(config.registry.dimensions[dim].coordinates(options)) for dim in dims)
                total += float(count) * own * _NUMBER
    return total


def _network_bytes(config: SweepConfig, solver: Solver) -> float:
    """Of the largest network at any corner of the grid, where the most gates vary; 0 for theory."""
    options = config.options_of(solver)
    if not isinstance(options, SimulationOptions):
        return 0.0
    from phasemap.simulation.memory import memory_of  # for a spectrum it loads the compiler

    spectrum = solver.name == "network_spectrum"
    corners = [_corner(config, ends) for ends in itertools.product((0, -1), repeat=len(config.axes))]
    networks = max(float(memory_of(options, corner, spectrum=spectrum)) for corner in corners)
    if solver.name == "network_equilibria":  # a dense Jacobian over h and r, its copies and eigenvalues
        networks += 4.0 * 8.0 * (2.0 * max(options.sizes, default=options.size)) ** 2
    return networks


def _corner(config: SweepConfig, ends: tuple[int, ...]) -> Parameters:
    values = [axis.values[end] for axis, end in zip(config.axes, ends, strict=True)]
    return parameters_at(config.parameters, config.axis_names, np.array([values]), config.derived)[0]


def memory_of_machine() -> float | None:
    """Bytes that this process could use at most: of the machine, or what its control group allows; None: unknown."""
    limits = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        limits += [1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemTotal:")]
    for group in control_groups("memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            with contextlib.suppress(OSError, ValueError):
                limits.append(float(int((group / name).read_text())))
    return min((limit for limit in limits if limit > 0.0), default=None)


def _size(count: float) -> str:
    """Bytes in words."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:,.1f} {unit}"
    return f"{count / 1e3:.0f} kB"
