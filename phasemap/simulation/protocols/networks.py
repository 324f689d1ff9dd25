"""Protocols in several networks of one or several sizes, and what they say together."""

import contextlib
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from phasemap.errors import StopRequested
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import InputCourse
from phasemap.simulation.estimators.extrapolation import extrapolate_to_infinite_size
from phasemap.simulation.estimators.outcomes import Outcome, nothing, outcome
from phasemap.simulation.estimators.statistics import combine_realisations
from phasemap.simulation.network.disorder import realisation_seed
from phasemap.simulation.protocols.choice import DENSE, LAZY, cost_of
from phasemap.simulation.protocols.setup import Setup
from phasemap.simulation.threads import single_threaded_blas

Run = TypeVar("Run")


class Kept(Protocol):
    """Networks that are finished already, by size, number and way ("dense", "lazy")."""

    def take(self, size: int, k: int, way: str) -> Any | None:
        """What a network gave, if that is known."""

    def keep(self, size: int, k: int, way: str, run: Any) -> None:
        """Note what a network gave."""


@dataclass(frozen=True)
class Conditions:
    """What networks are run under.

    courses: inputs in time. amplitude: standard deviation of the initial state. told: called with how many networks
    are done, and of how many, before each and after the last. kept: those that need not be run again.
    """

    courses: tuple[InputCourse, ...] = ()
    amplitude: float = 1.0
    told: Callable[[int, int], None] = lambda done, total: None
    kept: Kept | None = None


@dataclass(frozen=True)
class Networks(Generic[Run]):
    """Runs by size, ascending, and whether these networks had matrices ("dense") or not ("lazy").

    stopped: how many were done when a signal stopped them; sizes of which none was are missing. Empty: all are there.
    """

    runs: Mapping[int, Sequence[Run]]
    ways: Mapping[int, str]
    stopped: str = ""

    @property
    def largest(self) -> int:
        """The largest size."""
        return max(self.runs)

    def combined(self, read: Callable[[Run], tuple[FloatArray, FloatArray]], size: int | None = None) -> Outcome:
        """Mean and standard error over the networks of a size of what `read` takes from each: (value, noise)."""
        rows = [read(run) for run in self.runs[self.largest if size is None else size]]
        values, errors = (np.array([np.asarray(row[k], dtype=float) for row in rows]) for k in (0, 1))
        return outcome(*combine_realisations(values, errors))

    def extrapolated(self, read: Callable[[Run], tuple[FloatArray, FloatArray]]) -> Outcome:
        """The same in the limit 1/N -> 0, entry by entry; nothing for a single size."""
        by_size = {size: self.combined(read, size) for size in self.runs}
        shape = by_size[self.largest].value.shape
        if len(by_size) < 2:
            return nothing(shape)
        values, errors = np.full(shape, np.nan), np.full(shape, np.nan)
        for place in np.ndindex(shape):
            of_sizes = [float(one.error[place]) for one in by_size.values()]
            if all(math.isfinite(e) and e > 0.0 for e in of_sizes):
                fit = extrapolate_to_infinite_size(
                    list(by_size), [float(one.value[place]) for one in by_size.values()], of_sizes
                )
                values[place], errors[place] = fit.limit, fit.error
        return outcome(values, errors)


def way_of(p: Parameters, size: int, options: ProtocolOptions, steps: float) -> str:
    """Whether networks of a size have matrices or not: as asked for, or as is cheaper."""
    if options.couplings in (DENSE, LAZY):
        return options.couplings
    return cost_of(p, size, steps).cheaper


def run_networks(
    run: Callable[[Setup], Run],
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    steps: float,
    conditions: Conditions | None = None,
) -> Networks[Run]:
    """`options.networks` networks of every size; network k of size N is drawn from the child (N, k) of the seed.

    steps: expected of a run, by which networks are chosen to have matrices or not. Those that are done when a stop is
    requested are kept.
    """
    under = conditions or Conditions()
    sizes = sorted(set(options.sizes)) or [options.size]
    ways = {size: way_of(p, size, options, steps) for size in sizes}
    runs: dict[int, list[Run]] = {size: [] for size in sizes}
    total = len(sizes) * options.networks
    with single_threaded_blas(), contextlib.suppress(StopRequested):
        for done, (size, k) in enumerate(itertools.product(sizes, range(options.networks))):
            under.told(done, total)
            finished = under.kept.take(size, k, ways[size]) if under.kept is not None else None
            if finished is None:
                own, lazy = realisation_seed(seed, size, k), ways[size] == LAZY
                finished = run(Setup(p, size, own, lazy, options.relax, under.amplitude, under.courses))
                if under.kept is not None:
                    under.kept.keep(size, k, ways[size], finished)
            runs[size].append(finished)
    if sum(map(len, runs.values())) < total:
        return Networks({size: own for size, own in runs.items() if own}, ways, _how_many(runs, options.networks))
    under.told(total, total)
    return Networks(runs, ways)


def _how_many(runs: Mapping[int, Sequence[Any]], asked: int) -> str:
    """In words."""
    return ", ".join(f"{len(own)} of {asked} networks of {size} units" for size, own in runs.items())
