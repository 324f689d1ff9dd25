"""Panels of gradients beside each other."""

import numpy as np
import pytest

from phasemap.figures.kinds.curves.gradients import Curve, GradientScene, Marks, draw_gradients

TITLES = ("zero, networks of 250 units, $g_h = 0.8$",
          r"static, networks of 250 units, $g_h = 1.8$, $\alpha_r = 20$, $\beta_r = 0$",
          r"fluctuating, networks of 2000 units, $g_h = 3$, $\alpha_z = 3$, $\beta_z = 0$")  # fmt: skip


def scene(title):
    lags = np.linspace(0.1, 8.0, 20)
    some = np.array([1.0, 8.0])
    curve = Curve("with respect to h, $A(s, s)$", lags, 0.3 * lags, np.full(20, 0.01))
    return GradientScene((curve,), (Marks(0, some, 0.3 * some, np.full(2, 0.1)),), 8.4, title)


@pytest.mark.parametrize(("columns", "width"), [(3, "double"), (1, "single")])
def test_titles_fit_above_their_panels(page, columns, width):
    drawn = page(draw_gradients([scene(title) for title in TITLES[:columns]], columns, width))
    assert not drawn.overlapping() and not drawn.cut_off()
    assert drawn.smallest_font() >= 6.0
