"""Critical surfaces: check values, closed forms, completeness against brute-force grids."""

import math

import numpy as np
import pytest

from phasemap.errors import ParameterError
from phasemap.model.parameters import Parameters
from phasemap.theory.static.fixed_points import solve_points
from phasemap.theory.surfaces.static_surfaces import KINDS, trace

CENTRED = Parameters(beta_r=0.0)
PLANE = {"g_h": (0.5, 6.0), "alpha_r": (0.0, 25.0)}


def crossings(surface, column, at):
    """Values of the other axis where the polylines cross `column` = at."""
    found = []
    for piece in surface.pieces:
        along, other = piece[:, column], piece[:, 1 - column]
        for k in np.flatnonzero((along[1:] > at) != (along[:-1] > at)):
            found += [other[k] + (at - along[k]) * (other[k + 1] - other[k]) / (along[k + 1] - along[k])]
    return sorted(found)


# --- check values (docs/theory.md, section 4) -----------------------------------------------------------------


def test_zero_instability_is_at_one_plus_exp_beta_r():
    surface = trace("zero_instability", Parameters(alpha_r=3.0), {"g_h": (0.5, 9.0), "beta_r": (-2.0, 2.0)})
    assert len(surface.pieces) == 1
    assert surface.vertices[:, 0] == pytest.approx(1 + np.exp(surface.vertices[:, 1]), rel=1e-10)


@pytest.mark.parametrize(("alpha_r", "g_s"), [(5.0, 1.917143), (20.0, 1.627833)])
def test_static_fold_check_values(alpha_r, g_s):
    box = {"g_h": (1.0, 2.5), "alpha_r": (alpha_r, alpha_r + 1.0)}
    (piece,) = trace("static_fold", CENTRED, box).pieces
    end = piece[np.abs(piece[:, 1] - alpha_r).argmin()]
    # Ends lie on the face itself.
    assert end[1] == alpha_r
    assert end[0] == pytest.approx(g_s, abs=6e-7)


@pytest.mark.parametrize(("alpha_r", "g_h"), [(0.0, 6.54635), (1.0, 5.38250), (2.0, 4.28542)])
def test_marginal_boundary_check_values(alpha_r, g_h):
    base = Parameters(beta_r=0.0, alpha_z=math.inf, beta_z=0.0)
    (piece,) = trace("marginal_boundary", base, {"g_h": (3.0, 8.0), "alpha_r": (alpha_r, alpha_r + 1.0)}).pieces
    end = piece[np.abs(piece[:, 1] - alpha_r).argmin()]
    assert end[1] == alpha_r
    assert end[0] == pytest.approx(g_h, abs=6e-6)
    assert piece[:, -1] == pytest.approx(np.full(len(piece), 2.0), rel=1e-9)


def test_the_fold_tends_to_sqrt_two_as_the_output_gate_hardens():
    (piece,) = trace("static_fold", CENTRED, {"g_h": (1.2, 2.2), "alpha_r": (3.0, 1e5)}).pieces
    piece = piece[np.argsort(piece[:, 1])]
    g_s = np.interp(np.log([1e2, 1e3, 1e4, 1e5]), np.log(piece[:, 1]), piece[:, 0])
    distance = g_s - math.sqrt(2.0)
    assert (np.diff(distance) < 0).all() and distance[-1] > 0
    rates = distance[1:] / distance[:-1]
    # A power law in alpha_r: its extrapolation ends at sqrt(2).
    assert rates[-1] == pytest.approx(rates[-2], rel=0.06)
    assert distance[-1] < 1e-3
    hard = trace("static_fold", CENTRED._replace(alpha_r=math.inf), {"g_h": (1.0, 2.0), "tau_r": (0.5, 2.0)})
    assert hard.vertices[:, 0] == pytest.approx(np.full(len(hard.vertices), math.sqrt(2.0)), rel=1e-9)


@pytest.mark.parametrize("beta_r", [-0.2, 0.0, 1.2])
def test_tricritical_points_of_the_printed_special_case(beta_r):
    """alpha_r^2 (1 - s)(2 - 3 s) = 2 and alpha_r^2 [(1 - s)(1 - 2 s)/2 + (1 - s)^2/3] = 1 at g_h = 1 + e^{beta_r}."""
    s = 1 / (1 + math.exp(beta_r))
    static = math.sqrt(2 / ((1 - s) * (2 - 3 * s)))
    dynamic = 1 / math.sqrt((1 - s) * (1 - 2 * s) / 2 + (1 - s) ** 2 / 3)
    box = {"alpha_r": (0.5, 30.0), "g_h": (0.5, 8.0)}
    for name, alpha_r in (("static_tricritical", static), ("dynamic_tricritical", dynamic)):
        for base in (Parameters(beta_r=beta_r), Parameters(beta_r=beta_r, tau_r=0.1, tau_z=7.0)):
            surface = trace(name, base, box)
            assert len(surface.pieces) == 1
            assert surface.vertices[0] == pytest.approx([alpha_r, 1 / s], rel=1e-9)


