"""The phase diagram as a referee would look at it."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text
from support import toy_results

from phasemap.dataset.records import Fine
from phasemap.figures.draw import Request, draw, write
from phasemap.figures.kinds.maps.phase_diagram import draw_phase_diagram
from phasemap.figures.layout.overlays import MARKS, cells_path
from phasemap.figures.scenes.fields import resolve
from phasemap.figures.scenes.stage import stage
from phasemap.figures.style.look import wished, wishes
from phasemap.figures.style.page import WIDTHS
from phasemap.model.status import Status


@pytest.fixture(scope="module")
def drawn():
    """The plane as it is, drawn once for all who only look."""
    return draw(toy_results.plane(), Request())


def words_of_legend(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("quantity", [None, "static_gain", "fixed_point_count", "phase"])
def test_no_text_overlaps_or_is_cut_off_and_all_is_legible(plane, page, width, quantity):
    look = page(draw(plane, Request(quantity=quantity, width=width)))
    assert look.overlapping() == []
    assert look.cut_off() == []
    assert look.smallest_font() >= 5.5  # subscripts aside, nothing below what journals print
    assert look.figure.get_figwidth() == WIDTHS[width]


def test_axes_carry_words_symbols_and_units(drawn):
    axes = drawn.axes[0]
    assert "gain of the activation" in axes.get_xlabel() and "$g_h$" in axes.get_xlabel()
    assert "(inf" not in axes.get_ylabel()
    assert any(r"\lambda_{\max}" in a.get_ylabel() and "1/membrane time" in a.get_ylabel() for a in drawn.axes)


def test_every_line_and_marker_is_named_and_looks_different(drawn, find):
    words = words_of_legend(drawn)
    for expected in ("zero fixed point unstable", "static fold", "dynamic fold", "static tricritical point",
                     "dynamic tricritical point", "simulation, $N = 500$"):  # fmt: skip
        assert expected in words
    looks = {
        name: (line[0].get_linestyle(), line[0].get_color(), str(line[0]._dash_pattern))
        for name in ("zero_instability", "static_fold", "dynamic_fold")
        for line in [find(drawn, f"line-{name}")]
    }
    assert len(set(looks.values())) == 3
    assert len(find(drawn, "marker-")) == 2


def test_a_line_too_short_to_be_seen_is_not_in_the_legend(plane):
    fold = plane.surfaces["static_fold"]
    stub = replace(fold, name="static_gain_one", vertices=fold.vertices[:2] * 1e-9 + [2.0, 1.0], residual=np.zeros(2),
                   offsets=np.array([0, 2]))  # fmt: skip
    plane.surfaces["static_gain_one"] = stub
    assert not any("S = 1" in words for words in words_of_legend(draw(plane, Request())))


def name_of(text, figure):
    """What stands in a region: a name, or a number that the legend explains."""
    words = text.get_text().replace("\n", " ").replace("- ", "-")
    return words_of_legend(figure)[int(words) - 1] if words.isdecimal() else words


def test_every_region_has_its_name(drawn, find):
    names = {name_of(text, drawn) for text in find(drawn, "region-name")}
    assert names == {"stable zero", "static-complex (static fold)", "bistable", "chaotic"}


def test_names_and_numbers_lie_in_their_region(plane, find):
    scene = stage(plane, "lyapunov_max")
    figure = draw_phase_diagram(scene)
    axes = figure.axes[0]
    for text in find(figure, "region-name"):
        where = text.get_position()
        x, y = axes.transData.inverted().transform(axes.transAxes.transform(where))
        i = np.clip(np.searchsorted(scene.x.edges, x) - 1, 0, len(scene.x.values) - 1)
        j = np.clip(np.searchsorted(scene.y.edges, y) - 1, 0, len(scene.y.values) - 1)
        assert scene.phase_names[int(scene.phases[j, i])] == name_of(text, figure)


def test_names_cover_no_line_and_no_check_point(plane, find):
    scene = stage(plane, "lyapunov_max")
    figure = draw_phase_diagram(scene)
    axes, renderer = figure.axes[0], figure.canvas.get_renderer()
    points = np.concatenate(
        [p for line in scene.lines for p in line.pieces] + [np.column_stack([scene.checks.x, scene.checks.y])]
    )
    places = axes.transData.transform(points)
    for text in find(figure, "region-name"):
        box = Text.get_window_extent(text, renderer)
        inside = (places[:, 0] > box.x0) & (places[:, 0] < box.x1) & (places[:, 1] > box.y0) & (places[:, 1] < box.y1)
        assert not inside.any(), text.get_text()


NO_NUMBER = [
    Status.NOT_CONVERGED,
    Status.FAILED,
    Status.PENDING,
    Status.NOT_SOUGHT,
    Status.DIVERGES,
    Status.OUT_OF_TIME,
]


def masked_at(mesh, plane, i, j):
    """Whether the pixel at a point has no colour."""
    borders = mesh.get_coordinates()
    row = np.searchsorted(borders[:, 0, 1], plane.axes[1].values[j]) - 1
    column = np.searchsorted(borders[0, :, 0], plane.axes[0].values[i]) - 1
    return np.ma.getmaskarray(mesh.get_array()).reshape(len(borders) - 1, -1)[row, column]


@pytest.mark.parametrize("status", NO_NUMBER)
def test_points_without_a_good_value_are_marked_and_named(plane, find, status):
    field = plane.fields["lyapunov_max"]
    field.status[15, 3, 2] = status
    figure = draw(plane, Request())
    (patch,) = find(figure, f"status-{status}")
    corners = patch.get_path().get_extents()
    assert corners.x0 < plane.axes[0].values[15] < corners.x1 and corners.y0 < plane.axes[1].values[3] < corners.y1
    assert patch.get_hatch() == MARKS[status].hatch
    assert MARKS[status].label in words_of_legend(figure)
    mesh = find(figure, "map")[0]
    assert masked_at(mesh, plane, 15, 3)


@pytest.mark.parametrize(
    ("status", "words"), [(Status.LOWER_BOUND, "lower bound"), (Status.UPPER_BOUND, "upper bound")]
)
def test_bounds_have_the_colour_of_their_value_under_a_hatch_of_their_own(plane, find, status, words):
    plane.fields["lyapunov_max"].status[15, 3, 2] = status
    figure = draw(plane, Request())
    (patch,) = find(figure, f"status-{status}")
    assert patch.get_hatch() == MARKS[status].hatch and patch.get_facecolor()[3] == 0.0
    assert words in words_of_legend(figure)
    mesh = find(figure, "map")[0]
    assert not masked_at(mesh, plane, 15, 3)
    assert words in write(plane, Request(), 80, 20, colour=False).plain


def test_every_status_that_is_no_good_number_has_a_mark_of_its_own():
    marked = set(Status) - {Status.CONVERGED, Status.INTERPOLATED}
    assert set(MARKS) == marked
    assert (
        len({(mark.face, mark.hatch) for mark in MARKS.values()})
        == len({m.label for m in MARKS.values()})
        == len(MARKS)
    )


def test_what_diverges_to_infinity_is_called_infinite(plane, find):
    plane.fields["lyapunov_max"].value[15, 3, 2] = np.inf
    plane.fields["lyapunov_max"].status[15, 3, 2] = Status.DIVERGES
    figure = draw(plane, Request())
    assert len(find(figure, "infinite")) == 1 and find(figure, "status-") == []


def test_a_clean_map_has_no_marks(drawn, find):
    assert find(drawn, "status-") == []


def test_infinite_exponents_are_named_and_take_no_part_in_the_colours(plane, drawn, find):
    before = find(drawn, "map")[0].norm
    plane.fields["lyapunov_max"].value[15, 3, 2] = np.inf
    figure = draw(plane, Request())
    (patch,) = find(figure, "infinite")
    corners = patch.get_path().get_extents()
    assert corners.x0 < plane.axes[0].values[15] < corners.x1 and corners.y0 < plane.axes[1].values[3] < corners.y1
    assert "infinite" in words_of_legend(figure) and find(figure, "status-") == []
    after = find(figure, "map")[0].norm
    assert (after.vmin, after.vmax) == (before.vmin, before.vmax)
    plain = write(plane, Request(), 80, 20, colour=False).plain
    assert "'^' infinite" in plain and "failed" not in plain


def test_a_map_of_nothing_but_infinite_exponents_can_be_drawn(plane, find):
    plane.fields["lyapunov_max"].value[:] = np.inf
    plane.fields["lyapunov_max"].status[:] = Status.CONVERGED
    assert len(find(draw(plane, Request(branch="chaotic")), "infinite")) == 1


def test_a_promised_number_that_is_missing_is_drawn_as_failed(plane, find):
    plane.fields["lyapunov_max"].value[15, 3, 2] = np.nan
    assert len(find(draw(plane, Request()), f"status-{int(Status.FAILED)}")) == 1


def test_absent_places_are_grey_without_a_hatch(plane, find):
    figure = draw(plane, Request(quantity="static_gain", branch="upper"))
    assert find(figure, f"status-{int(Status.ABSENT)}")[0].get_hatch() is None
    assert "does not exist" in words_of_legend(figure)


def test_interpolated_points_are_not_marked_where_their_error_cannot_be_seen(plane, find):
    status = plane.fields["lyapunov_max"].status
    status[status == Status.CONVERGED] = Status.INTERPOLATED
    assert find(draw(plane, Request()), "interpolated") == []


@pytest.mark.parametrize("few", [True, False])
def test_interpolated_points_are_marked(plane, find, few):
    status = plane.fields["lyapunov_max"].status
    plane.fields["lyapunov_max"].error[...] = 0.1
    status[: 3 if few else 18][status[: 3 if few else 18] == Status.CONVERGED] = Status.INTERPOLATED
    figure = draw(plane, Request())
    (dots,) = find(figure, "interpolated")
    assert len(dots.get_xdata()) == 3 * 17
    assert any(("interpolated point" if few else "computed point") in words for words in words_of_legend(figure))


@pytest.mark.parametrize("smooth", [True, False])
def test_points_between_those_of_a_refined_plane_are_marked_where_colours_do_not_fill_them_in(plane, find, smooth):
    status = plane.fields["lyapunov_max"].status
    plane.fields["lyapunov_max"].error[...] = 0.1
    status[::2][status[::2] == Status.CONVERGED] = Status.INTERPOLATED
    plane.refined = Fine(plane.axes, plane.fields)
    with wished(replace(wishes(), smooth=smooth)):
        figure = draw(plane, Request())
    assert bool(find(figure, "interpolated")) != smooth


def test_hatched_area_is_exactly_the_marked_cells():
    cells = np.zeros((5, 6), dtype=bool)
    cells[1, 1:4] = cells[3, 5] = cells[4, 0] = True
    x, y = np.arange(7.0), np.arange(6.0)
    polygons = cells_path(cells, x, y).to_polygons()
    area = sum(abs(np.sum(p[:-1, 0] * p[1:, 1] - p[1:, 0] * p[:-1, 1])) / 2 for p in polygons)
    assert area == cells.sum()


def test_checks_wear_the_colours_of_the_map(plane, drawn, find):
    circles, mesh = find(drawn, "checks")[0], find(drawn, "map")[0]
    assert circles.norm is mesh.norm and circles.cmap is mesh.cmap
    assert np.array_equal(circles.get_array(), plane.checks.fields["network_lyapunov_max"].value)


def test_a_check_without_a_good_value_is_crossed_out(plane, find):
    plane.checks.fields["network_lyapunov_max"].status[1] = Status.NOT_CONVERGED
    figure = draw(plane, Request())
    assert len(find(figure, "checks")[0].get_offsets()) == 5 - 1
    assert "simulation not converged" in words_of_legend(figure)


def test_theory_and_simulation_stand_side_by_side_with_errors(plane):
    figure = draw(plane, Request(width="double"))
    lower = [axes for axes in figure.axes if axes.get_ylabel() == "difference"]
    assert len(lower) == 1
    bars = [c for c in lower[0].collections if "LineCollection" in type(c).__name__]
    heights = [s[1, 1] - s[0, 1] for bar in bars for s in bar.get_segments()]
    assert max(heights) == pytest.approx(2 * 0.006, rel=1e-3)


def test_the_panel_is_left_out_where_there_is_nothing_to_compare(plane):
    plane.checks = None
    assert not any(axes.get_ylabel() == "difference" for axes in draw(plane, Request(width="double")).axes)


def test_extrapolated_exponents_are_preferred(plane):
    twin = plane.checks.fields["network_lyapunov_max"]
    plane.checks.fields["network_lyapunov_max_extrapolated"] = replace(twin, name="x", value=twin.value + 1.0)
    scene = stage(plane, "lyapunov_max")
    assert scene.checks.simulated == pytest.approx(twin.value + 1.0)
    assert "infty" in scene.checks.simulation


def test_a_plane_where_everything_failed_is_still_a_figure(plane, page):
    plane.fields["lyapunov_max"].status[:] = Status.FAILED
    look = page(draw(plane, Request()))
    assert look.overlapping() == [] and look.cut_off() == []


def test_an_infinite_steepness_has_a_place_on_the_axis(plane):
    axis = plane.axes[1]
    plane.axes = (plane.axes[0], replace(axis, values=np.append(axis.values[:-1], np.inf), scale="list"))
    labels = [text.get_text() for text in draw(plane, Request()).axes[0].get_yticklabels()]
    assert r"$\infty$" in labels


def test_logarithmic_axes_are_drawn_as_such(plane):
    axis = plane.axes[1]
    plane.axes = (plane.axes[0], replace(axis, values=np.geomspace(0.1, 100, len(axis)), scale="log"))
    assert draw(plane, Request()).axes[0].get_yscale() == "log"


def networks_on_the_grid(plane):
    """The plane with networks at all of its points, and no check points."""
    theory = resolve(plane, "lyapunov_max").value
    twin = toy_results.field("network_lyapunov_max", plane.axis_names, theory + 0.01, error=0.02, units="1")
    plane.fields["network_lyapunov_max"] = twin
    plane.checks = None
    return plane


def test_networks_on_a_coarse_grid_stand_on_the_map(plane, find):
    coarse = toy_results.thinned(networks_on_the_grid(plane), 3)
    scene = stage(coarse, "lyapunov_max")
    g, alpha = np.meshgrid(*(axis.values for axis in coarse.axes), indexing="ij")
    np.testing.assert_array_equal(scene.checks.x, g.ravel())
    np.testing.assert_array_equal(scene.checks.y, alpha.ravel())
    both = np.isfinite(scene.checks.theory)
    np.testing.assert_allclose((scene.checks.simulated - scene.checks.theory)[both], 0.01)
    figure = draw(coarse, Request())
    assert find(figure, "checks") and find(figure, "agreement")


def test_a_fine_grid_of_networks_would_hide_the_map(plane):
    assert stage(networks_on_the_grid(plane), "lyapunov_max").checks is None
