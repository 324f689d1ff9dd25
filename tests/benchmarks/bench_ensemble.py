"""Time of a point with a fluctuating update gate at equal error, against two plain ways to solve it; run by hand:

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_ensemble.py [--repetitions 8]

The point is g_h = 3, alpha_z = 3 without output gate. Each method is repeated with independent random numbers; the
scatter of its variance of h is its error, and its time scales with the square of that: the last columns give what a
peer would take for the scatter of phasemap's. The peers, written plainly here:

iteration  damped Monte-Carlo iteration in NumPy: fresh random numbers each time, exponential Euler steps with a burn-in
           once around the period, and the average over all iterations after the correlations have settled.
ensemble   common random numbers, sample power of every Fourier mode set to one, periodic solution in two compiled
           sweeps, Anderson acceleration.

Times are of one thread, without compilation. The mean is compared with phasemap's own, of four times smaller error.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
from numba import njit

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.theory.ensemble import solve_points

GAIN, STEEPNESS = 3.0, 3.0
POINT = {"g_h": GAIN, "alpha_z": STEEPNESS}
ERROR = 0.005


@dataclass(frozen=True)
class Runs:
    """Variances of h (n,) of n runs, the mean error that they state (NaN: none), seconds of a run: CPU and wall."""

    variances: np.ndarray
    stated: float
    cpu: float
    wall: float

    @property
    def scatter(self) -> float:
        """Standard deviation of a run."""
        return float(self.variances.std(ddof=1))


class Iteration:
    """Damped Monte-Carlo iteration with fresh random numbers: `settle` iterations, then `average` that count."""

    paths, steps, step, damping, settle, average = 256, 2048, 0.2, 0.5, 40, 60

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        period = self.steps * self.step
        self.lags = self.step * np.arange(self.steps // 2 + 1)
        self.frequencies = 2.0 * np.pi / period * np.arange(self.steps // 2 + 1)

    def solve(self) -> float:
        covariance = 0.6 / np.cosh(self.lags / 10.0)
        variances = []
        for iteration in range(self.settle + self.average):
            h = self.membrane(covariance)
            covariance += self.damping * (self.correlation(np.tanh(GAIN * h)) - covariance)
            if iteration >= self.settle:
                variances.append(np.mean(h**2))
        return float(np.mean(variances))

    def membrane(self, covariance):
        """h (steps, paths) driven by C_phi."""
        power = self.spectrum(covariance)
        eta = self.sample(power)
        gate = 1.0 / (1.0 + np.exp(-STEEPNESS * self.sample(power / (1.0 + self.frequencies**2))))
        decay = np.exp(-0.5 * self.step * (gate + np.roll(gate, -1, axis=0)))
        drive = (1.0 - decay) * 0.5 * (eta + np.roll(eta, -1, axis=0))
        h = np.zeros_like(eta)
        now = np.zeros(self.paths)
        for _ in range(2):
            for i in range(self.steps):
                h[i] = now
                now = decay[i] * now + drive[i]
        return h

    def sample(self, power):
        """Gaussian periodic paths (steps, paths) with a power spectrum."""
        shape = (power.size, self.paths)
        white = self.rng.standard_normal(shape) + 1j * self.rng.standard_normal(shape)
        white[[0, -1]] = np.sqrt(2.0) * white[[0, -1]].real
        return np.fft.irfft(np.sqrt(0.5 * self.steps * power)[:, None] * white, self.steps, axis=0)

    def spectrum(self, covariance):
        return np.maximum(np.fft.rfft(np.concatenate([covariance, covariance[-2:0:-1]])).real, 0.0)

    def correlation(self, phi):
        power = np.mean(np.abs(np.fft.rfft(phi, axis=0)) ** 2, axis=1) / self.steps
        return np.fft.irfft(power, self.steps)[: power.size]


@njit(cache=False)
def periodic_paths(gate, eta, step, h):
    """The periodic solution h (paths, steps) of h' = gate (eta - h): once around from zero, then from its end."""
    for path in range(gate.shape[0]):
        total, now = 0.0, 0.0
        for sweep in range(2):
            for i in range(gate.shape[1]):
                following = i + 1 if i + 1 < gate.shape[1] else 0
                h[path, i] = now
                rate = 0.5 * step * (gate[path, i] + gate[path, following])
                decay = np.exp(-rate)
                slope = (1.0 - decay) / max(rate, 1e-12)
                e0, e1 = eta[path, i], eta[path, following]
                now = decay * now + e1 - decay * e0 - (e1 - e0) * slope
                total += rate if sweep == 0 else 0.0
            if sweep == 0:
                now /= -np.expm1(-total)


