"""Networks that were followed until they came to rest, or did not: circles on the map, filled where they still move."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from phasemap.figures.scenes.scene import Fates
from phasemap.figures.style.colours import INK
from phasemap.figures.style.page import Look

# What is said of a share of the networks: its bounds, the fill, the words.
_KINDS = (
    (-0.5, 0.0, "#ffffff", "all at rest in the end"),
    (0.0, 1.0 - 1e-9, "#9a9a9a", "some still move"),
    (1.0 - 1e-9, 1.5, INK, "all still move"),
)


def draw_fates(axes: Axes, fates: Fates) -> list[Artist]:
    """Circles at the check points; return handles for the legend, one for each fate that occurs."""
    handles: list[Artist] = []
    for low, high, fill, words in _KINDS:
        here = (fates.share > low) & (fates.share <= high)
        look: Look = {
            "linestyle": "", "marker": "o", "markersize": 5.5, "markerfacecolor": fill, "markeredgecolor": INK,
            "markeredgewidth": 0.9,
        }  # fmt: skip
        if np.any(here):
            axes.plot(fates.x[here], fates.y[here], "o", color="white", markersize=7.5, zorder=4, clip_on=False)
            axes.plot(fates.x[here], fates.y[here], zorder=4.1, clip_on=False, gid="fates", **look)
            handles.append(Line2D([], [], label=f"{fates.simulation}: {words}", **look))
    return handles
