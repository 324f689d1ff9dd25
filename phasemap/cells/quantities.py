"""What can be asked of discrete cells: rows of their registries. Units are per step."""

from collections.abc import Sequence
from functools import partial

from phasemap.cells.parameters import FAMILIES, CellPoint, GruPoint, LstmPoint
from phasemap.cells.solvers.options import CellEnsembleOptions, CellNetworkOptions
from phasemap.model.branches import BRANCHES
from phasemap.model.registry import Dimension, Quantity, Registry, Solver, SurfaceKind
from phasemap.model.solvers.deferred import Deferred
from phasemap.theory.static.quantities import FIXED_POINTS, PINNED

_trace = Deferred("phasemap.cells.solvers.surfaces", "trace")
_lags_of = Deferred("phasemap.cells.solvers.dynamics", "lags_of")
_steps_of = Deferred("phasemap.cells.solvers.dynamics", "steps_of")
_indices_of = Deferred("phasemap.cells.solvers.networks", "indices_of")


def _lags(options: CellEnsembleOptions) -> Sequence[float]:
    return [float(lag) for lag in _lags_of(options)]


def _steps(options: CellEnsembleOptions) -> Sequence[float]:
    return [float(step) for step in _steps_of(options)]


def _indices(options: CellNetworkOptions) -> Sequence[float]:
    return [float(index) for index in _indices_of(options)]


def _static_seconds(point: CellPoint, options: None) -> float:
    return 0.1 if isinstance(point, LstmPoint) else 0.02


def _fold_seconds(point: CellPoint, options: None) -> float:
    return 0.3 if isinstance(point, LstmPoint) else 0.05


def _dynamic_seconds(point: CellPoint, options: CellEnsembleOptions) -> float:
    if isinstance(point, GruPoint) and point.a_z == point.a_r == point.s_z == point.s_r == 0.0:
        return 0.05
    work = options.paths * options.ensembles * (40 * options.steps + 2 * options.horizon**2)
    return 3.0 * work / (4000 * 30000.0)


def _zero_gradient_seconds(point: CellPoint, options: CellEnsembleOptions) -> float:
    return 1e-3 + 3e-5 * options.horizon


def _dynamic_fold_seconds(point: CellPoint, options: CellEnsembleOptions) -> float:
    return 30.0 * options.paths * options.ensembles / 4000.0


def _network_seconds(point: CellPoint, options: CellNetworkOptions) -> float:
    matrices = 4 if isinstance(point, LstmPoint) else 3
    steps = (options.duration + options.transient) * options.realisations
    return sum(steps * matrices * size**2 * (4e-10 + 1e-10 * options.exponents) for size in options.sizes or
               (options.size,)) + 0.05  # fmt: skip


DIMENSIONS = (
    Dimension("fixed_point", "static solution", FIXED_POINTS, symbol="fixed point"),
    Dimension("branch", "branch of the mean field", BRANCHES, symbol="branch"),
    Dimension("cell_lag", "lag", values=_lags, units="steps", symbol="$t$"),
    Dimension("gradient_step", "number of steps", values=_steps, units="steps", symbol="$k$"),
    Dimension("cell_lyapunov_index", "index of the exponent", values=_indices, symbol="$i$"),
)

SOLVERS = (
    Solver("cell_statics", "static mean field of the cell: all fixed points",
           Deferred("phasemap.cells.solvers.statics", "solve_points"), _static_seconds, essential=True),
    Solver("cell_folds", "static fold of the cell",
           Deferred("phasemap.cells.solvers.statics", "solve_folds"), _fold_seconds),
    Solver("cell_dynamics", "dynamic mean field of the cell, from ensembles of paths",
           Deferred("phasemap.cells.solvers.dynamics", "solve_points"), _dynamic_seconds, CellEnsembleOptions,
           table="ensemble", essential=True),
    Solver("cell_zero_gradient", "gradients through the zero state of the cell, in closed form",
           Deferred("phasemap.cells.solvers.zero_state", "solve_points"), _zero_gradient_seconds, CellEnsembleOptions,
           table="ensemble"),
    Solver("cell_dynamic_fold", "dynamic fold of the cell, from ensembles of paths",
           Deferred("phasemap.cells.solvers.dynamics", "solve_folds"), _dynamic_fold_seconds, CellEnsembleOptions,
           table="ensemble"),
    Solver("cell_networks", "simulated networks of finite size",
           Deferred("phasemap.cells.solvers.networks", "solve_points"), _network_seconds, CellNetworkOptions,
           table="simulation", simulated=True, cites=("benettin1980",)),
)  # fmt: skip