class CommonNumbers(Iteration):
    """The same random numbers in every iteration, with unit sample power, and Anderson acceleration."""

    paths, steps, step, depth, tolerance = 1024, 2048, 0.4, 4, 1e-4

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.white = [self.unit_noise(), self.unit_noise()]

    def unit_noise(self):
        shape = (self.paths, self.steps // 2 + 1)
        white = self.rng.standard_normal(shape) + 1j * self.rng.standard_normal(shape)
        white[:, [0, -1]] = white[:, [0, -1]].real
        return white / np.sqrt(np.mean(np.abs(white) ** 2, axis=0))

    def solve(self) -> float:
        x = 0.6 / np.cosh(self.lags / 10.0)
        iterates, residuals = [], []
        for _ in range(80):
            residual = self.map(x) - x
            iterates, residuals = [*iterates, x][-self.depth - 1 :], [*residuals, residual][-self.depth - 1 :]
            if np.abs(residual).max() < self.tolerance * x[0]:
                break
            x = x + residual
            if len(iterates) > 1:
                steps, changes = np.diff(iterates, axis=0).T, np.diff(residuals, axis=0).T
                x = x - (steps + changes) @ np.linalg.lstsq(changes, residual, rcond=1e-10)[0]
            x = np.clip(x, -1.0, 1.0)
        return float(np.mean(self.h**2))

    def map(self, covariance):
        power = self.spectrum(covariance)
        eta = self.shaped(self.white[0], power)
        gate = 1.0 / (1.0 + np.exp(-STEEPNESS * self.shaped(self.white[1], power / (1.0 + self.frequencies**2))))
        self.h = np.empty_like(eta)
        periodic_paths(gate, eta, self.step, self.h)
        return self.correlation(np.tanh(GAIN * self.h).T)

    def shaped(self, white, power):
        return np.fft.irfft(np.sqrt(self.steps * power) * white, self.steps, axis=1)


def phasemap_runs(count: int, options: EnsembleOptions, first: int = 0) -> Runs:
    """This package, each run with its own seed."""
    variances, stated, cpu, wall = [], [], time.process_time(), time.perf_counter()
    for seed in range(first, first + count):
        found = solve_points([make_parameters(POINT)], options, [np.random.SeedSequence(seed)])["variance"]
        assert found.status[0] == Status.CONVERGED
        variances.append(float(found.value[0]))
        stated.append(float(found.error[0]))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Runs(np.array(variances), float(np.sqrt(np.mean(np.square(stated)))), cpu / count, wall / count)


def peer_runs(peer: type[Iteration], count: int) -> Runs:
    """A peer's method, each run with its own seed."""
    cpu, wall = time.process_time(), time.perf_counter()
    variances = np.array([peer(seed).solve() for seed in range(count)])
    return Runs(variances, np.nan, (time.process_time() - cpu) / count, (time.perf_counter() - wall) / count)


def report(name: str, runs: Runs, ours: Runs, reference: float) -> None:
    """One line; a peer's time is scaled to the scatter of `ours`, by which the last column divides."""
    is_peer = np.isnan(runs.stated)
    equal = runs.cpu * (runs.scatter / ours.scatter) ** 2 if is_peer else runs.cpu
    stated = "none" if is_peer else f"{runs.stated / reference:.2%}"
    offset = runs.variances.mean() / reference - 1.0
    print(
        f"{name:24} {runs.cpu:7.2f} {runs.wall:7.2f} {runs.scatter / reference:9.2%} {stated:>8} {offset:+8.2%} "
        f"{equal:9.2f} {equal / ours.cpu:7.1f}",
        flush=True,
    )


def compare(repetitions: int) -> None:
    plain, full = EnsembleOptions(relative_error=ERROR, exponents=False), EnsembleOptions(relative_error=ERROR)
    for options in (plain, full):
        phasemap_runs(1, options, 999)
    periodic_paths(np.ones((1, 4)), np.ones((1, 4)), 0.1, np.empty((1, 4)))
    reference = phasemap_runs(1, EnsembleOptions(relative_error=0.25 * ERROR, exponents=False), 1000)
    value = float(reference.variances[0])
    print(f"{POINT}: variance {value:.5f} +- {reference.stated:.5f} in {reference.cpu:.1f} s")
    print(f"{'':24} {'CPU s':>7} {'wall s':>7} {'scatter':>9} {'stated':>8} {'offset':>8} {'s, equal':>9} {'ratio':>7}")
    ours = phasemap_runs(4 * repetitions, plain)
    report("phasemap", ours, ours, value)
    report("phasemap with lambda_max", phasemap_runs(2 * repetitions, full), ours, value)
    report("common numbers, Anderson", peer_runs(CommonNumbers, repetitions), ours, value)
    report("damped iteration", peer_runs(Iteration, repetitions), ours, value)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=8, help="runs of every peer (at least 2)")
    compare(parser.parse_args().repetitions)
