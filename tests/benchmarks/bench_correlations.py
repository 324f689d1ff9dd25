"""Time per point of the dynamic mean field, against a public peer's method; run by hand:

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_correlations.py [--plane 100] [--compile]

The peer's method is written plainly here: damped fixed-point iteration of C_h on a grid of lags, with the averages of
phi and sigma_r by direct double quadrature at every lag, and the exponent by power iteration of the linearised map
(bisection in lambda), as in the public PSD-Picard codes. Both sides use one thread; compilation is left out.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from phasemap.model.branches import BRANCHES
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.status import Status
from phasemap.theory import mean_field

CHAOTIC = BRANCHES.index("fluctuating")
POINTS = {
    "additive, g_h = 2": {"g_h": 2.0},
    "additive, g_h = 3": {"g_h": 3.0},
    "output gate, (3, 2, 1)": {"g_h": 3.0, "alpha_r": 2.0},
    "output gate, (2.5, 5, 1)": {"g_h": 2.5, "alpha_r": 5.0},
}
SPACING, HALF_PERIOD, NODES, DAMPING, TOLERANCE = 0.1, 40.0, 60, 0.5, 1e-8


class Peer:
    """C_h on a periodic grid; direct double quadrature at every lag."""

    def __init__(self, p: Parameters) -> None:
        self.p = p
        n = round(HALF_PERIOD / SPACING)
        self.lags = SPACING * np.arange(n + 1)
        self.w = np.pi * np.arange(n + 1) / HALF_PERIOD
        z = np.linspace(-7.0, 7.0, NODES)
        self.z, self.weight = z, np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()

    def average(self, f, c):
        """<f(x) f(y)> at every lag: int Dz [int Dy f(sqrt(c0 - |c|) y + sqrt(|c|) z)]^2, for c >= 0."""
        c0, out = c[0], np.empty_like(c)
        for i, value in enumerate(np.clip(c, 0.0, c0)):
            x = np.sqrt(c0 - value) * self.z[:, None] + np.sqrt(value) * self.z[None, :]
            out[i] = self.weight @ (self.weight @ f(x)) ** 2
        return out

    def filtered(self, c, tau, shift=1.0):
        """Convolution with the kernel of 1 / (shift^2 + (tau w)^2)."""
        even = np.concatenate([c, c[-2:0:-1]])
        spectrum = np.fft.rfft(even).real / (shift**2 + (tau * self.w) ** 2)
        return np.fft.irfft(spectrum, len(even))[: len(c)]

    def functions(self, c):
        """C_phi, C_sigma, and the slopes' averages."""
        p = self.p
        phi = lambda h: np.tanh(p.g_h * h)  # noqa: E731
        phi_slope = lambda h: p.g_h / np.cosh(p.g_h * h) ** 2  # noqa: E731
        c_phi, slope = self.average(phi, c), self.average(phi_slope, c)
        if p.alpha_r == 0.0:
            return c_phi, np.ones_like(c), slope, np.zeros_like(c)
        sigma = lambda r: 1.0 / (1.0 + np.exp(-p.alpha_r * r + p.beta_r))  # noqa: E731
        sigma_slope = lambda r: p.alpha_r * sigma(r) * (1.0 - sigma(r))  # noqa: E731
        c_r = self.filtered(c_phi, p.tau_r)
        return c_phi, self.average(sigma, c_r), slope, self.average(sigma_slope, c_r)

    def solve(self):
        """(C_h(0), iterations) by damped iteration."""
        c = 0.5 * np.exp(-self.lags / 3.0)
        for iteration in range(10000):
            c_phi, c_sigma, self.slope, self.sigma_slope = self.functions(c)
            self.c_phi, self.c_sigma = c_phi, c_sigma
            change = self.filtered(c_phi * c_sigma, 1.0) - c
            c = c + DAMPING * change
            if np.abs(change).max() < TOLERANCE:
                return c[0], iteration + 1
        return c[0], iteration + 1

    def exponent(self):
        """lambda by bisection of the spectral radius, 200 power steps each."""
        tau = self.p.tau_r
        low, high = -0.5, 2.0
        k = np.ones_like(self.lags)
        for _ in range(30):
            growth = 0.5 * (low + high)
            for _ in range(200):
                w = self.filtered(self.slope * k, tau, 1.0 + growth * tau)
                new = self.filtered(
                    self.slope * self.c_sigma * k + self.c_phi * self.sigma_slope * w, 1.0, 1.0 + growth
                )
                radius, k = new[0] / k[0], new / new[0]
            low, high = (growth, high) if radius > 1.0 else (low, growth)
        return growth


