"""The number of fixed points changes at surfaces, and nowhere else."""

import math
from itertools import pairwise

import numpy as np
import pytest

from phasemap.model.parameters import Parameters
from phasemap.theory.static.fixed_points import solve_points
from phasemap.theory.surfaces.static_surfaces import trace

CENTRED = Parameters(beta_r=0.0)
PLANE = {"g_h": (0.5, 6.0), "alpha_r": (0.0, 25.0)}

COUNT_PLANES = [
    (CENTRED, PLANE),
    (Parameters(alpha_r=12.0, beta_r=0.0), {"g_h": (1.5, 2.2), "beta_h": (-0.05, 0.05)}),
    (Parameters(g_h=2.5), {"alpha_r": (0.5, 16.0), "beta_r": (-1.0, 5.0)}),
    (Parameters(beta_r=2.0, alpha_r=20.0, s_h=0.02), {"g_h": (0.5, 6.0), "s_r": (0.0, 0.3)}),
    (Parameters(beta_r=2.0, alpha_r=20.0, g_h=4.0), {"s_r": (0.0, 0.3), "m_r": (-1.0, 1.0)}),
    (Parameters(beta_r=0.0, alpha_r=20.0, beta_h=0.02), {"g_h": (0.5, 4.0), "m_r": (-1.0, 1.0)}),
]


def edges_crossed(pieces, x, y):
    """Whether a polyline crosses each horizontal grid edge [x_i, x_{i+1}] at y_j: (len(y), len(x) - 1)."""
    crossed = np.zeros((len(y), len(x) - 1), dtype=int)
    for piece in pieces:
        for (x0, y0), (x1, y1) in pairwise(piece[:, :2]):
            for j in np.flatnonzero((y - y0) * (y - y1) < 0):
                at = x0 + (y[j] - y0) * (x1 - x0) / (y1 - y0)
                k = np.searchsorted(x, at) - 1
                if 0 <= k < len(x) - 1:
                    crossed[j, k] += 1
    return crossed


def assert_counts_change_at_surfaces(base, box, columns, rows):
    """A grid of counts against folds and zero instabilities, to within a cell; returns the number of changes.

    A fold changes the count by two, the zero instability by one. Every change must have its line (nothing missed), and
    every line met alone its change (nothing invented).
    """
    (first, (x0, x1)), (second, (y0, y1)) = box.items()
    x = np.linspace(x0, x1, columns) + 1.3e-7
    y = np.linspace(y0, y1, rows + 2)[1:-1] + 1.3e-7
    points = [base._replace(**{first: float(a), second: float(b)}) for b in y for a in x]
    count = solve_points(points)["fixed_point_count"].value.reshape(len(y), len(x))
    change = np.abs(np.diff(count, axis=1)).astype(int)
    folds = edges_crossed(trace("static_fold", base, box).pieces, x, y)
    births = edges_crossed(trace("zero_instability", base, box).pieces, x, y)

    def nearby(mask, j, k):
        return mask[j, max(0, k - 1) : k + 2].any()

    for j, k in np.argwhere(change > 2 * folds + births):
        assert nearby(folds + births, j, k), f"no surface at {first} = {x[k]}, {second} = {y[j]} of {base}"
    for j, k in np.argwhere((folds + births == 1) & (change == 0)):
        assert nearby(change, j, k), f"no change at {first} = {x[k]}, {second} = {y[j]} of {base}"
    return int((change > 0).sum())


@pytest.mark.parametrize(("base", "box"), COUNT_PLANES)
def test_every_change_in_the_number_of_fixed_points_lies_on_a_surface(base, box):
    assert assert_counts_change_at_surfaces(base, box, 121, 42) > 5


AXES = {"g_h": (0.3, 8.0), "alpha_r": (0.0, 30.0), "beta_r": (-3.0, 5.0), "beta_h": (-0.4, 0.4),
        "s_h": (0.0, 0.5), "s_r": (0.0, 0.6), "m_r": (-1.0, 1.0), "m_h": (-0.3, 0.3)}  # fmt: skip


def random_planes(n, seed):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        values = {"g_h": rng.uniform(0.8, 6.0), "alpha_r": math.inf if rng.random() < 0.1 else rng.uniform(0, 30),
                  "beta_r": rng.uniform(-2, 4) if rng.random() < 0.5 else 0.0}  # fmt: skip
        spread = {"beta_h": (-0.2, 0.2), "s_h": (0, 0.3), "s_r": (0, 0.3), "m_r": (-0.5, 0.5)}
        values |= {name: rng.uniform(*ends) for name, ends in spread.items() if rng.random() < 0.33}
        names = rng.choice(list(AXES), 2, replace=False).tolist()
        base = Parameters(**{name: float(x) for name, x in values.items()}, input_inside=1.0)
        yield base, {name: AXES[name] for name in names}


@pytest.mark.slow
def test_nothing_is_missed_or_invented_in_random_planes():
    changes = [assert_counts_change_at_surfaces(base, box, 101, 25) for base, box in random_planes(14, 4)]
    assert sum(changes) > 50
