"""Simulated points over the theory's map, on its colour scale, and theory against simulation beside it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from phasemap.figures.scenes.scene import Checks
from phasemap.figures.style import colours
from phasemap.figures.style.page import Look
from phasemap.figures.style.scales import Scale

_AREA = 34.0


def draw_checks(axes: Axes, checks: Checks, scale: Scale) -> list[Artist]:
    """Circles filled with the simulated value's colour; where no value came out, an open one."""
    good = np.isfinite(checks.simulated)
    ring: Look = {"edgecolors": colours.INK, "linewidths": 0.9, "s": _AREA, "clip_on": False}
    axes.scatter(checks.x, checks.y, s=_AREA * 1.9, c="white", linewidths=0, zorder=4, clip_on=False, alpha=0.9)
    axes.scatter(
        checks.x[good], checks.y[good], c=checks.simulated[good], cmap=scale.cmap, norm=scale.norm, zorder=4.1,
        gid="checks", **ring,
    )  # fmt: skip
    handles: list[Artist] = [
        Line2D(
            [], [], linestyle="", marker="o", markersize=6, markerfacecolor=scale.cmap(0.75),
            markeredgecolor=colours.INK, markeredgewidth=0.9, label=checks.simulation,
        )
    ]  # fmt: skip
    return handles + _draw_missing(axes, checks.x[~good], checks.y[~good], ring)


def _draw_missing(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], ring: Look) -> list[Artist]:
    """Grey circles with a cross: an open circle would pass for a value near zero."""
    if not len(x):
        return []
    axes.scatter(x, y, facecolors=colours.GREY, zorder=4.1, gid="checks-missing", **ring)
    axes.scatter(x, y, marker="x", s=0.4 * _AREA, c=colours.INK, linewidths=0.8, zorder=4.2, clip_on=False)
    handle = Line2D(
        [], [], linestyle="", marker="$\\otimes$", markersize=7, markerfacecolor=colours.INK,
        markeredgecolor=colours.INK, markeredgewidth=0.2, label="simulation not converged",
    )  # fmt: skip
    return [handle]


def draw_agreement(panels: Sequence[Axes], checks: Checks, scale: Scale) -> None:
    """Simulated against theoretical values, and their difference, with their errors; panels: upper, lower."""
    upper, lower = panels
    both = np.isfinite(checks.simulated) & np.isfinite(checks.theory)
    t, s = checks.theory[both], checks.simulated[both]
    dt, ds = np.nan_to_num(checks.theory_error[both]), np.nan_to_num(checks.simulated_error[both])
    low, high = _limits(np.concatenate([t - dt, t + dt, s - ds, s + ds]))
    upper.plot([low, high], [low, high], color="#8a8a8a", linewidth=0.8, zorder=1, gid="agreement")
    lower.axhline(0.0, color="#8a8a8a", linewidth=0.8, zorder=1)
    for axes, y, dy in ((upper, s, ds), (lower, s - t, np.hypot(ds, dt))):
        axes.errorbar(t, y, xerr=dt, yerr=dy, fmt="none", ecolor=colours.INK, elinewidth=0.8, capsize=1.8, zorder=2)
        look: Look = {"edgecolors": colours.INK, "linewidths": 0.8, "s": _AREA * 0.75, "zorder": 3}
        axes.scatter(t, y, c=s, cmap=scale.cmap, norm=scale.norm, **look)
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    upper.set(xlim=(low, high), ylim=(low, high), ylabel=checks.simulation)
    lower.set_xlabel(f"theory, {checks.symbol}" if checks.symbol else "theory")
    lower.set_ylabel("difference")
    reach = 1.25 * float(np.max(np.abs(s - t) + np.hypot(ds, dt), initial=0.0)) or 1.0
    lower.set_ylim(-reach, reach)


def _limits(values: np.ndarray) -> tuple[float, float]:
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    pad = 0.08 * (high - low) or 0.1
    return low - pad, high + pad
