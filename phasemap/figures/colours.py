"""Colour maps and palettes, chosen to be read by colour-blind eyes and in grey print.

The diverging map is built in OKLab (Ottosson 2020), in which equal distances look equal: two hues, blue and vermilion,
which every common kind of colour blindness tells apart, over a lightness that falls linearly from the centre.
"""

from functools import cache

import numpy as np
from matplotlib.colors import ListedColormap
from numpy.typing import NDArray

from phasemap.phases import Phase

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

# Lines over white: Okabe and Ito's palette, darkest first, without its yellow.
LINE_COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")

# Hue at the centre and at the end of each half, in degrees: a dark orange would be brown, so it turns to red.
_BLUE, _VERMILION = (250.0, 262.0), (58.0, 24.0)
_LIGHTEST, _DARKEST = 0.972, 0.40
_CHROMA = 0.17


@cache
def diverging() -> ListedColormap:
    """Blue below the centre, near-white at it, vermilion above; bad values transparent."""
    t = np.linspace(-1.0, 1.0, 511)
    lightness = _LIGHTEST - (_LIGHTEST - _DARKEST) * np.abs(t)
    start, end = (np.where(t < 0, _BLUE[k], _VERMILION[k]) for k in (0, 1))
    hue = np.deg2rad(start + (end - start) * np.abs(t))
    # The chroma first rises and then stays.
    chroma = _CHROMA * (1.0 - (1.0 - np.abs(t)) ** 2)
    table = ListedColormap(_colours(lightness, chroma, hue), name="phasemap_diverging")
    table.set_bad(alpha=0.0)
    return table


@cache
def categorical(codes: tuple[int, ...]) -> ListedColormap:
    """Colours of the phase labels `codes`, in their order."""
    return ListedColormap([PHASE_COLOURS[Phase(code)] for code in codes], name="phasemap_phases")


@cache
def sequential() -> ListedColormap:
    """Pale yellow over green to blue, nowhere so dark that black lines and labels would drown in it."""
    t = np.linspace(0.0, 1.0, 256)
    chroma = _CHROMA * (0.35 + 0.65 * np.sin(np.pi * t * 0.62))
    table = ListedColormap(
        _colours(0.965 - 0.465 * t, chroma, np.deg2rad(105.0 + 155.0 * t)), name="phasemap_sequential"
    )
    table.set_bad(alpha=0.0)
    return table


@cache
def counts(n: int) -> ListedColormap:
    """`n` steps from pale to dark for small integers."""
    return ListedColormap(
        sequential()(np.linspace(0.06, min(0.94, 0.15 * n + 0.15), max(n, 2)))[:n], name="phasemap_counts"
    )


def _colours(lightness: Array, chroma: Array, hue: Array) -> Array:
    """sRGB of OKLab colours; where a screen cannot show one, of the next one towards grey."""
    for _ in range(60):
        rgb = oklab_to_linear_rgb(lightness, chroma * np.cos(hue), chroma * np.sin(hue))
        outside = ((rgb < 0.0) | (rgb > 1.0)).any(axis=-1)
        chroma = np.where(outside, 0.97 * chroma, chroma)
    return _gamma(np.clip(rgb, 0.0, 1.0))


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
