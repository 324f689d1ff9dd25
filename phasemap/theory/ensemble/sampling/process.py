"""The single-unit process of one point of parameter space, as the ensemble needs it.

From the correlation function C_phi of the activity follow the covariances of everything that is Gaussian: of the drive
of h (C_phi times that of the output gate), of z, and of r (docs/theory.md (5.1)). Common inputs shift biases.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.kernels.ensemble.paths import INSIDE, NO_NOISE, OUTSIDE
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.noise import undefined_noise
from phasemap.theory.ensemble.sampling.gaussian import Pair, filtered_noise, gate_pair, hard_gate_pair
from phasemap.theory.ensemble.sampling.ring import Ring


@dataclass(frozen=True)
class Process:
    """The process at `parameters`; its update gate fluctuates.

    Raises:
        UnsupportedError: white noise on a gate without inertia, which has no variance.
    """

    parameters: Parameters

    def __post_init__(self) -> None:
        refusal = undefined_noise(self.parameters)
        if refusal:
            raise UnsupportedError(refusal)

    @property
    def has_output_gate(self) -> bool:
        """Whether the output gate fluctuates too."""
        return self.parameters.output_gate.moves

    @property
    def is_hard(self) -> bool:
        """Whether the update gate is hard."""
        return self.parameters.update_gate.is_hard

    @property
    def has_tangent(self) -> bool:
        """Whether all gates are smooth: a hard one makes the maximum exponent infinite."""
        return not any(gate.is_hard for gate in self.parameters.gates)

    @property
    def gate_offset(self) -> float:
        """beta_z shifted by the mean input, or the threshold in z of a hard gate."""
        return self.parameters.update_gate.offset

    @property
    def inside(self) -> bool:
        """Whether I^h stands inside the bracket."""
        return self.parameters.input_inside == 1.0

    @property
    def noise_placement(self) -> int:
        """Where noise enters h, as the kernels count."""
        if self.parameters.noise_h == 0.0:
            return NO_NOISE
        return INSIDE if self.inside else OUTSIDE

    @property
    def bias(self) -> float:
        """Bias of the activation, the mean input inside the bracket included."""
        p = self.parameters
        return p.beta_h + (p.g_h * p.m_h if self.inside else 0.0)

    @property
    def is_odd(self) -> bool:
        """Whether h -> -h is a symmetry, so that correlations decay to zero."""
        return self.parameters.is_odd

    @property
    def is_noisy(self) -> bool:
        """Whether a noise input reaches the process."""
        return self.parameters.is_noisy

    @property
    def is_driven(self) -> bool:
        """Whether noise moves h at every gain: on a gate it does only if something else keeps h from zero."""
        return self.parameters.noise_h > 0.0 or (self.is_noisy and not self.is_odd)

    @property
    def is_contraction(self) -> bool:
        """Whether the zero state is the only one: h is a mean of past drives and |phi(h)| <= g_h |h|."""
        p = self.parameters
        largest = 1.0 if self.has_output_gate else p.output_gate.at_rest
        return p.has_zero_state and p.g_h * largest <= 1.0

    @cached_property
    def outside_input(self) -> tuple[float, float]:
        """(mean, standard deviation over units) of the static input outside the bracket."""
        p = self.parameters
        return (0.0, 0.0) if self.inside else (p.m_h, p.s_h)

    def gate_variable(self, activity: FloatArray, ring: Ring) -> FloatArray:
        """Covariance of z (half,)."""
        p = self.parameters
        return self._filtered(activity, ring, p.tau_z, p.s_z, p.noise_z)

    def output_gate(self, activity: FloatArray, ring: Ring) -> Pair:
        """<sigma_r sigma_r> and <sigma_r' sigma_r'> (half,); the second is not meant for a hard gate."""
        p, gate = self.parameters, self.parameters.output_gate
        if gate.is_constant:
            return np.full_like(activity, gate.at_rest**2), np.zeros_like(activity)
        covariance = self._filtered(activity, ring, p.tau_r, p.s_r, p.noise_r)
        if gate.is_hard:
            return hard_gate_pair(covariance, p.m_r)
        return gate_pair(covariance, p.alpha_r, gate.offset)

    def output_gate_mean(self, activity: FloatArray, ring: Ring) -> float:
        """<sigma_r>: the root of <sigma_r sigma_r> of a pair that is not correlated."""
        p, gate = self.parameters, self.parameters.output_gate
        if gate.is_constant:
            return gate.at_rest
        variance = self._filtered(activity, ring, p.tau_r, p.s_r, p.noise_r)[0]
        if gate.is_hard:
            return 0.5 * math.erfc(-p.m_r / math.sqrt(2.0 * variance))
        pair = gate_pair(np.array([variance, 0.0]), p.alpha_r, gate.offset)[0]
        return math.sqrt(pair[1])

    def drive(self, activity: FloatArray, ring: Ring) -> FloatArray:
        """Covariance of the Gaussian drive inside the bracket (half,), noise excluded."""
        covariance = activity * self.output_gate(activity, ring)[0]
        return covariance + self.parameters.s_h**2 if self.inside else covariance

    def noise_steps(self, ring: Ring) -> FloatArray:
        """Covariance (half,) of the means of the noise input to h over the steps."""
        p = self.parameters
        out = np.zeros(ring.steps // 2 + 1)
        if p.tau_noise == 0.0:
            out[0] = p.noise_h**2 / ring.step
            return out
        s = ring.step / p.tau_noise
        # Means over two steps whose starts are k > 0 steps apart.
        out[1:] = np.exp(-s * np.arange(out.size - 1)) * (math.expm1(-s) / s) ** 2
        out[0] = 2.0 * (s + math.expm1(-s)) / s**2
        return p.noise_h**2 * out

    def _filtered(self, activity: FloatArray, ring: Ring, tau: float, static: float, noise: float) -> FloatArray:
        covariance = ring.low_pass(activity, tau) + static**2
        if noise > 0.0:
            covariance = covariance + filtered_noise(noise, self.parameters.tau_noise, tau, ring.lags)
        return covariance


def accuracy_target(process: Process) -> str:
    """The number whose relative error is controlled.

    A nearly shut gate integrates an input that stands outside it: h then has heavy tails, and the activity is what can
    be known well.
    """
    outside = process.outside_input != (0.0, 0.0) or process.noise_placement == OUTSIDE
    return "activity_variance" if outside else "variance"
