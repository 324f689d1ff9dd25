"""Simulated points in a box of three parameters: circles on stems, in the colours of their values."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.lines import Line2D
from mpl_toolkits.mplot3d.art3d import Line3DCollection

from phasemap.figures.scenes.fields import kind_of
from phasemap.figures.scenes.scene import Checks, Layer, join_label
from phasemap.figures.style.colours import GREY, INK
from phasemap.figures.style.look import points
from phasemap.figures.style.scales import Scale, scale_of
from phasemap.model.status import Status


def scale_of_checks(quantity: str, checks: Checks) -> Scale:
    """Colours for the simulated numbers, wide enough for the theory's."""
    good = np.isfinite(checks.simulated)
    status = np.where(good, Status.CONVERGED, Status.FAILED).astype(np.uint8)
    kind = kind_of(quantity, checks.simulated[good])
    layer = Layer(quantity, checks.symbol, "", checks.simulated, status, kind, units=checks.units)
    return scale_of(layer, checks.theory)


def draw_bar_of_checks(axes: Any, checks: Checks, scale: Scale) -> None:
    """A small bar beside the box that says what the colours of the circles mean."""
    bar = axes.figure.colorbar(
        ScalarMappable(scale.norm, scale.cmap), ax=axes, ticks=scale.ticks, shrink=0.5, aspect=16, pad=0.16
    )
    bar.outline.set_linewidth(0.6)
    bar.set_label(join_label("", checks.symbol, checks.units), fontsize=points(7.5))


def draw_checks_on_stems(axes: Any, checks: Checks, scale: Scale) -> list[Artist]:
    """Circles in front of all meshes, each on a stem that stands on the floor: else nobody knows where they are."""
    places = np.stack([checks.x, checks.y, checks.z], axis=1)
    feet = places.copy()
    feet[:, 2] = axes.get_zlim()[0]
    axes.add_collection3d(
        Line3DCollection(np.stack([feet, places], axis=1), colors=INK, linewidths=0.4, zorder=3, gid="stems")
    )
    axes.scatter(*feet.T, s=3.0, c=INK, marker=".", linewidths=0.0, depthshade=False, zorder=3)
    good = np.isfinite(checks.simulated)
    ring: dict[str, Any] = {"edgecolors": INK, "linewidths": 0.8, "s": 26.0, "depthshade": False, "zorder": 4}
    axes.scatter(
        *places[good].T, c=checks.simulated[good], cmap=scale.cmap, norm=scale.norm, gid="checks", **ring
    )  # fmt: skip
    look: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 5.5, "markeredgecolor": INK}
    label = f"{checks.symbol}, {checks.simulation}" if checks.symbol else checks.simulation
    handles: list[Artist] = [Line2D([], [], markerfacecolor=scale.cmap(0.75), label=label, **look)]
    if not good.all():
        axes.scatter(*places[~good].T, c=GREY, gid="checks-missing", **ring)
        handles.append(Line2D([], [], markerfacecolor=GREY, label="simulation not converged", **look))
    return handles
