"""What is measured on a figure."""

import numpy as np
import pytest
from matplotlib.text import Text

from phasemap.figures.style.page import style


class Page:
    """The texts of a finished figure, with their rectangles in pixels."""

    def __init__(self, figure):
        self.figure = figure
        with style():  # as when it is saved: ticks are made as they are drawn
            self._measure()

    def _measure(self):
        figure = self.figure
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        hidden = {label for axes in figure.findobj(lambda a: hasattr(a, "xaxis")) for label in _undrawn(axes)}
        self.boxes = [
            # An annotation's own extent would include its leader.
            (text.get_text(), Text.get_window_extent(text, renderer))
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip() and text not in hidden
        ]

    def overlapping(self):
        """Pairs of texts that share more than a pixel in both directions."""
        pairs = []
        for k, (one, a) in enumerate(self.boxes):
            for other, b in self.boxes[k + 1 :]:
                width = min(a.x1, b.x1) - max(a.x0, b.x0)
                height = min(a.y1, b.y1) - max(a.y0, b.y0)
                if width > 1 and height > 1:
                    pairs.append((one, other))
        return pairs

    def cut_off(self):
        """Texts that reach beyond the page."""
        page = self.figure.bbox
        return [
            words
            for words, b in self.boxes
            if b.x0 < page.x0 - 1 or b.y0 < page.y0 - 1 or b.x1 > page.x1 + 1 or b.y1 > page.y1 + 1
        ]

    def smallest_font(self):
        return min(t.get_fontsize() for t in self.figure.findobj(Text) if t.get_text().strip() and t.get_visible())


def _undrawn(axes):
    """Tick labels beyond the limits, which matplotlib keeps and does not draw."""
    if hasattr(axes, "zaxis"):  # in three dimensions they find their places only as they are painted
        return [label for axis in (axes.xaxis, axes.yaxis, axes.zaxis) for label in axis.get_ticklabels()]
    labels = []
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        low, high = min(limits), max(limits)
        slack = 1e-9 * (high - low)
        for which in ("major", "minor"):
            places = axis.get_ticklocs(minor=which == "minor")
            for place, tick in zip(places, axis.get_ticklabels(which=which), strict=False):
                if not low - slack <= place <= high + slack or not np.isfinite(place):
                    labels.append(tick)
    return labels


@pytest.fixture
def page():
    return Page


def artists(figure, gid):
    """The artists of a figure whose gid starts so."""
    return figure.findobj(lambda a: (a.get_gid() or "").startswith(gid))


@pytest.fixture
def find():
    return artists
