"""Fixed-step integration of one network, alone or with one tangent vector."""

import numpy as np

from phasemap.kernels.network import steps as kernels
from phasemap.kernels.network.steep_gates import advance_steep
from phasemap.kernels.network.steps import CONSTANT, LIVE
from phasemap.kernels.network.tangent import COEFFICIENTS
from phasemap.model.options import SimulationOptions
from phasemap.model.results import FloatArray
from phasemap.numerics.steps import whole_steps
from phasemap.simulation.network.disorder import Network, Stream, draw_direction, draw_state, generator
from phasemap.simulation.network.noise import NoiseSource, Replay

# A gate's argument may change by about this much in a step (its variable moves at a rate of at most 1 / tau, and not
# faster than h) before its slope is no longer sampled at the stages.
_STEEP = 4.0


class Integrator:
    """A network with its state and a tangent vector, advanced by classical Runge-Kutta steps of order 4.

    `x` is (3, 2, N): fields h, z, r; state and tangent vector. Rows of gates that are no degrees of freedom mean
    nothing. `time` counts from the start.
    """

    def __init__(self, network: Network, step: float, initial: FloatArray, noise: NoiseSource | Replay) -> None:
        self.network = network
        self.step = step
        self.time = 0.0
        self._noise = noise
        n = network.size
        self.x = np.zeros((3, 2, n))
        self.x[:, 0] = initial
        self._stages = np.zeros((3, 3, 2, n))
        self._work = np.zeros((14, n))
        self._rates = np.zeros((3, 2, n))
        self._ahead, self._shares = np.zeros((7, n)), np.zeros((2, 2, n))

    @property
    def steep_gates(self) -> tuple[bool, bool]:
        """Which of the gates z, r can pass from shut to open within a step: hard ones, and others that are steep."""
        p = self.network.parameters
        update, output = (
            mode != CONSTANT and alpha * self.step > _STEEP * max(tau, 1.0)
            for mode, alpha, tau in zip(self.network.modes, (p.alpha_z, p.alpha_r), (p.tau_z, p.tau_r), strict=True)
        )
        return update, output

    @property
    def state(self) -> FloatArray:
        """Fields h, z, r (3, N); a view."""
        return self.x[:, 0]

    @property
    def h(self) -> FloatArray:
        """Membrane variables (N,); a view."""
        return np.asarray(self.x[0, 0])

    @property
    def noise_is_on(self) -> bool:
        """Whether any noise input has an amplitude."""
        return bool(self._noise.fields.size > 0)

    def draw_noise(self, n_steps: int) -> FloatArray:
        """Means of the noise inputs over the next steps (n_steps, 3, N), (0, 3, N) without noise, for who steps."""
        return self._noise.draw(n_steps)

    def put(self, state: FloatArray, n_steps: int) -> None:
        """Take the state (3, N) to which someone else has advanced it by n_steps."""
        self.x[:, 0] = state
        self.time += n_steps * self.step

    def advance(self, n_steps: int, *, tangent: bool = False) -> None:
        """Advance the state, and the tangent vector if asked, by n_steps."""
        self._advance(n_steps, 2 if tangent else 1, np.zeros((0, COEFFICIENTS, 0)), at_stages=False)

    def advance_linearised(self, n_steps: int, linearisation: FloatArray, *, at_stages: bool) -> None:
        """Advance the state by n_steps and record the coefficients of the tangent flow (`kernels.tangent`).

        linearisation: (4 n_steps, 5, N), filled at the stages of every step, or (n_steps + 1, 5, N), at their ends.
        """
        self._advance(n_steps, 1, linearisation, at_stages=at_stages)

    def _advance(self, n_steps: int, columns: int, linearisation: FloatArray, *, at_stages: bool) -> None:
        if any(self.steep_gates):
            self._advance_steep(n_steps, columns)
        else:
            self._advance_smooth(n_steps, columns, linearisation, at_stages=at_stages)
        self.time += n_steps * self.step

    def _advance_steep(self, n_steps: int, columns: int) -> None:
        parameters, modes, *couplings = self.network.arguments()
        advance_steep(
            parameters, modes, self.steep_gates, *couplings, self.network.drive, self._noise.draw(n_steps),
            self.x, self.step, n_steps, columns, self._stages, self._work, self._ahead, self._shares,
        )  # fmt: skip

    def _advance_smooth(self, n_steps: int, columns: int, linearisation: FloatArray, *, at_stages: bool) -> None:
        kernels.advance(
            *self.network.arguments(), self.network.drive, self._noise.draw(n_steps), self.x, self.step, n_steps,
            columns, linearisation, at_stages, self._stages, self._work,
        )  # fmt: skip

    def set_tangent(self, direction: FloatArray) -> None:
        """Set the tangent vector from a direction (3, N), normalised over the degrees of freedom."""
        for field, carried in enumerate(self.network.carried):
            self.x[field, 1] = direction[field] if carried else 0.0
        self.normalise_tangent()

    def normalise_tangent(self) -> float:
        """Normalise the tangent vector and return its length before."""
        carried = np.array(self.network.carried)
        length = float(np.sqrt((self.x[carried, 1] ** 2).sum()))
        if length > 0.0:
            self.x[carried, 1] /= length
        return length

    def rates(self) -> FloatArray:
        """Time derivative of state and tangent vector (3, 2, N), without noise; zero where not carried."""
        x = self.x.copy()
        kernels.rates(*self.network.arguments(), self.network.drive, x, self._rates, self._work, 2)
        return np.where(np.array(self.network.carried)[:, None, None], self._rates, 0.0)

    def tangent_rates(self, vector: FloatArray) -> FloatArray:
        """Jacobian at the state times a tangent vector given by its carried fields (n, N); returns (3, N)."""
        x = self.x.copy()
        x[np.array(self.network.carried), 1] = vector
        kernels.rates(*self.network.arguments(), self.network.drive, x, self._rates, self._work, 2)
        return np.where(np.array(self.network.carried)[:, None], self._rates[:, 1], 0.0)

    def twin(self, step: float) -> "Integrator":
        """Another integrator of the same network at the same state and tangent vector, with its own step; no noise."""
        if self.noise_is_on:
            raise ValueError("Two steps do not see the same noise.")
        return self._twin(step, self._noise)

    def twins(self, n_steps: int) -> tuple["Integrator", "Integrator"]:
        """Two of them, with the same step and with half of it; any noise over the next n_steps is the same for both."""
        noises = (self._noise, self._noise)
        if isinstance(self._noise, NoiseSource) and self.noise_is_on:
            noises = self._noise.foretell(n_steps)
        return self._twin(self.step, noises[0]), self._twin(0.5 * self.step, noises[1])

    def _twin(self, step: float, noise: NoiseSource | Replay) -> "Integrator":
        other = Integrator(self.network, step, self.state, noise)
        other.x[:] = self.x
        other.time = self.time
        return other

    def speed(self) -> float:
        """Root mean square of the state's time derivative over the degrees of freedom."""
        rates = self.rates()[np.array(self.network.carried), 0]
        return float(np.sqrt((rates**2).mean()))


def start(network: Network, step: float, amplitude: float, seed: np.random.SeedSequence) -> Integrator:
    """An integrator at a random initial state with a random tangent vector, from a realisation's seed."""
    noise = NoiseSource(network, step, generator(seed, Stream.NOISE))
    integrator = Integrator(network, step, draw_state(network.size, amplitude, seed), noise)
    integrator.set_tangent(draw_direction(network.size, seed))
    return integrator


def step_of(network: Network, time_step: float) -> float:
    """Step of the integrator: `time_step`, cut into equal parts where a live gate is faster than two of them."""
    p = network.parameters
    live = [tau for tau, mode in zip((p.tau_z, p.tau_r), network.modes, strict=True) if mode == LIVE]
    return time_step / whole_steps(2.0 * time_step / min([1.0, *live])) if live else time_step


def start_from(network: Network, options: SimulationOptions, seed: np.random.SeedSequence) -> Integrator:
    """An integrator as the options say, from a realisation's seed."""
    return start(network, step_of(network, options.time_step), options.initial_amplitude, seed)