def test_the_fold_ends_in_the_static_tricritical_point():
    (piece,) = trace("static_fold", CENTRED, PLANE).pieces
    tip = piece[piece[:, 1].argmin()]
    assert tip[:2] == pytest.approx([2.0, math.sqrt(8.0)], abs=1e-6)


def test_static_input_to_the_output_gate_moves_the_tricritical_point_with_the_fold():
    """The general condition dR/dDelta = 2 R, against the end of the fold found without it."""
    base = Parameters(beta_r=0.5, s_r=0.2, m_r=0.1)
    box = {"g_h": (0.5, 8.0), "alpha_r": (0.5, 30.0)}
    points = trace("static_tricritical", base, box).vertices
    (piece,) = trace("static_fold", base, box).pieces
    # The input spreads the gate's argument: the fold begins and ends at finite steepness.
    assert np.sort(piece[[0, -1], :2], axis=0) == pytest.approx(np.sort(points, axis=0), abs=1e-5)


# --- S = 1, edges ----------------------------------------------------------------------------------------------------


def test_gain_one_separates_stable_from_unstable():
    base = Parameters(alpha_r=2.0, beta_r=0.0)
    box = {"g_h": (0.5, 6.0), "beta_h": (-1.0, 1.0)}
    surface = trace("static_gain_one", base, box)
    assert surface.vertices[:, -1] == pytest.approx(np.ones(len(surface.vertices)), abs=1e-8)
    for beta_h in (-0.7, 0.35):
        (g,) = crossings(surface, 1, beta_h)
        points = [base._replace(g_h=g * f, beta_h=beta_h) for f in (0.995, 1.005)]
        assert solve_points(points)["stability"].value[:, 3].tolist() == [1.0, -1.0]


def test_gain_one_of_the_gateless_network_is_an_almeida_thouless_line():
    """Close to (g, beta_h) = (1, 0): g - 1 ~ beta_h^(2/3), and the line ends there."""
    surface = trace("static_gain_one", Parameters(), {"g_h": (0.5, 1.6), "beta_h": (1e-4, 0.1)})
    (g,) = (crossings(surface, 1, b)[-1:] for b in (1e-3,))
    steps = [crossings(surface, 1, b)[0] - 1.0 for b in (2e-3, 1.6e-2)]
    assert g[0] > 1.0
    assert math.log(steps[1] / steps[0]) / math.log(8.0) == pytest.approx(2 / 3, abs=0.04)


