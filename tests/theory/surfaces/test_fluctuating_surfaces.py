"""The dynamic fold and the zero of the exponent as curves and meshes."""

import math

import numpy as np
import pytest

from phasemap.errors import ParameterError
from phasemap.model.branches import BRANCHES
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.numerics import section_mesh
from phasemap.quantities import SURFACES
from phasemap.theory import mean_field
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.fluctuating import solutions
from phasemap.theory.surfaces import fluctuating_surfaces, static_surfaces
from phasemap.theory.surfaces.dynamic_fold import folds
from phasemap.theory.surfaces.fluctuating_surfaces import trace

PLANE = {"g_h": (1.0, 4.0), "alpha_r": (0.0, 25.0)}


def rows(surface):
    return [dict(zip(surface.columns, row, strict=True)) for row in surface.vertices]


def at(base, surface, row):
    names = [name for name in surface.columns if name in Parameters._fields]
    return base._replace(**{name: float(row[name]) for name in names})


@pytest.mark.parametrize("tau", [0.1, 1.0, 10.0])
def test_the_fold_followed_to_its_end_meets_the_tricritical_point(tau):
    """sqrt(12) at beta_r = 0, whatever the time constant of the gate."""
    surface = trace("dynamic_fold", make_parameters(alpha_r=1.0, tau_r=tau), PLANE)
    (line,) = surface.pieces
    end = min(line, key=lambda vertex: vertex[1])
    assert end[1] == pytest.approx(math.sqrt(12.0), abs=2e-6)
    assert end[0] == pytest.approx(2.0, abs=1e-6) and end[2] == 0.0
    assert surface.residual.max() < 3e-6  # the extrapolated end; all others are solved
    assert np.sort(surface.residual)[-2] < 1e-9
    # Continuous before, between the static fold and the instability of zero beyond.
    gains = line[np.argsort(line[:, 1]), 0]
    assert np.all(np.diff(gains) < 1e-9) and gains[0] <= 2.0 + 1e-6


def test_the_tricritical_point_depends_on_the_bias_as_the_expansion_says():
    """alpha_r^2 [(1 - s)(1 - 2 s)/2 + (1 - s)^2/3] = 1 with s = 1 / (1 + e^beta_r)."""
    for bias in (-0.3, 0.6, 1.5):
        s = 1.0 / (1.0 + math.exp(bias))
        expected = 1.0 / math.sqrt((1 - s) * (1 - 2 * s) / 2 + (1 - s) ** 2 / 3)
        box = {"g_h": (0.8 / s, 1.05 / s), "alpha_r": (0.8 * expected, 1.3 * expected)}
        surface = trace("dynamic_fold", make_parameters(alpha_r=1.0, beta_r=bias, tau_r=1.0), box)
        end = min(surface.vertices, key=lambda vertex: vertex[1])
        assert end[1] == pytest.approx(expected, rel=1e-5)
        assert end[0] == pytest.approx(1.0 / s, rel=1e-6)


def test_the_fold_lies_between_the_static_fold_and_the_instability_of_zero():
    base = make_parameters(alpha_r=1.0, beta_r=0.5)
    dynamic = trace("dynamic_fold", base, PLANE)
    static = static_surfaces.trace("static_fold", base, PLANE).pieces[0]
    static = static[np.argsort(static[:, 1])]
    for row in rows(dynamic):
        below = np.interp(row["alpha_r"], static[:, 1], static[:, 0])
        assert below < row["g_h"] <= 1.0 + math.exp(0.5) + 1e-6


def test_chaos_exists_on_one_side_of_the_fold_only():
    base = make_parameters(alpha_r=1.0, tau_r=3.0)
    surface = trace("dynamic_fold", base, PLANE)
    for row in rows(surface)[1::9]:
        if row["variance"] == 0.0:
            continue
        problem, gain, _ = reduce(at(base, surface, row))
        assert not solutions(problem, gain * (1.0 - 1e-6))
        assert len(solutions(problem, gain * (1.0 + 1e-6))) == 2 or row["variance"] < 1e-3


