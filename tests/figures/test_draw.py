"""What is asked for, and what is said when it is not there."""

from dataclasses import replace

import numpy as np
import pytest

from phasemap.dataset.phases import Phase
from phasemap.errors import PhasemapError
from phasemap.figures.captions.caption import caption_of
from phasemap.figures.draw import Request, draw, write
from phasemap.figures.scenes.fields import available, phase_field, phase_names, resolve
from phasemap.figures.style import colours
from phasemap.model.status import Status


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request(quantity="lyapunov_min"), "Did you mean 'lyapunov_max'"),
        (Request(branch="fluctuate"), "Did you mean 'fluctuating'"),
        (Request(quantity="fixed_point_count", branch="zero"), "no branches"),
        (Request(at={"alpha": "1"}), "There is no axis 'alpha'"),
        (Request(at={"alpha_r": "x"}), "needs a number"),
        (Request(at={"alpha_r": "50"}), "lies outside"),
        (Request(at={"alpha_r": "5", "g_h": "2"}), "Nothing is left"),
        (Request(width="triple"), "single or double"),
    ],
)
def test_what_is_not_there_is_explained(plane, request_, words):
    with pytest.raises(PhasemapError, match=words):
        draw(plane, request_)


def test_a_map_of_three_axes_asks_for_a_section(box):
    with pytest.raises(PhasemapError, match="--slice beta_r=0"):
        draw(box, Request(quantity="static_gain"))
    box.surfaces.clear()
    with pytest.raises(PhasemapError, match="--slice beta_r=0"):
        draw(box, Request())


def test_critical_lines_alone_are_a_figure_and_a_text(plane, find, page):
    plane.fields.clear()
    plane.checks = None
    figure = draw(plane, Request())
    assert len(find(figure, "line-")) == 3 and find(figure, "status-") == []
    look = page(figure)
    assert look.overlapping() == [] and look.cut_off() == []
    assert "O" in write(plane, Request(), 60, 12, colour=False).plain
    write(plane, Request(), 60, 12, colour=True)
    assert "static fold" in caption_of(plane, Request())
    with pytest.raises(PhasemapError, match="only critical lines"):
        draw(plane, Request(at={"alpha_r": "5"}))


def test_surfaces_in_three_parameters(box, find, page):
    figure = draw(box, Request())
    (mesh,) = find(figure, "mesh")
    assert len(mesh.get_facecolor()) == len(box.surfaces["zero_instability"].triangles)
    assert len(find(figure, "line-static_tricritical")) == 1
    look = page(figure)
    assert look.cut_off() == []
    words = " ".join(words for words, _ in look.boxes)
    assert all(symbol in words for symbol in ("$g_h$", r"$\alpha_r$", r"$\beta_r$", "bias of the"))


def test_networks_stand_among_the_surfaces_and_beside_them(checked_box, find, page):
    figure = draw(checked_box, Request())
    shown, missing = find(figure, "checks")
    assert (len(shown.get_offsets()), len(missing.get_offsets())) == (3, 1)
    assert len(find(figure, "agreement")) == 1
    look = page(figure)
    assert look.cut_off() == [] and look.overlapping() == []
    assert "simulation not converged" in {words for words, _ in look.boxes}
    narrow = draw(checked_box, Request(width="single"))
    assert len(find(narrow, "checks")) == 2 and find(narrow, "agreement") == []
    assert page(narrow).cut_off() == []


def test_every_network_stands_on_the_floor(checked_box, find):
    (stems,) = find(draw(checked_box, Request()), "stems")
    ends = np.array(stems._segments3d)
    np.testing.assert_array_equal(ends[:, 0, 2], -1.0)
    np.testing.assert_array_equal(ends[:, 1, 2], checked_box.checks.parameters["beta_r"])


def test_a_section_says_where_it_is(box):
    assert r"$\beta_r = 0.5$" in draw(box, Request(at={"beta_r": "0.5"})).axes[0].get_title()


def test_the_map_shows_the_attractor(plane):
    shown = resolve(plane, "lyapunov_max").value
    rates = plane.fields["lyapunov_max"].value
    chaotic = np.isfinite(rates[..., 2])
    assert np.array_equal(shown[chaotic], rates[..., 2][chaotic])
    assert np.array_equal(shown[~chaotic], rates[..., 0][~chaotic])


def test_a_named_fixed_point_is_taken_and_the_outermost_otherwise(plane):
    gains = plane.fields["static_gain"].value
    assert np.array_equal(resolve(plane, "static_gain", "zero").value, gains[..., 0])
    outermost = np.where(np.isfinite(gains[..., 3]), gains[..., 3], gains[..., 0])
    assert np.array_equal(resolve(plane, "static_gain").value, outermost)


