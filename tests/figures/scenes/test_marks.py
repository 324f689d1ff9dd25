"""Places that a configuration names stand on its maps."""

import pytest

from phasemap.config import make_config
from phasemap.errors import ConfigError
from phasemap.figures.draw import Request, draw
from phasemap.quantities import REGISTRY
from phasemap.sweeps.files.skeleton import empty_result

AXES = {"g_h": [1.0, 2.0], "alpha_r": [0.0, 4.0]}


def configured(marks):
    return make_config({"quantities": ["fixed_point_count"], "axes": AXES, "marks": marks}, REGISTRY)


def test_marks_within_the_axes_are_drawn_and_named():
    result = empty_result(configured({"here": [1.5, 1.0], "beyond": [3.0, 1.0]}))
    figure = draw(result, Request())
    drawn = [line for axes in figure.axes for line in axes.get_lines() if str(line.get_gid()).startswith("mark-")]
    assert [(*line.get_xdata(), *line.get_ydata()) for line in drawn] == [(1.5, 1.0)]
    assert "here" in {text.get_text() for legend in figure.legends for text in legend.get_texts()}


def test_marks_change_no_number():
    assert configured({"here": [1.5, 1.0]}).hash == configured({}).hash


def test_a_mark_with_too_few_coordinates_is_named():
    with pytest.raises(ConfigError, match=r"marks\.here has 1 coordinates and there are 2 axes"):
        configured({"here": [1.5]})
