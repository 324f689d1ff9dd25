"""Numbers of fixed points at N -> infinity: rows of the registry."""

import math
from typing import Any

from phasemap.model.parameters import Parameters
from phasemap.model.registry import Quantity, Solver, SurfaceKind
from phasemap.model.solvers.deferred import Deferred
from phasemap.model.unit.nonlinearities import is_constant_gate

_HERE = "phasemap.theory.complexity"


def _seconds(point: Parameters, options: Any) -> float:
    if is_constant_gate(point.alpha_r, point.beta_r):
        return 1e-3
    # Steep gates are reached by following the saddle; for nearly open ones two sheets of it are looked at.
    steep = 0.02 if math.isinf(point.alpha_r) else 2e-3 * max(1.0, math.log2(max(point.alpha_r, 1.0)))
    return steep * (4.0 if point.beta_r < -0.5 else 1.0)


def _parts_seconds(point: Parameters, options: Any) -> float:
    return 2.0 * _seconds(point, options)  # whether there are any is asked first


def _spectrum_seconds(point: Parameters, options: Any) -> float:
    return 0.02 if is_constant_gate(point.alpha_r, point.beta_r) else 0.2


# The counts follow Kac and Rice; for random networks, Wainrib and Touboul.
_PAPERS = ("krishnamurthy2022", "wainrib2013", "kac1943", "rice1944")

SOLVERS = (
    Solver("complexity", "how many fixed points networks have", Deferred(f"{_HERE}.points", "solve"), _seconds,
           cites=_PAPERS),
    Solver("complexity_parts", "how many fixed points are stable, and a lower bound of all",
           Deferred(f"{_HERE}.points", "solve_parts"), _parts_seconds, cites=_PAPERS),
    Solver("counted_spectrum", "spectrum of the Jacobian at the typical counted fixed point",
           Deferred(f"{_HERE}.counted_spectrum", "solve"), _spectrum_seconds, cites=_PAPERS),
)  # fmt: skip

QUANTITIES = (
    Quantity("complexity", r"$\Sigma$",
             "complexity (growth rate with N, per unit, of the expected number of non-zero fixed points; 0 where there "
             "are none)", "complexity"),
    Quantity("complexity_lower_bound", r"$\zeta$",
             "log |det| of the Jacobian per unit at the upper static mean-field solution: a lower bound of complexity",
             "complexity_parts"),
    Quantity("complexity_stable", r"$\Sigma_{\rm stable}$",
             "complexity of the stable fixed points; negative where they are exponentially rare", "complexity_parts"),
    Quantity("counted_delta_h", r"$\langle h^2 \rangle_\mu$", "variance of h over units at the typical fixed point",
             "complexity"),
    Quantity("counted_unstable_fraction", r"$n_\mu(\mathrm{Re}\,\lambda > 0)$",
             "fraction of the Jacobian's eigenvalues with a positive real part at the typical fixed point",
             "counted_spectrum"),
)  # fmt: skip

SURFACES = (
    SurfaceKind("complexity_onset", "fixed points begin to proliferate: complexity > 0",
                Deferred(f"{_HERE}.onset_surface", "trace"), 2.0, (2, 3), noisy=False),
)  # fmt: skip
