"""The line on which the update gate ceases to pin an unstable fixed point, against pinning ratios at points."""

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.theory.static.fixed_points import solve_points
from phasemap.theory.static.quantities import PINNED
from phasemap.theory.surfaces.static_surfaces import trace


def ratios(points):
    """The pinning ratio of the non-zero fixed point at every point."""
    found = solve_points([make_parameters(beta_z=0.0, **point) for point in points])["pinning_ratio"]
    return np.nanmin(found.value[:, 1:], axis=1)


def test_the_ratio_is_the_level_along_the_line_and_crosses_it_there():
    """Ratios come from the edge itself, a root; the line from the growth at one rate."""
    line = trace("pinning_limit", make_parameters(beta_z=0.0), {"g_h": (1.1, 4.0), "alpha_z": (1.0, 20.0)}, PINNED)
    assert len(line.vertices) > 10 and (line.vertices[:, line.columns.index("static_gain")] > 1.0).all()
    some = line.vertices[:: max(len(line.vertices) // 6, 1), :2]
    assert ratios([{"g_h": g, "alpha_z": a} for g, a in some]) == pytest.approx(np.full(len(some), PINNED), rel=1e-5)
    assert (ratios([{"g_h": g, "alpha_z": 1.1 * a} for g, a in some]) < PINNED).all()
    assert (ratios([{"g_h": g, "alpha_z": 0.9 * a} for g, a in some]) > PINNED).all()


def test_its_steep_end_close_to_the_onset_belongs_to_it_and_it_is_found_once():
    line = trace("pinning_limit", make_parameters(beta_z=0.0), {"g_h": (1.01, 4.0), "alpha_z": (1.0, 20.0)}, PINNED)
    (piece,) = line.pieces
    ends = sorted(piece[[0, -1], 0])
    assert piece[[0, -1], 1] == pytest.approx([20.0, 20.0]) and ends == pytest.approx([1.0151, 2.8911], abs=1e-4)
    steep = piece[(piece[:, 0] < 1.04) & (piece[:, 1] > 13.0)]
    assert len(steep) > 5
    assert ratios([{"g_h": g, "alpha_z": a} for g, a in steep[:, :2]]) == pytest.approx(
        np.full(len(steep), 0.1), rel=1e-5
    )


def test_it_goes_on_to_the_top_of_a_large_box_where_the_state_is_weak():
    """Next to the onset S - 1 is of second order in the variance, and the line a power law: alpha_z^2 (g_h - 1) = c."""
    line = trace("pinning_limit", make_parameters(beta_z=0.0), {"g_h": (1.0, 4.0), "alpha_z": (0.0, 100.0)}, PINNED)
    (piece,) = line.pieces
    assert piece[[0, -1], 1] == pytest.approx([100.0, 100.0])
    weak = piece[(piece[:, 1] > 30.0) & (piece[:, 0] < 1.01)]
    law = weak[:, 1] ** 2 * (weak[:, 0] - 1.0)
    # Corrections are of first order in g_h - 1, at most 0.0066.
    assert law.max() / law.min() < 1.02
    some = weak[:: max(len(weak) // 5, 1), :2]
    assert ratios([{"g_h": g, "alpha_z": a} for g, a in some]) == pytest.approx(np.full(len(some), PINNED), rel=1e-4)


def test_over_three_parameters_the_line_is_a_sheet():
    box = {"g_h": (1.1, 4.0), "alpha_z": (1.0, 20.0), "beta_h": (0.0, 0.3)}
    sheet = trace("pinning_limit", make_parameters(beta_z=0.0), box, PINNED)
    assert len(sheet.triangles) > 20
    some = sheet.vertices[:: max(len(sheet.vertices) // 6, 1), :3]
    found = ratios([dict(zip(box, map(float, row), strict=True)) for row in some])
    assert found == pytest.approx(np.full(len(some), PINNED), rel=1e-5)


def test_there_is_none_without_an_update_gate():
    assert not len(trace("pinning_limit", make_parameters(), {"g_h": (0.5, 4.0), "tau_r": (1.0, 2.0)}, PINNED).vertices)
