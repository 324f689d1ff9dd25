"""When activity falls silent: a closed form, and what is a bound."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ive

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.simulation.estimators.silence import silent_from, silent_together
from phasemap.simulation.protocols.networks import Conditions
from phasemap.simulation.protocols.switch import ACTIVE
from phasemap.studies.protocols.drive import drive

TIMES = np.linspace(0.0, 30.0, 201)


def test_small_activity_of_a_silent_state_lasts_as_long_as_the_closed_form_says():
    """<h^2> = A^2 e^(-2 t) I_0(2 g t) from a small A, in theory and in networks."""
    gain, amplitude = 0.8, 0.01
    known = brentq(
        lambda t: amplitude**2 * ive(0, 2.0 * gain * t) * np.exp(-2.0 * (1.0 - gain) * t) - ACTIVE, 0.1, 30.0
    )
    options = ProtocolOptions(relax=0.0, networks=4, size=200)
    report = drive(make_parameters(g_h=gain), options, np.random.SeedSequence(2), Conditions(amplitude=amplitude), 30.0)
    theory, networks = report.theory["silent_from"], report.networks["silent_from"]
    assert theory.status == networks.status == Status.CONVERGED
    assert abs(theory.value - known) < 3.0 * theory.error + 1e-4 * known and theory.error < 0.01
    assert abs(networks.value - known) < 6.0 * networks.error and networks.error < 0.5


def test_what_still_is_active_gives_a_bound_and_what_never_was_gives_nothing():
    lasting, never = np.full(201, 0.1), np.full(201, 1e-9)
    fallen = 0.1 * np.exp(-TIMES)
    bound, nothing, found = (silent_from(TIMES, square, ACTIVE) for square in (lasting, never, fallen))
    assert bound.status == Status.LOWER_BOUND and bound.value == 30.0 and nothing.status == Status.ABSENT
    assert found.value == pytest.approx(np.log(0.1 / ACTIVE), abs=1e-9) and found.error < 1e-9
    assert silent_from(TIMES, fallen, ACTIVE, 0.01 * fallen).error == pytest.approx(0.01, rel=0.2)
    both = silent_together([bound, found])
    assert both.status == Status.LOWER_BOUND and both.value == pytest.approx((30.0 + found.value) / 2.0)
    assert silent_together([found, nothing]).status == Status.NOT_CONVERGED
    assert silent_together([nothing]).status == Status.ABSENT
