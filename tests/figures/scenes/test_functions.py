"""Quantities that are functions at every point: correlations, spectra, rasters; and eigenvalues in the plane."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from support import toy_results

from phasemap.dataset import Checks, Dimension
from phasemap.errors import PhasemapError
from phasemap.figures.draw import Request, draw, write
from phasemap.figures.kinds.spectra.eigenvalues import EigenvalueScene, draw_eigenvalues
from phasemap.figures.scenes.stage_functions import own_axis
from phasemap.figures.style.look import Wishes, wished
from phasemap.model.status import Status


@pytest.fixture
def functions():
    return toy_results.functions()


@pytest.fixture
def correlated(plane):
    """The plane with a correlation function at every point, on two branches."""
    lag = np.geomspace(0.1, 100, 30)
    plane.labels["lag"] = lag
    rates = plane.axes[0].values[:, None, None, None] * np.array([1.0, 2.0, 3.0, 4.0])[:, None]
    values = np.exp(-rates * lag) * np.ones((1, 17, 1, 1))
    plane.fields["c"] = toy_results.field("c", plane.axis_names, values, ("branch", "lag"), symbol="$C(t)$")
    return plane


@pytest.mark.parametrize("quantity", ["network_autocorrelation", "network_lyapunov_spectrum"])
@pytest.mark.parametrize("width", ["single", "double"])
def test_functions_at_check_points_are_one_curve_each(functions, page, find, quantity, width):
    figure = draw(functions, Request(quantity=quantity, width=width))
    stored = functions.checks.fields[quantity].value
    drawn = [line.get_ydata() for line in find(figure, "profile") if hasattr(line, "get_ydata")]
    assert np.array_equal(drawn, stored)
    look = page(figure)
    assert look.overlapping() == [] and look.cut_off() == []
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "$g_h = 1.2$, " + r"$\alpha_r = 5$" in words and len(words) == 5


def test_one_check_point_alone(functions, find):
    figure = draw(functions, Request(quantity="network_autocorrelation", at={"check": "2"}))
    curves = [line for line in find(figure, "profile") if hasattr(line, "get_ydata")]
    assert len(curves) == 1
    assert np.array_equal(curves[0].get_ydata(), functions.checks.fields["network_autocorrelation"].value[2])
    assert figure.axes[0].get_title() == r"$g_h = 3$, $\alpha_r = 2$"


def test_errors_are_bands(functions, find):
    assert len(find(draw(functions, Request(quantity="network_autocorrelation")), "profile-band")) == 5


def test_the_axis_of_a_function_has_words_and_units(functions):
    figure = draw(functions, Request(quantity="network_autocorrelation"))
    assert figure.axes[0].get_xlabel() == "lag, $t$ (membrane time)"


def test_a_family_along_an_axis_is_coloured_by_its_value(correlated, find):
    figure = draw(correlated, Request(quantity="c", branch="static", at={"alpha_r": "10"}))
    curves = [line for line in find(figure, "profile") if hasattr(line, "get_ydata")]
    assert len(curves) == 21 and len({to_hex(curve.get_color()) for curve in curves}) == 21
    assert np.array_equal([c.get_ydata() for c in curves], correlated.fields["c"].value[:, 8, 1])
    assert figure.axes[0].get_xscale() == "log"
    assert any("$g_h$" in axes.get_ylabel() for axes in figure.axes)


def test_without_a_name_the_attractors_function_is_drawn(correlated, find):
    figure = draw(correlated, Request(quantity="c", at={"alpha_r": "10"}))
    curves = [line.get_ydata() for line in find(figure, "profile") if hasattr(line, "get_ydata")]
    assert np.array_equal(curves[0], correlated.fields["c"].value[0, 8, 0])
    assert np.array_equal(curves[-1], correlated.fields["c"].value[-1, 8, 2])


def test_lags_from_zero_to_where_nothing_moves_any_more_become_logarithmic(correlated, find):
    """Lag 0 has no place on a logarithmic scale; the flat end is left out."""
    lags = np.concatenate([[0.0], np.geomspace(0.01, 1e4, 40)])
    correlated.labels["lag"] = lags
    values = np.exp(-lags) * np.ones((21, 17, 4, 1))
    correlated.fields["c"] = toy_results.field("c", correlated.axis_names, values, ("branch", "lag"), symbol="$C(t)$")
    figure = draw(correlated, Request(quantity="c", at={"alpha_r": "10"}))
    axes = figure.axes[0]
    assert axes.get_xscale() == "log" and axes.get_xlim()[0] == 0.01
    assert -np.log(1e-3) < axes.get_xlim()[1] < 40.0
    curve = next(line for line in find(figure, "profile") if hasattr(line, "get_ydata"))
    assert np.array_equal(curve.get_ydata(), np.exp(-curve.get_xdata()))


def test_networks_stand_on_the_curve_of_their_point(find):
    result = toy_results.functions()
    lag = np.concatenate([[0.0], np.geomspace(0.01, 1e3, 40)])
    gain = np.array([1.2, 3.0])
    theory = 0.3 * np.exp(-gain[:, None] * lag)
    theory = toy_results.field("autocorrelation", ("g_h",), theory, ("lag",), symbol="$C_h(t)$")
    checks = result.checks.fields["network_autocorrelation"]
    kept = [int(np.flatnonzero(result.checks.parameters["g_h"] == g)[0]) for g in gain]
    line = replace(
        result, axes=(replace(result.axes[0], values=gain, scale="list"),), fields={"autocorrelation": theory},
        surfaces={}, labels=result.labels | {"lag": lag},
        checks=Checks({"g_h": gain}, {"network_autocorrelation": replace(
            checks, value=checks.value[kept], status=checks.status[kept], error=checks.error[kept])}),
    )  # fmt: skip
    line.checks.fields["network_autocorrelation"].status[0, 5] = Status.NOT_CONVERGED
    figure = draw(line, Request(quantity="autocorrelation"))
    dots = [dot for dot in find(figure, "network") if hasattr(dot, "get_marker") and dot.get_marker() == "o"]
    places = result.labels["network_lag"]
    first, second = sorted((artist.get_data() for artist in dots), key=lambda data: data[1][-1])
    rows = sorted(zip(checks.value[kept], (5, None), strict=True), key=lambda row: row[0][-1])
    for (x, y), (stored, missing) in zip((first, second), rows, strict=True):
        index = np.searchsorted(places, x)
        assert np.array_equal(y, stored[index]) and len(x) > 4 and missing not in index
    assert figure.legends[0].get_texts()[-1].get_text() == "simulation, $N = 500$"


def test_a_constant_function_looks_constant(correlated):
    values = 0.7 + 1e-13 * np.random.default_rng(0).standard_normal((21, 17, 4, 30))
    correlated.fields["c"] = toy_results.field("c", correlated.axis_names, values, ("branch", "lag"), symbol="$C(t)$")
    low, high = draw(correlated, Request(quantity="c", at={"alpha_r": "10"})).axes[0].get_ylim()
    assert low < 0.6 < 0.8 < high


def numbered(result):
    """Every point of the plane has a number of its own; (points along g_h, points along alpha_r)."""
    numbers = np.arange(21.0 * 17.0).reshape(21, 17)
    values = np.repeat(numbers[:, :, None, None], 4, axis=2) + np.arange(30.0) / 30.0
    result.fields["c"] = toy_results.field("c", result.axis_names, values, ("branch", "lag"), symbol="$C(t)$")
    place = np.argmin(abs(result.labels["lag"] - 1.0))
    return values[:, :, 0, place]


def test_a_place_along_a_function_is_a_map(correlated, find):
    stored = numbered(correlated)
    correlated.surfaces.clear()
    with wished(Wishes(smooth=False)):
        figure = draw(correlated, Request(quantity="c", branch="zero", at={"lag": "1.0"}))
    assert np.array_equal(find(figure, "map")[0].get_array().reshape(17, 21), stored.T)


def test_cells_of_such_a_map_are_cut_along_critical_lines_and_nowhere_else(correlated, find):
    """Pixel by pixel: its own point where no line is near, else that or the nearest one's on its side of the line."""
    stored = numbered(correlated).T
    with wished(Wishes(smooth=False)):
        figure = draw(correlated, Request(quantity="c", branch="zero", at={"lag": "1.0"}))
    drawn = find(figure, "map")[0].get_array()
    parts = np.array(drawn.shape) // stored.shape
    assert (parts > 1).all() and np.array_equal(parts * stored.shape, drawn.shape)
    pixels = drawn.reshape(17, parts[0], 21, parts[1]).transpose(0, 2, 1, 3)
    own = (pixels == stored[:, :, None, None]).all(axis=(2, 3))
    near = np.zeros((17, 21), dtype=bool)
    for surface in correlated.surfaces.values():
        gain, alpha = (np.interp(np.arange(0, len(v) - 0.99, 0.01), np.arange(len(v)), v) for v in surface.vertices.T)
        for j, i in zip(np.rint(alpha / 1.25).astype(int), np.rint((gain - 0.5) / 0.175).astype(int), strict=True):
            near[max(j - 1, 0) : j + 2, max(i - 1, 0) : i + 2] = True
    assert own[~near].all() and (~near).sum() > 100
    assert 10 < (~own).sum() < near.sum()
    for j, i in np.argwhere(~own):
        around = stored[max(j - 1, 0) : j + 2, max(i - 1, 0) : i + 2]
        assert np.isin(pixels[j, i], around).all()


