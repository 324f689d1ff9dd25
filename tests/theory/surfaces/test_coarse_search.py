"""Lines that are looked for on fewer points are the same lines, with longer segments."""

import numpy as np

from phasemap.model.parameters import Parameters
from phasemap.theory.surfaces.critical_systems import coarse_search
from phasemap.theory.surfaces.static_surfaces import trace

BOX = {"g_h": (1.0, 4.0), "alpha_r": (0.0, 20.0)}


def length(surface):
    steps = [np.diff(piece[:, :2] / (3.0, 20.0), axis=0) for piece in surface.pieces]
    return sum(np.linalg.norm(one, axis=1).sum() for one in steps)


def test_the_same_line_with_fewer_vertices_all_of_them_exact():
    base = Parameters(beta_r=0.3)
    for name in ("static_fold", "zero_instability"):
        whole = trace(name, base, BOX)
        with coarse_search(0.64):
            quick = trace(name, base, BOX)
        assert len(quick.vertices) < 0.8 * len(whole.vertices) and quick.residual.max() < 1e-8
        assert abs(length(quick) - length(whole)) < 0.01 * length(whole)
    assert len(trace(name, base, BOX).vertices) == len(whole.vertices)
