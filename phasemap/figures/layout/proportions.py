"""The proportions that are wished for: the page grows or shrinks until the axes have them."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from phasemap.figures.style.look import wishes

_ROUNDS, _LEAST = 4, 0.8


def set_aspect(figure: Figure, axes: Axes) -> None:
    """Height over width of the axes, at the width that the layout gives them; nothing where none is wished for."""
    aspect = wishes().aspect
    if aspect is None:
        return
    for _ in range(_ROUNDS):
        figure.draw_without_rendering()
        frame = axes.get_window_extent()
        figure.set_figheight(max(_LEAST, figure.get_figheight() + (aspect * frame.width - frame.height) / figure.dpi))