def test_the_same_fold_in_another_plane():
    """(alpha_r, tau_r) at fixed gain: there the fold is met by a search along alpha_r, not along the gain."""
    base = make_parameters(g_h=1.8, alpha_r=1.0)
    surface = trace("dynamic_fold", base, {"alpha_r": (5.0, 25.0), "tau_r": (0.3, 3.0)})
    assert len(surface.pieces) == 1 and surface.residual.max() < 1e-8
    for row in rows(surface)[::5]:
        (fold,) = folds(reduce(at(base, surface, row))[0])
        assert math.exp(0.5 * fold.ln_gamma) == pytest.approx(1.8, abs=1e-7)


@pytest.mark.slow
def test_inputs_end_the_fold_in_a_cusp():
    for name, end in (("s_h", 0.03), ("noise_h", 0.1)):
        base = make_parameters(g_h=1.8, alpha_r=20.0)
        surface = trace("dynamic_fold", base, {"g_h": (1.5, 2.2), name: (0.0, end)})
        (line,) = surface.pieces
        kind = line[:, surface.columns.index("kind")]
        assert set(kind) == {0.0, 1.0} and np.count_nonzero(np.diff(kind)) == 1
        cusp = int(np.flatnonzero(np.diff(kind))[0])
        assert line[cusp, 1] == pytest.approx(line[cusp + 1, 1], abs=1e-6)
        assert line[cusp, 1] == pytest.approx(line[:, 1].max(), abs=1e-6)


@pytest.mark.slow
def test_a_mesh_in_three_parameters_contains_the_curves_of_its_sections(monkeypatch):
    base = make_parameters(alpha_r=1.0)
    box = {"g_h": (1.0, 3.0), "alpha_r": (2.0, 20.0), "tau_r": (0.5, 2.0)}
    monkeypatch.setattr(section_mesh, "_NODES", 9)
    surface = trace("dynamic_fold", base, box)
    assert len(surface.triangles) > 80 and surface.residual.max() < 1e-9
    for row in rows(surface)[::17]:
        fold = folds(reduce(at(base, surface, row))[0])[0]
        assert math.exp(0.5 * fold.ln_gamma) == pytest.approx(row["g_h"], abs=1e-10)
    used = surface.vertices[np.unique(surface.triangles)]
    assert used[:, 1].min() < 3.6 and used[:, 1].max() == 20.0


def test_the_exponent_vanishes_on_its_surface():
    base = make_parameters(g_h=1.5)
    surface = trace("lyapunov_zero", base, {"g_h": (1.2, 3.0), "noise_h": (0.05, 0.4)})
    assert len(surface.pieces) == 1 and surface.residual.max() < 1e-8
    points = [at(base, surface, row) for row in rows(surface)[::6]]
    found = mean_field.solve_points(points, None, np.random.SeedSequence(0).spawn(len(points)))
    assert found["lyapunov_max"].value[:, BRANCHES.index("fluctuating")] == pytest.approx(
        np.zeros(len(points)), abs=1e-7
    )
    # Noise suppresses chaos in the additive network: it takes more gain to be chaotic.
    line = surface.pieces[0]
    assert np.all(np.diff(line[np.argsort(line[:, 1]), 0]) > 0.0)


def test_without_noise_no_exponent_vanishes_apart_from_other_surfaces():
    surface = trace("lyapunov_zero", make_parameters(alpha_r=1.0), PLANE)
    assert len(surface.vertices) == 0 and surface.pieces == []


def test_an_empty_box_gives_an_empty_surface():
    surface = trace("dynamic_fold", make_parameters(alpha_r=1.0), {"g_h": (3.0, 4.0), "alpha_r": (0.0, 3.0)})
    assert surface.vertices.shape == (0, 4) and surface.residual.shape == (0,)


def test_surfaces_that_cannot_be_traced_are_refused():
    with pytest.raises(ParameterError, match="dynamic_fold"):
        trace("static_fold", make_parameters(), PLANE)
    with pytest.raises(ParameterError, match="two or three"):
        trace("dynamic_fold", make_parameters(), {"g_h": (1.0, 2.0)})


def test_the_registry_traces_them():
    for name in fluctuating_surfaces.CONDITIONS:
        kind = SURFACES[name]
        assert kind.axes == (2, 3)
        assert kind.trace(make_parameters(), {"g_h": (0.5, 0.6), "alpha_r": (0.0, 0.1)}).name == name
