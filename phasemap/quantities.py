"""The registry: every quantity that can be asked for, what it means and who computes it.

The contract of solvers, surfaces and dimensions stands with their records in `phasemap.model.registry`. Solvers are
imported when they run, so that the registry can be read (by the help texts, the configuration) without compiled code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from phasemap.model.branches import BRANCHES
from phasemap.model.nonlinearities import is_constant_gate
from phasemap.model.options import EnsembleOptions, SimulationOptions, SpectrumOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Box, Dimension, Points, Quantity, Registry, Seeds, Solver, SurfaceKind
from phasemap.model.results import CriticalSurface, Estimate

FIXED_POINTS: tuple[str, ...] = ("zero", "lower", "middle", "upper")
# Growth rate up to which a finite alpha_z still counts as marginal stability on the surface `slow_edge`, and in labels.
_SLOW_EDGE = 1e-3

# Pinning ratio up to which an unstable fixed point counts as pinned, in labels.
PINNED = 0.1

ERROR_SOURCES: tuple[str, ...] = ("statistical", "finite_ensemble", "time_step", "window", "iteration")
GATE_PROBABILITIES: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)


def _lyapunov_indices(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import network_spectrum

    return [float(index) for index in network_spectrum.indices_of(options)]


def _gate_probabilities(_: Any) -> Sequence[float]:
    return GATE_PROBABILITIES


def _lags(_: Any) -> Sequence[float]:
    from phasemap.theory.dynamic import correlation_functions

    return [float(lag) for lag in correlation_functions.STORED_LAGS]


def _network_lags(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import network

    return [float(lag) for lag in network.lags_of(options)]


def _network_times(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import activity

    return [float(time) for time in activity.times_of(options)]


def _network_units(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import activity

    return [float(unit) for unit in activity.units_of(options)]


def _network_activity(points: Points, options: SimulationOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.simulation.solvers import activity

    return activity.solve_points(points, options, seeds)


def _realisations(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import decay

    return [float(number) for number in decay.realisations_of(options)]


def _elapsed_times(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import decay

    return [float(time) for time in decay.times_of(options)]


def _network_decay(points: Points, options: SimulationOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.simulation.solvers import decay

    return decay.solve_points(points, options, seeds)


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("fixed_point", "static solution", FIXED_POINTS),
        Dimension("branch", "branch of the mean field", BRANCHES),
        Dimension("gate_probability", "probability of a quantile", values=_gate_probabilities),
        Dimension("error_source", "source of an error", ERROR_SOURCES),
        Dimension("lyapunov_index", "index of the exponent over the size of the network", values=_lyapunov_indices),
        Dimension("lag", "lag", values=_lags, units="membrane time constant"),
        Dimension("network_lag", "lag", values=_network_lags, units="membrane time constant"),
        Dimension("network_time", "time after the transient", values=_network_times, units="membrane time constant"),
        Dimension("network_unit", "unit", values=_network_units),
        Dimension("network_realisation", "network", values=_realisations),
        Dimension("network_elapsed_time", "time", values=_elapsed_times, units="membrane time constant"),
    )
}


def _statics(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.theory.static import fixed_points

    return fixed_points.solve_points(points)


def _statics_seconds(point: Parameters, options: Any) -> float:
    # An input outside a fluctuating update gate is averaged over that gate.
    fluctuating = not is_constant_gate(point.alpha_z, point.beta_z)
    outside = fluctuating and not point.input_inside and (point.s_h > 0.0 or point.m_h != 0.0)
    return 1e-4 if outside else 4e-5


def _mean_field(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.theory import mean_field

    return mean_field.solve_points(points, options, seeds)


def _mean_field_seconds(point: Parameters, options: EnsembleOptions) -> float:
    if not is_constant_gate(point.alpha_z, point.beta_z):
        # Correlations slow down with the steepness of the gate, and windows and paths with them.
        steepness = min(point.alpha_z, 20.0)
        return float(0.15 + 0.1 * steepness**2 * min((0.005 / options.relative_error) ** 1.5, 100.0))
    # A moving output gate, a bias or inputs: tables, and a curve of solutions that the points of a line share.
    additive = is_constant_gate(point.alpha_r, point.beta_r) and not (point.beta_h or point.m_h or point.s_h)
    return 1e-3 if additive else 4e-3


def _spectrum(points: Points, options: SpectrumOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.theory.jacobian import spectral_points

    return spectral_points.solve_points(points, options, seeds)


def _spectrum_seconds(point: Parameters, options: SpectrumOptions) -> float:
    # A moving output gate couples a second variable to h, for every fixed point there is.
    return 0.01 if is_constant_gate(point.alpha_r, point.beta_r) else 0.1


def _dynamic_spectrum(points: Points, options: SpectrumOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.theory.jacobian import spectral_points

    return spectral_points.solve_dynamics(points, options, seeds)


def _dynamic_spectrum_seconds(point: Parameters, options: SpectrumOptions) -> float:
    if is_constant_gate(point.alpha_z, point.beta_z):
        return 0.05
    return 2.0 * (0.01 / options.ensemble_error) ** 2 + 1e-4 * options.samples


def _network(points: Points, options: SimulationOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.simulation.solvers import network

    return network.solve_points(points, options, seeds)


def _network_seconds(point: Parameters, options: SimulationOptions) -> float:
    steps = (options.duration + options.transient) / options.time_step
    matrices = 1 + sum(
        not is_constant_gate(a, b) for a, b in ((point.alpha_z, point.beta_z), (point.alpha_r, point.beta_r))
    )
    # Matrices that fit no cache near the core are read more slowly than they are multiplied.
    work = sum(
        4 * matrices * (size**2 * (2e-10 if size > 700 else 6e-11) + size * 4e-9)
        for size in options.sizes or (options.size,)
    )
    return steps * options.realisations * work + 0.05


def _network_decay_seconds(point: Parameters, options: SimulationOptions) -> float:
    # No tangent vector and no transient.
    share = options.duration / (options.duration + options.transient)
    return 0.6 * share * _network_seconds(point, options)


def _network_equilibria(points: Points, options: SimulationOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.simulation.solvers import network_equilibria

    return network_equilibria.solve_points(points, options, seeds)


def _network_equilibria_seconds(point: Parameters, options: SimulationOptions) -> float:
    # All eigenvalues of a matrix over h, and over r where that gate is a dimension of its own.
    carried = 1 if is_constant_gate(point.alpha_r, point.beta_r) or point.tau_r == 0.0 else 2
    size = max(options.sizes, default=options.size)
    return options.realisations * (2e-10 * (carried * size) ** 3 + 4e-8 * size**2 + 0.01)


def _network_spectrum(points: Points, options: SimulationOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    from phasemap.simulation.solvers import network_spectrum

    return network_spectrum.solve_points(points, options, seeds)


def _network_spectrum_seconds(point: Parameters, options: SimulationOptions) -> float:
    gates = ((point.alpha_z, point.beta_z, point.tau_z), (point.alpha_r, point.beta_r, point.tau_r))
    matrices = 1 + sum(not is_constant_gate(alpha, beta) for alpha, beta, _ in gates)
    fields = 1 + sum(not is_constant_gate(alpha, beta) and tau > 0.0 for alpha, beta, tau in gates)
    steps = (options.duration + 60.0) / (2.0 * options.time_step)
    per_second = 1e11 if options.single_precision else 5e10
    sizes = options.sizes or (options.size,)
    flops = sum(8.0 * matrices * n**2 * min(options.exponents or fields * n, fields * n) * steps for n in sizes)
    return options.realisations * flops / per_second + _network_seconds(point, options)


_DRAWN = ("size", "sizes", "realisations")
_RUN = (*_DRAWN, "time_step", "duration", "transient", "initial_amplitude")


def _ensemble_reads(point: Parameters) -> Sequence[str]:
    """Ensembles stand in for equations of correlations only where the update gate varies."""
    return [] if is_constant_gate(point.alpha_z, point.beta_z) else [field.name for field in fields(EnsembleOptions)]


SOLVERS: dict[str, Solver] = {
    solver.name: solver
    for solver in (
        Solver("statics", "static mean field: all fixed points", _statics, _statics_seconds),
        Solver("mean_field", "dynamic mean field and its Lyapunov exponent", _mean_field,
               _mean_field_seconds, EnsembleOptions, table="ensemble", reads=_ensemble_reads, line="g_h"),
        Solver("spectrum", "spectrum of the Jacobian at fixed points", _spectrum, _spectrum_seconds, SpectrumOptions,
               table="spectrum", reads=lambda _: ("slow_rate",)),
        Solver("dynamic_spectrum", "spectrum of the Jacobian along the fluctuating attractor", _dynamic_spectrum,
               _dynamic_spectrum_seconds, SpectrumOptions, table="spectrum"),
        Solver("network", "simulated networks of finite size", _network, _network_seconds, SimulationOptions,
               table="simulation", simulated=True, reads=lambda _: _RUN),
        Solver("network_equilibria", "networks drawn given a fixed point", _network_equilibria,
               _network_equilibria_seconds, SimulationOptions, table="simulation", simulated=True,
               reads=lambda _: _DRAWN),
        Solver("network_spectrum", "Lyapunov spectra of simulated networks", _network_spectrum,
               _network_spectrum_seconds, SimulationOptions, table="simulation", simulated=True,
               reads=lambda _: {field.name for field in fields(SimulationOptions)} - {"traces"}),
        Solver("network_activity", "activity of a few units of one simulated network", _network_activity,
               _network_seconds, SimulationOptions, table="simulation", simulated=True,
               reads=lambda _: (*_RUN, "traces")),
        Solver("network_decay", "networks from a large amplitude until they come to rest", _network_decay,
               _network_decay_seconds, SimulationOptions, table="simulation", simulated=True,
               reads=lambda _: set(_RUN) - {"transient"}),
    )
}  # fmt: skip


QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Quantity("fixed_point_count", "$n$", "number of static mean-field solutions, the zero one included", "statics"),
        Quantity("delta_phi", r"$\Delta_\phi$", "variance of the activity phi(h) at a fixed point", "statics",
                 dims=("fixed_point",)),
        Quantity("delta_h", r"$\Delta_h$", "variance of h over units at a fixed point", "statics",
                 dims=("fixed_point",)),
        Quantity("delta_z", r"$\Delta_z$", "variance of z over units at a fixed point", "statics",
                 dims=("fixed_point",)),
        Quantity("delta_r", r"$\Delta_r$", "variance of r over units at a fixed point", "statics",
                 dims=("fixed_point",)),
        Quantity("static_gain", "$S$", "squared gain of a static perturbation; the fixed point is unstable for S > 1",
                 "statics", dims=("fixed_point",)),
        Quantity("open_fraction", "$f$", "mean of the update gate; for a hard gate the fraction of units not frozen",
                 "statics", dims=("fixed_point",)),
        Quantity("marginal_gain", "$f S$", "a hard update gate pins the spectrum's edge to zero while f S < 1 < S",
                 "statics", dims=("fixed_point",)),
        Quantity("stability", "stability", "1: stable; 0: marginally stable (hard update gate); -1: unstable",
                 "statics", dims=("fixed_point",)),
        Quantity("leading_edge", r"$\lambda_e$", "leading edge of the Jacobian's spectrum at a fixed point", "statics",
                 "1 / membrane time constant", ("fixed_point",)),
        Quantity("pinning_ratio", "$p$",
                 "rate at which an unstable fixed point is left, over that with the update gate held at its mean; "
                 f"it is pinned up to p = {PINNED:g}, and absent where S <= 1", "statics", dims=("fixed_point",)),
        Quantity("slow_mode_fraction", r"$n(|\lambda| < \epsilon)$",
                 "fraction of the Jacobian's eigenvalues below `spectrum.slow_rate` at a fixed point", "spectrum",
                 dims=("fixed_point",)),
        Quantity("unstable_fraction", r"$n(\mathrm{Re}\,\lambda > 0)$",
                 "fraction of the Jacobian's eigenvalues with a positive real part at a fixed point", "spectrum",
                 dims=("fixed_point",)),
        Quantity("support_components", "$k$", "connected pieces of the support of the Jacobian's spectrum", "spectrum",
                 dims=("fixed_point",)),
        Quantity("dynamic_slow_mode_fraction", r"$n_t(|\lambda| < \epsilon)$",
                 "fraction of the Jacobian's eigenvalues below `spectrum.slow_rate` along the fluctuating attractor",
                 "dynamic_spectrum"),
        Quantity("dynamic_unstable_fraction", r"$n_t(\mathrm{Re}\,\lambda > 0)$",
                 "fraction of the Jacobian's eigenvalues with a positive real part along the fluctuating attractor",
                 "dynamic_spectrum"),
        Quantity("dynamic_leading_edge", r"$\lambda_{e,t}$",
                 "largest real part of the Jacobian's spectrum along the fluctuating attractor", "dynamic_spectrum",
                 "1 / membrane time constant"),
        Quantity("variance", "$C_h(0)$", "variance of h over time and units", "mean_field", dims=("branch",)),
        Quantity("activity_variance", r"$C_\phi(0)$", "mean square of the activity phi(h) over time and units",
                 "mean_field", dims=("branch",)),
        Quantity("correlation_time", r"$\tau_C$",
                 "integral over t > 0 of the decaying part of C_h, normalised to 1 at t = 0", "mean_field",
                 "membrane time constant", ("branch",)),
        Quantity("relaxation_time", r"$\tau_R$", "1 / decay rate of C_h at long lags", "mean_field",
                 "membrane time constant", ("branch",)),
        Quantity("lyapunov_max", r"$\lambda_{\max}$", "maximum Lyapunov exponent", "mean_field",
                 "1 / membrane time constant", ("branch",)),
        Quantity("lyapunov_times_relaxation", r"$\lambda_{\max} \tau_R$",
                 "maximum Lyapunov exponent times the relaxation time", "mean_field", dims=("branch",)),
        Quantity("autocorrelation", "$C_h(t)$", "covariance of h over units and time at two times a lag apart",
                 "mean_field", dims=("branch", "lag"), correlation=True),
        Quantity("activity_autocorrelation", r"$C_\phi(t)$", "mean product of activities a lag apart",
                 "mean_field", dims=("branch", "lag"), correlation=True),
        Quantity("update_gate_mean", r"$\langle\sigma_z\rangle$", "mean of the update gate over time and units",
                 "mean_field"),
        Quantity("update_gate_quantiles", r"$\sigma_z$", "quantiles of the update gate over time and units",
                 "mean_field", dims=("gate_probability",)),
        Quantity("effective_time_quantiles", r"$1 / \sigma_z$",
                 "quantiles of the effective time constant 1 / sigma_z over time and units", "mean_field",
                 "membrane time constant", ("gate_probability",)),
        Quantity("variance_error_budget", r"$\delta C_h(0)$",
                 "error of the variance by source, where the fluctuating state comes from an ensemble of paths",
                 "mean_field", dims=("error_source",)),
        Quantity("lyapunov_error_budget", r"$\delta \lambda_{\max}$",
                 "error of the maximum Lyapunov exponent by source, where it comes from an ensemble of paths",
                 "mean_field", "1 / membrane time constant", ("error_source",)),
        Quantity("ensemble_window", "$T$", "window of time of the ensemble of paths", "mean_field",
                 "membrane time constant"),
        Quantity("ensemble_time_step", r"$\Delta t$", "time step of the ensemble of paths", "mean_field",
                 "membrane time constant"),
        Quantity("ensemble_paths", "$M$", "paths in the ensemble", "mean_field"),
        Quantity("network_lyapunov_max", r"$\lambda_{\max}^{(N)}$", "maximum Lyapunov exponent of a network of N units",
                 "network", "1 / membrane time constant"),
        Quantity("network_variance", "$C_h^{(N)}(0)$", "variance of h over time and units in a network of N units",
                 "network"),
        Quantity("network_lyapunov_max_extrapolated", r"$\lambda_{\max}^{(N \to \infty)}$",
                 "maximum Lyapunov exponent of networks, extrapolated in 1/N from several sizes", "network",
                 "1 / membrane time constant"),
        Quantity("network_correlation_time", r"$\tau_C^{(N)}$",
                 "integral of the normalised autocovariance of h about its mean over time", "network",
                 "membrane time constant"),
        Quantity("network_participation_ratio", "$D_{PR} / N$",
                 "participation ratio of the covariance of h over time, per unit", "network"),
        Quantity("network_autocorrelation", "$C_h^{(N)}(t)$", "autocovariance of h about its mean over time", "network",
                 dims=("network_lag",), correlation=True),
        Quantity("network_activity_variance", r"$C_\phi^{(N)}(0)$",
                 "mean square of the activity phi(h) over time and units in a network of N units", "network"),
        Quantity("network_activity_autocorrelation", r"$C_\phi^{(N)}(t)$",
                 "autocovariance of the activity phi(h) about its mean over time", "network",
                 dims=("network_lag",), correlation=True),
        Quantity("network_lyapunov_spectrum", r"$\lambda_i$", "Lyapunov exponents of a network, largest first",
                 "network_spectrum", "1 / membrane time constant", ("lyapunov_index",)),
        Quantity("network_delta_h", r"$\Delta_h^{(N)}$", "variance of h over units at a fixed point of networks",
                 "network_equilibria"),
        Quantity("network_leading_edge", r"$\lambda_e^{(N)}$",
                 "largest real part of the Jacobian's eigenvalues at a fixed point of networks", "network_equilibria",
                 "1 / membrane time constant"),
        Quantity("network_kaplan_yorke_dimension", "$D_{KY}$", "Kaplan-Yorke dimension of the attractor of a network",
                 "network_spectrum"),
        Quantity("network_kaplan_yorke_per_unit", "$D_{KY} / N$", "Kaplan-Yorke dimension per unit",
                 "network_spectrum"),
        Quantity("network_entropy_rate", "$H$", "entropy rate of a network, the sum of its positive exponents",
                 "network_spectrum", "1 / membrane time constant"),
        Quantity("network_entropy_rate_per_unit", "$H / N$", "entropy rate per unit", "network_spectrum",
                 "1 / membrane time constant"),
        Quantity("network_kaplan_yorke_per_unit_extrapolated", r"$D_{KY} / N\ (N \to \infty)$",
                 "Kaplan-Yorke dimension per unit, extrapolated in 1/N from several sizes", "network_spectrum"),
        Quantity("network_entropy_rate_per_unit_extrapolated", r"$H / N\ (N \to \infty)$",
                 "entropy rate per unit, extrapolated in 1/N from several sizes", "network_spectrum",
                 "1 / membrane time constant"),
        Quantity("network_activity", "$h_i(t)$", "activity of single units of one network", "network_activity",
                 dims=("network_unit", "network_time")),
        Quantity("network_settled_fraction", "$p_0$", "fraction of the networks that came to rest", "network"),
        Quantity("network_variance_course", r"$C_h^{(N)}(t, t)$",
                 "variance of h over units at a time; of every network, from a large amplitude until it rests",
                 "network_decay", dims=("network_realisation", "network_elapsed_time")),
        Quantity("network_lifetime", "$T^{(N)}$",
                 "mean time in motion of networks that start at a large amplitude, a lower bound where none has ended",
                 "network_decay", "membrane time constant"),
        Quantity("network_surviving_fraction", "$p_T$",
                 "fraction of the networks started at a large amplitude that still move after `simulation.duration`",
                 "network_decay"),
    )
}  # fmt: skip


def _trace_static(name: str, base: Parameters, box: Box) -> CriticalSurface:
    from phasemap.theory.surfaces import static_surfaces

    return static_surfaces.trace(name, base, box)


def _trace_slow_edge(base: Parameters, box: Box) -> CriticalSurface:
    from dataclasses import replace

    from phasemap.theory.surfaces import static_surfaces

    return replace(static_surfaces.trace("edge_level", base, box, _SLOW_EDGE), name="slow_edge")


def _trace_fluctuating(name: str, base: Parameters, box: Box) -> CriticalSurface:
    from phasemap.theory.surfaces import fluctuating_surfaces

    return fluctuating_surfaces.trace(name, base, box)


SURFACES: dict[str, SurfaceKind] = {
    kind.name: kind
    for kind in (
        SurfaceKind("zero_instability", "the zero fixed point loses stability",
                    partial(_trace_static, "zero_instability"), 0.05, (2, 3)),
        SurfaceKind("static_fold", "a pair of non-zero fixed points appears",
                    partial(_trace_static, "static_fold"), 0.2, (2, 3)),
        SurfaceKind("static_gain_one", "S = 1: a non-zero fixed point loses stability",
                    partial(_trace_static, "static_gain_one"), 0.3, (2, 3)),
        SurfaceKind("marginal_boundary", "f S = 1 for a hard update gate: the marginally stable region ends",
                    partial(_trace_static, "marginal_boundary"), 0.3, (2, 3)),
        SurfaceKind("slow_edge", "lambda_e = 0.001: a non-zero fixed point leaves marginal stability at finite alpha_z",
                    _trace_slow_edge, 0.5, (2, 3)),
        SurfaceKind("static_tricritical", "fixed points turn from appearing continuously to appearing in pairs",
                    partial(_trace_static, "static_tricritical"), 0.05, (2, 3)),
        SurfaceKind("dynamic_tricritical", "chaos turns from appearing continuously to appearing at a fold",
                    partial(_trace_static, "dynamic_tricritical"), 0.05, (2, 3)),
        SurfaceKind("dynamic_fold", "a pair of fluctuating states appears: chaos begins at a finite amplitude",
                    partial(_trace_fluctuating, "dynamic_fold"), 2.0, (2, 3)),
        SurfaceKind("lyapunov_zero", "the exponent of the fluctuating attractor changes sign under noise",
                    partial(_trace_fluctuating, "lyapunov_zero"), 8.0, (2, 3)),
    )
}  # fmt: skip


REGISTRY = Registry(QUANTITIES, SOLVERS, SURFACES, DIMENSIONS)
