"""Several trajectories of one network, from initial states and noise of their own."""

import numpy as np

from phasemap.kernels.network.together import Wiring, advance_together
from phasemap.model.options import SimulationOptions
from phasemap.model.results import FloatArray
from phasemap.simulation.network.disorder import Network, Stream, child
from phasemap.simulation.network.integrators import Integrator, start_from


class Trajectories:
    """`count` trajectories through the same couplings, advanced together.

    Products with a coupling matrix serve all of them. Gates that open within a step have steps of their own, which go
    one after the other. The first trajectory is that of `start_from` at the same seed.
    """

    def __init__(self, network: Network, options: SimulationOptions, seed: np.random.SeedSequence, count: int) -> None:
        seeds = [seed, *(child(child(seed, Stream.COMPANIONS), k) for k in range(1, count))]
        self.network = network
        self.members: list[Integrator] = [start_from(network, options, own) for own in seeds]

    @property
    def step(self) -> float:
        """The step of all of them."""
        return self.members[0].step

    @property
    def states(self) -> FloatArray:
        """Fields h, z, r of every trajectory (3, count, N); the gates' rows mean nothing where a gate is constant."""
        return np.stack([one.state for one in self.members], axis=1)

    def advance(self, n_steps: int) -> None:
        """Advance all by n_steps."""
        if any(self.members[0].steep_gates):
            for one in self.members:
                one.advance(n_steps)
            return
        states = self.states
        noise = np.stack([one.draw_noise(n_steps) for one in self.members], axis=2)
        wiring = Wiring._make((*self.network.arguments(), self.network.drive))
        advance_together(wiring, noise, states, self.step, n_steps)
        for k, one in enumerate(self.members):
            one.put(states[:, k], n_steps)
