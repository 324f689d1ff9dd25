"""The whole Lyapunov spectrum in the mean field: rows of the registry."""

import math
from collections.abc import Sequence
from typing import Any

from phasemap.model.options import TangentSpectrumOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Dimension, Quantity, Solver
from phasemap.model.solvers.deferred import Deferred
from phasemap.model.unit.nonlinearities import is_constant_gate


def _seconds(point: Parameters, options: Any) -> float:
    if not is_constant_gate(point.alpha_z, point.beta_z):
        # Correlations live longer behind steeper gates, and matrices grow with them: up to some minutes, then refused.
        refused = math.isinf(point.alpha_z) or not is_constant_gate(point.alpha_r, point.beta_r)
        return 1e-3 if refused else 25.0 * math.exp(min(0.45 * abs(point.alpha_z), math.log(36.0)))
    return 1.0 if is_constant_gate(point.alpha_r, point.beta_r) else (3.0 if point.alpha_r <= 6.0 else 5.0)


def _seconds_of_shares(point: Parameters, options: TangentSpectrumOptions) -> float:
    return 0.3 * len(options.rates) * _seconds(point, options)


def _rates(options: TangentSpectrumOptions) -> Sequence[float]:
    return options.rates


DIMENSIONS = (
    Dimension("rate", "rate (of exponents above it)", values=_rates, units="1 / membrane time constant",
              symbol="$s$"),
)  # fmt: skip

SOLVERS = (
    Solver("tangent_spectrum", "entropy rate and dimension from the whole Lyapunov spectrum in the mean field",
           Deferred("phasemap.theory.tangent_spectrum.solver", "solve_points"), _seconds,
           cites=("krishnamurthy2022", "engelken2023")),
    Solver("exponents_above", "the whole Lyapunov spectrum in the mean field",
           Deferred("phasemap.theory.tangent_spectrum.solver", "solve_shares"), _seconds_of_shares,
           TangentSpectrumOptions, table="tangent_spectrum", cites=("krishnamurthy2022", "engelken2023")),
)  # fmt: skip

QUANTITIES = (
    Quantity("entropy_rate_per_unit", r"$h_{KS} / N$",
             "entropy rate per unit (in the mean field: the sum of the positive exponents over N)", "tangent_spectrum",
             "1 / membrane time constant", ("branch",)),
    Quantity("kaplan_yorke_per_unit", r"$D_{KY} / N$",
             "Kaplan-Yorke dimension per unit (in the mean field, of the directions that are coupled: slaved gates "
             "left out)", "tangent_spectrum", dims=("branch",)),
    Quantity("positive_exponent_fraction", "$-W'(0)$",
             "positive exponents over N (in the mean field)", "tangent_spectrum", dims=("branch",)),
    Quantity("exponents_above", "$-W'(s)$", "share of exponents above a rate (their number over N, in the mean field)",
             "exponents_above", dims=("branch", "rate")),
)  # fmt: skip
