"""Local matrices of the linearised flow."""

import numpy as np
import pytest

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import make_parameters
from phasemap.model.unit.linearisation import local_factors, local_matrices


def test_slopes_are_derivatives():
    p = make_parameters(g_h=2.0, beta_h=0.3, alpha_z=3.0, beta_z=0.2, alpha_r=4.0, beta_r=-0.5)
    x, step = np.linspace(-1.0, 1.0, 7), 1e-6
    at = local_factors(p, x, x, x)
    above, below = local_factors(p, x + step, x + step, x + step), local_factors(p, x - step, x - step, x - step)
    for name in ("phi", "update", "output"):
        difference = (getattr(above, name) - getattr(below, name)) / (2 * step)
        slope = getattr(at, "phi_slope" if name == "phi" else f"{name}_slope")
        np.testing.assert_allclose(slope, difference, rtol=1e-8, atol=1e-10)


def test_an_absent_gate_has_no_entries():
    p = make_parameters(g_h=2.0, tau_r=3.0)
    M, L, D = local_matrices(p, local_factors(p, 0.5, 0.1, 0.2))
    np.testing.assert_array_equal(M, np.diag([-1.0, -1.0, -1.0 / 3.0]))
    np.testing.assert_array_equal(L, np.diag([1.0, 1.0, 1.0 / 3.0]))
    assert D[0, 2] == 0.0
    assert D[0, 0] == D[1, 0] == D[2, 0] > 0.0


def test_a_hard_gate_is_flat_off_its_step():
    p = make_parameters(g_h=2.0, alpha_z=np.inf, alpha_r=np.inf)
    at = local_factors(p, 0.5, [-1.0, 1.0], [1.0, -1.0])
    np.testing.assert_array_equal(at.update, [0.0, 1.0])
    np.testing.assert_array_equal([at.update_slope, at.output_slope], np.zeros((2, 2)))


def test_an_instantaneous_gate_has_no_row():
    p = make_parameters(g_h=2.0, alpha_r=2.0, tau_r=0.0)
    with pytest.raises(UnsupportedError, match="tau = 0"):
        local_matrices(p, local_factors(p, 0.5, 0.0, 0.0))
