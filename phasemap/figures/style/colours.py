"""Colour maps and palettes, chosen to be read by colour-blind eyes and in grey print.

The diverging map is built in OKLab (Ottosson 2020), in which equal distances look equal: two hues, blue and vermilion,
which every common kind of colour blindness tells apart, over a lightness that falls linearly from the centre.
"""

from functools import cache
from typing import Any

import numpy as np
from matplotlib.colors import Colormap, ListedColormap, to_hex
from numpy.typing import NDArray

from phasemap.dataset.phases import Phase
from phasemap.model.branches import BRANCHES

Array = NDArray[np.float64]

INK = "#1a1a1a"
PAPER = "#ffffff"

# Fills of points without a good value, apart from every colour of the maps.
GREY = "#c4c4c4"
LIGHT_GREY = "#e9e9e9"

# After Paul Tol's "light" scheme, which is distinct for colour-blind readers also as small areas under dark text.
PHASE_COLOURS: dict[Phase, str] = {
    Phase.UNDETERMINED: "#dddddd",
    Phase.STABLE_ZERO: "#77aadd",
    Phase.STABLE_FIXED_POINT: "#99ddff",
    Phase.MARGINALLY_STABLE: "#bbcc33",
    Phase.STATIC_COMPLEX: "#eedd88",
    Phase.BISTABLE: "#ffaabb",
    Phase.CHAOTIC: "#ee8866",
    Phase.DRIVEN_STABLE: "#44bb99",
}

# Lines over white that are no branches: Paul Tol's "muted" scheme, of which no colour is one of a branch.
LINE_COLOURS = ("#000000", "#117733", "#882255", "#999933", "#332288", "#44aa99", "#aa4499")

# One colour for each branch, in every figure and on every page: Okabe and Ito's palette again.
BRANCH_COLOURS: dict[str, str] = dict(
    zip(BRANCHES, ("#777777", "#56b4e9", "#0072b2", "#e69f00", "#d55e00", "#cc79a7"), strict=True)
)

# One pattern for each branch, too: what grey print leaves of a colour. Attractors are solid or nearly so.
BRANCH_DASHES: dict[str, Any] = dict(
    zip(BRANCHES, ("solid", (0, (1, 1)), (0, (5, 1.5)), (0, (8, 2)), "solid", (0, (1.2, 1.2))), strict=True)
)
_LINE_DASHES = ("solid", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.4, 1.2, 1.4)), (0, (8, 2)), (0, (3, 1)))


def line_look(name: str, order: int) -> dict[str, Any]:
    """Colour and dashes of a line: those of its branch in every figure, else by its place among the others."""
    branch = name.replace(",", "").removesuffix(" state").replace(" ", "_")
    if branch in BRANCH_COLOURS:
        return {"color": BRANCH_COLOURS[branch], "linestyle": BRANCH_DASHES[branch]}
    return {
        "color": LINE_COLOURS[order % len(LINE_COLOURS)],
        "linestyle": _LINE_DASHES[order % len(_LINE_DASHES)],
    }


# Hue at the centre and at the end of each half, in degrees: a dark orange would be brown, so it turns to red.
_BLUE, _VERMILION = (250.0, 262.0), (58.0, 24.0)
_LIGHTEST, _DARKEST = 0.972, 0.40
_CHROMA = 0.17


@cache
def diverging() -> ListedColormap:
    """Blue below the centre, near-white at it, vermilion above; bad values transparent."""
    halves = []
    for start, end in (_BLUE, _VERMILION):
        t = np.linspace(0.0, 1.0, 1024)
        # The chroma first rises and then stays.
        chroma = _CHROMA * (1.0 - (1.0 - t) ** 2)
        halves.append(_even_path(_LIGHTEST - (_LIGHTEST - _DARKEST) * t, chroma, start + (end - start) * t, 256))
    return ListedColormap(np.concatenate([halves[0][:0:-1], halves[1]]), name="phasemap_diverging")


@cache
def categorical(codes: tuple[int, ...]) -> ListedColormap:
    """Colours of the phase labels `codes`, in their order."""
    return ListedColormap([PHASE_COLOURS[Phase(code)] for code in codes], name="phasemap_phases")


@cache
def sequential() -> ListedColormap:
    """Pale yellow over green to blue, nowhere so dark that black lines and labels could not be seen."""
    t = np.linspace(0.0, 1.0, 1024)
    chroma = _CHROMA * (0.35 + 0.65 * np.sin(np.pi * t * 0.62))
    return ListedColormap(_even_path(0.965 - 0.465 * t, chroma, 105.0 + 155.0 * t, 256), name="phasemap_sequential")


@cache
def of_lines() -> ListedColormap:
    """The same without its palest part, in which thin lines would be lost."""
    return ListedColormap(sequential()(np.linspace(0.22, 1.0, 256)), name="phasemap_lines")


@cache
def counts(n: int) -> ListedColormap:
    """`n` steps from pale to dark for small integers."""
    return ListedColormap(
        sequential()(np.linspace(0.06, min(0.94, 0.15 * n + 0.15), max(n, 2)))[:n], name="phasemap_counts"
    )


def stops(cmap: Colormap, count: int) -> list[tuple[float, str]]:
    """A colour map at evenly spaced places from 0 to 1, as hexadecimal colours."""
    return [(round(place, 5), to_hex(cmap(place))) for place in np.linspace(0.0, 1.0, count).tolist()]


def _even_path(lightness: Array, chroma: Array, degrees: Array, n: int) -> Array:
    """(n, 3) sRGB along a path of colours, in steps that look equal; what a screen cannot show is drawn to grey."""
    hue = np.deg2rad(degrees)
    for _ in range(300):
        a, b = chroma * np.cos(hue), chroma * np.sin(hue)
        rgb = oklab_to_linear_rgb(lightness, a, b)
        chroma = np.where(((rgb < 0.0) | (rgb > 1.0)).any(axis=-1), 0.995 * chroma, chroma)
    path = np.stack([lightness, a, b], axis=-1)
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    even = [np.interp(np.linspace(0.0, way[-1], n), way, path[:, k]) for k in range(3)]
    return _gamma(np.clip(oklab_to_linear_rgb(*even), 0.0, 1.0))


def oklab_to_linear_rgb(lightness: Array, a: Array, b: Array) -> Array:
    """(..., 3) linear sRGB of OKLab coordinates."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return np.stack(
        [
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        ],
        axis=-1,
    )


def _gamma(linear: Array) -> Array:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
