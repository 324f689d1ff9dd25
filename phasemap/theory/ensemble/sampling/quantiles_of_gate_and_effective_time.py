"""Distribution of the update gate: z is Gaussian, so its quantiles are those of a Gaussian sent through the gate."""

from collections.abc import Sequence

import numpy as np

from phasemap.kernels.averages.gaussian import gate_averages
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray


def mean_gate(parameters: Parameters, variance: float) -> float:
    """<sigma_z> over time and units for z of a given variance."""
    gate = parameters.update_gate
    return gate.at_rest if gate.is_constant else float(gate_averages(*gate.centred, variance)[0])


def gate_quantiles(parameters: Parameters, variance: float, probabilities: Sequence[float]) -> FloatArray:
    """Quantiles of sigma_z over time and units for z of a given variance, at ascending probabilities."""
    return parameters.update_gate.quantiles(variance, probabilities)


def time_quantiles(parameters: Parameters, variance: float, probabilities: Sequence[float]) -> FloatArray:
    """Quantiles of the effective time constant 1 / sigma_z; infinite where a hard gate is shut."""
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / gate_quantiles(parameters, variance, [1.0 - p for p in probabilities]))
