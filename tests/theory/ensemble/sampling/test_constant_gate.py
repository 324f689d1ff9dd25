"""The transfer function of a constant gate against the recursion of its steps."""

import numpy as np
import pytest

from phasemap.kernels.ensemble import paths as kernels
from phasemap.theory.ensemble.sampling import constant_gate
from phasemap.theory.ensemble.sampling.ring import Ring

LANES = 8
RING = Ring(44.8, 64)


def field(modes, seed):
    """Real paths (steps, LANES), and their modes."""
    rng = np.random.default_rng(seed)
    phase = 2.0 * np.pi * np.outer(np.arange(RING.steps) / RING.steps, np.arange(1, modes + 1))
    paths = np.cos(phase) @ rng.standard_normal((modes, LANES)) + np.sin(phase) @ rng.standard_normal((modes, LANES))
    return paths, np.fft.ifft(paths, axis=0)


def stepped(rate, eta, noise, placement, white):
    """h (steps, LANES) by the steps of a gate that stands still."""
    decay, source, h = (np.empty_like(eta) for _ in range(3))
    log_decay, end = np.empty((2, LANES))
    gate = np.full_like(eta, rate)
    kernels.smooth_steps(gate, eta, np.zeros(LANES), noise, placement, white, RING.step, decay, source)
    kernels.ring_totals(decay, source, log_decay, end)
    kernels.ring_sweep(decay, source, end / -np.expm1(log_decay), h)
    return h


@pytest.mark.parametrize("rate", [1e-3, 0.3, 2.0])
def test_modes_of_h_are_those_of_its_drive_times_the_transfer_function(rate):
    eta, modes = field(20, 0)
    h = np.fft.fft(modes * constant_gate.of_drive(RING, rate)[:, None], axis=0)
    expected = stepped(rate, eta, np.empty((0, LANES)), kernels.NO_NOISE, 0.0)
    np.testing.assert_allclose(h, expected, atol=1e-6 * np.abs(expected).max() + 1e-6)


@pytest.mark.parametrize(
    ("placement", "white"),
    [(kernels.INSIDE, 1.0), (kernels.OUTSIDE, 1.0), (kernels.INSIDE, 0.0), (kernels.OUTSIDE, 0.0)],
)
def test_modes_of_h_are_those_of_its_noise_times_the_transfer_function(placement, white):
    noise, modes = field(30, 1)
    h = np.fft.fft(modes * constant_gate.of_noise(RING, 0.3, placement, white)[:, None], axis=0)
    expected = stepped(0.3, np.zeros_like(noise), noise, placement, white)
    np.testing.assert_allclose(h, expected, atol=2e-6 * np.abs(expected).max())
