"""How the Jacobian's eigenvalues are distributed: the theory's cumulative curves over those of sampled networks."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, new_figure, style

Array = NDArray[np.float64]

_THEORY, _SAMPLE = "#d55e00", "#33568f"
_SMALLEST = 1e-6


@dataclass(frozen=True)
class DistributionScene:
    """Cumulative distributions of real part and modulus.

    real_part, modulus: (x, fraction below x) of the theory; eigenvalues: sampled, complex, those at atoms left out.
    distances: Kolmogorov-Smirnov distances of both; None without samples.
    """

    real_part: tuple[Array, Array]
    modulus: tuple[Array, Array]
    eigenvalues: NDArray[np.complex128]
    distances: tuple[float, float] | None = None
    title: str = ""


def draw_distributions(scenes: list[DistributionScene], width: str = "double") -> Figure:
    """One row per scene: the distribution of the real part, and that of the modulus on a logarithmic axis."""
    with style():
        figure = new_figure(width, 0.36 * WIDTHS[width] * len(scenes))
        grid = figure.subplots(len(scenes), 2, squeeze=False)
        for (left, right), scene in zip(grid, scenes, strict=True):
            distances = scene.distances or (None, None)
            _draw(left, scene.real_part, scene.eigenvalues.real, distances[0])
            _draw(right, scene.modulus, np.abs(scene.eigenvalues), distances[1])
            left.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            right.set_xscale("log")
            right.set_xlim(left=max(_SMALLEST, _start(scene.modulus)))
            left.set_ylabel("fraction below")
            left.set_title(scene.title)
        grid[-1, 0].set_xlabel(r"Re $\lambda$ (1/membrane time)")
        grid[-1, 1].set_xlabel(r"$|\lambda|$ (1/membrane time)")
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _draw(axes: Axes, theory: tuple[Array, Array], sample: Array, distance: float | None) -> None:
    if len(sample):
        ordered = np.sort(sample)
        steps = np.arange(1, len(ordered) + 1) / len(ordered)
        axes.step(ordered, steps, where="post", color=_SAMPLE, linewidth=2.2, alpha=0.5, label="networks", gid="sample")
    axes.plot(*theory, color=_THEORY, linewidth=1.0, label="theory", gid="theory")
    axes.set_ylim(-0.02, 1.02)
    if distance is not None:
        axes.text(0.97, 0.05, f"KS distance {distance:.3f}", transform=axes.transAxes, ha="right", fontsize=points(7))
    axes.legend(loc="upper left")


def _start(modulus: tuple[Array, Array]) -> float:
    """The modulus below which hardly anything lies."""
    r, fraction = modulus
    return float(r[np.searchsorted(fraction, 1e-4, side="right") - 1]) if fraction[0] < 1e-4 else float(r[0])
