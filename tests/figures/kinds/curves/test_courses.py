"""Networks followed from their start, and hysteresis loops."""

import numpy as np
import pytest
from support import toy_results

from phasemap.dataset import Axis, Metadata, Result
from phasemap.figures.draw import Request, draw
from phasemap.figures.kinds.curves.loop import draw_loop
from phasemap.model.status import Status


@pytest.fixture
def courses():
    """The toy plane with the variance of three networks over 50 times at each of its five check points."""
    result = toy_results.plane()
    time, number = np.linspace(2.0, 100.0, 50), np.arange(3.0)
    result.labels |= {"network_elapsed_time": time, "network_realisation": number}
    rates = 0.01 * (1.0 + np.arange(5)[:, None, None] + 0.1 * number[:, None])
    course = toy_results.field(
        "network_variance_course", ("check",), 0.3 * np.exp(-rates * time),
        ("network_realisation", "network_elapsed_time"), symbol="$C$", description="variance of h over units",
    )  # fmt: skip
    course.value[0, :, 30:], course.status[0, :, 30:] = np.nan, Status.ABSENT
    result.checks.fields["network_variance_course"] = course
    levels = np.array([np.nan, 0.1, 0.2, 0.3, 0.4])[:, None] * np.array([0.0, 0.0, 1.0, 2.0])
    variance = toy_results.field("variance", ("check",), levels, ("branch",), symbol="$C_h(0)$")
    variance.status[np.isnan(levels)] = Status.ABSENT
    result.checks.fields["variance"] = variance
    return result


def test_every_network_has_a_curve_and_every_point_a_level(courses, find):
    figure = draw(courses, Request(quantity="network_variance_course"))
    drawn = {tuple(np.nan_to_num(line.get_ydata())) for line in find(figure, "course")}
    stored = courses.checks.fields["network_variance_course"].value.reshape(15, 50)
    assert drawn == {tuple(np.nan_to_num(row)) for row in stored}
    levels = sorted(float(line.get_ydata()[0]) for line in find(figure, "level"))
    chaotic = [str(name) for name in courses.labels["branch"]].index("fluctuating")
    expected = courses.checks.fields["variance"].value[1:, chaotic]
    assert levels == pytest.approx(sorted(expected))


@pytest.mark.parametrize("width", ["single", "double"])
def test_there_is_a_panel_for_every_value_of_the_last_axis(courses, page, width):
    figure = draw(courses, Request(quantity="network_variance_course", width=width))
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == len(set(courses.checks.parameters["alpha_r"]))
    assert all(axes.get_yscale() == "log" for axes in shown)
    assert page(figure).cut_off() == []


def test_the_fold_is_named_where_its_line_is_stored(courses):
    fold = courses.surfaces["zero_instability"]
    courses.surfaces["dynamic_fold"] = fold
    figure = draw(courses, Request(quantity="network_variance_course"))
    titles = [axes.get_title() for axes in figure.axes]
    named = [title for title in titles if "dynamic fold at" in title]
    assert named and all("$g_h = " in title for title in named)


def loop():
    gain = np.linspace(1.0, 2.0, 11)
    ways = np.stack([np.where(gain < 1.8, 0.0, gain), np.where(gain < 1.3, 0.0, gain)], axis=1)
    units = {"loop_variance": "1", "loop_lyapunov_max": toy_results.RATE}
    return Result(
        axes=(Axis("g_h", gain, "$g_h$", "gain of the activation phi"),),
        fields={
            name: toy_results.field(name, ("g_h",), ways - 0.1 * k, ("way",), symbol=f"$q_{k}$", units=unit)
            for k, (name, unit) in enumerate(units.items())
        },
        labels={"way": np.array(["up", "down"])},
        metadata=Metadata(settings={"axes": [["g_h", []]]}),
    )


@pytest.mark.parametrize("width", ["single", "double"])
def test_a_loop_has_both_ways_in_both_panels(find, page, width):
    result = loop()
    figure = draw(result, Request(width=width))
    for column, way in enumerate(("up", "down")):
        drawn = [line.get_ydata() for line in find(figure, f"way-{way}")]
        stored = [result.fields[name].value[:, column] for name in ("loop_variance", "loop_lyapunov_max")]
        np.testing.assert_array_equal(drawn, stored)
    look = page(figure)
    assert look.overlapping() == [] and look.cut_off() == []


def test_what_does_not_exist_on_a_way_is_a_gap(find):
    result = loop()
    result.fields["loop_variance"].status[4, 0] = Status.ABSENT
    drawn = find(draw_loop(result), "way-up")[0].get_ydata()
    assert np.isnan(drawn[4]) and np.isfinite(drawn[[3, 5]]).all()
