"""Critical surfaces of the static and the dynamic theory: rows of the registry."""

from functools import partial

from phasemap.model.parameters import Parameters
from phasemap.model.registry import Box, SurfaceKind
from phasemap.model.results import CriticalSurface
from phasemap.model.solvers.deferred import Deferred
from phasemap.theory.static.quantities import PINNED

# Growth rate up to which a finite alpha_z still counts as marginal stability on the surface `slow_edge`, and in labels.
_SLOW_EDGE = 1e-3

_static = Deferred("phasemap.theory.surfaces.static_surfaces", "trace")
_fluctuating = Deferred("phasemap.theory.surfaces.fluctuating_surfaces", "trace")


def _pinning_limit(base: Parameters, box: Box) -> CriticalSurface:
    traced: CriticalSurface = _static("pinning_limit", base, box, PINNED)
    return traced


def _slow_edge(base: Parameters, box: Box) -> CriticalSurface:
    traced: CriticalSurface = _static("slow_edge", base, box, _SLOW_EDGE)
    return traced


SURFACES = (
    SurfaceKind("zero_instability", "the zero fixed point loses stability",
                partial(_static, "zero_instability"), 0.05, (2, 3), noisy=False),
    SurfaceKind("static_fold", "a pair of non-zero fixed points appears",
                partial(_static, "static_fold"), 0.2, (2, 3), noisy=False),
    SurfaceKind("static_gain_one", "S = 1: a non-zero fixed point loses stability",
                partial(_static, "static_gain_one"), 0.3, (2, 3), noisy=False),
    SurfaceKind("marginal_boundary", "f S = 1 for a hard update gate: the marginally stable region ends",
                partial(_static, "marginal_boundary"), 0.3, (2, 3), noisy=False),
    SurfaceKind("slow_edge", "lambda_e = 0.001: a non-zero fixed point leaves marginal stability at finite alpha_z",
                _slow_edge, 0.5, (2, 3), noisy=False),
    SurfaceKind("pinning_limit", f"p = {PINNED:g}: the update gate no longer pins an unstable fixed point, where the "
                "marginally stable region ends at finite alpha_z", _pinning_limit, 0.5, (2, 3), noisy=False),
    SurfaceKind("static_tricritical", "fixed points turn from appearing continuously to appearing in pairs",
                partial(_static, "static_tricritical"), 0.05, (2, 3), noisy=False),
    SurfaceKind("dynamic_tricritical", "chaos turns from appearing continuously to appearing at a fold",
                partial(_static, "dynamic_tricritical"), 0.05, (2, 3), noisy=False),
    SurfaceKind("complexity_tricritical",
                "proliferation of fixed points turns from beginning continuously to beginning at a finite amplitude",
                partial(_static, "complexity_tricritical"), 0.05, (2, 3), noisy=False),
    SurfaceKind("dynamic_fold", "a pair of fluctuating states appears: chaos begins at a finite amplitude",
                partial(_fluctuating, "dynamic_fold"), 2.0, (2, 3)),
    SurfaceKind("lyapunov_zero", "the exponent of the fluctuating attractor changes sign under noise",
                partial(_fluctuating, "lyapunov_zero"), 8.0, (2, 3)),
)  # fmt: skip
