"""Numerical options of the cells' solvers. Times are steps."""

from dataclasses import dataclass

from phasemap.model.options import option


@dataclass(frozen=True)
class CellEnsembleOptions:
    """Ensembles of paths in the dynamic mean field (docs/cells.md, section 5)."""

    paths: int = option(1000, "paths of an ensemble", minimum=16)
    steps: int = option(256, "steps of the ring on which the paths close", minimum=16)
    horizon: int = option(100, "steps over which a deviation's growth is followed; at most the ring", minimum=8)
    ensembles: int = option(4, "independent ensembles: the error is the scatter between them", minimum=2)
    iterations: int = option(200, "most iterations to self-consistency", minimum=1)
    tolerance: float = option(1e-3, "what the iterations may still leave of C(0), relative to it", above=0.0)


@dataclass(frozen=True)
class CellNetworkOptions:
    """Networks of finite size with random matrices."""

    size: int = option(500, "number of units N", minimum=1)
    realisations: int = option(4, "independent networks per point", minimum=1)
    sizes: tuple[int, ...] = option(
        (), "several sizes, instead of `size`: quantities are those of the largest, exponents are extrapolated in 1/N"
    )
    duration: int = option(1000, "steps over which exponents and averages are taken", minimum=10)
    transient: int = option(500, "steps dropped before", minimum=0)
    exponents: int = option(1, "Lyapunov exponents that are followed (QR), largest first", minimum=1)
    initial_amplitude: float = option(1.0, "standard deviation of the initial state", minimum=0.0)
