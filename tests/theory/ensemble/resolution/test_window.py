"""The window that a point needs."""

from types import SimpleNamespace

import numpy as np
import pytest

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.theory.ensemble.resolution import timestep, window
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring

RING = Ring(512.0, 256)


def decaying(time):
    """exp(-t / time) on half the ring."""
    return np.exp(-RING.lags / time)


@pytest.mark.parametrize(("time", "beyond"), [(10.0, False), (100.0, False), (1000.0, True), (1e5, True)])
def test_a_window_holds_what_has_decayed_at_half_of_it(time, beyond):
    assert window.outgrows(decaying(time), RING, odd=True) == beyond
    share = window.remainder(decaying(time), RING, odd=True)
    assert share == pytest.approx(np.exp(-256.0 / time), rel=0.3, abs=1e-9)


@pytest.mark.parametrize("longest", [512.0, 4096.0])
@pytest.mark.parametrize(("time", "converged"), [(20.0, True), (20.0, False), (1e4, True)])
def test_a_state_is_lost_in_the_longest_window_alone(longest, time, converged):
    """Where it does not converge, or has not decayed; shorter windows can be made longer."""
    found = SimpleNamespace(converged=converged, x=decaying(time))
    level = SimpleNamespace(ring=RING, solution=SimpleNamespace(fixed_point=found))
    pilot = SimpleNamespace(may_be_held=True)
    options, process = EnsembleOptions(longest_window=longest), Process(make_parameters(g_h=2.0, alpha_z=10.0))
    held_by_no_window = longest == RING.period and (not converged or time > 1e3)
    assert timestep.is_lost(level, pilot, process, options) == held_by_no_window
