"""An axis with one value is a constant parameter: planes become lines, lines become points."""

from pathlib import Path
from typing import Any

import numpy as np

from phasemap.config import make_config
from phasemap.dataset import Result
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.run import open_sweep


def swept(output: Path, axes: dict[str, Any], surfaces: list[str]) -> Result:
    config = make_config({"quantities": ["static_gain"], "surfaces": surfaces, "axes": axes}, REGISTRY)
    with open_sweep(config, output) as sweep:
        for _ in sweep.run(InProcess()):
            pass
    return read_result(output)


GAINS = {"from": 0.5, "to": 3.0, "points": 4}


def test_folds_are_points_on_the_other_axis(tmp_path: Path) -> None:
    """alpha_r = 20: the zero fixed point is lost at g = 2, static states appear at 1.62783282."""
    result = swept(tmp_path / "x.h5", {"g_h": GAINS, "alpha_r": [20.0]}, ["zero_instability", "static_fold"])
    assert not result.failures and result.complete
    for name, gain in {"zero_instability": 2.0, "static_fold": 1.62783282}.items():
        surface = result.surfaces[name]
        assert surface.columns[:2] == ("g_h", "alpha_r")
        np.testing.assert_allclose(surface.vertices[:, :2], [[gain, 20.0]], atol=1e-7)
        assert [len(piece) for piece in surface.pieces] == [1]
        assert surface.residual.max() < 1e-9


def test_the_order_of_the_axes_is_irrelevant(tmp_path: Path) -> None:
    result = swept(tmp_path / "x.h5", {"alpha_r": [20.0], "g_h": GAINS}, ["static_fold"])
    surface = result.surfaces["static_fold"]
    assert surface.columns[:2] == ("alpha_r", "g_h")
    np.testing.assert_allclose(surface.vertices[:, :2], [[20.0, 1.62783282]], atol=1e-7)


def test_a_third_axis_of_one_value_leaves_the_lines_of_the_plane(tmp_path: Path) -> None:
    axes = {"g_h": GAINS, "alpha_r": {"from": 0.0, "to": 20.0, "points": 4}}
    plane = swept(tmp_path / "plane.h5", axes, ["static_fold"]).surfaces["static_fold"]
    space = swept(tmp_path / "space.h5", {**axes, "s_h": [0.0]}, ["static_fold"]).surfaces["static_fold"]
    assert space.columns[:3] == ("g_h", "alpha_r", "s_h")
    np.testing.assert_array_equal(space.vertices[:, :2], plane.vertices[:, :2])
    assert (space.vertices[:, 2] == 0.0).all()


def test_two_axes_of_one_value_leave_a_line_or_nothing(tmp_path: Path) -> None:
    axes = {"g_h": GAINS, "alpha_r": [20.0], "s_h": [0.0]}
    surface = swept(tmp_path / "line.h5", axes, ["static_fold"]).surfaces["static_fold"]
    np.testing.assert_allclose(surface.vertices[:, :3], [[1.62783282, 20.0, 0.0]], atol=1e-7)
    result = swept(tmp_path / "point.h5", {"g_h": [2.0], "alpha_r": [20.0]}, ["static_fold"])
    assert result.complete and not result.failures
    assert len(result.surfaces["static_fold"].vertices) == 0


def test_a_constant_that_takes_whole_numbers_only_is_no_obstacle(tmp_path: Path) -> None:
    result = swept(tmp_path / "x.h5", {"g_h": GAINS, "input_inside": [1.0]}, ["zero_instability"])
    assert not result.failures
    np.testing.assert_allclose(result.surfaces["zero_instability"].vertices, [[1.0, 1.0]], atol=1e-7)


def test_the_gain_itself_may_be_constant(tmp_path: Path) -> None:
    """alpha_r does not move the instability of the zero fixed point, beta_r does: sigma(beta_r) g_h = 1."""
    axes = {"beta_r": {"from": -2.0, "to": 2.0, "points": 4}, "g_h": [2.0]}
    surface = swept(tmp_path / "x.h5", axes, ["zero_instability"]).surfaces["zero_instability"]
    np.testing.assert_allclose(surface.vertices, [[0.0, 2.0]], atol=1e-7)
