"""Slow oracle of the dynamic mean field at sigma_z = 1: FFTs, double quadrature, fixed-point iteration.

Independent of the package but for the definition of `Parameters`. What is solved:

    C_h(w) = F[C_phi C_sigma + s_h^2] / (1 + w^2) + noise,      C_r(w) = F[C_phi + s_r^2] / (1 + (tau_r w)^2) + noise

on a periodic grid of lags; C_phi and C_sigma by quadrature over pairs of Gaussians at Chebyshev angles.

`python tests/theory/oracles/mean_field.py` computes the table tests/references/mean_field_random_points.json.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from phasemap.model.parameters import Parameters, make_parameters

REFERENCE = Path(__file__).parents[2] / "references" / "mean_field_random_points.json"


@dataclass
class Oracle:
    """One point of parameter space; spacing and half period of the lags, angles and quadrature nodes."""

    p: Parameters
    spacing: float = 0.1
    half_period: float = 60.0
    angles: int = 48
    nodes: int = 161

    def __post_init__(self) -> None:
        n = 2 * round(self.half_period / self.spacing)
        index = np.fft.fftfreq(n, 1.0 / n)
        self.lags = np.abs(index) * self.spacing
        self.w = 2.0 * np.pi * np.fft.fftfreq(n, self.spacing)
        self.theta = 0.5 * np.pi * np.cos(np.pi * (np.arange(self.angles) + 0.5) / self.angles)
        z = np.linspace(-8.0, 8.0, self.nodes)
        self.z, self.weight = z, np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
        p = self.p
        self.noise_h = self._noise(p.noise_h, 1.0)
        self.noise_r = self._noise(p.noise_r, p.tau_r)

    def _noise(self, strength: float, tau: float) -> np.ndarray:
        if strength == 0.0:
            return np.zeros_like(self.lags)
        t, tn = self.lags, self.p.tau_noise
        if tn == 0.0:
            return strength**2 / (2.0 * tau) * np.exp(-t / tau)
        return strength**2 * tn * (tn * np.exp(-t / tn) - tau * np.exp(-t / tau)) / (tn**2 - tau**2)

    def average(self, f, variance: float, covariance: np.ndarray) -> np.ndarray:
        """<f(x) f(y)> at many covariances, interpolated in the angle."""
        deviation = np.sqrt(variance)
        first = self.weight * f(deviation * self.z)
        values = []
        for theta in self.theta:
            y = np.sin(theta) * self.z[:, None] + np.cos(theta) * self.z[None, :]
            values.append(first @ (f(deviation * y) @ self.weight))
        series = np.polynomial.chebyshev.chebfit(self.theta / (0.5 * np.pi), values, self.angles - 1)
        angle = np.arcsin(np.clip(covariance / variance, -1.0, 1.0))
        return np.polynomial.chebyshev.chebval(angle / (0.5 * np.pi), series)

    def phi(self, h: np.ndarray) -> np.ndarray:
        return np.tanh(self.p.g_h * (h + self.p.m_h) + self.p.beta_h)

    def phi_slope(self, h: np.ndarray) -> np.ndarray:
        return self.p.g_h * (1.0 - self.phi(h) ** 2)

    def sigma(self, r: np.ndarray) -> np.ndarray:
        p = self.p
        return 1.0 / (1.0 + np.exp(-p.alpha_r * (r + p.m_r) + p.beta_r))

    def sigma_slope(self, r: np.ndarray) -> np.ndarray:
        return self.p.alpha_r * self.sigma(r) * (1.0 - self.sigma(r))

    def filtered(self, c: np.ndarray, tau: float, shift: float = 1.0) -> np.ndarray:
        return np.fft.ifft(np.fft.fft(c) / (shift**2 + (tau * self.w) ** 2)).real

    def image(self, c_h: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(C_h', C_r, C_phi, C_sigma) from C_h."""
        p = self.p
        c_phi = self.average(self.phi, c_h[0], c_h)
        c_r = self.filtered(c_phi + p.s_r**2, p.tau_r) + self.noise_r
        c_sigma = self.average(self.sigma, c_r[0], c_r)
        return self.filtered(c_phi * c_sigma + p.s_h**2, 1.0) + self.noise_h, c_r, c_phi, c_sigma

    def solve(self, tolerance: float = 1e-11, most: int = 400) -> np.ndarray:
        """C_h by Anderson-accelerated iteration from a large decaying guess."""
        c = 0.5 * np.exp(-self.lags / 3.0) + self.p.s_h**2 + self.noise_h
        for _ in range(30):
            c = self.image(c)[0]
        history: list[tuple[np.ndarray, np.ndarray]] = []
        for _ in range(most):
            residual = self.image(c)[0] - c
            if np.abs(residual).max() < tolerance * c[0]:
                return c
            history = [*history[-5:], (c, residual)]
            step = residual
            if len(history) > 1:
                dc = np.array([a[0] - c for a in history[:-1]]).T
                dr = np.array([a[1] - residual for a in history[:-1]]).T
                mix = np.linalg.lstsq(dr, -residual, rcond=1e-10)[0]
                step = residual + (dc + dr) @ mix
            c = c + step
        raise RuntimeError(f"the oracle does not converge at {self.p}")

    def exponent(self, c: np.ndarray) -> float:
        """lambda at which the spectral radius of the linearised covariance map is 1, by bisection."""
        p = self.p
        _, c_r, c_phi, c_sigma = self.image(c)
        phi_slope = self.average(self.phi_slope, c[0], c)
        sigma_slope = self.average(self.sigma_slope, c_r[0], c_r)
        self.state = np.ones_like(c)

        def radius(growth: float, steps: int = 3000) -> float:
            k, before = self.state, 0.0
            for _ in range(steps):
                w = self.filtered(phi_slope * k, p.tau_r, 1.0 + growth * p.tau_r)
                new = self.filtered(phi_slope * c_sigma * k + c_phi * sigma_slope * w, 1.0, 1.0 + growth)
                size = np.linalg.norm(new) / np.linalg.norm(k)
                k = new / new[0]
                if abs(size - before) < 1e-13:
                    break
                before = size
            self.state = k
            return size

        low, high = -0.9 / max(p.tau_r, 1.0), 0.05
        while radius(high) > 1.0:
            low, high = high, 2.0 * high + 0.1
        f_low, f_high = np.log(radius(low)), np.log(radius(high))
        for _ in range(60):
            middle = high - f_high * (high - low) / (f_high - f_low)
            f = np.log(radius(middle))
            if abs(f) < 1e-11:
                break
            if f > 0.0:
                low, f_low, f_high = middle, f, 0.5 * f_high
            else:
                high, f_high, f_low = middle, f, 0.5 * f_low
        return float(middle)


