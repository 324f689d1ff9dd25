"""Slopes along paths of one unit whose update gate moves, with weights that give phi' the spectrum of an ensemble."""

from dataclasses import dataclass

import numpy as np
import scipy.fft
from scipy.special import ndtri
from scipy.stats import qmc

from phasemap.kernels.ensemble import paths as kernels
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.quantiles_of_gate_and_effective_time import mean_gate
from phasemap.theory.ensemble.sampling.ring import Ring
from phasemap.theory.tangent_spectrum.slopes import Slopes, gaussian_paths, weights_for

# Fourier modes of phi' whose power over the weighted paths is that of the ensemble, besides the total.
_MODES = 6


@dataclass(frozen=True)
class MovingSlopes(Slopes):
    """sigma_z, q = sigma_z' (eta - h) and phi' along paths, d (3, paths, steps), in membrane times.

    rates: mean of the update gate, and the rate of its variable where it has inertia. tau_z: time constant of z.
    gain: value of the output gate, which is constant.
    """

    tau_z: float = 1.0
    gain: float = 1.0


def sample_moving(
    ensemble: Ensemble, activity: FloatArray, group: int, paths: int, seed: np.random.SeedSequence
) -> MovingSlopes:
    """Scrambled Sobol paths driven by C_phi (half,) of a group of the ensemble, with weights from that group."""
    process, ring = ensemble.process, ensemble.ring
    p = process.parameters
    numbers = qmc.Sobol(2 * ring.steps, scramble=True, seed=np.random.default_rng(seed)).random(paths)
    normal = ndtri(np.clip(numbers, 1e-12, 1.0 - 1e-12)).reshape(paths, ring.steps, 2)
    z = gaussian_paths(normal[:, :, 0], process.gate_variable(activity, ring), ring)
    eta = gaussian_paths(normal[:, :, 1], process.drive(activity, ring), ring)
    gate, h = _membrane(process, np.ascontiguousarray(z.T), np.ascontiguousarray(eta.T), ring.step)
    slope = p.g_h * (1.0 - np.tanh(p.g_h * h) ** 2)
    d = np.stack([gate, p.alpha_z * gate * (1.0 - gate) * (eta - h), slope])
    variance = float(process.gate_variable(activity, ring)[0])
    rates = (mean_gate(p, variance), *((1.0 / p.tau_z,) if p.tau_z > 0.0 else ()))
    wanted = _powers(ensemble, activity, group)
    weights = weights_for(slope[None], [wanted[:_MODES]], [wanted.sum()], ring)
    return MovingSlopes(d, weights, rates, ring.step, tau_z=p.tau_z, gain=p.output_gate.at_rest)


def _membrane(process: Process, z: FloatArray, eta: FloatArray, step: float) -> tuple[FloatArray, FloatArray]:
    """Gate and h (paths, steps) along z and drives (steps, paths) on a ring."""
    gate, decay, source, h = (np.empty_like(z) for _ in range(4))
    lanes = z.shape[1]
    kernels.gate_rows(z, process.parameters.alpha_z, process.gate_offset, 1.0, gate)
    none = np.empty((0, lanes))
    kernels.smooth_steps(gate, eta, np.zeros(lanes), none, kernels.NO_NOISE, 0.0, step, decay, source)
    log_decay, end = np.empty((2, lanes))
    kernels.ring_totals(decay, source, log_decay, end)
    kernels.ring_sweep(decay, source, end / -np.expm1(log_decay), h)
    return gate.T, h.T


def _powers(ensemble: Ensemble, activity: FloatArray, group: int) -> FloatArray:
    """Mean power (steps,) of the modes of phi' over the paths of a group, against that of a constant gate's."""
    gain, total, lanes = ensemble.process.parameters.g_h, np.zeros(ensemble.ring.steps // 2 + 1), 0
    for paths in ensemble.paths(activity, ensemble.noise.members(group)):
        total += _power(gain * (1.0 - paths.phi**2)) - _power(gain * (1.0 - paths.control_phi**2))
        lanes += paths.phi.shape[1]
    exact = ensemble.ring.spectrum(ensemble.control_averages(activity, slopes=True)[0])
    half = exact + total / (lanes * ensemble.ring.steps)
    return np.concatenate([half, half[-2:0:-1]])


def _power(paths: np.ndarray) -> FloatArray:
    """Power (half,) of the modes of paths (steps, lanes), summed over them."""
    return np.asarray((np.abs(scipy.fft.rfft(paths, axis=0, workers=1)) ** 2).sum(axis=1))


def ring_for(time: float, rate: float, periods: float, shortest: float, spacing: float) -> Ring:
    """A ring of so many `periods` of a time, not shorter than `shortest` gated times, its steps a power of two."""
    period = max(periods * time, shortest / rate)
    return Ring(period, 1 << int(np.ceil(np.log2(period / spacing))))