def ours(values):
    """(variance, exponent, seconds per point): the best of five rounds, each of a line of new points."""
    near = [make_parameters({**values, "g_h": values["g_h"] * (1.0 + 1e-4 * k)}) for k in range(50)]
    seeds = np.random.SeedSequence(0).spawn(len(near))
    best = np.inf
    for _ in range(5):
        start = time.process_time()
        found = mean_field.solve_points(near, None, seeds)
        best = min(best, (time.process_time() - start) / len(near))
    assert np.all(found["variance"].status[:, CHAOTIC] == Status.CONVERGED)
    return found["variance"].value[0, CHAOTIC], found["lyapunov_max"].value[0, CHAOTIC], best


def compare() -> None:
    print(f"{'point':28} {'ours':>10} {'peer':>10} {'ratio':>8}   differences (C_h(0), lambda), iterations")
    for name, values in POINTS.items():
        variance, exponent, seconds = ours(values)
        peer = Peer(make_parameters(values))
        start = time.process_time()
        peer_variance, iterations = peer.solve()
        peer_exponent = peer.exponent()
        peer_seconds = time.process_time() - start
        gaps = f"{abs(variance - peer_variance):.1e}, {abs(exponent - peer_exponent):.1e}, {iterations}"
        print(f"{name:28} {seconds * 1e3:7.2f} ms {peer_seconds:8.2f} s {peer_seconds / seconds:8.0f}   {gaps}")


def plane(n: int) -> None:
    """Seconds of one core for n x n planes; two workers take half (points are independent)."""
    for name, first, second in (
        ("g_h x alpha_r", ("g_h", 0.5, 4.0), ("alpha_r", 0.0, 25.0)),
        ("alpha_r x tau_r at g_h = 2.5", ("alpha_r", 0.1, 25.0), ("tau_r", 0.1, 10.0)),
        ("g_h x noise_h at alpha_r = 10", ("g_h", 0.5, 4.0), ("noise_h", 0.01, 1.0)),
    ):
        base = {"g_h": 2.5, "alpha_r": 10.0}
        points = [
            make_parameters({**base, second[0]: float(b), first[0]: float(a)})
            for b in np.linspace(*second[1:], n)
            for a in np.linspace(*first[1:], n)
        ]
        start = time.process_time()
        found = mean_field.solve_points(points, None, np.random.SeedSequence(0).spawn(len(points)))
        seconds = time.process_time() - start
        status = found["lyapunov_max"].status[:, CHAOTIC]
        converged, poor = np.sum(status == Status.CONVERGED), np.sum(status == Status.NOT_CONVERGED)
        print(f"{n} x {n} of {name}: {seconds:.1f} s, {converged} chaotic points converged, {poor} not")


# A new process, up to its first points: seconds of one core for loading the code, and for the points.
FIRST_POINTS = """
import time
import numpy as np
from phasemap.model.parameters import make_parameters
from phasemap.theory import mean_field
loaded = time.process_time()
points = [make_parameters(g_h=3.0), make_parameters(g_h=3.0, alpha_r=2.0)]
mean_field.solve_points(points, None, np.random.SeedSequence(0).spawn(2))
print(loaded, time.process_time() - loaded)
"""


def compilation() -> None:
    """The first points of a process that has to compile everything, and of the next one, which finds it compiled."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder, "OMP_NUM_THREADS": "1"}
        for name in ("nothing compiled", "all compiled"):
            command = [sys.executable, "-W", "ignore", "-c", FIRST_POINTS]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            loading, first = map(float, done.stdout.split())
            print(f"a process with {name}: {loading:.2f} s to load the code, {first:.2f} s for its first two points")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plane", type=int, default=0, help="also time planes of this many points a side")
    parser.add_argument("--compile", action="store_true", help="only time compilation, from an empty cache")
    options = parser.parse_args()
    if options.compile:
        compilation()
        sys.exit()
    mean_field.solve_points([make_parameters(v) for v in POINTS.values()], None, np.random.SeedSequence(0).spawn(4))
    compare()
    if options.plane:
        plane(options.plane)