def random_points(count: int, seed: int) -> list[dict[str, float]]:
    """Points of the box: output gate, biases, inputs and noise, each with or without."""
    rng = np.random.default_rng(seed)
    points = []
    for _ in range(count):
        point = {
            "g_h": rng.uniform(1.5, 6.0),
            "alpha_r": rng.uniform(0.5, 8.0),
            "beta_r": rng.uniform(-2.0, 1.0),
            "tau_r": 10.0 ** rng.uniform(-1.0, 0.7),
        }
        if rng.uniform() < 0.3:
            point["beta_h"] = rng.uniform(-0.8, 0.8)
        if rng.uniform() < 0.3:
            point |= {"s_h": rng.uniform(0.0, 0.4), "s_r": rng.uniform(0.0, 0.4)}
        if rng.uniform() < 0.3:
            point |= {"m_h": rng.uniform(-0.2, 0.2), "m_r": rng.uniform(-0.3, 0.3)}
        if rng.uniform() < 0.4:
            point |= {"noise_h": rng.uniform(0.05, 0.5), "noise_r": rng.uniform(0.0, 0.4)}
            point["tau_noise"] = float(rng.choice([0.0, 0.4, 2.5]))
        points.append({name: round(float(value), 4) for name, value in point.items()})
    return points


def steep_points(count: int, seed: int) -> list[dict[str, float]]:
    """Points with steep output gates, fast to slow."""
    rng = np.random.default_rng(seed)
    points = []
    for _ in range(count):
        point = {
            "g_h": rng.uniform(2.0, 6.0),
            "alpha_r": rng.uniform(8.0, 20.0),
            "beta_r": rng.uniform(-1.5, 0.5),
            "tau_r": 10.0 ** rng.uniform(-1.0, 1.0),
        }
        points.append({name: round(float(value), 4) for name, value in point.items()})
    return points


def numbers(p: Parameters, spacing: float, half_period: float) -> np.ndarray | None:
    """C_h(0), C_phi(0), correlation time and exponent of the fluctuating state; None if it was not reached."""
    steep = p.alpha_r > 8.0
    oracle = Oracle(p, spacing * (0.5 if steep else 1.0), half_period, nodes=301 if steep else 161)
    c = oracle.solve()
    decaying = c - c[len(c) // 2]
    if decaying[0] < 1e-4 * c[0]:
        return None
    time = decaying.sum() * oracle.spacing / 2.0 / decaying[0]
    return np.array([c[0], oracle.image(c)[2][0], time, oracle.exponent(c)])


def extrapolated(p: Parameters, half_period: float = 120.0) -> np.ndarray | None:
    """The same; noise leaves kinks at lag 0, so that the error is of second order in the spacing and extrapolated."""
    if p.noise_h == 0.0 and p.noise_r == 0.0:
        return numbers(p, 0.1, half_period)
    coarse, fine = (numbers(p, spacing, half_period) for spacing in (0.025, 0.0125))
    return None if coarse is None or fine is None else (4.0 * fine - coarse) / 3.0


def main(count: int = 46, steep: int = 8, seed: int = 20260) -> None:
    rows = []
    for values in random_points(count, seed) + steep_points(steep, seed):
        found = extrapolated(make_parameters(values))
        if found is None:
            print(values, "does not fluctuate", file=sys.stderr)
            continue
        names = ("variance", "activity_variance", "correlation_time", "lyapunov_max")
        rows.append({"parameters": values, **dict(zip(names, found.tolist(), strict=True))})
        print(rows[-1], flush=True)
    REFERENCE.write_text(json.dumps({"source": "tests/theory/oracles/mean_field.py", "points": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
