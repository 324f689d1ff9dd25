"""The registry: every quantity that can be asked for, what it means and who computes it.

A solver takes points of parameter space and returns an `Estimate` for each of its quantities. Solvers are imported
when they run, so that the registry can be read (by the help texts, the configuration) without compiled code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import CriticalSurface, Estimate

Points = Sequence[Parameters]
Seeds = Sequence[np.random.SeedSequence]
Box = Mapping[str, tuple[float, float]]
Solve = Callable[[Points, Any, Seeds], Mapping[str, Estimate]]
Trace = Callable[[Parameters, Box], CriticalSurface]
Cost = Callable[[Parameters, Any], float]


@dataclass(frozen=True)
class Quantity:
    """A number at every point, over extra dimensions `dims` (named in DIMENSIONS)."""

    name: str
    symbol: str
    description: str
    solver: str
    units: str = "1"
    dims: tuple[str, ...] = ()


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
    """

    name: str
    description: str
    solve: Solve
    seconds: Cost
    options: type | None = None
    table: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class SurfaceKind:
    """A critical surface that can be traced in a plane (or space) of parameters.

    trace:   (base point, axis name -> (from, to)) -> CriticalSurface; at the top of a module like Solver.solve.
    seconds: rough cost on one core.
    axes:    the numbers of axes in which it can be traced.
    """

    name: str
    description: str
    trace: Trace
    seconds: float = 0.5
    axes: tuple[int, ...] = (2,)


@dataclass(frozen=True)
class Dimension:
    """An extra dimension of quantities: fixed `labels`, or `values` that follow from the solver's options."""

    name: str
    description: str
    labels: tuple[str, ...] = ()
    values: Callable[[Any], Sequence[float]] | None = None
    units: str = "1"

    def coordinates(self, options: Any) -> NDArray[Any]:
        """The labels or values along the dimension."""
        return np.array(self.labels) if self.values is None else np.asarray(self.values(options), dtype=float)


FIXED_POINTS: tuple[str, ...] = ("zero", "lower", "middle", "upper")
BRANCHES: tuple[str, ...] = ("zero", "static", "chaotic", "chaotic_unstable")

DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("fixed_point", "static solution", FIXED_POINTS),
        Dimension("branch", "branch of the mean field", BRANCHES),
    )
}


def _statics(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.theory import statics

    return statics.solve_points(points)


def _mean_field(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.theory import mean_field

    return mean_field.solve_points(points, options, seeds)


def _network(points: Points, options: SimulationOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.simulation import network

    return network.solve_points(points, options, seeds)


def _network_seconds(point: Parameters, options: SimulationOptions) -> float:
    steps = (options.duration + options.transient) / options.time_step
    flops = 4 * 2 * 3 * 2.0 * options.size**2 * steps * options.realisations
    return flops / 5e9


SOLVERS: dict[str, Solver] = {
    solver.name: solver
    for solver in (
        Solver("statics", "static mean field: all fixed points", _statics, lambda point, _: 1e-4),
        Solver("mean_field", "dynamic mean field and its Lyapunov exponent", _mean_field,
               lambda point, _: 1e-2),
        Solver("network", "simulated networks of finite size", _network, _network_seconds, SimulationOptions,
               table="simulation", simulated=True),
    )
}  # fmt: skip


QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Quantity("fixed_point_count", "$n$", "number of static mean-field solutions, the zero one included", "statics"),
        Quantity("delta_h", r"$\Delta_h$", "variance of h over units at a fixed point", "statics",
                 dims=("fixed_point",)),
        Quantity("static_gain", "$S$", "squared gain of a static perturbation; the fixed point is unstable for S > 1",
                 "statics", dims=("fixed_point",)),
        Quantity("variance", "$C_h(0)$", "variance of h over time and units", "mean_field", dims=("branch",)),
        Quantity("correlation_time", r"$\tau_C$", "integral of C_h(t)/C_h(0) over t > 0", "mean_field",
                 "membrane time constant", ("branch",)),
        Quantity("lyapunov_max", r"$\lambda_{\max}$", "maximum Lyapunov exponent", "mean_field",
                 "1 / membrane time constant", ("branch",)),
        Quantity("network_lyapunov_max", r"$\lambda_{\max}^{(N)}$", "maximum Lyapunov exponent of a network of N units",
                 "network", "1 / membrane time constant"),
        Quantity("network_variance", "$C_h^{(N)}(0)$", "variance of h over time and units in a network of N units",
                 "network"),
    )
}  # fmt: skip


def _trace_static(name: str, base: Parameters, box: Box) -> CriticalSurface:
    from phasemap.theory import surfaces

    return surfaces.trace(name, base, box)


SURFACES: dict[str, SurfaceKind] = {
    kind.name: kind
    for kind in (
        SurfaceKind("zero_instability", "the zero fixed point loses stability",
                    partial(_trace_static, "zero_instability")),
        SurfaceKind("static_fold", "a pair of non-zero fixed points appears", partial(_trace_static, "static_fold")),
        SurfaceKind("marginal_boundary", "f S = 1 for a hard update gate: the marginally stable region ends",
                    partial(_trace_static, "marginal_boundary")),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Registry:
    """All that can be asked for. The sweep machine takes one as an argument, so that it can be tested on toys."""

    quantities: Mapping[str, Quantity]
    solvers: Mapping[str, Solver]
    surfaces: Mapping[str, SurfaceKind]
    dimensions: Mapping[str, Dimension]

    def solver_of(self, quantity: str) -> Solver:
        """The solver that computes a quantity."""
        return self.solvers[self.quantities[quantity].solver]


REGISTRY = Registry(QUANTITIES, SOLVERS, SURFACES, DIMENSIONS)