QUANTITIES = (
    Quantity("fixed_point_count", "$n$", "number of fixed points, the zero state included where there is one",
             "cell_statics"),
    Quantity("second_moment", "$C$", "mean square of the units at a fixed point", "cell_statics",
             dims=("fixed_point",)),
    Quantity("static_gain", "$S$", "slope variance at multiplier 1; the fixed point is unstable for S > 1",
             "cell_statics", dims=("fixed_point",)),
    Quantity("leading_multiplier", r"$\rho$", "radius of the bulk of the Jacobian of one step at a fixed point",
             "cell_statics", dims=("fixed_point",)),
    Quantity("outlier", r"$\lambda_{\parallel}$",
             "multiplier of the fixed point itself in one step, where it lies beyond the bulk", "cell_statics",
             dims=("fixed_point",)),
    Quantity("pinning_ratio", "$p$",
             "rate at which an unstable fixed point is left, over that with the update gate held at its mean; "
             f"it is pinned up to p = {PINNED:g}, and absent where S <= 1", "cell_statics", dims=("fixed_point",)),
    Quantity("zero_multiplier", r"$\rho_0$", "factor of a small deviation from h = 0 in one step", "cell_statics"),
    Quantity("memory_steps", "$T$", "steps in which a small deviation from h = 0 decays by e", "cell_statics",
             "steps"),
    Quantity("static_fold", "$a^*$", "gain of the candidate at which a pair of fixed points appears", "cell_folds"),
    Quantity("dynamic_fold", "$a_d$",
             "gain of the candidate at which fluctuating states appear, at a finite amplitude", "cell_dynamic_fold"),
    Quantity("lyapunov_max", r"$\lambda_{\max}$", "maximum Lyapunov exponent", "cell_dynamics", "1 / step",
             ("branch",)),
    Quantity("activity_variance", "$C(0)$", "mean square of h over time and units", "cell_dynamics",
             dims=("branch",)),
    Quantity("autocovariance", "$C(t)$", "mean product of h at two times a lag apart, in the fluctuating state",
             "cell_dynamics", dims=("cell_lag",), correlation=True),
    Quantity("log_gradient", r"$\ln \langle|\partial h_k/\partial h_0|^2\rangle/N$",
             "logarithm of the mean squared gradient through k steps of the fluctuating state", "cell_dynamics",
             dims=("gradient_step",)),
    Quantity("zero_log_gradient", r"$\ln \langle|\partial h_k/\partial h_0|^2\rangle_0/N$",
             "logarithm of the mean squared gradient through k steps of the zero state", "cell_zero_gradient",
             dims=("gradient_step",)),
    Quantity("network_lyapunov_max", r"$\lambda_{\max}^{(N)}$", "maximum Lyapunov exponent of a network of N units",
             "cell_networks", "1 / step"),
    Quantity("network_lyapunov_max_extrapolated", r"$\lambda_{\max}^{(N \to \infty)}$",
             "maximum Lyapunov exponent of networks, extrapolated in 1/N from several sizes", "cell_networks",
             "1 / step"),
    Quantity("network_activity_variance", "$C^{(N)}(0)$", "mean square of h over time and units in a network",
             "cell_networks"),
    Quantity("network_settled_fraction", "$p_0$", "fraction of the networks that came to rest", "cell_networks"),
    Quantity("network_lyapunov_spectrum", r"$\lambda_i$", "largest Lyapunov exponents of a network",
             "cell_networks", "1 / step", ("cell_lyapunov_index",)),
)  # fmt: skip

_SURFACES = (
    SurfaceKind("zero_instability", "the zero state loses stability", partial(_trace, "zero_instability"), 0.5, (2, 3)),
    SurfaceKind("static_fold", "a pair of non-zero fixed points appears", partial(_trace, "static_fold"), 20.0, (2, 3)),
    SurfaceKind("static_gain_one", "S = 1: a non-zero fixed point loses stability",
                partial(_trace, "static_gain_one"), 20.0, (2, 3)),
    SurfaceKind("static_tricritical", "fixed points turn from appearing continuously to appearing in pairs",
                partial(_trace, "static_tricritical"), 0.5, (2, 3)),
    SurfaceKind("dynamic_tricritical", "chaos turns from appearing continuously to appearing at a fold",
                partial(_trace, "dynamic_tricritical"), 0.5, (2, 3)),
)  # fmt: skip


def _registry(name: str) -> Registry:
    quantities, solvers = {row.name: row for row in QUANTITIES}, {row.name: row for row in SOLVERS}
    surfaces, dimensions = {row.name: row for row in _SURFACES}, {row.name: row for row in DIMENSIONS}
    return Registry(quantities, solvers, surfaces, dimensions, FAMILIES[name])


CELL_REGISTRIES: dict[str, Registry] = {name: _registry(name) for name in FAMILIES}
"""Name of a cell -> what can be asked of it."""