def test_a_function_over_a_plane_asks_for_a_place(correlated):
    with pytest.raises(PhasemapError, match=r"--slice g_h=.*or a place along it with --slice lag="):
        draw(correlated, Request(quantity="c"))


def test_what_is_not_good_is_a_gap(functions, find):
    functions.checks.fields["network_autocorrelation"].status[0, 7] = Status.NOT_CONVERGED
    figure = draw(functions, Request(quantity="network_autocorrelation"))
    assert np.isnan(find(figure, "profile")[0].get_ydata()[7])


def test_what_has_not_converged_is_drawn_as_such(functions, find):
    stored = functions.checks.fields["network_autocorrelation"]
    stored.status[2] = Status.NOT_CONVERGED
    figure = draw(functions, Request(quantity="network_autocorrelation", at={"check": "2"}))
    assert {artist.get_gid() for artist in find(figure, "profile")} == {"profile-doubtful"}
    assert np.array_equal(find(figure, "profile-doubtful")[0].get_ydata(), stored.value[2])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["not converged"]


def test_numbers_at_check_points_are_shown_beside_the_theory(plane):
    with pytest.raises(PhasemapError, match="draw lyapunov_max"):
        draw(plane, Request(quantity="network_lyapunov_max"))


def test_activity_is_a_raster_with_traces(find, page):
    result = toy_results.network()
    figure = draw(result, Request())
    stored = result.fields["network_activity"].value[0]
    assert np.array_equal(find(figure, "raster")[0].get_array().reshape(stored.shape), stored)
    assert [np.array_equal(line.get_ydata(), stored[k]) for k, line in enumerate(find(figure, "trace"))] == [True] * 4
    look = page(figure)
    assert look.overlapping() == [] and look.cut_off() == []
    assert figure.axes[0].get_title() == "$g_h = 3$"


