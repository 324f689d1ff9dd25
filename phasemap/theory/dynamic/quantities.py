"""What the dynamic mean field gives, at a constant update gate and from ensembles: rows of the registry."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from phasemap.model.branches import BRANCHES
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Dimension, Quantity, Solver
from phasemap.model.solvers.deferred import Deferred

ERROR_SOURCES: tuple[str, ...] = ("statistical", "finite_ensemble", "time_step", "window", "iteration")
_LAZY_SECONDS = Deferred("phasemap.handover.plan", "seconds_at")
GATE_PROBABILITIES: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)


def _gate_probabilities(_: Any) -> Sequence[float]:
    return GATE_PROBABILITIES


def _lags(_: Any) -> Sequence[float]:
    from phasemap.theory.dynamic.autocovariance import correlation_functions

    return [float(lag) for lag in correlation_functions.STORED_LAGS]


def _seconds(point: Parameters, options: EnsembleOptions) -> float:
    if point.update_gate.moves:
        # Correlations slow down with the steepness of the gate, and windows and paths with them. Fitted to the CPU time
        # of 66 points at errors of 0.3 to 2 per cent: half to twice that, but for the few that are slowest.
        steepness = min(point.alpha_z, 20.0)
        paths = min((0.005 / options.relative_error) ** 1.5, 100.0)
        ring = float(0.5 + 0.2 * steepness + 0.05 * steepness**2 * paths)
        return ring if options.lazy_runs == 0 else ring + float(_LAZY_SECONDS(point, options))
    # A moving output gate, a bias or inputs: tables, and a curve of solutions that the points of a line share.
    additive = point.output_gate.is_constant and point.is_odd
    return 1e-3 if additive else 4e-3


def _ages(options: EnsembleOptions) -> Sequence[float]:
    return options.lazy_ages


def _ensemble_reads(point: Parameters) -> Sequence[str]:
    """Ensembles stand in for equations of correlations only where the update gate varies."""
    return [] if point.update_gate.is_constant else [field.name for field in fields(EnsembleOptions)]


DIMENSIONS = (
    Dimension("branch", "branch of the mean field", BRANCHES, symbol="branch"),
    Dimension("gate_probability", "probability of a quantile", values=_gate_probabilities, symbol="$p$"),
    Dimension("error_source", "source of an error", ERROR_SOURCES, symbol="source"),
    Dimension("age", "age", values=_ages, units="membrane time constant", symbol="$t$"),
    Dimension("lag", "lag", values=_lags, units="membrane time constant", symbol="$t$"),
)

SOLVERS = (
    Solver("mean_field", "dynamic mean field and its Lyapunov exponent",
           Deferred("phasemap.handover.solver", "solve_points"), _seconds, EnsembleOptions, table="ensemble",
           reads=_ensemble_reads, line="g_h",
           cites=("krishnamurthy2022", "sompolinsky1988", "schuecker2018"), essential=True, stride="lazy_every"),
)  # fmt: skip

QUANTITIES = (
    Quantity("variance", "$C_h(0)$", "variance of h over time and units", "mean_field", dims=("branch",)),
    Quantity("activity_variance", r"$C_\phi(0)$", "mean square of the activity phi(h) over time and units",
             "mean_field", dims=("branch",)),
    Quantity("correlation_time", r"$\tau_C$",
             "integral over t > 0 of the decaying part of C_h, normalised to 1 at t = 0", "mean_field",
             "membrane time constant", ("branch",)),
    Quantity("relaxation_time", r"$\tau_R$",
             "1 / decay rate of C_h at long lags (from an ensemble with an error above half of it: a lower bound)",
             "mean_field", "membrane time constant", ("branch",)),
    Quantity("lyapunov_max", r"$\lambda_{\max}$", "maximum Lyapunov exponent", "mean_field",
             "1 / membrane time constant", ("branch",)),
    Quantity("lyapunov_times_relaxation", r"$\lambda_{\max} \tau_R$",
             "maximum Lyapunov exponent times the relaxation time", "mean_field", dims=("branch",)),
    Quantity("autocorrelation", "$C_h(t)$", "covariance of h a lag apart (over units and time)",
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
    Quantity("lazy_networks", "$n$",
             "networks without matrices that variance and relaxation time come from; 0: the ensemble", "mean_field"),
    Quantity("aged_variance", "$C_h(t, t)$",
             "variance of h over units at an age, from networks without matrices extrapolated in 1/M", "mean_field",
             dims=("age",)),
    Quantity("aged_autocorrelation", "$C_h(t, t')$",
             "covariance of h over units at an age and a lag before it, from the same networks", "mean_field",
             dims=("age", "lag")),
)  # fmt: skip
