"""What the static mean field gives: rows of the registry."""

from typing import Any

from phasemap.model.parameters import Parameters
from phasemap.model.registry import Dimension, Quantity, Solver
from phasemap.model.solvers.deferred import Deferred

# Pinning ratio up to which an unstable fixed point counts as pinned, in labels.
PINNED = 0.1

FIXED_POINTS: tuple[str, ...] = ("zero", "lower", "middle", "upper")


def _seconds(point: Parameters, options: Any) -> float:
    # An input outside a fluctuating update gate is averaged over that gate.
    return 1e-4 if point.input_divided else 4e-5


DIMENSIONS = (Dimension("fixed_point", "static solution", FIXED_POINTS, symbol="fixed point"),)

SOLVERS = (
    Solver("statics", "static mean field: all fixed points",
           Deferred("phasemap.theory.static.fixed_points", "solve_points"), _seconds,
           cites=("krishnamurthy2022", "can2020"), essential=True),
)  # fmt: skip

QUANTITIES = (
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
    Quantity("marginal_gain", "$f S$",
             "marginal gain (a hard update gate pins the spectrum's edge to zero while f S < 1 < S)",
             "statics", dims=("fixed_point",)),
    Quantity("stability", "stability", "1: stable; 0: marginally stable (hard update gate); -1: unstable",
             "statics", dims=("fixed_point",)),
    Quantity("leading_edge", r"$\lambda_e$", "leading edge of the Jacobian's spectrum at a fixed point", "statics",
             "1 / membrane time constant", ("fixed_point",)),
    Quantity("pinning_ratio", "$p$",
             "pinning ratio (rate at which an unstable fixed point is left, over that with the update gate held at its "
             f"mean): it is pinned up to p = {PINNED:g}, and absent where S <= 1", "statics", dims=("fixed_point",)),
)  # fmt: skip
