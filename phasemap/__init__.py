"""Phase diagrams of gated recurrent neural networks.

The names of the library are imported when they are used: `import phasemap` alone loads nothing heavy.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from phasemap.api import (
        Estimate,
        Field,
        Phase,
        Result,
        compare,
        fixed_points,
        hysteresis,
        iter_sweep,
        jacobian_spectrum,
        load_config,
        open,  # noqa: A004
        parameters,
        simulate,
        solve,
        sweep,
    )
    from phasemap.errors import PhasemapError
    from phasemap.model.parameters import Parameters, make_parameters

_ELSEWHERE = {
    "PhasemapError": "phasemap.errors",
    "Parameters": "phasemap.model.parameters",
    "make_parameters": "phasemap.model.parameters",
}

__all__ = [
    "Estimate",
    "Field",
    "Parameters",
    "Phase",
    "PhasemapError",
    "Result",
    "__version__",
    "compare",
    "fixed_points",
    "hysteresis",
    "iter_sweep",
    "jacobian_spectrum",
    "load_config",
    "make_parameters",
    "open",
    "parameters",
    "simulate",
    "solve",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'phasemap' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_ELSEWHERE.get(name, "phasemap.api")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
