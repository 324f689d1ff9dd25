"""A network before anything is done to it: drawn, and relaxed from a random state."""

from dataclasses import dataclass

import numpy as np

from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import InputCourse
from phasemap.simulation.lazy.couplings import Couplings, LazyCouplings, draw_dense
from phasemap.simulation.lazy.drive import make_drive, with_courses
from phasemap.simulation.lazy.network import ReplicaNetwork
from phasemap.simulation.lazy.rule import StepRule
from phasemap.simulation.lazy.steps import Stepper
from phasemap.simulation.network.disorder import draw_direction, draw_state


@dataclass(frozen=True)
class Setup:
    """A network to be run.

    lazy: without matrices. relax: time before anything happens, from h, z, r ~ N(0, amplitude^2), independent.
    courses: inputs that all replicas see; their clock, and that of the protocols, starts after the relaxation.
    """

    parameters: Parameters
    size: int
    seed: np.random.SeedSequence
    lazy: bool = False
    relax: float = 30.0
    amplitude: float = 1.0
    courses: tuple[InputCourse, ...] = ()
    rule: StepRule = StepRule()  # noqa: RUF009

    def couplings(self, seed: np.random.SeedSequence | None = None) -> Couplings:
        """The couplings of this seed, or of another; with and without matrices they are alike in law only."""
        make = LazyCouplings if self.lazy else draw_dense
        couplings: Couplings = make(self.parameters, self.size, seed or self.seed)
        return couplings

    def relaxed(self) -> Stepper:
        """The network after its relaxation, with one replica, at time 0."""
        p, size = self.parameters, self.size
        state = draw_state(size, self.amplitude, self.seed)
        network = ReplicaNetwork(p, self.couplings(), make_drive(p, size, self.seed), state)
        stepper = Stepper(network, self.rule)
        stepper.advance_to(self.relax)
        network.time = 0.0
        network.drive = with_courses(network.drive, self.courses)
        stepper.event()
        return stepper

    def direction(self) -> FloatArray:
        """A random direction (N,), iid N(0, 1): of kicks and of pulses."""
        return np.asarray(draw_direction(self.size, self.seed)[0])
