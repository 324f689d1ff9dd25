"""Maps and lines as text: coloured half blocks on a terminal, plain characters where the output goes to a file."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.colors import to_hex
from numpy.typing import NDArray
from rich.style import Style
from rich.text import Text

from phasemap.figures.kinds.curves.lines import LineScene
from phasemap.figures.layout.placement import components, fit_inside
from phasemap.figures.scenes.scene import Axis, Kind, Layer, Scene, short_units
from phasemap.figures.style.scales import Scale, scale_of
from phasemap.model.status import STATUS_WORDS, Status

_LEVELS = {Kind.DIVERGING: "=-.+x#", Kind.SEQUENTIAL: ".:-=+*%#"}
_BAD_PLAIN = {
    Status.NOT_CONVERGED: "?",
    Status.FAILED: "!",
    Status.ABSENT: " ",
    Status.PENDING: "_",
    Status.LOWER_BOUND: ">",
    Status.UPPER_BOUND: "<",
    Status.NOT_SOUGHT: "~",
    Status.DIVERGES: "%",
    Status.OUT_OF_TIME: "&",
}
_BAD_COLOUR = {
    Status.NOT_CONVERGED: "#8a8a8a",
    Status.FAILED: "#5a5a5a",
    Status.ABSENT: "#d0d0d0",
    Status.PENDING: "#000000",
    Status.LOWER_BOUND: "#b7a6c9",
    Status.UPPER_BOUND: "#8f7aa8",
    Status.NOT_SOUGHT: "#eeeeee",
    Status.DIVERGES: "#c8a08f",
    Status.OUT_OF_TIME: "#3a3a3a",
}
_INFINITE, _INFINITE_COLOUR = "^", "#c8a08f"
_LINE_MARKS = ("●", "◆", "■", "▲", "○", "◇")
_LINE_MARKS_PLAIN = ("O", "D", "S", "A", "o", "d")
_CHECK, _CHECK_PLAIN = "◎", "@"
_CURVES = "*ox+sv"
_GUTTER = 9


@dataclass(frozen=True)
class _Glyphs:
    """One raster of characters: what stands over the map, or a space."""

    over: NDArray[np.str_]
    legend: list[tuple[str, str]]


def map_as_text(scene: Scene, columns: int, rows: int, colour: bool) -> Text:
    """A scene of two axes in at most `columns` x `rows` characters (legend lines come on top of the rows)."""
    width = max(min(columns - _GUTTER - 2, 2 * len(scene.x.values) if not colour else columns), 8)
    height = max(min(rows, 40), 4)
    scale = scale_of(scene.layer, None if scene.checks is None else scene.checks.simulated)
    glyphs = _glyphs(scene, width, height, colour)
    text = Text(no_wrap=True, end="")
    text.append(f"{_title(scene.layer)}\n{scene.y.name}\n")
    column = _cells(scene.x, width)
    for row in range(height):
        text.append(_tick(scene.y, 1.0 - (row + 0.5) / height, row, height))
        if colour:
            _half_blocks(text, scene, scale, column, row, height, glyphs.over[row])
        else:
            line = _cells(scene.y, height)[::-1][row]
            text.append("".join(_plain_row(scene.layer, scale, line, column, glyphs.over[row])))
        text.append("\n")
    text.append(_x_axis(scene.x, width))
    text.append_text(_key(scene.layer, scale, width, colour))
    for mark, words in glyphs.legend:
        text.append(f"{' ' * _GUTTER}{mark} {words}\n")
    return text


def lines_as_text(scene: LineScene, columns: int, rows: int) -> Text:
    """A scene of one axis: one character per line, the same on a terminal and in a file."""
    width, height = max(columns - _GUTTER - 2, 8), max(min(rows, 30), 4)
    shown = np.concatenate([layer.value[layer.shown].astype(float) for layer in scene.layers])
    text = Text(f"{_title(scene.layers[0])}\n", no_wrap=True, end="")
    if not shown.size:
        text.append("no good value to draw\n")
        return text
    low, high = float(shown.min()), float(shown.max())
    high = high if high > low else low + 1.0
    canvas = np.full((height, width), " ")
    if low < 0 < high:
        canvas[_row(0.0, low, high, height), :] = "-"
    u = np.log(scene.x.values) if scene.x.log else scene.x.values
    place = np.round((u - u[0]) / (u[-1] - u[0] or 1.0) * (width - 1)).astype(int)
    for k, layer in enumerate(scene.layers):
        for i in np.flatnonzero(layer.shown):
            canvas[_row(float(layer.value[i]), low, high, height), place[i]] = _CURVES[k % len(_CURVES)]
    for row in range(height):
        value = high - (high - low) * row / (height - 1)
        label = f"{value:>{_GUTTER - 2}.3g} |" if row in (0, height // 2, height - 1) else " " * (_GUTTER - 1) + "|"
        text.append(label + "".join(canvas[row]) + "\n")
    text.append(_x_axis(scene.x, width))
    for k, name in enumerate(scene.names):
        if name:
            text.append(f"{' ' * _GUTTER}{_CURVES[k % len(_CURVES)]} {name}\n")
    return text


def _title(layer: Layer) -> str:
    words = layer.description or layer.name
    units = "" if layer.units in ("", "1") else f" ({short_units(layer.units)})"
    return f"{layer.name}: {words}{units}" if layer.description else f"{words}{units}"


def _cells(axis: Axis, n: int) -> NDArray[np.intp]:
    """Index of the cell in each of n equal parts of the axis."""
    edges = np.log(axis.edges) if axis.log else axis.edges
    middles = edges[0] + (edges[-1] - edges[0]) * (np.arange(n) + 0.5) / n
    cells: NDArray[np.intp] = np.clip(np.searchsorted(edges, middles) - 1, 0, len(axis.values) - 1)
    return cells


def _half_blocks(
    text: Text, scene: Scene, scale: Scale, column: NDArray[np.intp], row: int, height: int, over: NDArray[np.str_]
) -> None:
    fine = _cells(scene.y, 2 * height)[::-1]
    upper, lower = (_colours(scene.layer, scale, fine[2 * row + k], column) for k in (0, 1))
    for top, bottom, mark in zip(upper, lower, over, strict=True):
        if mark == " ":
            text.append("▀", Style(color=top, bgcolor=bottom))
        else:
            text.append(str(mark), Style(color="#000000", bgcolor=top, bold=True))


def _colours(layer: Layer, scale: Scale, line: int, column: NDArray[np.intp]) -> list[str]:
    value, status = layer.value[line, column].astype(float), layer.status[line, column]
    shown = layer.shown[line, column]
    rgba = scale.cmap(scale.norm(np.where(shown, value, 0.0)))
    bad = [_BAD_COLOUR.get(Status(int(s)), _BAD_COLOUR[Status.FAILED]) for s in status]
    missing = np.where(layer.infinite[line, column], _INFINITE_COLOUR, bad)
    return [to_hex(c) if good else str(other) for c, good, other in zip(rgba, shown, missing, strict=True)]


def _plain_row(layer: Layer, scale: Scale, line: int, column: NDArray[np.intp], over: NDArray[np.str_]) -> list[str]:
    out = []
    for i, mark in zip(column, over, strict=True):
        if mark != " ":
            out.append(str(mark))
        elif layer.shown[line, i]:
            out.append(_character(layer, scale, float(layer.value[line, i])))
        elif layer.infinite[line, i]:
            out.append(_INFINITE)
        else:
            out.append(_BAD_PLAIN.get(Status(int(layer.status[line, i])), "!"))
    return out


def _character(layer: Layer, scale: Scale, value: float) -> str:
    if layer.kind is Kind.LABELS:
        return _letter(layer, int(value))
    if layer.kind is Kind.COUNTS:
        return str(int(value))[-1]
    levels = _LEVELS[layer.kind]
    share = float(scale.norm(value))
    return levels[min(max(int(share * len(levels)), 0), len(levels) - 1)]


def _letter(layer: Layer, code: int) -> str:
    """A letter for a label: the first one of its words that no smaller code has taken."""
    taken: dict[int, str] = {}
    for other in sorted(layer.names):
        letters = [c for c in layer.names[other].replace(" ", "").replace("-", "") if c.isalpha()]
        taken[other] = next((c for c in letters if c not in taken.values()), "?")
    return taken.get(code, "?")


def _glyphs(scene: Scene, width: int, height: int, colour: bool) -> _Glyphs:
    over = np.full((height, width), " ")
    legend = []
    marks = _LINE_MARKS if colour else _LINE_MARKS_PLAIN
    for k, line in enumerate(scene.lines):
        mark = marks[k % len(marks)]
        for piece in line.pieces:
            for a, b in pairwise(piece):
                for point in np.linspace(a, b, 2 * (width + height)):
                    _put(over, scene, point, mark)
        legend.append((mark, line.description))
    if scene.checks is not None:
        mark = _CHECK if colour else _CHECK_PLAIN
        for point in np.column_stack([scene.checks.x, scene.checks.y]):
            _put(over, scene, point, mark)
        legend.append((mark, "check point of a simulation"))
    if scene.phases is not None:
        _name_regions(over, scene)
    return _Glyphs(over, legend)


def _name_regions(over: NDArray[np.str_], scene: Scene) -> None:
    """The names of the phases inside their regions, where they fit."""
    assert scene.phases is not None
    height, width = over.shape
    codes = scene.phases[np.ix_(_cells(scene.y, height)[::-1], _cells(scene.x, width))]
    for code, words in scene.phase_names.items():
        for region in components(codes, code, smallest=len(words)):
            box = fit_inside(region & (over == " "), len(words) + 2, 1)
            if box is not None:
                row, start = int(box.y), int(box.x - box.width / 2) + 1
                over[row, start : start + len(words)] = list(words.replace(" ", "\u00a0"))


def _put(over: NDArray[np.str_], scene: Scene, point: NDArray[np.float64], mark: str) -> None:
    height, width = over.shape
    shares = []
    for axis, value in ((scene.x, point[0]), (scene.y, point[1])):
        low, high = axis.edges[0], axis.edges[-1]
        if not low <= value <= high:
            return
        shares.append(np.log(value / low) / np.log(high / low) if axis.log else (value - low) / (high - low))
    column, row = min(int(shares[0] * width), width - 1), height - 1 - min(int(shares[1] * height), height - 1)
    over[row, column] = mark


def _tick(axis: Axis, share: float, row: int, height: int) -> str:
    if row == 0:
        label = f"{axis.edges[-1]:.3g}"
    elif row == height - 1:
        label = f"{axis.edges[0]:.3g}"
    elif row == height // 2:
        low, high = axis.edges[0], axis.edges[-1]
        label = f"{low * (high / low) ** share:.3g}" if axis.log else f"{low + (high - low) * share:.3g}"
    else:
        label = ""
    return f"{label:>{_GUTTER - 1}} "


def _x_axis(axis: Axis, width: int) -> str:
    ends = f"{axis.edges[0]:.3g}", f"{axis.edges[-1]:.3g}"
    return f"{' ' * _GUTTER}{ends[0]}{axis.name.center(max(width - len(ends[0]) - len(ends[1]), 1))}{ends[1]}\n"


def _key(layer: Layer, scale: Scale, width: int, colour: bool) -> Text:
    """What the colours or characters mean."""
    if layer.kind is Kind.BLANK:
        return Text("", no_wrap=True, end="")
    text = Text(" " * _GUTTER, no_wrap=True, end="")
    if layer.kind in (Kind.LABELS, Kind.COUNTS):
        for code in sorted({int(v) for v in layer.value[layer.shown]}):
            words = layer.names.get(code, str(code))
            if colour:
                text.append("██", Style(color=to_hex(scale.cmap(scale.norm(code)))))
                text.append(f" {words}  ")
            elif layer.kind is Kind.LABELS:
                text.append(f"{_letter(layer, code)} {words}  ")
    elif colour:
        _gradient(text, scale, min(width - 20, 40))
    else:
        levels = _LEVELS[layer.kind]
        borders = [float(scale.norm.inverse(k / len(levels))) for k in range(len(levels) + 1)]
        text.append("   ".join(f"{c} {borders[k]:.2g}..{borders[k + 1]:.2g}" for k, c in enumerate(levels)))
    kinds = [Status(status) for status in sorted({int(s) for s in layer.status[~(layer.shown | layer.infinite)]})]
    text.append(f"\n{' ' * _GUTTER}" if kinds else "")
    for kind in kinds:
        if kind in _BAD_PLAIN:
            mark = ("██", Style(color=_BAD_COLOUR[kind])) if colour else (f"{_BAD_PLAIN[kind]!r}", Style())
            text.append(*mark)
            text.append(f" {STATUS_WORDS[kind]}  ")
    if layer.infinite.any():
        text.append(*(("██", Style(color=_INFINITE_COLOUR)) if colour else (repr(_INFINITE), Style())))
        text.append(" infinite")
    text.append("\n")
    return text


def _gradient(text: Text, scale: Scale, n: int) -> None:
    n = max(n, 8)
    text.append(f"{float(scale.norm.inverse(0.0)):.2g} ")
    for k in range(n):
        text.append("█", Style(color=to_hex(scale.cmap((k + 0.5) / n))))
    text.append(f" {float(scale.norm.inverse(1.0)):.2g}")


def _row(value: float, low: float, high: float, height: int) -> int:
    return round((high - value) / (high - low) * (height - 1))