@pytest.mark.parametrize("level", [0.02, 0.3])
def test_levels_of_the_leading_edge(level):
    base = Parameters(alpha_z=3.0, beta_z=0.4, alpha_r=1.0, beta_r=0.0, tau_r=2.0)
    surface = trace("edge_level", base, {"g_h": (1.0, 9.0), "alpha_z": (0.0, 10.0)}, level=level)
    sample = surface.vertices[:: max(1, len(surface.vertices) // 12)]
    points = [base._replace(g_h=float(g), alpha_z=float(a)) for g, a, *_ in sample]
    assert solve_points(points)["leading_edge"].value[:, 3] == pytest.approx(np.full(len(points), level), rel=1e-7)


def test_the_zero_level_of_the_edge_is_gain_one():
    base = Parameters(alpha_z=3.0, beta_z=0.4, alpha_r=2.0, beta_r=0.0)
    box = {"g_h": (1.0, 6.0), "beta_h": (0.1, 1.0)}
    edge, gain = trace("edge_level", base, box), trace("static_gain_one", base, box)
    for beta_h in (0.2, 0.5, 0.9):
        assert crossings(edge, 1, beta_h) == pytest.approx(crossings(gain, 1, beta_h), abs=1e-4)


def test_without_an_update_gate_there_is_no_marginal_boundary():
    assert len(trace("marginal_boundary", CENTRED, PLANE).vertices) == 0


# --- completeness -----------------------------------------------------------------------------------------------------


def test_components_and_closed_loops_are_all_found():
    """Around beta_h = 0 the fold of a steep output gate is a closed loop; the box can cut it into two pieces."""
    base = Parameters(alpha_r=12.0, beta_r=0.0)
    (loop,) = trace("static_fold", base, {"g_h": (1.4, 2.3), "beta_h": (-0.06, 0.06)}).pieces
    assert loop[0, :2] == pytest.approx(loop[-1, :2])
    cut = trace("static_fold", base, {"g_h": (1.75, 1.95), "beta_h": (-0.06, 0.06)}).pieces
    assert len(cut) == 2
    for piece in cut:
        assert sorted(piece[[0, -1], 0]) == [1.75, 1.95]


def test_vertices_accumulate_at_the_tip_where_two_folds_meet():
    """At beta_h = 0 the lower fold runs into the zero instability: a cusp at g_h = 1 + e^{beta_r}."""
    (loop,) = trace(
        "static_fold", Parameters(alpha_r=12.0, beta_r=0.0), {"g_h": (1.5, 2.2), "beta_h": (-0.05, 0.05)}
    ).pieces
    assert loop[:, 0].max() == pytest.approx(2.0, abs=1e-6)


def test_a_finer_grid_finds_nothing_new(monkeypatch):
    from phasemap.theory.surfaces import critical_systems

    base = Parameters(beta_r=2.0, beta_z=0.0, alpha_z=math.inf, beta_h=0.05)
    box = {"g_h": (0.5, 12.0), "alpha_r": (0.0, 20.0)}
    coarse = {name: trace(name, base, box) for name in ("static_fold", "static_gain_one", "marginal_boundary")}
    monkeypatch.setattr(critical_systems, "_POINTS_WITH_STATE", {2: (90, 90)})
    for name, surface in coarse.items():
        fine = trace(name, base, box)
        assert len(fine.pieces) == len(surface.pieces)
        for alpha_r in (3.3, 11.1):
            assert crossings(fine, 1, alpha_r) == pytest.approx(crossings(surface, 1, alpha_r), abs=2e-3)


# --- meshes and contract ------------------------------------------------------------------------------------------


def test_a_mesh_in_three_parameters_contains_the_curves_of_its_slices():
    box = {"g_h": (1.0, 6.0), "alpha_r": (1.0, 20.0), "beta_r": (-0.5, 1.2)}
    mesh = trace("static_fold", CENTRED, box)
    assert mesh.residual.max() < 1e-8
    corners = mesh.vertices[mesh.triangles][..., :3]
    across = (corners[..., 2].min(axis=1) < 0) & (corners[..., 2].max(axis=1) > 0)
    curve = trace("static_fold", CENTRED, {k: box[k] for k in ("g_h", "alpha_r")})
    assert across.sum() > 30
    for middle in corners[across].mean(axis=1)[::7]:
        distance = np.hypot(*((curve.vertices[:, :2] - middle[:2]) / [5.0, 19.0]).T).min()
        assert distance < 0.03


def test_a_mesh_is_a_surface():
    """Every edge belongs to one triangle (at the border of the box) or two."""
    mesh = trace("static_fold", CENTRED, {"g_h": (1.0, 4.0), "alpha_r": (3.0, 20.0), "beta_r": (-0.3, 0.8)})
    edges = np.sort(np.concatenate([mesh.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])]), axis=1)
    _, count = np.unique(edges, axis=0, return_counts=True)
    assert set(count.tolist()) <= {1, 2}
    assert (count == 2).mean() > 0.9
    box = np.array([[1.0, 4.0], [3.0, 20.0], [-0.3, 0.8]])
    assert (mesh.vertices[:, :3] >= box[:, 0]).all() and (mesh.vertices[:, :3] <= box[:, 1]).all()


def test_tricritical_lines_in_three_parameters():
    line = trace("static_tricritical", CENTRED, {"g_h": (1.2, 4.0), "alpha_r": (1.0, 20.0), "beta_r": (-0.5, 0.9)})
    g, alpha, beta = line.vertices.T
    s = 1 / (1 + np.exp(beta))
    assert len(line.pieces) == 1
    assert g == pytest.approx(1 / s, rel=1e-8)
    assert alpha**2 * (1 - s) * (2 - 3 * s) == pytest.approx(np.full(len(s), 2.0), rel=1e-8)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_vertex_solves_its_condition(name):
    base = Parameters(alpha_z=4.0, beta_z=0.3, beta_r=0.4, alpha_r=3.0)
    for box in (PLANE, {"g_h": (0.5, 8.0), "beta_h": (-0.3, 0.4)}):
        surface = trace(name, base, box, level=0.05)
        assert surface.residual.shape == (len(surface.vertices),)
        assert (surface.residual < 1e-8).all()
        assert surface.columns[:2] == tuple(box)
        assert surface.offsets[-1] == len(surface.vertices)
        low, high = np.array(list(box.values())).T
        assert (surface.vertices[:, :2] >= low).all() and (surface.vertices[:, :2] <= high).all()


def test_surfaces_of_fixed_points_are_made_of_fixed_points():
    surface = trace("static_fold", CENTRED, PLANE)
    row = surface.vertices[len(surface.vertices) // 2]
    points = [CENTRED._replace(g_h=float(row[0]) * (1 + e), alpha_r=float(row[1])) for e in (-1e-7, 1e-7)]
    result = solve_points(points)
    assert result["fixed_point_count"].value.tolist() == [1.0, 3.0]
    assert result["delta_phi"].value[1, 2] < row[2] < result["delta_phi"].value[1, 3]


def test_an_unknown_surface_is_explained():
    with pytest.raises(ParameterError, match="static_fold"):
        trace("fold", CENTRED, PLANE)
