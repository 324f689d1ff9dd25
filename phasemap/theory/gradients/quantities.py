"""Gradients in the mean field: rows of the registry."""

from collections.abc import Sequence

from phasemap.model.options import GradientOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import ROWS
from phasemap.model.registry import Dimension, Quantity, Solver
from phasemap.model.solvers.deferred import Deferred
from phasemap.model.unit.nonlinearities import is_constant_gate

_TIME = "membrane time constant"


def _lags(options: GradientOptions) -> Sequence[float]:
    return options.lags


def _seconds(point: Parameters, options: GradientOptions) -> float:
    if is_constant_gate(point.alpha_z, point.beta_z):
        return 0.3 if max(options.lags, default=1.0) <= 48.0 else 1.0
    # Paths are needed only where the gate moves: not at fixed points, not behind a hard gate.
    return 1.0 if options.state != "attractor" or point.alpha_z > 1e6 else 0.5 + 9.0 * (options.paths / 65536.0 + 0.1)


def _reads(point: Parameters) -> Sequence[str]:
    return ["lags", "state"] + ([] if is_constant_gate(point.alpha_z, point.beta_z) else ["ensemble_error", "paths"])


DIMENSIONS = (
    Dimension("gradient_lag", "lag between the loss and the gradient", values=_lags, units=_TIME, symbol="$s$"),
)

SOLVERS = (
    Solver("gradients", "size of gradients in the mean field",
           Deferred("phasemap.theory.gradients.solver", "solve_points"), _seconds, GradientOptions, table="gradients",
           reads=_reads, cites=("krishnamurthy2022", "sompolinsky1988")),
)  # fmt: skip

QUANTITIES = (
    *(Quantity(row.name, f"${row.symbol}$", row.description, "gradients", row.units, ("gradient_lag",))
      for row in ROWS),
    Quantity("adjoint_growth_rate", r"$\lambda_A$", "growth rate of gradients with the lag (lambda of the last law "
             "A(s, s) ~ exp(2 lambda s))",
             "gradients", f"1 / {_TIME}"),
    Quantity("adjoint_amplitude", "$a$",
             "amplitude of the last law of A(s, s): of exp(2 lambda s) where h fluctuates, of s^(-1/2) exp(2 lambda s) "
             "at a fixed point", "gradients"),
    Quantity("adjoint_limit", r"$A(\infty, \infty)$",
             "mean square of gradients at long lags (limit of A(s, s)); behind a hard update gate "
             "(1 - f) / (1 - f S)", "gradients"),
    Quantity("vanishing_lag", "$s_{-}$", "lag at which gradients have vanished (A(s, s) has fallen to 1/1000)",
             "gradients", _TIME),
    Quantity("exploding_lag", "$s_{+}$", "lag at which gradients have exploded (A(s, s) has grown to 1000)",
             "gradients", _TIME),
)  # fmt: skip

SURFACES = ()
