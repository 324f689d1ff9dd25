"""Gradients of simulated networks: rows of the registry."""

from collections.abc import Sequence

from phasemap.model.options import NetworkGradientOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import ROWS
from phasemap.model.registry import Dimension, Quantity, Solver
from phasemap.model.solvers.deferred import Deferred


def _lags(options: NetworkGradientOptions) -> Sequence[float]:
    return options.lags


def _seconds(point: Parameters, options: NetworkGradientOptions) -> float:
    matrices = 1 + sum(gate.moves for gate in point.gates)
    products = 4.0 * matrices * options.size**2
    run = 0.0 if options.state != "attractor" else (options.transient + 60.0) / options.time_step * 3e-10
    back = 4.0 * max(options.lags, default=1.0) / options.time_step * 2.0 * options.adjoints / 2e10
    return float(options.networks * (products * (run + back) + 0.05))


DIMENSIONS = (
    Dimension("network_gradient_lag", "lag between the loss and the gradient", values=_lags,
              units="membrane time constant", symbol="$s$"),
)  # fmt: skip

SOLVERS = (
    Solver("network_gradients", "gradients of simulated networks by exact adjoints",
           Deferred("phasemap.simulation.gradients.solver", "solve_points"), _seconds, NetworkGradientOptions,
           table="network_gradients", simulated=True, cites=("krishnamurthy2022",)),
)  # fmt: skip

QUANTITIES = tuple(
    Quantity(f"network_{row.name}", f"${row.symbol}^{{(N)}}$", f"{row.description}, in networks of N units",
             "network_gradients", row.units, ("network_gradient_lag",))
    for row in ROWS
)  # fmt: skip

SURFACES = ()
