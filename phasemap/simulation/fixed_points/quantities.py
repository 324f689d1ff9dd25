"""Numbers of fixed points of finite networks: rows of the registry."""

from phasemap.model.options import CountOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Quantity, Solver
from phasemap.model.solvers.deferred import Deferred
from phasemap.model.unit.nonlinearities import is_constant_gate

_HERE = "phasemap.simulation.fixed_points.counts"
_PAPERS = ("wainrib2013", "krishnamurthy2022")


def _search_seconds(point: Parameters, options: CountOptions) -> float:
    # An eighth of the starts, twice, where the search is complete at once.
    return options.networks * options.starts * 0.25 * (2e-5 + 4e-9 * options.size**3)


def _integral_seconds(point: Parameters, options: CountOptions) -> float:
    gated = not is_constant_gate(point.alpha_r, point.beta_r)
    return 0.05 + options.samples * ((6e-8 if gated else 3e-8) * options.size**2 + 5e-7 * options.size)


SOLVERS = (
    Solver("fixed_point_search", "fixed points found in small networks", Deferred(_HERE, "solve_search"),
           _search_seconds, CountOptions, "count", simulated=True, reads=lambda _: ("size", "networks", "starts"),
           cites=_PAPERS),
    Solver("fixed_point_integral", "expected number of fixed points of small networks",
           Deferred(_HERE, "solve_integral"), _integral_seconds, CountOptions, "count", simulated=True,
           reads=lambda _: ("size", "samples"), cites=_PAPERS),
)  # fmt: skip

QUANTITIES = (
    Quantity("network_fixed_point_count", r"$n^{(N)}$",
             "mean number of non-zero fixed points found in networks of N units", "fixed_point_search"),
    Quantity("expected_fixed_points", r"$\mathrm{E}[n^{(N)}]$",
             "expected number of non-zero fixed points of networks of N units, by the Kac-Rice integral",
             "fixed_point_integral"),
)  # fmt: skip
