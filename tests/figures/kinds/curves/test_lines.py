from dataclasses import replace

import numpy as np
import pytest

from phasemap.figures.draw import Request, draw
from phasemap.figures.kinds.curves import lines
from phasemap.figures.style import colours
from phasemap.figures.style.page import WIDTHS, save
from phasemap.model.status import Status

AT = {"alpha_r": "15"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("quantity", [None, "phase", "fixed_point_count", "static_gain"])
def test_no_text_overlaps_or_is_cut_off(plane, page, width, quantity):
    look = page(draw(plane, Request(quantity=quantity, at=AT, width=width)))
    assert look.overlapping() == [] and look.cut_off() == []


def test_every_branch_is_a_line_with_its_stored_values(plane, find):
    figure = draw(plane, Request(at=AT))
    for k, name in enumerate(("zero", "static", "fluctuating")):
        (line,) = find(figure, f"line-{name}")
        assert np.array_equal(line.get_ydata(), plane.fields["lyapunov_max"].value[:, 12, k], equal_nan=True)
    assert find(figure, "line-fluctuating unstable") == []


def test_errors_of_many_values_are_bands(plane, find, monkeypatch):
    monkeypatch.setattr(lines, "_FEW", 1)
    plane.fields["lyapunov_max"].error[:] = 0.05
    band = find(draw(plane, Request(at=AT)), "band-zero")[0].get_paths()[0].vertices
    middle = band[np.isclose(band[:, 0], plane.axes[0].values[10])]
    assert np.ptp(middle[:, 1]) == pytest.approx(0.1)


def test_a_few_values_are_marked_and_have_error_bars(plane, find, monkeypatch):
    monkeypatch.setattr(lines, "_FEW", len(plane.axes[0].values))
    plane.fields["lyapunov_max"].error[:] = 0.05
    figure = draw(plane, Request(at=AT))
    assert find(figure, "bars-zero") and not find(figure, "band-zero")


def test_points_that_did_not_converge_are_open_and_grey_and_not_on_the_line(plane, find):
    plane.fields["lyapunov_max"].status[15, 12, 2] = Status.NOT_CONVERGED
    figure = draw(plane, Request(at=AT))
    assert np.isnan(find(figure, "line-fluctuating")[0].get_ydata()[15])
    marks = find(figure, f"status-{int(Status.NOT_CONVERGED)}")[0]
    assert marks.get_xdata() == pytest.approx([plane.axes[0].values[15]])


def test_critical_points_are_uprights_where_the_lines_cross(plane, find):
    figure = draw(plane, Request(at=AT))
    (upright,) = find(figure, "upright-static_fold")
    assert upright.get_xdata()[0] == pytest.approx(1.45 + 0.55 * np.exp(-(15 - 8**0.5) / 5), abs=1e-3)


def test_simulated_points_have_error_bars(plane, find):
    assert find(draw(plane, Request(at=AT)), "checks")


def test_a_branch_of_whole_numbers_among_others_is_no_count(plane, find):
    plane.fields["lyapunov_max"].name = "variance"
    plane.fields["variance"] = plane.fields.pop("lyapunov_max")
    plane.fields["variance"].value[..., 0] = 0.0
    figure = draw(plane, Request("variance", at=AT))
    assert find(figure, "line-zero")[0].get_drawstyle() == "default" and len(figure.axes[0].get_yticks()) > 2


def test_one_branch_alone(plane, find):
    figure = draw(plane, Request(at=AT, branch="fluctuating"))
    assert len(find(figure, "line-")) == 1
    assert "fluctuating branch" in figure.axes[0].get_title()


def test_infinite_values_are_arrows_at_the_border(plane, find):
    plane.fields["lyapunov_max"].value[15:, 12, 2] = np.inf
    figure = draw(plane, Request(at=AT))
    (arrows,) = find(figure, "infinite-fluctuating")
    assert arrows.get_xdata() == pytest.approx(plane.axes[0].values[15:]) and arrows.get_marker() == "^"
    assert "fluctuating, infinite" in [text.get_text() for text in figure.legends[0].get_texts()]
    assert np.isfinite(figure.axes[0].get_ylim()).all()


@pytest.mark.parametrize("quantity", [None, "phase", "static_gain", "fixed_point_count"])
def test_a_single_point_is_a_line_of_one_point(plane, tmp_path, quantity):
    part = (slice(18, 19), slice(8, 9))
    axes = tuple(replace(axis, values=axis.values[where]) for axis, where in zip(plane.axes, part, strict=True))
    fields = {
        name: replace(
            one, value=one.value[part], status=one.status[part], error=None if one.error is None else one.error[part]
        )
        for name, one in plane.fields.items()
    }
    one = replace(plane, axes=axes, fields=fields, checks=None)
    figure = draw(one, Request(quantity=quantity))
    assert figure.axes[0].get_xlabel()
    assert any(len(line.get_xdata()) == 1 and line.get_marker() == "." for line in figure.axes[0].lines)
    save(figure, tmp_path / "one.png")


def test_a_lone_point_far_away_does_not_set_the_scale_and_its_number_is_told(plane, find):
    field = plane.fields["lyapunov_max"]
    field.status[:, 12, 0] = Status.ABSENT
    field.value[0, 12, 0], field.status[0, 12, 0] = 50.0, Status.CONVERGED
    figure = draw(plane, Request(at=AT))
    assert figure.axes[0].get_ylim()[1] < 5.0
    assert find(figure, "lone-zero")[0].get_marker() == "^"
    assert "zero, 50 at $g_h = 0.5$" in [text.get_text() for text in figure.legends[0].get_texts()]
    field.value[0, 12, 0] = 0.0
    inside = draw(plane, Request(at=AT))
    assert find(inside, "lone-") == [] and "zero" in [text.get_text() for text in inside.legends[0].get_texts()]


def test_a_branch_looks_the_same_whatever_stands_beside_it(plane, find):
    both = find(draw(plane, Request(at=AT)), "line-fluctuating")[0]
    alone = find(draw(plane, Request(at=AT, branch="fluctuating")), "line-fluctuating")[0]
    assert both.get_color() == alone.get_color() == colours.BRANCH_COLOURS["fluctuating"]
    assert both.get_linestyle() == alone.get_linestyle()
    assert not set(colours.LINE_COLOURS) & set(colours.BRANCH_COLOURS.values())
