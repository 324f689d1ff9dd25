"""A stretch of one network's trajectory, linearised, along which tangent vectors go forward and adjoints backward."""

from dataclasses import dataclass

import numpy as np

from phasemap.kernels.gradients.adjoint import SCRATCH, transposed_step
from phasemap.kernels.network import tangent as tangent_kernel
from phasemap.kernels.network.steps import LIVE
from phasemap.model.results import FloatArray
from phasemap.model.unit.linearisation import local_factors
from phasemap.model.unit.nonlinearities import activation, gate
from phasemap.simulation.lyapunov.tangent import decay_factors
from phasemap.simulation.network.disorder import Network
from phasemap.simulation.network.integrators import Integrator

_AT_STEP_ENDS, _AT_STAGES = (0, 1, 1, 2, 2), (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Window:
    """The linearised flow over n tangent steps of one length.

    coefficients (n_times, 5, N), pattern: as in `kernels.tangent`; factors (n, 3, N): decay of h in every step.
    gate_sigma, psi, phi (n + 1, N): sigma_z, phi sigma_r and phi at the ends of the steps.
    """

    network: Network
    step: float
    coefficients: FloatArray
    pattern: tuple[int, ...]
    factors: FloatArray
    gate_sigma: FloatArray
    psi: FloatArray
    phi: FloatArray

    @property
    def steps(self) -> int:
        """Tangent steps of the window."""
        return len(self.factors)

    @property
    def gate_rates(self) -> FloatArray:
        """1 / tau of the gates z and r where they are integrated, else 0."""
        p = self.network.parameters
        return np.array(
            [
                1.0 / tau if mode == LIVE else 0.0
                for tau, mode in zip((p.tau_z, p.tau_r), self.network.modes, strict=True)
            ]
        )

    @property
    def residual(self) -> float:
        """Share of the decay that is not in the factors."""
        return 1.0 if self.pattern == _AT_STAGES else 0.0

    @property
    def weights(self) -> FloatArray:
        """Weights of the four stages in the result, times the step."""
        return np.array([1 / 6, 1 / 3, 1 / 3, 1 / 6]) * self.step

    @property
    def reaches(self) -> FloatArray:
        """How far the stages' arguments reach, times the step."""
        return np.array([0.5, 0.5, 1.0, 0.0]) * self.step

    def factors_of(self, step: int) -> FloatArray:
        """Decay of the fields h, z, r (3, 3, N) over the first half of a step, its second half and all of it."""
        size = self.network.size
        if self.residual:
            return np.ones((3, 3, size))
        gates = np.exp(-np.outer(self.gate_rates, [0.5, 0.5, 1.0]) * self.step)
        return np.concatenate([self.factors[step][None], np.repeat(gates[:, :, None], size, axis=2)])


def record(integrator: Integrator, n_steps: int) -> Window:
    """Advance a network by n tangent steps (two of its own steps each, without noise) and keep its linearisation."""
    noisy = integrator.noise_is_on
    size, own = integrator.network.size, 1 if noisy else 2
    stride = 4 if noisy else 2
    coefficients = np.empty((stride * n_steps + (0 if noisy else 1), tangent_kernel.COEFFICIENTS, size))
    states = np.empty((n_steps + 1, 3, size))
    for k in range(n_steps):
        states[k] = integrator.state
        part = coefficients[stride * k : stride * k + (4 if noisy else 3)]
        integrator.advance_linearised(own, part, at_stages=noisy)
    states[n_steps] = integrator.state
    return _window(integrator, states, coefficients, own * integrator.step)


def at_rest(integrator: Integrator, n_steps: int) -> Window:
    """The same at a state that is taken to be a fixed point: its linearisation, over and over."""
    network, state = integrator.network, integrator.state.copy()
    at = local_factors(network.parameters, *state)
    # At a fixed point the bracket is what the input outside it needs: nothing without one.
    outside = network.drive[0] * (1.0 - network.parameters.input_inside)
    with np.errstate(divide="ignore", invalid="ignore"):
        q = np.where(outside == 0.0, 0.0, -at.update_slope * outside / at.update)
    once = np.stack([at.phi_slope * at.output, at.phi * at.output_slope, at.phi_slope, at.update, q])
    coefficients = np.repeat(once[None], 2 * n_steps + 1, axis=0)
    return _window(integrator, np.repeat(state[None], n_steps + 1, axis=0), coefficients, 2.0 * integrator.step)


def _window(integrator: Integrator, states: FloatArray, coefficients: FloatArray, step: float) -> Window:
    network, p, noisy = integrator.network, integrator.network.parameters, integrator.noise_is_on
    n_steps = len(states) - 1
    gate_sigma = coefficients[:, tangent_kernel.SIGMA_Z]
    phi = activation(states[:, 0], p.g_h, p.beta_h)
    psi = phi * gate(states[:, 2], p.alpha_r, p.beta_r)
    if noisy:
        factors = np.ones((n_steps, 3, network.size))
        ends = gate(states[:, 1], p.alpha_z, p.beta_z)
    else:
        factors, ends = decay_factors(gate_sigma, step), gate_sigma[::2]
    pattern = _AT_STAGES if noisy else _AT_STEP_ENDS
    return Window(network, step, coefficients, pattern, factors, ends, psi, phi)


class Adjoint:
    """K adjoint vectors at the end of a window, taken backwards step by step.

    vectors: (3, K, N) of the fields h, z, r.
    """

    def __init__(self, window: Window, vectors: FloatArray) -> None:
        self.window = window
        self.vectors = vectors.copy()
        self.lag = 0
        network = window.network
        self._couplings = [np.ascontiguousarray(J.astype(np.float64)) for J in (network.J_h, network.J_z, network.J_r)]
        self._scratch = np.zeros((SCRATCH, *vectors.shape[1:]))
        self._residual = np.array([window.residual])

    def back(self) -> None:
        """One tangent step back in time."""
        window = self.window
        self.lag += 1
        k = window.steps - self.lag
        places = [window.pattern[4] * k + offset for offset in window.pattern[:4]]
        stages = np.ascontiguousarray(window.coefficients[places])
        transposed_step(
            window.network.modes, window.gate_rates, *self._couplings, stages,
            window.factors_of(k), self._residual, window.weights, window.reaches, self.vectors, self._scratch,
        )  # fmt: skip
        for field, on in enumerate(window.network.carried):
            if not on:
                self.vectors[field] = 0.0


def forward(window: Window, vectors: FloatArray) -> FloatArray:
    """Tangent vectors (3, K, N) at the start of a window carried to its end, by `kernels.tangent.propagate`."""
    network, moved = window.network, vectors.copy()
    gates = np.stack([window.factors_of(0)[1], window.factors_of(0)[2]])
    scratch = np.zeros((tangent_kernel.SCRATCH, *vectors.shape[1:]))
    empty = np.zeros((0, network.size))
    parts = [moved[f] if on else empty for f, on in enumerate(network.carried)]
    transposed = [np.ascontiguousarray(J.T.astype(np.float64)) for J in (network.J_h, network.J_z, network.J_r)]
    tangent_kernel.propagate(
        network.modes, window.gate_rates, *transposed, window.coefficients, np.array(window.pattern), window.factors,
        gates, np.array([window.residual]), window.weights, window.reaches, *parts, scratch,
    )  # fmt: skip
    return moved
