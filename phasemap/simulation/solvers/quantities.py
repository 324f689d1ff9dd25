"""What simulated networks give: rows of the registry."""

from collections.abc import Sequence
from dataclasses import fields, replace

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Cost, Dimension, Quantity, Reads, Solver
from phasemap.model.solvers.deferred import Deferred

_DRAWN = ("size", "sizes", "realisations")
_RUN = (*_DRAWN, "time_step", "duration", "transient", "initial_amplitude")


def _lyapunov_indices(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import network_spectrum

    return [float(index) for index in network_spectrum.indices_of(options)]


def _convergence_times(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import network_spectrum

    return [float(time) for time in network_spectrum.convergence_times_of(options)]


def _lags(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import network

    return [float(lag) for lag in network.lags_of(options)]


def _times(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import activity

    return [float(time) for time in activity.times_of(options)]


def _units(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import activity

    return [float(unit) for unit in activity.units_of(options)]


def _trace_times(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import trace

    return [float(time) for time in trace.times_of(options)]


def _trace_units(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import trace

    return [float(unit) for unit in trace.units_of(options)]


def _realisations(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import decay

    return [float(number) for number in decay.realisations_of(options)]


def _elapsed_times(options: SimulationOptions) -> Sequence[float]:
    from phasemap.simulation.solvers import decay

    return [float(time) for time in decay.times_of(options)]


def _seconds(point: Parameters, options: SimulationOptions) -> float:
    steps = (options.duration + options.transient) / options.time_step
    matrices = 1 + sum(gate.moves for gate in point.gates)
    # Matrices that fit no cache near the core are read more slowly than they are multiplied.
    work = sum(
        4 * matrices * (size**2 * (2e-10 if size > 700 else 1.2e-10) + size * 4e-9)
        for size in options.sizes or (options.size,)
    )
    return steps * options.realisations * work + 0.05


def _trace_seconds(point: Parameters, options: SimulationOptions) -> float:
    # One network of the smallest size, and no tangent vector.
    smallest = replace(options, size=min(options.sizes or (options.size,)), sizes=(), realisations=1)
    return 0.6 * _seconds(point, smallest)


def _decay_seconds(point: Parameters, options: SimulationOptions) -> float:
    # No tangent vector and no transient.
    share = options.duration / (options.duration + options.transient)
    return 0.6 * share * _seconds(point, options)


def _dimension_seconds(point: Parameters, options: SimulationOptions) -> float:
    # No tangent vectors; four columns cost two. All pairs of samples besides.
    samples, pairs = min(800.0, 2.0 * options.duration), options.trajectories * (options.trajectories - 1) / 2
    sizes = options.sizes or (options.size,)
    products = 5.0 * pairs * samples**2 * sum(2e-11 * size + 2e-9 for size in sizes)
    return 0.4 * options.trajectories * _seconds(point, options) + options.realisations * products


def _equilibria_seconds(point: Parameters, options: SimulationOptions) -> float:
    # All eigenvalues of a matrix over h, and over r where that gate is a dimension of its own.
    carried = 2 if point.output_gate.is_live else 1
    size = max(options.sizes, default=options.size)
    return options.realisations * (2e-10 * (carried * size) ** 3 + 4e-8 * size**2 + 0.01)


def _spectrum_seconds(point: Parameters, options: SimulationOptions) -> float:
    matrices = 1 + sum(gate.moves for gate in point.gates)
    fields = 1 + sum(gate.is_live for gate in point.gates)
    steps = (options.duration + 60.0) / (2.0 * options.time_step)
    per_second = 1e11 if options.single_precision else 5e10
    sizes = options.sizes or (options.size,)
    flops = sum(8.0 * matrices * n**2 * min(options.exponents or fields * n, fields * n) * steps for n in sizes)
    return options.realisations * flops / per_second + _seconds(point, options)


# Beside the paper of the model, by the keys of the bibliography.
_PAPERS: dict[str, tuple[str, ...]] = {
    "network": ("benettin1980",),
    "network_equilibria": ("wainrib2013", "kac1943", "rice1944"),
    "network_spectrum": ("engelken2023", "benettin1980", "kaplan1979"),
}


def _solver(name: str, module: str, description: str, seconds: Cost, reads: Reads) -> Solver:
    solve = Deferred(f"phasemap.simulation.solvers.{module}", "solve_points")
    cites = ("krishnamurthy2022", *_PAPERS.get(name, ()))
    return Solver(name, description, solve, seconds, SimulationOptions, "simulation", simulated=True, reads=reads,
                  cites=cites)  # fmt: skip


DIMENSIONS = (
    Dimension(
        "lyapunov_index", "index of the exponent over the size of the network", values=_lyapunov_indices, symbol="$i/N$"
    ),
    Dimension(
        "lyapunov_time", "time measured", values=_convergence_times, units="membrane time constant", symbol="$T$"
    ),
    Dimension("network_lag", "lag", values=_lags, units="membrane time constant", symbol="$t$"),
    Dimension("network_time", "time after the transient", values=_times, units="membrane time constant", symbol="$t$"),
    Dimension("network_unit", "unit", values=_units, symbol="$i$"),
    Dimension(
        "trace_time", "time after the transient", values=_trace_times, units="membrane time constant", symbol="$t$"
    ),
    Dimension("trace_unit", "unit", values=_trace_units, symbol="$i$"),
    Dimension("network_realisation", "network", values=_realisations, symbol="$J$"),
    Dimension("network_elapsed_time", "time", values=_elapsed_times, units="membrane time constant", symbol="$t$"),
)

SOLVERS = (
    _solver("network", "network", "simulated networks of finite size", _seconds, lambda _: _RUN),
    _solver("network_equilibria", "network_equilibria", "networks drawn given a fixed point", _equilibria_seconds,
            lambda _: _DRAWN),
    _solver("network_spectrum", "network_spectrum", "Lyapunov spectra of simulated networks", _spectrum_seconds,
            lambda _: {field.name for field in fields(SimulationOptions)} - {"traces", "trajectories"}),
    _solver("network_dimension", "dimension", "trajectories of the same simulated networks", _dimension_seconds,
            lambda _: (*_RUN, "trajectories")),
    _solver("network_activity", "activity", "activity of a few units of one simulated network", _seconds,
            lambda _: (*_RUN, "traces")),
    _solver("network_trace", "trace", "a short record of a few units of one small network", _trace_seconds,
            lambda _: set(_RUN) - {"realisations"}),
    _solver("network_decay", "decay", "networks from a large amplitude until they come to rest", _decay_seconds,
            lambda _: set(_RUN) - {"transient"}),
)  # fmt: skip

QUANTITIES = (
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
    Quantity("network_participation_ratio", "$PR_h^{(N)} / N$",
             "participation ratio of the covariance of h over time, per unit", "network_dimension"),
    Quantity("network_participation_ratio_activity", r"$PR_\phi^{(N)} / N$",
             "participation ratio of the covariance of the activity phi(h) over time, per unit", "network_dimension"),
    Quantity("network_participation_ratio_output", r"$PR_\psi^{(N)} / N$",
             "participation ratio of the covariance of the output phi(h) sigma_r over time, per unit",
             "network_dimension"),
    Quantity("network_participation_ratio_output_gate", "$PR_r^{(N)} / N$",
             "participation ratio of the covariance of the input r to the output gate, per unit", "network_dimension"),
    Quantity("network_participation_ratio_update_gate", "$PR_z^{(N)} / N$",
             "participation ratio of the covariance of the input z to the update gate, per unit", "network_dimension"),
    Quantity("network_participation_ratio_extrapolated", r"$PR_h / N\ (N \to \infty)$",
             "participation ratio of the covariance of h, per unit, extrapolated in 1/N from several sizes",
             "network_dimension"),
    Quantity("network_autocorrelation", "$C_h^{(N)}(t)$", "autocovariance of h about its mean over time", "network",
             dims=("network_lag",), correlation=True),
    Quantity("network_activity_variance", r"$C_\phi^{(N)}(0)$",
             "mean square of the activity phi(h) over time and units in a network of N units", "network"),
    Quantity("network_activity_autocorrelation", r"$C_\phi^{(N)}(t)$",
             "autocovariance of the activity phi(h) about its mean over time", "network",
             dims=("network_lag",), correlation=True),
    Quantity("network_lyapunov_spectrum", r"$\lambda_i$", "Lyapunov exponents of a network, largest first",
             "network_spectrum", "1 / membrane time constant", ("lyapunov_index",)),
    Quantity("network_lyapunov_convergence", r"$\lambda_1(t)$",
             "largest Lyapunov exponent of a network as measured up to a time", "network_spectrum",
             "1 / membrane time constant", ("lyapunov_time",)),
    Quantity("network_delta_h", r"$\Delta_h^{(N)}$", "variance of h over units at a fixed point of networks",
             "network_equilibria"),
    Quantity("network_leading_edge", r"$\lambda_e^{(N)}$",
             "largest real part of the Jacobian's eigenvalues at a fixed point of networks", "network_equilibria",
             "1 / membrane time constant"),
    Quantity("network_kaplan_yorke_dimension", "$D_{KY}$", "Kaplan-Yorke dimension of the attractor of a network",
             "network_spectrum"),
    Quantity("network_kaplan_yorke_per_unit", "$D_{KY} / N$", "Kaplan-Yorke dimension per unit",
             "network_spectrum"),
    Quantity("network_entropy_rate", r"$h_{KS}$", "entropy rate of a network (the sum of its positive exponents)",
             "network_spectrum", "1 / membrane time constant"),
    Quantity("network_entropy_rate_per_unit", r"$h_{KS} / N$", "entropy rate per unit", "network_spectrum",
             "1 / membrane time constant"),
    Quantity("network_kaplan_yorke_per_unit_extrapolated", r"$D_{KY} / N\ (N \to \infty)$",
             "Kaplan-Yorke dimension per unit, extrapolated in 1/N from several sizes", "network_spectrum"),
    Quantity("network_entropy_rate_per_unit_extrapolated", r"$h_{KS} / N\ (N \to \infty)$",
             "entropy rate per unit, extrapolated in 1/N from several sizes", "network_spectrum",
             "1 / membrane time constant"),
    Quantity("network_activity", "$h_i(t)$", "activity of single units of one network", "network_activity",
             dims=("network_unit", "network_time")),
    Quantity("network_trace", "$h_i(t)$", "a few units of one network over a short time, to be looked at",
             "network_trace", dims=("trace_unit", "trace_time")),
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
)  # fmt: skip
