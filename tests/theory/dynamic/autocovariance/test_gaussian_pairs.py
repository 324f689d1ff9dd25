"""Tables of pair averages: between round biases they are interpolated to rounding, in any order of use."""

import numpy as np
import pytest

from phasemap.kernels.averages.gaussian_pairs import MISSING_PANEL, build_panel, pair_averages
from phasemap.model.status import Status
from phasemap.theory.dynamic.autocovariance import gaussian_pairs


def filled(bias, panel, half):
    """The table of a bias with a panel that was asked for."""
    table = gaussian_pairs.tables(bias)

    def run():
        """Asks for the panel until it is there."""
        table.missing[:] = panel, half
        return (Status.CONVERGED if table.built[panel, half] else MISSING_PANEL), None

    gaussian_pairs.with_panels(run, table)
    return table


@pytest.fixture
def forgotten():
    """Nothing of other tests is remembered."""
    gaussian_pairs._memory.__dict__.clear()


@pytest.mark.parametrize(("bias", "panel", "half"), [(0.3717, 2, 0), (-2.6183, 4, 1), (0.0011, 0, 0)])
def test_interpolated_panels_are_those_of_the_sum(bias, panel, half, forgotten):
    assert not gaussian_pairs.is_round(bias)
    found, direct = filled(bias, panel, half), gaussian_pairs._empty(abs(bias))
    build_panel(direct, panel, half)
    scale = np.abs(direct.pairs[panel, half]).max(axis=(1, 2), keepdims=True)
    assert np.all(np.abs(found.pairs[panel, half] - direct.pairs[panel, half]) <= 2e-13 * scale)
    assert np.abs(found.singles[panel] - direct.singles[panel]).max() <= 1e-13


def test_panels_do_not_depend_on_what_was_asked_before(forgotten):
    first = filled(0.3717, 1, 0).pairs[1, 0].copy()
    gaussian_pairs._memory.__dict__.clear()
    filled(0.71, 1, 0)
    assert np.array_equal(filled(0.3717, 1, 0).pairs[1, 0], first)


@pytest.mark.parametrize("bias", [0.0, 0.3, -1.5, 3 * 0.1, 80.7])
def test_round_and_huge_biases_are_summed_directly(bias, forgotten):
    panel = filled(bias, 0, 0).pairs[0, 0]
    direct = gaussian_pairs._empty(abs(bias))
    build_panel(direct, 0, 0)
    assert np.array_equal(panel, direct.pairs[0, 0])


@pytest.mark.parametrize("bias", [0.0, 1.3])
def test_what_is_orthogonal_but_for_rounding_needs_no_table_of_negative_covariances(bias, forgotten):
    table = filled(bias, 1, 0)
    variance, covariance = np.array(0.1), np.array([0.1, 1e-17, -1e-17, -1e-7])
    out = np.empty((3, 4))
    assert pair_averages(float(variance), covariance, table, out) == Status.CONVERGED
    assert not table.built[1, 1]
    both = filled(bias, 1, 1)
    assert np.allclose(out[:, 1], out[:, 2], rtol=1e-15, atol=1e-16)
    known = np.empty((3, 2))
    assert pair_averages(float(variance), np.array([0.1, -2e-7]), both, known) == Status.CONVERGED
    # Between zero and a covariance that has to be read from the other half, all is linear to rounding.
    assert out[:, 3] == pytest.approx(0.5 * (out[:, 1] + known[:, 1]), rel=1e-12, abs=1e-15)


def test_opposite_biases_share_their_panels(forgotten):
    there, back = filled(1.5, 3, 0), gaussian_pairs.tables(-1.5)
    assert back.pairs is there.pairs
    assert (there.mirrored, back.mirrored) == (False, True)
