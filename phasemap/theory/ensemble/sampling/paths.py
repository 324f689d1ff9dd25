"""Sampled paths of z and h from given correlations, and the correlations that they return.

h is averaged with a control variate: the same drive filtered by a constant gate gives a Gaussian process whose
averages are known, and what the sample makes of those is subtracted. As alpha_z -> 0 the two coincide and the map
becomes exact; at alpha_z = 3 it saves a factor of 2 to 6 in paths. z comes in pairs of opposite sign.

Paths behind a smooth gate are in single precision: it rounds to 1e-7 of the largest values, far below the scatter of
any sample. Behind a hard gate they are double, but for what goes into Fourier transforms or comes out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from phasemap.kernels.ensemble import paths as kernels
from phasemap.kernels.ensemble import smooth_gate
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.sampling import constant_gate
from phasemap.theory.ensemble.sampling.gaussian import activation_pair, filtered_noise
from phasemap.theory.ensemble.sampling.noise import Batch, Noise
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.quantiles_of_gate_and_effective_time import mean_gate
from phasemap.theory.ensemble.sampling.ring import Ring

Float32 = NDArray[np.float32]
Real = Float32 | FloatArray

# A path whose gate lets less than this pass around the ring never relaxes: it sits where its gate was most open.
_SHUT = 1e-9
# <z^2> at which the constant gate of the control variate is the mean gate.
_TYPICAL_VARIANCE = 0.5


class Paths(NamedTuple):
    """One batch of paths, each array (steps, lanes) valid until the next batch is asked for.

    decay: exp of minus the integral of the gate over the step that begins at every time.
    control: h for the constant gate, with the same drive.
    """

    decay: Real
    gate: Real
    eta: Float32
    h: Real
    phi: Float32
    control: Float32
    control_phi: Float32


@dataclass(frozen=True)
class Moments:
    """Averages over an ensemble: covariances (half,) of phi and of h about its mean, and that mean."""

    activity: FloatArray
    membrane: FloatArray
    mean: float


class Ensemble:
    """The map from the correlation function of phi to itself, for fixed random numbers."""

    def __init__(self, process: Process, ring: Ring, noise: Noise) -> None:
        self.process = process
        self.ring = ring
        self.noise = noise
        variance = _TYPICAL_VARIANCE + process.parameters.s_z**2
        # A nearly shut gate would make the control variate slower than the window.
        self.control_rate = max(mean_gate(process.parameters, variance), 4.0 / ring.period)
        self._allocate(2 * noise.columns)
        white = process.parameters.tau_noise == 0.0
        self._white = 1.0 if white else 0.0
        if process.noise_placement != kernels.NO_NOISE:
            self._input_amplitude = amplitudes(process.noise_steps(ring), ring)

    def _allocate(self, lanes: int) -> None:
        """Arrays for batches of so many lanes."""
        shape, of_paths = (self.ring.steps, lanes), np.float64 if self.process.is_hard else np.float32
        self._gate, self._decay, self._source, self._h = (np.empty(shape, dtype=of_paths) for _ in range(4))
        self._phi, self._control_phi = (np.empty(shape, dtype=np.float32) for _ in range(2))
        self._z, self._eta, self._input, self._control = (np.empty(shape, dtype=np.float32) for _ in range(4))
        self._lane = np.empty((2, lanes), dtype=of_paths)
        self._no_input = np.empty((0, lanes), dtype=np.float32)

    def map(self, activity: FloatArray, group: int | tuple[int, ...] | None = None) -> FloatArray:
        """C_phi (half,) of the paths driven by C_phi (half,); over one group, several, or all."""
        power = np.zeros((2, self.ring.steps))
        members = self.noise.members(group)
        for paths in self.paths(activity, members, side_by_side=True):
            self._add(paths.phi, power[0])
            self._add(paths.control_phi, power[1])
        lanes = self._lanes(members)
        exact = self.control_averages(activity)[0]
        return self._covariance(power[0] - power[1], lanes) + exact

    def moments(self, activity: FloatArray, group: int | None = None) -> Moments:
        """The averages of the paths driven by C_phi, h included."""
        power = np.zeros((4, self.ring.steps))
        members = self.noise.members(group)
        lanes = self._lanes(members)
        shift = self.control_mean
        mean = 0.0
        for paths in self.paths(activity, members, side_by_side=True):
            self._add(paths.phi, power[0])
            self._add(paths.control_phi, power[1])
            mean += float(paths.h.mean() - paths.control.mean()) * paths.h.shape[1] / lanes
            self._add(paths.h, power[2])
            self._add(paths.control, power[3])
        mean = 0.0 if self.process.is_odd else mean + shift
        phi, membrane = self.control_averages(activity)
        second = self._covariance(power[2] - power[3], lanes) + membrane + shift**2
        return Moments(self._covariance(power[0] - power[1], lanes) + phi, second - mean**2, mean)

    @property
    def control_mean(self) -> float:
        """Mean of h for the constant gate."""
        return self.process.outside_input[0] / self.control_rate

    def control_averages(self, activity: FloatArray, slopes: bool = False) -> tuple[FloatArray, FloatArray]:
        """Exact <phi phi> (or <phi' phi'>) and the covariance of h for the constant gate, (half,) each."""
        p, ring, rate = self.process.parameters, self.ring, self.control_rate
        spectrum = np.maximum(ring.spectrum(self.process.drive(activity, ring)), 0.0)
        covariance = ring.covariance(spectrum / (1.0 + (ring.frequencies / rate) ** 2))
        covariance += (self.process.outside_input[1] / rate) ** 2
        if p.noise_h > 0.0:
            strength = p.noise_h if self.process.inside else p.noise_h / rate
            covariance += filtered_noise(strength, p.tau_noise, 1.0 / rate, ring.lags)
        product, slope = activation_pair(covariance, p.g_h, self.process.bias + p.g_h * self.control_mean)
        return (slope if slopes else product), covariance

    def paths(self, activity: FloatArray, members: tuple[int, ...], side_by_side: bool = False) -> Iterator[Paths]:
        """All batches of paths of some groups, driven by C_phi (half,); side_by_side: short ones several at a time."""
        process, ring, p = self.process, self.ring, self.process.parameters
        scales = self.noise.scales(members)
        z_amplitude = amplitudes(process.gate_variable(activity, ring), ring) * scales.z
        drive_amplitude = amplitudes(process.drive(activity, ring), ring) * scales.drive
        input_mean, input_deviation = process.outside_input
        for batch in self.noise.batches(members, side_by_side):
            if batch.constant.shape[1] != self._gate.shape[1]:
                self._allocate(batch.constant.shape[1])
            z = field(batch.z, z_amplitude, self._z)
            for k, sign in enumerate((1.0, -1.0)):
                eta = field(batch.drives[k], drive_amplitude, self._eta)
                noise = self._no_input
                if batch.inputs:
                    noise = field(batch.inputs[k], self._input_amplitude, self._input)
                constant = input_mean + input_deviation * batch.constant[k]
                self._membrane(z, sign, eta, constant, noise)
                control = self._controlled(batch, k, drive_amplitude, constant)
                kernels.activation_rows(control, p.g_h, process.bias, self._control_phi)
                yield Paths(self._decay, self._gate, eta, self._h, self._phi, control, self._control_phi)

    def _controlled(self, batch: Batch, k: int, drive: FloatArray, constant: FloatArray) -> Float32:
        """h (steps, lanes) behind the constant gate, with drive and inputs of a batch; drive: amplitude (steps,)."""
        ring, rate, placement = self.ring, self.control_rate, self.process.noise_placement
        scale_by(drive * constant_gate.of_drive(ring, rate), batch.drives[k], self._control)
        if batch.inputs:
            response = self._input_amplitude * constant_gate.of_noise(ring, rate, placement, self._white)
            scale_by(response, batch.inputs[k], self._control, add=True)
        self._control[0] += constant / rate
        return transformed(self._control)

    def starts(self, log_decay: np.ndarray, end: np.ndarray, stuck: Callable[[], np.ndarray] | None = None) -> Float32:
        """Values (lanes,) at which periodic paths begin.

        log_decay, end: (lanes,) log of the total decay around the ring, and where a path from zero ends.
        stuck: gives the values where nothing decays around the ring.
        """
        shut = log_decay > -_SHUT
        if stuck is None or not shut.any():
            return np.asarray(end / -np.expm1(log_decay))
        return np.asarray(np.where(shut, stuck(), end / -np.expm1(np.where(shut, -1.0, log_decay))), dtype=end.dtype)

    def _membrane(self, z: Float32, sign: float, eta: Float32, constant: FloatArray, noise: Float32) -> None:
        """Fill the gate, h and the activity along a batch of paths."""
        if self.process.is_hard:
            self._hard_membrane(z, sign, eta, constant, noise)
            return
        process, p, (log_decay, end) = self.process, self.process.parameters, self._lane
        placement, step = process.noise_placement, self.ring.step
        smooth_gate.gate_rows(z, p.alpha_z, process.gate_offset, sign, self._gate)
        still = constant.astype(np.float32)
        smooth_gate.path_steps(self._gate, eta, still, step, self._decay, self._source, log_decay)
        if placement != kernels.NO_NOISE:
            smooth_gate.add_noise(self._gate, noise, placement, self._white, step, self._source)
        smooth_gate.ring_ends(self._decay, self._source, end)
        start = self.starts(log_decay, end, lambda: _static_h(z, sign, eta, constant))
        smooth_gate.path_sweep(self._decay, self._source, start, p.g_h, process.bias, self._h, self._phi)

    def _hard_membrane(self, z: Float32, sign: float, eta: Float32, constant: FloatArray, noise: Float32) -> None:
        process, p, (log_decay, end) = self.process, self.process.parameters, self._lane
        kernels.hard_steps(
            z, process.gate_offset, sign, eta, constant, noise, process.noise_placement, self._white, self.ring.step,
            self._decay, self._source,
        )  # fmt: skip
        kernels.ring_totals(self._decay, self._source, log_decay, end)
        start = self.starts(log_decay, end, lambda: _static_h(z, sign, eta, constant))
        kernels.ring_sweep(self._decay, self._source, start, self._h)
        kernels.activation_rows(self._h, p.g_h, process.bias, self._phi)

    def _add(self, rows: np.ndarray, power: FloatArray) -> None:
        add_power(rows.astype(np.float32, copy=False), power)

    def _lanes(self, members: tuple[int, ...]) -> int:
        return sum(len(self.noise.groups[index].batches) for index in members) * self.noise.paths_per_batch

    def _covariance(self, power: FloatArray, lanes: int) -> FloatArray:
        half = self.ring.steps // 2 + 1
        mirrored = 0.5 * (power + np.roll(power[::-1], 1))[:half]
        return self.ring.covariance(mirrored / (self.ring.steps * lanes))


def field(noise: np.ndarray, amplitude: FloatArray, out: Float32) -> Float32:
    """Gaussian paths (steps, lanes), in `out`, whose spectrum is the square of the amplitude (steps,)."""
    kernels.scale_rows(noise.view(np.float32), amplitude, out)
    return transformed(out)


def filtered(noise: np.ndarray, factors: NDArray[Any], out: Float32) -> Float32:
    """The same with complex factors (steps,), whose phases shift the modes in time."""
    scale_by(factors, noise, out)
    return transformed(out)


def scale_by(factors: NDArray[Any], noise: np.ndarray, out: Float32, add: bool = False) -> None:
    """Modes of noise times complex factors (steps,), in `out` (steps, lanes) or added to it."""
    smooth_gate.filter_rows(noise.view(np.float32), factors.astype(np.complex64), out, add)


def transformed(rows: Float32) -> Float32:
    """Paths (steps, lanes) of modes, two lanes in every complex column, or modes of paths; in the same memory."""
    out = scipy.fft.fft(rows.view(np.complex64), axis=0, workers=1, overwrite_x=True)
    return np.asarray(out.view(np.float32))


def add_power(rows: Float32, power: FloatArray) -> None:
    """Add the power (steps,) of the modes of paths (steps, lanes), summed over them; frequencies k and -k are mixed.

    The paths are lost.
    """
    kernels.add_power(transformed(rows), power)


def _static_h(z: Float32, sign: float, eta: Float32, constant: FloatArray) -> FloatArray:
    """h (lanes,) of paths whose gate never opens: the limit of a gate that hardly does."""
    most_open = (sign * z).argmax(axis=0)
    return np.asarray(np.where(constant == 0.0, eta[most_open, np.arange(eta.shape[1])], np.sign(constant) * 1e9))


def amplitudes(covariance: FloatArray, ring: Ring) -> FloatArray:
    """Amplitudes (steps,) of the Fourier modes of a process with a covariance (half,); negative power is cut off."""
    half = np.sqrt(np.maximum(ring.spectrum(covariance), 0.0) / ring.steps)
    return np.concatenate([half, half[-2:0:-1]])
