"""A label that lies under a line altogether has no place in the colour bar; one that can be seen keeps it."""

from functools import partial

import numpy as np
import pytest
from matplotlib.figure import Figure

from phasemap.figures.layout.cut_cells import cut_cells
from phasemap.figures.layout.hidden_labels import is_hidden, without_hidden
from phasemap.figures.layout.overlays import draw_status
from phasemap.figures.scenes.scene import Axis, Kind, Layer, Line
from phasemap.model.status import Status

COUNT = 101
AXIS = Axis("g", np.linspace(0.0, 10.0, COUNT), "g")


def drawn(column, width, kind=Kind.LABELS, place=5.0):
    """Codes that are drawn of a map: 1 left and 6 right of a line at 5, and 0 in some columns."""
    value = np.where(AXIS.values < 5.0, 1.0, 6.0) * np.ones((COUNT, 1))
    value[:, column : column + width] = 0.0
    layer = Layer("phase", "", "", value, np.ones((COUNT, COUNT), dtype=np.uint8), kind)
    lines = (Line("fold", "fold", (np.array([[place, 0.0], [place, 10.0]]),)),)
    return set(np.unique(without_hidden(cut_cells(AXIS, AXIS, ()), layer, AXIS, AXIS, lines).of(layer).value))


def test_a_column_under_a_line_is_not_seen():
    assert drawn(50, 1) == {1.0, 6.0}


@pytest.mark.parametrize(
    ("column", "width", "kind", "place"),
    [
        (54, 1, Kind.LABELS, 5.0),  # beside the line
        (49, 4, Kind.LABELS, 5.0),  # wider than the line
        (50, 1, Kind.COUNTS, 5.0),  # numbers are drawn where they are
        (50, 1, Kind.LABELS, 20.0),  # the line is not on the page
    ],
)
def test_what_can_be_seen_keeps_its_place(column, width, kind, place):
    assert 0.0 in drawn(column, width, kind, place)


@pytest.mark.parametrize(("column", "named"), [(50, []), (60, ["failed"])])
def test_a_legend_names_no_status_that_lies_under_a_line(column, named):
    status = np.ones((COUNT, COUNT), dtype=np.uint8)
    status[:, column] = Status.FAILED
    lines = (Line("fold", "fold", (np.array([[5.0, 0.0], [5.0, 10.0]]),)),)
    layer = Layer("rate", "", "", np.ones((COUNT, COUNT)), status, Kind.SEQUENTIAL)
    pixels, axes = cut_cells(AXIS, AXIS, ()), Figure().subplots()
    hidden = partial(is_hidden, pixels=pixels, x=AXIS, y=AXIS, lines=lines)
    handles = draw_status(axes, pixels.x_edges, pixels.y_edges, pixels.of(layer), hidden)
    assert [handle.get_label() for handle in handles] == named and len(axes.patches) == 1
