"""Local slopes of one quantity against another, along the axis of a panel."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import outcome
from phasemap.studies.protocols.quantity_curves import local_slope, quantity_curve

RESULTS = Path(__file__).resolve().parents[3] / "results"
PLACES = [1.0005, 1.001, 1.002, 1.02]
PANEL = {"over": "g_h", "places": PLACES, "quantity": "lyapunov_max"}
CURVE = {"branch": "fluctuating", "slope": "relaxation_time"}


def test_the_slope_of_a_power_law_is_its_power_with_the_error_of_two_logarithms():
    x = np.array([1.0, 2.0, 4.0, 8.0])
    found = local_slope(outcome(3.0 * x**-1.5, 0.1 * x**-1.5), outcome(x, np.zeros(4)))
    np.testing.assert_allclose(found.value, -1.5)
    relative = 0.1 / 3.0 * np.sqrt(2.0)
    np.testing.assert_allclose(found.error, relative / (np.log(2.0) * np.array([1, 2, 2, 1])))


def test_a_slope_across_a_number_that_is_not_known_is_absent():
    y = outcome([4.0, 2.0, 1.0, 0.5, 0.25], 0.0)
    y.status[0] = Status.UPPER_BOUND
    found = local_slope(y, outcome([1.0, 2.0, 4.0, 8.0, 16.0], 0.0))
    assert list(found.status) == [Status.ABSENT] * 2 + [Status.CONVERGED] * 3
    np.testing.assert_allclose(found.value[2:], -1.0)


@pytest.mark.parametrize("shut", [-np.inf, 1.0])
def test_at_a_constant_gate_the_exponent_goes_as_the_inverse_square_of_the_time_at_the_onset(shut):
    """lambda tau_R^2 -> 3 / (2 s_z); 1.50169 at g_h = 1.02 (docs/theory.md, section 6, and independent numbers)."""
    named, seed, solved = {"beta_z": shut}, np.random.SeedSequence(0), {}
    _, slope = quantity_curve(PANEL, CURVE, named, {}, seed, solved)
    np.testing.assert_allclose(slope["theory"].value[:3], -2.0, atol=2e-3)
    rate, time = (
        quantity_curve({**PANEL, "quantity": name}, {"branch": "fluctuating"}, named, {}, seed, solved)[1]["theory"]
        for name in ("lyapunov_max", "relaxation_time")
    )
    gate = 1.0 / (1.0 + np.exp(shut))
    product = rate.value * time.value**2 * gate
    np.testing.assert_allclose(product[0], 1.5, rtol=1e-3)
    np.testing.assert_allclose(product[3], 1.50169, rtol=2e-5)


def test_stored_slopes_are_what_theory_and_caption_say_of_them():
    """Along the steepness far from -1 and further from -2; along the gain from -2 at the onset to beyond -3."""
    with h5py.File(RESULTS / "exponent_against_relaxation.h5") as file:
        found = {}
        file.visititems(
            lambda name, part: found.update({name: part[()].squeeze()} if isinstance(part, h5py.Dataset) else {})
        )
    slope, error, known = (found[f"slope_along_steepness{kind}"] for kind in ("", "_error", "_status"))
    good = known == Status.CONVERGED
    assert good.sum() >= 6
    assert np.all(slope[good] - 3.0 * error[good] > -1.0)
    assert np.all(slope[good] < -0.1)
    along = found["slope_along_gain"]
    assert along[0] == pytest.approx(-2.0012, abs=1e-4)
    assert along[-1] == pytest.approx(-3.0711, abs=1e-4)
    assert np.all(np.diff(along) < 0.0)
