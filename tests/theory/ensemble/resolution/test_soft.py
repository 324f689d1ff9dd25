"""The soft mode of the iteration."""

from types import SimpleNamespace

import numpy as np
import pytest

from phasemap.theory.ensemble.resolution import soft
from phasemap.theory.ensemble.sampling.ring import Ring

RING = Ring(400.0, 256)
SOLUTION = 0.5 * np.exp(-RING.lags / 20.0)


def softly_mapped(x, group=None):
    """A linear map that keeps 95 % of a change of the time scale, 80 % of one of the curvature, and nothing else."""
    modes = np.array([soft.direction(RING, SOLUTION), np.exp(-RING.lags / 60.0) * RING.lags**2 / 3600.0])
    shares = np.linalg.lstsq(modes.T, x - SOLUTION, rcond=None)[0]
    return SOLUTION + np.array([0.95, 0.8]) * shares @ modes


@pytest.mark.parametrize("stretch", [-0.1, 0.1])
def test_a_stiffened_residual_leads_to_the_solution_in_one_step(stretch):
    ensemble = SimpleNamespace(ring=RING, map=softly_mapped, noise=SimpleNamespace(groups=range(16)))
    start = 1.02 * soft.stretched(RING, SOLUTION, stretch)
    stiff = soft.informed(ensemble, start, 0.05)
    residual = softly_mapped(start) - start
    before, after = (np.abs(one - SOLUTION).max() for one in (start + residual, start + stiff(residual)))
    assert after < 0.1 * before


def test_the_response_is_the_same_on_a_finer_ring():
    ensemble = SimpleNamespace(ring=RING, map=softly_mapped, noise=SimpleNamespace(groups=range(16)))
    start = soft.stretched(RING, SOLUTION, 0.1)
    residual = softly_mapped(start) - start
    coarse = soft.informed(ensemble, start, 0.05)
    fine, lags = coarse.resampled(RING, RING.finer()), RING.finer().lags
    step = fine(np.interp(lags, RING.lags, residual))[::2]
    np.testing.assert_allclose(step, coarse(residual), atol=0.03 * np.abs(coarse(residual)).max())
