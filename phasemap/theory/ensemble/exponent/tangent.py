"""The maximum Lyapunov exponent over the ensemble: where the linearised covariance map has spectral radius one.

A perturbation grows as e^{lambda t} (u, w_z, w_r). Given the paths, u is Gaussian, driven by fields whose covariances
follow from k = <phi' u phi' u> (docs/theory.md (6.1)): r and w_r do not depend on h, so that

    k_h = <sigma_r sigma_r> k + <phi phi> <sigma_r' sigma_r'> K_w,

K_w = k filtered by 1 / (1 + lambda tau_r + tau_r d/dt), and the one average that needs
paths is k itself, with u' = -(sigma + lambda) u + sigma zeta_h + q w_z. The constant gate is the control variate here.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from phasemap.kernels.ensemble import smooth_gate, tangent
from phasemap.model.results import FloatArray
from phasemap.model.unit.gates import gate_floor
from phasemap.numerics import anderson
from phasemap.theory.ensemble.exponent import slow_gate
from phasemap.theory.ensemble.sampling import constant_gate
from phasemap.theory.ensemble.sampling.noise import Complex32
from phasemap.theory.ensemble.sampling.paths import Ensemble, Float32, Paths, add_power, amplitudes, field, filtered
from phasemap.theory.ensemble.sampling.ring import Ring, resample


class _Tolerances(NamedTuple):
    """What a rate is believed by."""

    negative_power: float = 0.05  # share of a spectrum that noise makes negative; more is another eigenstate
    far_too_large: float = 10.0  # a radius beyond shows the rate to be too small, whatever the state
    beyond: float = 1e6  # a radius beyond shows nothing at all
    close: float = 0.1  # share of the known range that counts as close to such a rate
    large_rate: float = 0.1  # above, the absolute error of a rate counts, below the relative one
    much_finer: float = 10.0  # and at most so many times finer


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Linearisation:
    """What u feels along one batch of paths: (steps, lanes) arrays in single precision."""

    gate: Float32
    coupling: Float32
    slope: Float32
    control_slope: Float32


@dataclass(frozen=True)
class Exponent:
    """lambda, and the covariance k (half,) of phi' u, normalised at lag 0.

    uncertainty: of lambda, from the iteration.
    positive: whether k is a covariance, as the leading state of a map that preserves covariances must be.
    """

    value: float
    uncertainty: float
    state: FloatArray
    residual: float
    converged: bool
    positive: bool
    memory: anderson.Memory

    def resampled(self, ring: Ring, target: Ring) -> "Exponent":
        """A start on a ring of the same period, with what is known of the map."""

        def one(x: FloatArray) -> FloatArray:
            """A change of (k, lambda); lambda counts as much as all of k together."""
            weight = math.sqrt((target.steps // 2 + 1) / (ring.steps // 2 + 1))
            return np.append(resample(x[:-1], ring, target), weight * x[-1])

        memory = anderson.Memory(
            self.memory.depth, [one(x) for x in self.memory.steps], [one(x) for x in self.memory.changes]
        )
        return replace(self, state=resample(self.state, ring, target), memory=memory)


def _exactness(rate: float) -> float:
    """How much more exactly than a large one a rate is wanted."""
    return min(max(_TOLERANCES.large_rate / max(abs(rate), 1e-300), 1.0), _TOLERANCES.much_finer)


class RateGuard:
    """Keeps the iteration away from rates at which perturbations grow beyond bounds.

    With nearly shut gates the radius rises steeply towards small rates, and an extrapolation easily ends there.
    """

    def __init__(self, lowest: float) -> None:
        self._low, self._high = lowest, math.inf

    def learn(self, rate: float, radius: float) -> None:
        """Remember that the map has about this radius at a rate."""
        if 0.0 < radius <= 1.0:
            self._high = min(self._high, rate)
        elif not radius < _TOLERANCES.far_too_large:
            self._low = max(self._low, rate)

    def safe(self, rate: float) -> float:
        """The rate, or one half way back where it is close to, or below, one that was too small."""
        high = max(self._high, self._low)
        if math.isinf(high):
            return max(rate, 0.0)
        return rate if rate > self._low + _TOLERANCES.close * (high - self._low) else 0.5 * (self._low + high)


class TangentEnsemble:
    """The linearised covariance map along the paths of an ensemble at its solution C_phi (half,)."""

    def __init__(self, ensemble: Ensemble, activity: FloatArray, group: int | None = None) -> None:
        self.ensemble = ensemble
        members = ensemble.noise.members(group)
        # The perturbation has its own noise, independent of the paths': that of another group.
        count = len(ensemble.noise.groups)
        self._noise_groups = tuple((index + 1) % count for index in members)
        self._scales = ensemble.noise.scales(ensemble.noise.members(None if group is None else self._noise_groups[0]))
        self._activity = activity
        self._sigma, self._sigma_slope = ensemble.process.output_gate(activity, ensemble.ring)
        self._control_slopes = ensemble.control_averages(activity, slopes=True)[0]
        self._linear = [self._linearise(paths) for paths in ensemble.paths(activity, members, side_by_side=True)]
        # Below this lambda a perturbation of some path would not decay once around the ring.
        slowest = min(float(linear.gate.mean(axis=0).min()) for linear in self._linear)
        self._lowest_rate = max(-slowest + 1.0 / ensemble.ring.period, gate_floor(ensemble.process.parameters))
        self._allocate(self._linear[0].gate.shape)

    def _allocate(self, shape: tuple[int, ...]) -> None:
        """Arrays for batches of a shape."""
        self._force, self._decay, self._source, self._response = (np.empty(shape, dtype=np.float32) for _ in range(4))
        self._zeta, self._w, self._control = (np.empty(shape, dtype=np.float32) for _ in range(3))
        self._lane = np.empty((2, shape[1]), dtype=np.float32)

    def _linearise(self, paths: Paths) -> Linearisation:
        p = self.ensemble.process.parameters
        out = Linearisation(*(np.empty(paths.gate.shape, dtype=np.float32) for _ in range(4)))
        tangent.linearise_rows(
            paths.gate, paths.h, paths.eta, paths.phi, p.alpha_z, p.g_h, out.gate, out.coupling, out.slope
        )
        tangent.slope_rows(paths.control_phi, p.g_h, out.control_slope)
        return out

    def map(self, state: FloatArray, rate: float) -> FloatArray:
        """k (half,) of the perturbation driven by k (half,), with decay rates shifted by `rate` (lambda)."""
        ensemble, ring, p = self.ensemble, self.ensemble.ring, self.ensemble.process.parameters
        drive = self._drive(state, rate)
        zeta_amplitude = amplitudes(drive, ring) * self._scales.drive
        w_amplitude = amplitudes(self._remembered(state, rate, p.tau_z), ring) * self._scales.z
        total = ensemble.control_rate + rate
        response = zeta_amplitude * (ensemble.control_rate / total) * constant_gate.of_drive(ring, total)
        power = np.zeros((2, ring.steps))
        lanes = 0
        for (linear, drive_noise), w in self._with_noise(w_amplitude):
            zeta = field(drive_noise, zeta_amplitude, self._zeta)
            add_power(self._responded(linear, zeta, w, rate), power[0])
            tangent.multiply_rows(linear.control_slope, filtered(drive_noise, response, self._control), self._response)
            add_power(self._response, power[1])
            lanes += zeta.shape[1]
        exact = self._control_slopes * ring.low_pass(drive, 1.0, total) * ensemble.control_rate**2
        half = ring.steps // 2 + 1
        difference = power[0] - power[1]
        mirrored = 0.5 * (difference + np.roll(difference[::-1], 1))[:half]
        return ring.covariance(mirrored / (ring.steps * lanes)) + exact

    def solve(self, tolerance: float, limit: int, start: Exponent | None = None, last: bool = False) -> Exponent:
        """The rate at which the map has radius one, by accelerated power iteration on (k, lambda).

        last: whether the last of `limit` maps leads to one more iterate.
        """
        ring, unit = self.ensemble.ring, self.ensemble.control_rate
        state = self._first_state() if start is None else start.state
        if self._may_be_slow and slow_gate.is_slow(self._radius, state, self._lowest_rate, ring):
            return self._slow_exponent(state)
        guard = RateGuard(self._lowest_rate)
        # The rate counts as much as all of k together.
        weight = math.sqrt(state.size) / unit

        def mapping(x: FloatArray) -> FloatArray:
            """(k, lambda) after one application of the map; lambda by what its radius says."""
            rate = float(x[-1]) / weight
            after = self.map(x[:-1], rate)
            radius = float(after[0] / x[0])
            guard.learn(rate, radius)
            if not 0.0 < radius < _TOLERANCES.beyond:
                # Nothing to go by: a residual that sends the iteration back to where it came from.
                return np.append(x[:-1], weight * (rate + unit))
            # For a constant gate the radius is proportional to (sigma + lambda)**-2.
            return np.append(after / after[0], weight * ((unit + rate) * math.sqrt(radius) - unit))

        def project(x: FloatArray) -> FloatArray:
            """(k, lambda) brought back to where the map is defined."""
            return np.append(np.clip(x[:-1] / x[0], -1.0, 1.0), weight * guard.safe(float(x[-1]) / weight))

        def accelerate(x: FloatArray, memory: anderson.Memory | None, exactness: float) -> anderson.FixedPoint:
            """Accelerated iteration, of which the rate is as exact as asked for."""

            def size(change: FloatArray, x: FloatArray) -> float:
                """Size of a change: of the rate or of the state, whichever is larger."""
                return max(exactness * abs(float(change[-1])) / weight, anderson.relative_size(change[:-1], x))

            return anderson.solve(mapping, x, tolerance, limit, project, memory, size, last)

        first = guard.safe(0.3 * unit if start is None else start.value)
        found = accelerate(np.append(state, weight * first), None if start is None else start.memory, 1.0)
        exactness = _exactness(float(found.x[-1]) / weight)
        if found.converged and exactness > 1.0:
            found = accelerate(found.x, found.memory, exactness)
        k = found.x[:-1]
        spectrum = ring.spectrum(k)
        negative = -float(np.minimum(spectrum, 0.0).sum())
        positive = negative <= _TOLERANCES.negative_power * float(np.maximum(spectrum, 0.0).sum())
        value = float(found.x[-1]) / weight
        inside = value > self._lowest_rate and math.isfinite(value)
        solved = found.converged and inside
        return Exponent(value, found.residual / exactness, k, found.residual, solved, positive, found.memory)

    @property
    def _may_be_slow(self) -> bool:
        """Whether the exponent may be next to the rate of a gate: without noise, what moves is chaotic."""
        process = self.ensemble.process
        return process.is_noisy and self._lowest_rate == gate_floor(process.parameters)

    def _radius(self, state: FloatArray, rate: float) -> tuple[float, FloatArray]:
        after = self.map(state, rate)
        return float(after[0] / state[0]), after / after[0]

    def _slow_exponent(self, state: FloatArray) -> Exponent:
        """The exponent next to the rate of a gate."""
        value, uncertainty, k = slow_gate.rate_above(self._radius, state, self._lowest_rate, self.ensemble.ring)
        return Exponent(value, uncertainty, k, 0.0, math.isfinite(value), True, anderson.Memory())

    def _first_state(self) -> FloatArray:
        return np.asarray(np.maximum(self._activity / self._activity[0], 0.0))

    def _remembered(self, state: FloatArray, rate: float, tau: float) -> FloatArray:
        """Covariance (half,) of a gate's perturbation driven by one of covariance k (half,)."""
        ensemble = self.ensemble
        return slow_gate.low_pass(ensemble.ring, state, tau, 1.0 + rate * tau, ensemble.process.is_odd)

    def _drive(self, state: FloatArray, rate: float) -> FloatArray:
        p = self.ensemble.process.parameters
        drive = self._sigma * state
        if self.ensemble.process.has_output_gate:
            filtered = self._remembered(state, rate, p.tau_r)
            drive = drive + self._activity * self._sigma_slope * filtered
        return drive

    def _with_noise(self, w_amplitude: FloatArray) -> Iterator[tuple[tuple[Linearisation, Complex32], Float32]]:
        """Every batch of paths with the noise of its zeta and its w: of the paths of the next group."""
        linear = iter(self._linear)
        for batch in self.ensemble.noise.batches(self._noise_groups, side_by_side=True):
            if batch.constant.shape[1] != self._lane.shape[1]:
                self._allocate((self.ensemble.ring.steps, batch.constant.shape[1]))
            w = field(batch.z, w_amplitude, self._w)
            for drive in batch.drives:
                yield (next(linear), drive), w

    def _responded(self, linear: Linearisation, zeta: Float32, w: Float32, rate: float) -> Float32:
        """phi' u (steps, lanes) along the paths of a batch."""
        log_decay, end = self._lane
        tangent.tangent_steps(
            linear.gate, linear.coupling, zeta, w, rate, self.ensemble.ring.step, self._force, self._decay,
            self._source, log_decay,
        )  # fmt: skip
        smooth_gate.ring_ends(self._decay, self._source, end)
        start = self.ensemble.starts(log_decay, end)
        tangent.response_sweep(self._decay, self._source, start, linear.slope, self._response)
        return self._response
