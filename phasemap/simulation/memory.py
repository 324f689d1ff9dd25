"""Memory that a simulated network takes, estimated before it is drawn."""

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters

_SINGLE, _DOUBLE = 4, 8
# Rows of a (3, 2, N) state, its stages, scratch and noise of one piece of a run.
_VECTORS = 60
# Copies of the recorded activity that are alive at once while its autocorrelation is taken.
_COPIES = 6
# Rows of a panel of tangent vectors, and panels in work at once.
_PANEL, _THREADS = 256, 2
# What Python and the compiled code take by themselves.
_BASE = 150_000_000


def memory_of(options: SimulationOptions, parameters: Parameters, *, spectrum: bool = False) -> int:
    """Bytes that the largest network of a point takes at its peak, the process itself included.

    Networks of a point are simulated one after the other. spectrum: with all tangent vectors (solver
    "network_spectrum", and the command `simulate`), instead of one.
    """
    size = max(options.sizes, default=options.size)
    matrices = 1 + sum(gate.moves for gate in parameters.gates)
    fields = 1 + sum(gate.is_live for gate in parameters.gates)
    samples = options.duration / max(0.5, options.time_step) + 1.0
    total = _BASE + _SINGLE * matrices * size**2 + _DOUBLE * size * (_VECTORS + _COPIES * samples)
    if spectrum:
        total += _spectrum_memory(options, size, matrices, fields)
    return round(total)


def _spectrum_memory(options: SimulationOptions, size: int, matrices: int, fields: int) -> float:
    """Transposed couplings, tangent vectors and their Gram matrix; and a panel of scratch for every thread.

    All of it twice, while the step is checked; for the check of single precision once more in double precision.
    """
    from phasemap.kernels.network.tangent import SCRATCH  # loads the compiler, which a plan needs for nothing else

    width = _SINGLE + _DOUBLE if options.single_precision else 2 * _DOUBLE
    count = min(options.exponents or fields * size, fields * size)
    panels = _THREADS * SCRATCH * min(count, _PANEL) * size
    return width * (matrices * size**2 + count * fields * size + count**2 + panels)
