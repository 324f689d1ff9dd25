"""Responses of h along paths of the update gate."""

import numpy as np
import pytest

from phasemap.kernels.dynamic.dimension.gate_response import gate_response


def test_a_constant_gate_is_a_low_pass() -> None:
    rate, step, omega = 0.3, 0.1, np.array([0.0, 1e-4, 0.2, 3.0])
    out = np.zeros((4, 4))
    gate_response(np.full((500, 3), rate * step), np.full((500, 3), 2.0), step, omega, out)
    expected = rate / (rate + 1j * omega)
    np.testing.assert_allclose(out[:, 0] + 1j * out[:, 1], 1500 * expected, rtol=1e-10)
    np.testing.assert_allclose(out[:, 2] + 1j * out[:, 3], 3000 * expected, rtol=1e-10)


def test_a_moving_gate_against_the_driven_equation() -> None:
    """dh/dt = sigma (cos(omega t) - h), integrated in small steps: h = Re q exp(i omega t)."""
    period, fine = 20.0, 40000
    omega = 2.0 * np.pi * 3.0 / period
    time = period * np.arange(fine) / fine

    def sigma(t: np.ndarray) -> np.ndarray:
        return 0.6 + 0.5 * np.sin(2.0 * np.pi * t / period)

    h, drive, rate, step = 0.0, np.exp(1j * omega * time), sigma(time), period / fine
    for _ in range(3):
        q = np.empty(fine, dtype=complex)
        for i in range(fine):
            q[i] = h / drive[i]
            end = (i + 1) % fine
            middle = 0.5 * (rate[i] + rate[end])
            h = (h * (1.0 - 0.5 * step * middle) + step * middle * 0.5 * (drive[i] + drive[end])) / (
                1.0 + 0.5 * step * middle
            )
    coarse = 400
    at = period * np.arange(coarse) / coarse
    area = rate.reshape(coarse, -1).sum(axis=1) * step + 0.5 * step * (sigma(at + period / coarse) - sigma(at))
    slope = np.cos(at)
    out = np.zeros((1, 4))
    gate_response(area[:, None], slope[:, None], period / coarse, np.array([omega]), out)
    assert out[0, 0] + 1j * out[0, 1] == pytest.approx(coarse * q.mean(), abs=3e-4 * coarse)
    assert out[0, 2] + 1j * out[0, 3] == pytest.approx((slope * q[::100]).sum(), abs=3e-4 * coarse)
