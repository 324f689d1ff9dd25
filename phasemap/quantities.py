"""The registry: every quantity that can be asked for, what it means and who computes it.

Rows stand beside the solvers that compute them, in light modules called `quantities`; here they are only collected.
Solvers are imported when they run, so that the registry can be read (by the help texts, the configuration) without
compiled code. The contract of solvers, surfaces and dimensions stands with their records in `phasemap.model.registry`.
"""

from typing import Any

from phasemap.cells.quantities import CELL_REGISTRIES
from phasemap.model.registry import Dimension, Quantity, Registry, Solver, SurfaceKind
from phasemap.simulation.fixed_points import quantities as network_counts
from phasemap.simulation.gradients import quantities as network_gradients
from phasemap.simulation.protocols import quantities as protocols
from phasemap.simulation.solvers import quantities as simulation
from phasemap.theory.complexity import quantities as complexity
from phasemap.theory.dimension import quantities as dimension
from phasemap.theory.dynamic import quantities as dynamic
from phasemap.theory.gradients import quantities as gradients
from phasemap.theory.jacobian import quantities as jacobian
from phasemap.theory.static import quantities as static
from phasemap.theory.surfaces import quantities as surfaces
from phasemap.theory.tangent_spectrum import quantities as tangent_spectrum
from phasemap.theory.transient.memory import quantities as memory

_ROOMS = (
    static,
    dynamic,
    dimension,
    tangent_spectrum,
    jacobian,
    complexity,
    gradients,
    surfaces,
    simulation,
    network_counts,
    network_gradients,
    memory,
    protocols,
)


def _collected(kind: str) -> dict[str, Any]:
    return {row.name: row for room in _ROOMS for row in getattr(room, kind, ())}


QUANTITIES: dict[str, Quantity] = _collected("QUANTITIES")
SOLVERS: dict[str, Solver] = _collected("SOLVERS")
SURFACES: dict[str, SurfaceKind] = _collected("SURFACES")
DIMENSIONS: dict[str, Dimension] = _collected("DIMENSIONS")

REGISTRY = Registry(QUANTITIES, SOLVERS, SURFACES, DIMENSIONS, cells=CELL_REGISTRIES)
"""The rate network; discrete cells by name under `cells`."""
