"""What whoever draws wishes for reaches the figure; what means nothing is explained."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from phasemap.errors import PhasemapError
from phasemap.figures.draw import Request, draw, draw_into
from phasemap.figures.panels import compose, read_sheet
from phasemap.figures.scenes.units import in_milliseconds, milliseconds_of
from phasemap.figures.style.look import Wishes, wished
from phasemap.figures.style.page import WIDTHS, save


def drawn(result, request=None, **look):
    with wished(Wishes(**look)):
        return draw(result, request or Request(width="single"))


def test_colours_limits_proportions_and_dots_are_as_wished(plane):
    figure = drawn(plane, cmap="viridis", limits=(-0.1, 0.2), aspect=1.3, dpi=120)
    image = figure.axes[0].collections[0]
    assert image.cmap.name == "viridis" and image.get_clim() == (-0.1, 0.2) and figure.dpi == 120
    frame = figure.axes[0].get_window_extent()
    assert frame.height / frame.width == pytest.approx(1.3, rel=0.01)
    bars = [drawn(plane, limits=ends).axes[1].get_title() for ends in ((-0.2, 0.2), (-0.1, 0.2))]
    assert bars == ["", "two\nscales"]
    assert drawn(plane, Request(at={"alpha_r": "10"}), limits=(-1, 3)).axes[0].get_ylim() == (-1, 3)


def test_names_of_phases_can_be_left_out(plane, find):
    assert find(drawn(plane), "region") and not find(drawn(plane, labels=False), "region")


def test_sizes_of_texts_grow_together(plane, page):
    small, large = page(drawn(plane)).smallest_font(), page(drawn(plane, font_size=12)).smallest_font()
    assert large == pytest.approx(1.5 * small)


def test_a_style_is_a_file_a_name_or_ones_own(plane, tmp_path, monkeypatch):
    own = tmp_path / "matplotlibrc"
    own.write_text("axes.linewidth: 3.5\n")
    assert drawn(plane, style=str(own)).axes[0].spines["left"].get_linewidth() == 3.5
    assert drawn(plane).axes[0].spines["left"].get_linewidth() == 0.6
    monkeypatch.setenv("MATPLOTLIBRC", str(own))
    assert drawn(plane).axes[0].spines["left"].get_linewidth() == 0.6
    assert drawn(plane, style="matplotlibrc").axes[0].spines["left"].get_linewidth() == 3.5
    drawn(plane, style="ggplot")


@pytest.mark.parametrize(
    "look",
    [{"cmap": "virids"}, {"limits": (1.0, 1.0)}, {"aspect": 0.0}, {"dpi": 1e6}, {"font_size": 0.1}, {"style": "no"}],
)
def test_what_means_nothing_is_refused(look):
    with pytest.raises(PhasemapError):
        Wishes(**look)


def test_times_and_rates_in_milliseconds_and_hertz_change_no_phase(plane):
    from phasemap.figures.scenes.fields import phase_field

    physical = in_milliseconds(plane, milliseconds_of("20ms"))
    rate, before = physical.fields["lyapunov_max"], plane.fields["lyapunov_max"]
    np.testing.assert_allclose(rate.value, before.value * 50.0)
    assert rate.units == "Hz" and physical.fields["static_gain"].units == "1"
    np.testing.assert_array_equal(phase_field(physical).value, phase_field(plane).value)
    assert "(Hz)" in drawn(physical).axes[1].get_ylabel()
    assert milliseconds_of("0.02s") == milliseconds_of("20000us") == 20.0
    for wrong in ("20", "ms", "-1ms", "20 years", "infms"):
        with pytest.raises(PhasemapError, match="20ms"):
            milliseconds_of(wrong)


def test_a_map_or_lines_go_into_axes_that_are_there(plane):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert draw_into(left, plane, Request()) is figure and left.collections
    assert draw_into(right, plane, Request(at={"alpha_r": "10"})) is figure and right.lines
    for axes in (left, right):  # the legend hides no number, and no label is longer than its axis
        frame, legend = axes.get_window_extent(), axes.get_legend().get_window_extent()
        assert legend.y1 < axes.xaxis.label.get_window_extent().y0 + 1.0
        assert axes.yaxis.label.get_window_extent().height <= frame.height


def sheet_of(plane, tmp_path, width="double"):
    content = {"width": width, "panels": [{"file": "a.h5"}, {"file": "b.h5", "slice": {"alpha_r": 10}}]}
    sheet = read_sheet(content, tmp_path)
    assert sheet.panels[1].file == tmp_path / "b.h5" and sheet.panels[1].at == {"alpha_r": "10"}
    return compose([draw(plane, Request(at=panel.at, width=panel.width)) for panel in sheet.panels], sheet)


def test_panels_share_a_page_of_a_journal_in_every_format(plane, tmp_path, find):
    page, again = sheet_of(plane, tmp_path), sheet_of(plane, tmp_path)
    assert page.get_figwidth() == WIDTHS["double"]
    assert [text.get_text() for text in find(page, "panel-letter")] == ["(a)", "(b)"]
    for suffix in ("png", "pdf", "svg"):
        save(page, tmp_path / f"one.{suffix}")
        save(again, tmp_path / f"two.{suffix}")
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()
    assert sheet_of(plane, tmp_path, "single").get_figheight() > page.get_figheight()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "needs .*panels"),
        ({"panels": [{}]}, "needs file"),
        ({"panels": [{"file": "a", "quantty": "x"}]}, "Did you mean 'quantity'"),
        ({"width": "single", "panels": [{"file": "a", "width": "double"}]}, "does not fit"),
        ({"panels": [{"file": "a", "limits": [1]}]}, "two numbers"),
        ({"panels": [{"file": "a", "aspect": "wide"}]}, "must be numbers"),
    ],
)
def test_a_sheet_that_means_nothing_is_explained(content, words, tmp_path):
    with pytest.raises(PhasemapError, match=words):
        read_sheet(content, tmp_path)
