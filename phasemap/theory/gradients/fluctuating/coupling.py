"""What the march of adjoint covariances needs of a fluctuating state at a constant update gate."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.kernels.dynamic.correlations import CONSTANT_GATE
from phasemap.kernels.gradients.march import Coupling
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.correlation_functions import interpolation
from phasemap.theory.dynamic.autocovariance.correlations import Profile


@dataclass(frozen=True)
class Correlations:
    """Correlation functions of a state at lags (n,), in units of the gated membrane time.

    activity, output: C_phi, C_sigma; activity_slope, output_slope: <phi' phi'>, <sigma_r' sigma_r'>.
    tau: of the output gate; moving: whether that is a dynamical variable of its own.
    """

    activity: FloatArray
    activity_slope: FloatArray
    output: FloatArray
    output_slope: FloatArray
    tau: float
    moving: bool


def correlations_at(profile: Profile, lags: FloatArray) -> Correlations:
    """The correlation functions of a solved profile; flat beyond its window."""
    problem, solution = profile.problem, profile.solution
    weights = interpolation(profile, lags)
    moving = problem.gate != CONSTANT_GATE and problem.tau_r > 0.0
    return Correlations(
        weights @ solution.phi[0], weights @ solution.phi[1] * math.exp(profile.ln_gamma), weights @ solution.sigma[0],
        weights @ solution.sigma[1] * problem.steepness**2, problem.tau_r, moving,
    )  # fmt: skip


def coupling_of(at: Correlations, step: float, shift: float) -> Coupling:
    """Arguments of the march from correlation functions at multiples of `step`.

    An output gate without inertia follows h at once: its part of the adjoint adds C_phi C_sigma' to C_sigma.
    """
    fade = np.exp(-shift * step * np.arange(len(at.activity)))
    cross = at.activity * at.output_slope
    product = at.activity_slope * at.output
    none = np.zeros_like(product)
    weights = np.stack([at.activity * at.output * fade, at.activity * fade, fade])
    if at.moving:
        return Coupling(product, cross, at.activity_slope / at.tau**2, True, weights)
    weights[1] = at.activity * cross * fade
    return Coupling(product + at.activity_slope * cross, none, none, False, weights)
