"""Values to colours: the norm, the colour map and the ticks of a layer."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import BoundaryNorm, Colormap, LogNorm, Normalize, TwoSlopeNorm
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from phasemap.figures.scenes.scene import Kind, Layer
from phasemap.figures.style import colours
from phasemap.figures.style.look import wishes

# Beyond this ratio of the two sides of zero each side gets its own slope; the colour bar shows both.
MAX_RATIO = 2.5
# Beyond this one the small side is as good as zero, and drawn so.
MOST_UNEVEN = 25.0
# Positive values that span more than this factor are coloured by their logarithm, if that spreads them better.
MAX_DECADES = 200.0


@dataclass(frozen=True)
class Scale:
    """Colours of a layer; `ticks` and `names` are what its colour bar shows (names only for codes)."""

    norm: Normalize
    cmap: Colormap
    ticks: list[float]
    names: list[str] | None = None
    extend: str = "neither"


def scale_of(layer: Layer, extra: NDArray[np.float64] | None = None) -> Scale:
    """The scale that holds every value shown, and the finite ones of `extra` (the checks), or as wished."""
    scale = _usual_scale(layer, extra)
    return scale if layer.kind in (Kind.LABELS, Kind.COUNTS, Kind.BLANK) else _as_wished(scale, layer)


def _as_wished(scale: Scale, layer: Layer) -> Scale:
    """The scale with the colour map and the ends that are wished for; what lies beyond them is pointed at."""
    wanted = wishes()
    if wanted.cmap is not None:
        scale = replace(scale, cmap=colormaps[wanted.cmap])
    if wanted.limits is None:
        return scale
    low, high = wanted.limits
    values = layer.value[layer.coloured]
    below, above = bool((values < low).any()), bool((values > high).any())
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}.get((below, above), "neither")
    if isinstance(scale.norm, LogNorm) and low > 0.0:
        return replace(scale, norm=LogNorm(low, high), ticks=_decades(low, high), extend=extend)
    if layer.kind is Kind.DIVERGING and low < 0.0 < high and -low != high:  # the ends need two slopes, and say so
        return replace(scale, norm=TwoSlopeNorm(0.0, low, high), ticks=_ticks(low, high), extend=extend)
    return replace(scale, norm=Normalize(low, high), ticks=_ticks(low, high), extend=extend)


def _usual_scale(layer: Layer, extra: NDArray[np.float64] | None) -> Scale:
    """The scale without wishes."""
    values = layer.value[layer.coloured].astype(float)
    if extra is not None:
        values = np.concatenate([values, extra[np.isfinite(extra)]])
    if layer.kind is Kind.LABELS:
        return _labels(values, layer.names)
    if layer.kind is Kind.COUNTS:
        return _counts(values)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    if layer.kind is Kind.DIVERGING:
        return _diverging(low, high)
    if high <= low:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    wide = low > 0 and high > MAX_DECADES * low and _better_as_logarithms(values, low, high)
    if wide or (low > 0 and _crowded(values, low, high)):
        return Scale(LogNorm(low, high), colours.sequential(), _decades(low, high))
    above = values[values > 0.0]
    if low == 0.0 and above.size and _crowded(above, float(above.min()), high):  # zero lies below the end of the bar
        ends = float(above.min()), high
        return Scale(LogNorm(*ends), colours.sequential(), _decades(*ends), extend="min")
    return Scale(Normalize(low, high), colours.sequential(), _ticks(low, high))


def _diverging(low: float, high: float) -> Scale:
    """Centred on zero: symmetric, or with two slopes where one side would otherwise be too pale to be read."""
    span = max(-low, high, 1e-12)
    lower, upper = max(-low, 0.0) or span, max(high, 0.0) or span
    if not MAX_RATIO < max(lower, upper) / min(lower, upper) < MOST_UNEVEN:
        return Scale(Normalize(-span, span), colours.diverging(), _ticks(-span, span))
    below = [t for t in _ticks(-lower, 0.0, 3) if t < -0.1 * lower]
    above = [t for t in _ticks(0.0, upper, 3) if t > 0.1 * upper]
    return Scale(TwoSlopeNorm(0.0, -lower, upper), colours.diverging(), [*below, 0.0, *above])


def _labels(values: NDArray[np.float64], names: dict[int, str]) -> Scale:
    codes = sorted({int(v) for v in values}) or sorted(names)[:1] or [0]
    bounds = [codes[0] - 0.5, *(0.5 * (a + b) for a, b in pairwise(codes)), codes[-1] + 0.5]
    cmap = colours.categorical(tuple(codes))
    norm = BoundaryNorm(bounds, cmap.N) if len(codes) > 1 else Normalize(bounds[0], bounds[1])
    centres = [0.5 * (a + b) for a, b in pairwise(bounds)]
    return Scale(norm, cmap, centres, [names.get(code, str(code)) for code in codes])


def _counts(values: NDArray[np.float64]) -> Scale:
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 1)
    n = high - low + 1
    norm = BoundaryNorm(np.arange(low, high + 2) - 0.5, n) if n > 1 else Normalize(low - 0.5, low + 0.5)
    step = -(-n // 8)
    return Scale(norm, colours.counts(n), [float(c) for c in range(low, high + 1, step)])


def _ticks(low: float, high: float, n: int = 6) -> list[float]:
    ticks = MaxNLocator(n, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(t) for t in ticks if low - slack <= t <= high + slack]


def _crowded(values: NDArray[np.float64], low: float, high: float) -> bool:
    """Whether a few large values, as of a diverging time, would leave one colour to most of the others."""
    return high > 8.0 * low and float(np.median(values)) < low + 0.15 * (high - low)


def _better_as_logarithms(values: NDArray[np.float64], low: float, high: float) -> bool:
    """Whether the median's colour is nearer the middle on a logarithmic scale than on a linear one.

    Of a quantity that vanishes at an onset a few cells beside it span decades, while most values share the last one.
    """
    middle = float(np.median(values))
    linear, decades = (middle - low) / (high - low), float(np.log(middle / low) / np.log(high / low))
    return abs(decades - 0.5) <= abs(linear - 0.5)


def _decades(low: float, high: float) -> list[float]:
    """Round numbers between the ends: powers of ten, and 2 and 5 times them where these are few."""
    if high < 100.0 * low:
        found = [m * 10.0**k for k in range(int(np.floor(np.log10(low))), int(np.log10(high)) + 2) for m in (1, 2, 5)]
        return [float(f"{tick:.6g}") for tick in found if low <= tick <= high]
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    step = max(1, -(-(last - first) // 6))
    return [float(10.0**k) for k in range(first, last + 1, step)]
