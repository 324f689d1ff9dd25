"""Networks of one or several sizes and several realisations at one point, and what they say together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from phasemap.errors import ParameterError
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.simulation.estimators.outcomes import Outcome, combine_networks, extrapolate
from phasemap.simulation.network.disorder import realisation_seed

Seeds = Sequence[np.random.SeedSequence]
Outcomes = dict[str, Outcome]
# (point, options, size, seed) -> quantities of one network, and whether it came to rest.
Simulate = Callable[[Parameters, SimulationOptions, int, np.random.SeedSequence], tuple[Outcomes, bool]]


def sizes_of(options: SimulationOptions) -> tuple[int, ...]:
    """Network sizes to run, ascending.

    Raises:
        ParameterError: a size below 1, or one that is named twice.
    """
    if len(set(options.sizes)) < len(options.sizes):
        raise ParameterError(
            f"Network sizes {list(options.sizes)} name a size twice: name every size once (at least two different ones "
            "for an extrapolation in 1/N), and give simulation.realisations for more networks of a size."
        )
    if any(size < 1 for size in options.sizes):
        raise ParameterError(f"Network sizes {list(options.sizes)} are not allowed: every size must be at least 1.")
    return tuple(sorted(set(options.sizes))) or (options.size,)


@dataclass(frozen=True)
class Realisations:
    """Size -> one entry per network: its quantities; whether it came to rest."""

    found: dict[int, list[Outcomes]]
    settled: dict[int, list[bool]]

    @property
    def largest(self) -> int:
        """The largest size."""
        return max(self.found)

    @property
    def settled_share(self) -> float:
        """Share of the largest networks that came to rest."""
        return float(np.mean(self.settled[self.largest]))

    def combined(self) -> Outcomes:
        """Means over the largest networks, named `network_...`."""
        found, settled = self.found[self.largest], self.settled[self.largest]
        return {f"network_{name}": combine_networks([one[name] for one in found], settled) for name in found[0]}

    def extrapolated(self, name: str) -> Outcome:
        """A quantity extrapolated in 1/N."""
        return extrapolate({size: [one[name] for one in found] for size, found in self.found.items()}, self.settled)


def realise(
    simulate: Simulate, point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence
) -> Realisations:
    """Simulate all networks of a point; realisation k of size N is drawn from the child (N, k) of its seed."""
    found: dict[int, list[Outcomes]] = {}
    settled: dict[int, list[bool]] = {}
    for size in sizes_of(options):
        runs = [simulate(point, options, size, realisation_seed(seed, size, k)) for k in range(options.realisations)]
        found[size], settled[size] = [outcomes for outcomes, _ in runs], [at_rest for _, at_rest in runs]
    return Realisations(found, settled)
