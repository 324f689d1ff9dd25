"""Where fixed points begin to proliferate (docs/theory.md, section 8)."""

import math

import numpy as np
import pytest

from phasemap.kernels.complexity.static_branch import lowest_gain
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.numerics import section_mesh, sections
from phasemap.theory.complexity import onset_surface
from phasemap.theory.complexity.onset import onset_gain
from phasemap.theory.complexity.points import solve
from phasemap.theory.surfaces import static_surfaces

PLANE = {"g_h": (1.2, 3.0), "alpha_r": (0.0, 20.0)}


def test_line_crosses_zero_where_it_says() -> None:
    found = onset_gain(10.0, 0.0)
    assert found is not None and found.gain == pytest.approx(1.589603, abs=1e-6) and not found.continuous
    around = solve([make_parameters(g_h=found.gain + shift, alpha_r=10.0) for shift in (-1e-7, 1e-7)])["complexity"]
    assert around.value[0] == 0.0 and 0.0 < around.value[1] < 2e-8


def test_line_lies_below_the_static_fold_where_nothing_special_happens() -> None:
    fold = math.exp(lowest_gain(10.0, 0.0)[0])
    assert fold == pytest.approx(1.753983, abs=1e-6)
    values = solve([make_parameters(g_h=fold + shift, alpha_r=10.0) for shift in (-1e-3, 0.0, 1e-3)])[
        "complexity"
    ].value
    assert values[1] == pytest.approx(0.019393, abs=2e-6)
    assert values[1] == pytest.approx(0.5 * (values[0] + values[2]), abs=1e-6)


def test_continuous_part_is_the_zero_line_to_the_last_bit() -> None:
    surface = onset_surface.trace(Parameters(beta_r=0.0), PLANE)
    (line,) = surface.pieces
    continuous = line[:, surface.columns.index("continuous")] == 1.0
    gain, alpha = line[:, 0], line[:, 1]
    assert (gain[continuous] == 2.0).all() and continuous.any()
    assert alpha[continuous].max() < 4.0 / math.sqrt(3.0) < alpha[~continuous].min() + 0.2
    assert (gain[~continuous] < 2.0).all() and surface.residual.max() < 1e-10


def test_tricritical_point_of_the_count() -> None:
    surface = static_surfaces.trace("complexity_tricritical", Parameters(beta_r=0.0), PLANE)
    assert surface.vertices == pytest.approx(np.array([[2.0, 4.0 / math.sqrt(3.0)]]), abs=1e-9)
    below, above = onset_gain(2.30, 0.0), onset_gain(2.33, 0.0)
    assert below is not None and above is not None
    assert below.continuous and not above.continuous and above.gain == pytest.approx(2.0, abs=1e-4)


def test_three_tricritical_points_in_order() -> None:
    names = ("complexity_tricritical", "static_tricritical", "dynamic_tricritical")
    alphas = [static_surfaces.trace(name, Parameters(beta_r=0.0), PLANE).vertices[0, 1] for name in names]
    assert alphas == pytest.approx([4 / math.sqrt(3), math.sqrt(8), math.sqrt(12)], abs=1e-8)


def test_any_pair_of_axes_meets_the_same_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coarse polylines: their vertices lie on the line all the same."""
    monkeypatch.setattr(onset_surface, "_NODES", 9)
    monkeypatch.setattr(sections, "_TOLERANCES", sections._TOLERANCES._replace(sag=5e-3, finest=1e-3))
    at_gain = onset_surface.trace(
        make_parameters(g_h=1.8, alpha_r=1.0), {"alpha_r": (1.0, 20.0), "beta_r": (-0.4, 0.4)}
    )
    assert len(at_gain.vertices) > 3
    for alpha, beta in at_gain.vertices[::5, :2]:
        found = onset_gain(float(alpha), float(beta))
        assert found is not None and found.gain == pytest.approx(1.8, abs=1e-7)
    upright = onset_surface.trace(make_parameters(alpha_r=10.0), {"tau_r": (0.5, 2.0), "g_h": (1.0, 3.0)})
    assert upright.vertices[:, 1] == pytest.approx(1.589602904, abs=1e-8)


@pytest.mark.slow
def test_sheet_in_three_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section_mesh, "_NODES", 11)
    sheet = onset_surface.trace(Parameters(), {"g_h": (1.0, 3.0), "alpha_r": (0.5, 6.0), "beta_r": (-0.3, 0.3)})
    assert len(sheet.triangles) > 100 and sheet.residual.max() < 1e-10
    for gain, alpha, beta in sheet.vertices[::29, :3]:
        found = onset_gain(float(alpha), float(beta))
        assert found is not None and found.gain == gain


def test_quenched_line_is_close_until_the_gate_is_steep() -> None:
    shifts = [onset_gain(alpha, 0.0).shift for alpha in (1.0, 10.0, 20.0, 60.0)]
    assert shifts[0] == 0.0 and shifts[1] < 2e-3 and shifts[2] == pytest.approx(0.004, abs=1e-3) and shifts[3] > 0.02


def test_distant_saddle_undercuts_the_zero_line_behind_a_nearly_open_steep_gate() -> None:
    """alpha^2 (1 - s)(5 - 7 s) <= 4 is a local condition: here it holds and the count begins far below 1 / s."""
    found = onset_gain(100.0, -1.0)
    assert found is not None and not found.continuous
    assert found.gain == pytest.approx(1.178644769, abs=1e-8) and found.gain < 1.0 + math.exp(-1.0)
    assert solve([make_parameters(g_h=1.19, alpha_r=100.0, beta_r=-1.0)])["complexity"].value[0] > 0.0


def test_hard_gate_has_one_onset_whatever_its_bias() -> None:
    gains = [onset_gain(math.inf, beta).gain for beta in (-1.0, 0.0, 2.0)]
    steep = [onset_gain(alpha, 0.0).gain for alpha in (1e3, 1e4)]
    assert len(set(gains)) == 1 and gains[0] < steep[1] < steep[0]


def test_nothing_is_drawn_where_the_count_is_not_derived() -> None:
    surface = onset_surface.trace(make_parameters(alpha_r=10.0, beta_h=0.1), {"g_h": (1.0, 3.0), "tau_r": (0.5, 2.0)})
    assert len(surface.vertices) == 0 and "beta_h" in surface.condition