def test_labels_are_made_afresh_from_stored_numbers(plane):
    before = phase_field(plane).value
    assert set(np.unique(before)) == {Phase.STABLE_ZERO, Phase.STATIC_COMPLEX, Phase.BISTABLE, Phase.CHAOTIC}
    plane.fields["lyapunov_max"].status[20, 0, 2] = Status.FAILED
    assert phase_field(plane).value[20, 0] == Phase.UNDETERMINED
    assert "phase" in available(plane)


def test_the_gate_along_an_axis_reaches_the_labels(plane):
    plane.metadata.parameters.pop("alpha_z")
    plane.metadata.parameters["beta_z"] = 0.0
    from dataclasses import replace

    plane.axes = (plane.axes[0], replace(plane.axes[1], name="alpha_z"))
    for field in plane.fields.values():
        field.dims = ("g_h", "alpha_z", *field.own_dims)
    # The edge is not stored: with an update gate that varies, slow chaos and a marginal state cannot be told apart.
    plane.fields["lyapunov_max"].value[..., 2] *= 1e-4
    labels = phase_field(plane).value
    assert labels[20, 0] == Phase.CHAOTIC and labels[20, 5] == Phase.UNDETERMINED


def test_two_dimensional_text_is_plain_without_colours(plane):
    text = write(plane, Request(), 80, 20, colour=False).plain
    assert text.isascii() or set(text) - {c for c in text if c.isascii()} <= {"\u00a0"}
    assert max(map(len, text.splitlines())) <= 100
    assert "lyapunov_max" in text and "chaotic" in text.replace("\u00a0", " ") and "static fold" in text


def test_coloured_text_has_two_values_to_a_character(plane):
    text = write(plane, Request(), 80, 20, colour=True)
    assert "▀" in text.plain
    assert max(map(len, text.plain.splitlines())) <= 80
    assert any(span.style.bgcolor is not None for span in text.spans if not isinstance(span.style, str))


@pytest.mark.parametrize("quantity", ["phase", "fixed_point_count", "static_gain"])
@pytest.mark.parametrize("colour", [True, False])
def test_every_kind_of_quantity_can_be_written(plane, quantity, colour):
    assert write(plane, Request(quantity=quantity), 60, 12, colour).plain.count("\n") > 12


def test_plain_text_marks_what_is_not_good(plane):
    plane.fields["lyapunov_max"].status[20, 8, 2] = Status.NOT_CONVERGED
    text = write(plane, Request(), 80, 20, colour=False).plain
    assert "?" in text and "not converged" in text


def test_rows_run_upwards(plane):
    plane.fields["lyapunov_max"].status[10, -1, :] = Status.FAILED
    rows = write(plane, Request(), 80, 17, colour=False).plain.splitlines()
    assert "!" in rows[2] and "!" not in rows[10]


def test_lines_can_be_written(plane):
    text = write(plane, Request(at={"alpha_r": "15"}), 80, 15, colour=False).plain
    assert text.isascii() and "* zero" in text and "x fluctuating" in text


def test_a_static_map_does_not_claim_chaos(plane):
    assert "chaotic" in phase_names(plane).values()
    plane.fields.pop("lyapunov_max")
    assert "chaotic" not in phase_names(plane).values()
    text = write(plane, Request("phase"), 90, 20, colour=False).plain.replace("\u00a0", " ")
    assert "no stable state" in text and "chaotic" not in text


def test_a_plane_can_be_lines_over_either_axis(plane, find):
    for along, other in (("g_h", "alpha_r"), ("alpha_r", "g_h")):
        figure = draw(plane, Request(along=along))
        lines = [one for one in find(figure, "profile") if one.get_gid() == "profile"]
        values = resolve(plane, "lyapunov_max").value
        place = plane.axis_names.index(along)
        assert len(lines) == len(plane.axes[1 - place]) and len(lines[0].get_xdata()) == len(plane.axes[place])
        third = values[:, 3] if place == 0 else values[3]
        np.testing.assert_array_equal(lines[3].get_ydata(), third)
        assert other.split("_")[1] in figure.axes[1].get_ylabel()
    with pytest.raises(PhasemapError, match="Did you mean 'alpha_r'"):
        draw(plane, Request(along="alpha_z"))


def test_networks_that_were_followed_stand_on_the_map_with_their_fate(plane, find):
    shares = np.array([0.0, 0.5, 1.0, 1.0, 0.0])
    twin = plane.checks.fields.pop("network_lyapunov_max")
    plane.checks.fields["network_surviving_fraction"] = replace(twin, name="network_surviving_fraction", value=shares)
    figure = draw(plane, Request())
    kinds = find(figure, "fates")
    assert [len(one.get_xdata()) for one in kinds] == [2, 1, 2]
    assert {one.get_markerfacecolor() for one in kinds} == {"#ffffff", "#9a9a9a", colours.INK}
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert any("all at rest in the end" in one for one in words) and any("all still move" in one for one in words)
    assert "Circles, filled where networks still move in the end: simulated networks" in caption_of(plane, Request())
