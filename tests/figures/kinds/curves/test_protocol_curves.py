"""Panels of studies: three fill a row, and nothing stands on anything else."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from support.toy_results import field

from phasemap.dataset import Dimension, Result
from phasemap.dataset.panels import panel_dims
from phasemap.figures.kinds.curves.protocol_curves import draw_protocol

CURVES = np.array(["a pulse of strength 0.03", "another one | networks"])
PLACES = np.linspace(0.0, 5.0, 60)


def study(panels):
    """A result of so many panels with long words, and an error of theory on a steep curve."""
    result = Result(())
    for k in range(panels):
        name = f"panel_{k}"
        curve, place = panel_dims(name)
        value = np.stack([10.0 ** -(3 * PLACES), 0.5 + 0.1 * PLACES])
        error = np.stack([np.where(PLACES[30] == PLACES, 2.0, 0.1) * value[0], 0.1 * value[1]])
        result.fields[name] = replace(
            field(
                name,
                (),
                value,
                (curve, place),
                symbol="$m$",
                description="share of the networks that are active in the end",
            ),
            error=error,
        )
        result.labels |= {curve: CURVES, place: PLACES}
        result.dimensions[place] = Dimension("length of the pulse to the gate", "membrane time constant", "$d$")
    return result


@pytest.fixture(params=[2, 3, 4])
def drawn(request):
    figure = draw_protocol(study(request.param))
    yield request.param, figure
    plt.close(figure)


def test_no_place_stays_empty_and_nothing_overlaps(drawn):
    panels, figure = drawn
    boxes = [axes.get_window_extent() for axes in figure.axes]
    assert len(boxes) == panels
    assert len({round(box.y0) for box in boxes}) == (1 if panels <= 3 else 2)
    page = figure.bbox
    for axes, box in zip(figure.axes, boxes, strict=True):
        label, legend = axes.xaxis.label.get_window_extent(), axes.get_legend().get_window_extent()
        assert legend.y1 <= label.y0 + 1.0 and label.y1 < box.y0
        assert page.x0 <= label.x0 and label.x1 <= page.x1 and legend.x1 <= page.x1 and page.y0 <= legend.y0
        assert label.width <= 1.15 * box.width and axes.title.get_window_extent().width <= 1.01 * box.width
        assert "(membrane time)" in axes.get_xlabel()


def test_an_error_as_large_as_its_number_does_not_cross_a_logarithmic_page(drawn):
    _, figure = drawn
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    bands = [one for one in axes.collections if one.get_gid() == "theory-error"]
    assert bands and all(path.vertices[:, 1].min() > 0.0 for band in bands for path in band.get_paths())


def test_a_panel_alone_has_neither_its_letter_nor_the_title_of_all():
    result = study(3)
    result.metadata.title = "A study"
    result.fields["panel_1"] = replace(result.fields["panel_1"], description="(b) what is left")
    whole, one = draw_protocol(result), draw_protocol(result, "single", quantity="panel_1")
    assert whole.get_suptitle() == "A study" and whole.axes[1].get_title() == "(b) what is left"
    assert one.get_suptitle() == "" and [axes.get_title() for axes in one.axes] == ["what is left"]
    assert draw_protocol(result, "single", "mine", "panel_1").get_suptitle() == "mine"
    plt.close("all")


def test_the_page_has_room_for_the_rows_of_its_legend_and_no_more():
    """Three entries are three entries, whether one of them is a line of references or another curve."""
    heights = []
    for third in ("c", "a | reference"):
        result, (curve, _) = study(1), panel_dims("panel_0")
        numbers = result.fields["panel_0"]
        more = {
            part: np.vstack([getattr(numbers, part), getattr(numbers, part)[:1]])
            for part in ("value", "error", "status")
        }
        result.fields["panel_0"] = replace(numbers, **more)
        result.labels[curve] = np.array(["a", "b", third])
        figure = draw_protocol(result)
        assert len(figure.axes[0].get_legend().get_texts()) == 3
        heights.append(figure.get_size_inches()[1])
        plt.close(figure)
    assert heights[0] == heights[1]
