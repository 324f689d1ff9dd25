"""The whole Lyapunov spectrum in the mean field where the update gate moves."""

import numpy as np
import pytest

from phasemap.errors import UnsupportedError
from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.tangent_spectrum import levels, solver
from phasemap.theory.tangent_spectrum.level import Flow
from phasemap.theory.tangent_spectrum.levels import Levels
from phasemap.theory.tangent_spectrum.modes import Modes, basis
from phasemap.theory.tangent_spectrum.moving_gate.flow import MovingFlow
from phasemap.theory.tangent_spectrum.moving_gate.modes import MovingModes
from phasemap.theory.tangent_spectrum.moving_gate.slopes import MovingSlopes
from phasemap.theory.tangent_spectrum.moving_gate.state import moving_state
from phasemap.theory.tangent_spectrum.slopes import Slopes

SEED = np.random.SeedSequence(5)


def waves(steps: int = 64, paths: int = 8) -> FloatArray:
    """Smooth slopes along a ring (paths, steps)."""
    t, phase = 2.0 * np.pi * np.arange(steps) / steps, np.random.default_rng(0).random((paths, 1)) * 6.0
    return np.asarray(1.2 + 0.9 * np.cos(np.arange(1, paths + 1)[:, None] * t + phase) * np.sin(2.0 * t))


def moving(gate: FloatArray, response: FloatArray, slope: FloatArray, step: float) -> MovingSlopes:
    weights = np.full(len(slope), 1.0 / len(slope))
    return MovingSlopes(np.stack([gate, response, slope]), weights, (0.5, 1.0), step)


def test_what_multiplies_along_a_path_is_a_matrix_between_its_modes() -> None:
    d = np.random.default_rng(1).standard_normal((3, 2, 40))
    modes, functions = MovingModes(moving(*d, 0.4), 7), basis(40, 7)
    for one, along in zip(modes.matrices(1), d[:, 1], strict=True):
        np.testing.assert_allclose(one, (functions * along) @ functions.T, atol=1e-12)


def test_a_gate_that_stands_still_only_sets_the_unit_of_time() -> None:
    d = waves()
    still = moving(np.full_like(d, 0.5), np.zeros_like(d), d, 1.0)
    fixed = Slopes(d[None], still.weights, (1.0,), 0.5)
    for s in (0.0, -0.1):
        expected = Flow(Modes(fixed, 31), s, 1e-5).solve()
        found = MovingFlow(MovingModes(still, 31), 0.5 * s, 1e-5).solve()
        assert 2.0 * found.value == pytest.approx(expected.value, rel=2e-4)
        assert found.slope == pytest.approx(expected.slope, rel=2e-3)


def test_slope_is_that_of_the_level_behind_a_moving_gate() -> None:
    """Kernels are stationary; tangents of the gate's variable depend on s as well."""
    d = waves(48, 6)
    gate = 0.5 + 0.3 * np.sin(2.0 * np.pi * np.arange(48) / 48) * np.ones_like(d)
    modes = MovingModes(moving(gate, 0.4 * np.roll(d, 3, axis=1) - 0.3, d, 0.6), 14)
    low, at, high = (MovingFlow(modes, s, 2e-4).solve() for s in (-1e-3, 0.0, 1e-3))
    assert at.slope == pytest.approx((low.value - high.value) / 2e-3, rel=3e-3)


def test_a_path_whose_gate_is_shut_costs_nothing() -> None:
    """W of units that hear nothing is the distance of those that lie above s, however slow they are."""
    d = np.full((4, 40), 1e-3)
    gate = np.array([0.5, 0.2, 0.02, 0.005])[:, None] * np.ones((4, 40))
    for s in (0.0, -0.01):
        level = MovingFlow(MovingModes(moving(gate, np.zeros_like(d), d, 1.0), 15), s, 1e-6).solve()
        expected = np.maximum(-gate[:, 0] - s, 0.0).mean()
        assert level.value == pytest.approx(expected, abs=1e-5)


@pytest.fixture(scope="module")
def weak() -> tuple[Parameters, Levels]:
    """Levels of a gate that hardly moves, from few paths."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("phasemap.theory.tangent_spectrum.moving_gate.state._PATHS", 128)
        p = make_parameters({"g_h": 3.0, "alpha_z": 0.05, "beta_z": 0.0})
        state = moving_state(p, SEED)
        assert state is not None
        return p, Levels(state.paths(state.ring, 2, 0), highest=12)


def test_spectrum_of_a_gate_that_hardly_moves_is_that_of_a_constant_one(weak: tuple[Parameters, Levels]) -> None:
    """Section 16: h = 3.213e-3 and D = 0.06154 at g_h = 3, the first in gated units of time."""
    found = weak[1]
    assert found.bare_at(0.0).value == pytest.approx(0.5 * 3.213e-3, rel=0.03)
    assert found.bare_at(-0.095).value / 0.095 == pytest.approx(0.06154, rel=0.02)


def test_level_vanishes_at_the_largest_exponent_of_the_ensemble(weak: tuple[Parameters, Levels]) -> None:
    """0.118, section 6 at g_h = 3, in membrane times: upwards, as kernels vanish beyond it."""
    nearer, beyond = (weak[1].bare_at(share * 0.118).value for share in (0.6, 1.15))
    assert nearer > 1e-4
    assert abs(beyond) < 0.02 * nearer


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"alpha_z": 3.0, "alpha_r": 2.0}, "both gates"),
        ({"alpha_z": np.inf}, "diverges"),
        ({"alpha_z": 1.0, "s_z": 0.3}, "static inputs"),
    ],
)
def test_what_is_not_at_hand_with_a_moving_gate_is_said(parameters: dict[str, float], said: str) -> None:
    p = make_parameters({"g_h": 3.0, "beta_z": 0.0, "beta_r": 0.0, **parameters})
    found = solver.solve_points([p], None, [SEED])
    assert found["kaplan_yorke_per_unit"].status[0, BRANCHES.index(FLUCTUATING)] == Status.NOT_SOUGHT
    assert said in found.remarks[0][1]


def test_a_ring_with_too_many_modes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "MOST_MODES", 10)
    monkeypatch.setattr(levels, "_TOLERANCES", levels._TOLERANCES._replace(change=1e-9))
    d = waves()
    with pytest.raises(UnsupportedError, match="hours"):
        Levels(moving(np.full_like(d, 0.5), 0.1 * d, d, 1.0))


@pytest.mark.slow
def test_without_activity_there_is_no_spectrum_behind_a_moving_gate() -> None:
    p = make_parameters({"g_h": 0.9, "alpha_z": 1.0, "beta_z": 0.0})
    found = solver.solve_points([p], None, [SEED])
    assert all((one.status == Status.ABSENT).all() for one in found.values())
