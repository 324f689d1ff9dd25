"""Slow oracle of the mean field with a fluctuating update gate: the plainest Monte-Carlo iteration.

Independent of the package but for the definition of `Parameters`; NumPy alone. Paths start from rest and run on a line
of time with small Euler steps, Gaussian drives are drawn afresh in every iteration, correlations are averaged over time
origins after a transient, and the iteration is damped and averaged. No inputs, smooth gates (docs/theory.md (5.1)).
"""

from dataclasses import dataclass

import numpy as np

from phasemap.model.parameters import Parameters


@dataclass
class PlainEnsemble:
    """One point; window of lags, time step, paths, damping."""

    p: Parameters
    window: float = 80.0
    step: float = 0.1
    paths: int = 1000
    damping: float = 0.5

    def __post_init__(self):
        self.lags = np.arange(round(self.window / self.step) + 1) * self.step
        self.steps = 3 * (self.lags.size - 1)

    def start(self):
        return 0.8 * np.exp(-self.lags / 5.0)

    def drive(self, covariance, rng):
        """Gaussian paths (paths, steps) with a covariance on the lags, which is continued by its last value."""
        n = 1 << (2 * self.steps - 1).bit_length()
        ring = np.full(n // 2 + 1, covariance[-1])
        ring[: covariance.size] = covariance
        spectrum = np.maximum(np.fft.hfft(ring, n), 0.0)
        white = rng.standard_normal((self.paths, n)) + 1j * rng.standard_normal((self.paths, n))
        return np.fft.fft(white * np.sqrt(spectrum / n), axis=1).real[:, : self.steps]

    def filtered(self, drive, tau):
        out = np.empty_like(drive)
        state = np.zeros(self.paths)
        for i in range(self.steps):
            out[:, i] = state
            state = state + self.step / tau * (drive[:, i] - state)
        return out

    def correlation(self, x):
        """<x(t) x(t + lag)> over paths and time origins after one window."""
        origins = np.arange(self.lags.size, 2 * self.lags.size - 1, 5)
        total = np.zeros(self.lags.size)
        for start in origins:
            total += np.einsum("p,pt->t", x[:, start], x[:, start : start + self.lags.size])
        return total / (len(origins) * self.paths)

    def sweep(self, activity, rng):
        """(C_phi, C_h) of fresh paths driven by C_phi."""
        p = self.p
        gated = activity
        if p.alpha_r > 0:
            r = self.filtered(self.drive(activity, rng), p.tau_r)
            gated = activity * self.correlation(1.0 / (1.0 + np.exp(-p.alpha_r * r + p.beta_r)))
        z = self.filtered(self.drive(activity, rng), p.tau_z)
        sigma = 1.0 / (1.0 + np.exp(-p.alpha_z * z + p.beta_z))
        eta = self.drive(gated, rng)
        h = np.empty_like(eta)
        state = eta[:, 0].copy()
        for i in range(self.steps):
            h[:, i] = state
            state = state + self.step * sigma[:, i] * (eta[:, i] - state)
        return self.correlation(np.tanh(p.g_h * h + p.beta_h)), self.correlation(h)

    def solve(self, rng, iterations, discard):
        """Means over the iterations after the first `discard`: (C_phi, C_h)."""
        activity = self.start()
        kept = []
        for k in range(iterations):
            returned, membrane = self.sweep(activity, rng)
            activity = (1 - self.damping) * activity + self.damping * returned
            if k >= discard:
                kept.append((returned, membrane))
        return tuple(np.mean(kept, axis=0))
