"""The records of what can be asked for: quantities, the solvers that compute them, critical surfaces, dimensions.

A solver takes points of parameter space and returns an `Estimate` for each of its quantities.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.errors import ConfigError, shown
from phasemap.model.family import RATE, Family
from phasemap.model.parameters import Parameters
from phasemap.model.results import CriticalSurface, Estimate

Points = Sequence[Parameters]
Seeds = Sequence[np.random.SeedSequence]
Box = Mapping[str, tuple[float, float]]
Solve = Callable[[Points, Any, Seeds], Mapping[str, Estimate]]
Trace = Callable[[Parameters, Box], CriticalSurface]
Cost = Callable[[Any, Any], float]
Reads = Callable[[Any], Collection[str]]


@dataclass(frozen=True)
class Quantity:
    """A number at every point, over extra dimensions `dims` (named in the registry).

    correlation: a correlation function; all of them are stored where a configuration says `correlations = true`.
    """

    name: str
    symbol: str
    description: str
    solver: str
    units: str = "1"
    dims: tuple[str, ...] = ()
    correlation: bool = False


@dataclass(frozen=True)
class Solver:
    """Computes its quantities together, over a block of points, in one thread.

    solve:     (points, options, seeds) -> quantity name -> Estimate; pure: the same input gives the same numbers,
               whatever the block it came in. seeds: one per point. It travels to worker processes by name, so it is a
               function at the top of a module. A point that it cannot do gets a status; an exception marks it FAILED.
    seconds:   (point, options) -> rough cost of one point on one core, compilation aside: a plan is cut into blocks,
               balanced and announced by it. It never changes a number.
    options:   the record in `phasemap.model.options` that configures it, or None.
    table:     name of the table of these options in a configuration; solvers may share a table and its record.
    simulated: a finite network: where a configuration lists check points, it runs at those instead of on the grid.
    reads:     point -> names of the options that count there, for captions; None: all of them, everywhere.
    line:      the parameter along which points share work, or "": a block takes whole lines of the grid along it.
    essential: a single point is solved with it however long that takes: labels are made from its numbers.
    stride:    name of the option that says at every which point of a grid, along each axis, options are taken whole;
               elsewhere their `lean` ones are. "": everywhere.
    cites:     keys of the papers it rests on, in `phasemap.model.solvers.bibliography`; results carry them.
    """

    name: str
    description: str
    solve: Solve
    seconds: Cost
    options: type | None = None
    table: str = ""
    simulated: bool = False
    reads: Reads | None = None
    line: str = ""
    stride: str = ""
    cites: tuple[str, ...] = ()
    essential: bool = False


@dataclass(frozen=True)
class SurfaceKind:
    """A critical surface that can be traced in a plane (or space) of parameters.

    trace:   (base point, axis name -> (from, to)) -> CriticalSurface; at the top of a module like Solver.solve.
    seconds: rough cost on one core.
    axes:    the numbers of axes in which it can be traced.
    noisy:   whether it exists under noise as well; surfaces that are made of fixed points do not.
    """

    name: str
    description: str
    trace: Trace
    seconds: float = 0.5
    axes: tuple[int, ...] = (2,)
    noisy: bool = True


@dataclass(frozen=True)
class Dimension:
    """An extra dimension of quantities: fixed `labels`, or `values` that follow from the solver's options."""

    name: str
    description: str
    labels: tuple[str, ...] = ()
    values: Callable[[Any], Sequence[float]] | None = None
    units: str = "1"
    symbol: str = ""

    def coordinates(self, options: Any) -> NDArray[Any]:
        """The labels or values along the dimension."""
        return np.array(self.labels) if self.values is None else np.asarray(self.values(options), dtype=float)


@dataclass(frozen=True)
class Registry:
    """All that can be asked of a kind of network. The sweep machine takes one, so that it can be tested on toys.

    family: whose parameters the points have; cells: other kinds of networks, by what `cell` says in a configuration.
    """

    quantities: Mapping[str, Quantity]
    solvers: Mapping[str, Solver]
    surfaces: Mapping[str, SurfaceKind]
    dimensions: Mapping[str, Dimension]
    family: Family = RATE
    cells: "Mapping[str, Registry]" = field(default_factory=dict)

    def of_cell(self, name: Any) -> "Registry":
        """The registry of a discrete cell; this one where none is named.

        Raises:
            ConfigError: there is no such cell.
        """
        if name in (None, "", self.family.name):
            return self
        if not isinstance(name, str) or name not in self.cells:
            known = ", ".join(self.cells)
            raise ConfigError(f"cell = {shown(name)} is unknown: {known}, or nothing for the rate network.")
        return self.cells[name]

    def solver_of(self, quantity: str) -> Solver:
        """The solver that computes a quantity."""
        return self.solvers[self.quantities[quantity].solver]
