"""The Kaplan-Yorke dimension beside the directions in which gates only follow."""

import numpy as np
import pytest

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import make_parameters
from phasemap.simulation.lyapunov.kaplan_yorke_and_entropy import Slaved, coupled_dimension, kaplan_yorke_dimension
from phasemap.studies.networks.network import simulate

# An h-subsystem of 40 units, and gates that only follow.
COUPLED = 0.1 - np.arange(40) * 0.03
DIMENSION = kaplan_yorke_dimension(COUPLED, complete=True).value


def spectrum(*rates, spread=0.0):
    rng = np.random.default_rng(0)
    heaps = [rate + spread * rng.standard_normal(40) for rate in rates]
    return np.sort(np.concatenate([COUPLED, *heaps]))[::-1]


@pytest.mark.parametrize("rate", [-0.001, -0.01, -0.05, -0.2, -1.0])
@pytest.mark.parametrize("spread", [0.0, 0.0005])
def test_the_dimension_does_not_hang_on_a_gate_that_only_follows(rate, spread):
    found = coupled_dimension(spectrum(rate, spread=spread), [Slaved(rate, 40)], complete=True)
    assert found.value == pytest.approx(DIMENSION, abs=0.05 if spread else 1e-9)
    assert found.left_out == (40 if rate > -0.1 else 0)


def test_two_gates_and_equal_ones_are_passed_over():
    for rates, slaved in (
        ((-0.01, -0.03), [Slaved(-0.01, 40), Slaved(-0.03, 40)]),
        ((-0.02, -0.02), [Slaved(-0.02, 80)]),
    ):
        found = coupled_dimension(spectrum(*rates), slaved, complete=True)
        assert (found.value, found.left_out) == (pytest.approx(DIMENSION), 80)


def test_a_dimension_that_ends_above_the_gates_is_left_alone():
    exponents = spectrum(-1.0)
    whole = kaplan_yorke_dimension(exponents, complete=True)
    found = coupled_dimension(exponents, [Slaved(-1.0, 40)], complete=True)
    assert (found.value, found.left_out) == (whole.value, 0)
    np.testing.assert_array_equal(found.gradient, whole.gradient)


def test_a_partial_spectrum_that_ends_among_the_slaved_does_not_fix_the_dimension():
    exponents, slaved = spectrum(-0.01), [Slaved(-0.01, 40)]
    assert np.isnan(coupled_dimension(exponents[:20], slaved, complete=False).value)
    assert coupled_dimension(exponents[:70], slaved, complete=False).value == pytest.approx(DIMENSION)
    # and one that ends before them may
    assert coupled_dimension(exponents[:3], slaved, complete=False).left_out == 0


def test_the_gradient_is_that_of_the_dimension():
    exponents, slaved = spectrum(-0.01, spread=1e-4), [Slaved(-0.01, 40)]
    found = coupled_dimension(exponents, slaved, complete=True)
    for k in (0, 2, 60):
        moved = exponents.copy()
        moved[k] += 1e-7
        slope = (coupled_dimension(moved, slaved, complete=True).value - found.value) / 1e-7
        assert found.gradient[k] == pytest.approx(slope, abs=1e-5)


@pytest.mark.slow
def test_slow_update_gates_do_not_blow_up_the_dimension_of_networks():
    """N = 100: 0.07 per unit for every tau_z; with the gate's own directions 0.51 at tau_z = 200."""
    options = SimulationOptions(size=100, duration=100.0, transient=100.0)
    for tau in (4.0, 200.0):
        record = simulate(make_parameters(g_h=4.0, alpha_z=1.0, tau_z=tau), options, np.random.SeedSequence(1))
        assert 0.03 < record.spectrum.dimension.value / 100 < 0.11
        assert any("coupled directions" in remark for remark in record.remarks) == (tau == 200.0)
    assert kaplan_yorke_dimension(record.spectrum.exponents, complete=True).value / 100 > 0.3
