"""Distribution of the update gate: z is Gaussian, so its quantiles are those of a Gaussian sent through the gate."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from phasemap.kernels.averages.gaussian import gate_averages
from phasemap.model.nonlinearities import gate, is_constant_gate
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray


def mean_gate(parameters: Parameters, variance: float) -> float:
    """<sigma_z> over time and units for z of a given variance."""
    p = parameters
    at_rest = float(gate(p.m_z, p.alpha_z, p.beta_z))
    if is_constant_gate(p.alpha_z, p.beta_z):
        return at_rest
    offset = -p.m_z if math.isinf(p.alpha_z) else p.beta_z - p.alpha_z * p.m_z
    return float(gate_averages(p.alpha_z, offset, at_rest, variance)[0])


def gate_quantiles(parameters: Parameters, variance: float, probabilities: Sequence[float]) -> FloatArray:
    """Quantiles of sigma_z over time and units for z of a given variance, at ascending probabilities."""
    z = parameters.m_z + np.sqrt(variance) * ndtri(np.asarray(probabilities, dtype=float))
    return gate(z, parameters.alpha_z, parameters.beta_z)


def time_quantiles(parameters: Parameters, variance: float, probabilities: Sequence[float]) -> FloatArray:
    """Quantiles of the effective time constant 1 / sigma_z; infinite where a hard gate is shut."""
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / gate_quantiles(parameters, variance, [1.0 - p for p in probabilities]))