def test_functions_can_be_written(functions):
    text = write(functions, Request(quantity="network_autocorrelation"), 80, 15, colour=False).plain
    assert text.isascii() and text.count("\n") > 15


def scene(g, n=300):
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, 100)
    circle = np.column_stack([g * np.cos(angle) - 1, g * np.sin(angle)])
    return EigenvalueScene(np.linalg.eigvals(g * rng.standard_normal((n, n)) / n**0.5 - np.eye(n)), (circle,), g - 1)


@pytest.mark.parametrize(("columns", "width"), [(1, "single"), (2, "double")])
def test_eigenvalues_stand_under_the_boundary_of_theory(find, page, columns, width):
    figure = draw_eigenvalues([scene(0.8), scene(1.5)], columns, width)
    assert len(find(figure, "eigenvalues")) == len(find(figure, "boundary")) == len(find(figure, "edge")) == 2
    assert all(axes.get_aspect() == 1.0 for axes in figure.axes)
    look = page(figure)
    assert look.overlapping() == [] and look.cut_off() == []
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()


def test_atoms_are_marked_and_one_far_away_does_not_squeeze_the_rest(find):
    near = replace(scene(0.8), atoms=((-1.0, 1 / 3), (-2.0, 1 / 3)))
    figure = draw_eigenvalues([near])
    np.testing.assert_array_equal(find(figure, "atoms")[0].get_xdata(), [-1.0, -2.0])
    assert figure.axes[0].get_xlim()[0] < -2.0
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "atoms at −2, −1, 67 % of all eigenvalues" in words
    far = draw_eigenvalues([replace(near, atoms=((-50.0, 1 / 3),))])
    assert far.axes[0].get_xlim()[0] > -3.0


def test_eigenvalues_need_no_theory_and_theory_no_eigenvalues(find):
    alone = draw_eigenvalues([EigenvalueScene(np.array([1 + 1j]))])
    assert find(alone, "eigenvalues") and not find(alone, "boundary")
    theory = draw_eigenvalues([EigenvalueScene(np.zeros(0, dtype=complex), scene(1.0).boundary)])
    assert find(theory, "boundary")


def test_a_dimension_has_the_symbol_of_the_file_else_its_name(functions):
    result = functions
    result.labels |= {"rate": np.array([0.0, 1.0]), "other_rate": np.array([0.0, 1.0])}
    result.dimensions["rate"] = Dimension("rate (of exponents above it)", "1", "$s$")
    assert own_axis(result, "rate").label == "rate, $s$" and own_axis(result, "other_rate").symbol == "other rate"
