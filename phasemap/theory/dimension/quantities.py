"""Dimension of activity in the mean field: rows of the registry."""

from collections.abc import Sequence
from dataclasses import fields

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Quantity, Solver
from phasemap.model.solvers.deferred import Deferred
from phasemap.model.unit.nonlinearities import is_constant_gate


def _seconds(point: Parameters, options: EnsembleOptions) -> float:
    if is_constant_gate(point.alpha_z, point.beta_z):
        return 8e-3
    steepness = min(point.alpha_z, 20.0)
    return float(2.0 + 0.3 * steepness**2 * min((0.005 / options.relative_error) ** 1.5, 100.0))


def _reads(point: Parameters) -> Sequence[str]:
    return [] if is_constant_gate(point.alpha_z, point.beta_z) else [field.name for field in fields(EnsembleOptions)]


SOLVERS = (
    Solver("participation", "participation ratios in the mean field",
           Deferred("phasemap.theory.dimension.solver", "solve_points"), _seconds, EnsembleOptions, table="ensemble",
           reads=_reads, line="g_h", cites=("krishnamurthy2022",)),
)  # fmt: skip

QUANTITIES = tuple(
    Quantity(f"participation_ratio{suffix}", symbol,
             f"participation ratio of the covariance over units of {what}, per unit", "participation",
             dims=("branch",))
    for suffix, symbol, what in (
        ("", r"$PR_h / N$", "h"),
        ("_activity", r"$PR_\phi / N$", "the activity phi(h)"),
        ("_output", r"$PR_\psi / N$", "the output phi(h) sigma_r"),
        ("_output_gate", r"$PR_r / N$", "the input r to the output gate"),
        ("_update_gate", r"$PR_z / N$", "the input z to the update gate"),
    )
)  # fmt: skip
