"""Averages of the activation and the output gate over Gaussian pairs, on the lags of a ring."""

import numpy as np

from phasemap.kernels.averages.gaussian_pairs import pair_averages
from phasemap.kernels.averages.hard_pairs import hard_pair_averages
from phasemap.kernels.dynamic.window import noise_covariance
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import tables, with_panels

Pair = tuple[FloatArray, FloatArray]


def activation_pair(covariance: FloatArray, gain: float, bias: float) -> Pair:
    """<phi phi> and <phi' phi'> (n,) for phi = tanh(gain x + bias) and covariance (n,) of x, the variance first."""
    product, slopes = _tanh_pair(gain**2 * covariance, bias, False)
    return product, gain**2 * slopes


def gate_pair(covariance: FloatArray, steepness: float, offset: float) -> Pair:
    """<s s> and <s' s'> (n,) for s = 1 / (1 + exp(-(steepness x - offset)))."""
    product, slopes = _tanh_pair(0.25 * steepness**2 * covariance, -0.5 * offset, True)
    return product, 0.25 * steepness**2 * slopes


def hard_gate_pair(covariance: FloatArray, mean: float) -> Pair:
    """The same for the Heaviside function of x + mean; the slopes diverge at lag zero, where they are given as 0."""
    out = np.zeros((3, covariance.size))
    if covariance[0] > 0.0:
        hard_pair_averages(covariance[0], covariance, mean, out)
    return out[0], out[1]


def filtered_noise(strength: float, tau_noise: float, tau: float, lags: FloatArray) -> FloatArray:
    """Covariance (n,) of tau x' = -x + noise; white noise of amplitude `strength` for tau_noise = 0."""
    out = np.empty_like(lags)
    noise_covariance(strength, tau_noise, tau, lags, out)
    return out


def _tanh_pair(covariance: FloatArray, bias: float, as_gate: bool) -> Pair:
    memory = tables(bias)._replace(as_gate=as_gate)
    out = np.zeros((3, covariance.size))
    variance = max(float(covariance[0]), 1e-300)
    with_panels(lambda: (pair_averages(variance, covariance, memory, out), None), memory)
    return out[0], out[1]
