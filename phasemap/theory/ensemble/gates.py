"""Distribution of the update gate: z is Gaussian, so its quantiles are those of a Gaussian sent through the gate."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from phasemap.model.nonlinearities import gate
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray


def gate_quantiles(parameters: Parameters, variance: float, probabilities: Sequence[float]) -> FloatArray:
    """Quantiles of sigma_z over time and units for z of a given variance, at ascending probabilities."""
    z = parameters.m_z + np.sqrt(variance) * ndtri(np.asarray(probabilities, dtype=float))
    return gate(z, parameters.alpha_z, parameters.beta_z)


def time_quantiles(parameters: Parameters, variance: float, probabilities: Sequence[float]) -> FloatArray:
    """Quantiles of the effective time constant 1 / sigma_z; infinite where a hard gate is shut."""
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / gate_quantiles(parameters, variance, [1.0 - p for p in probabilities]))
