"""Sizes, fonts and the saving of figures: the same file for the same result, byte for byte."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from phasemap.errors import PhasemapError
from phasemap.figures.style.few_colours import in_few_colours
from phasemap.figures.style.look import settings_of, sizes, wishes
from phasemap.figures.style.mathtext import show_as_written
from phasemap.storage import check_replaceable
from phasemap.storage.durable import write_atomically

# Column widths of the usual physics journals, in inches (86 mm and 178 mm).
WIDTHS: dict[str, float] = {"single": 3.386, "double": 7.008}
Look = dict[str, Any]
FORMATS = ("png", "pdf", "svg")
DOTS_PER_INCH = 300

_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "font.size": 8.0,
    "axes.labelsize": 8.0,
    "axes.titlesize": 8.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "lines.linewidth": 1.2,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "axes.formatter.use_mathtext": True,
    "axes.formatter.limits": (-3, 4),
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "phasemap",
    "text.usetex": False,
}


@contextmanager
def style() -> Iterator[None]:
    """matplotlib's own defaults with this package's sizes and what is wished for, whatever the user's settings are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        for settings in (_RC, settings_of(wishes().style), sizes()):
            matplotlib.rcParams.update(settings)  # type: ignore[arg-type]
        yield


def new_figure(width: str, height: float) -> Figure:
    """An empty figure of a preset width and a height in inches, without any window system."""
    # Laid out at the resolution at which it is saved, because text widths depend on it.
    dots = wishes().dpi or DOTS_PER_INCH
    figure = Figure(figsize=(WIDTHS[width], height), dpi=dots, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def check_target(path: Path, *inputs: Path) -> str:
    """Format that the suffix of `path` asks for.

    Raises:
        PhasemapError: the suffix is none of FORMATS, there is no such folder, or something else has that name: a file
            that is no figure of ours, one that is read here (`inputs`), a folder, a pipe.
    """
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        given = f"has the suffix .{suffix}" if suffix else "has no suffix"
        raise PhasemapError(f"Figure {str(path)!r} {given}: end its name in {', '.join('.' + f for f in FORMATS)}.")
    if not path.parent.is_dir():
        raise PhasemapError(
            f"Cannot write {path}: there is no folder {path.parent}. Create it, or choose another name."
        )
    check_replaceable(path, "a figure that phasemap drew", _is_ours, inputs)
    return suffix


def _is_ours(content: bytes) -> bool:
    """Whether a file starts and ends like a figure that `save` has written."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return b"Software\0phasemap" in content
    if content.startswith(b"%PDF-"):
        return b"/Creator (phasemap)" in content
    return content.startswith(b"<?xml") and b"<dc:title>phasemap</dc:title>" in content


def save(figure: Figure, path: Path, title: str = "", fingerprint: str = "", compact: bool = False) -> None:
    """Write `figure` to `path`, format by suffix, without dates, so that the same result gives the same file.

    compact: bitmaps in 256 colours, a third as large; no colour is off by more than a step that can hardly be seen.

    Raises:
        PhasemapError: unknown suffix.
        ResultFileError: the file cannot be written.
    """
    kind, content = check_target(path), io.BytesIO()
    words = _metadata(kind, title, fingerprint)
    with style():
        try:
            figure.savefig(content, format=kind, dpi=figure.dpi, metadata=words)
        except ValueError:  # a formula that cannot be set
            show_as_written(figure)
            content = io.BytesIO()
            figure.savefig(content, format=kind, dpi=figure.dpi, metadata=words)
    write_atomically(path, _in_few_colours(content, words) if compact and kind == "png" else content.getbuffer())


def _in_few_colours(content: io.BytesIO, words: dict[str, Any]) -> bytes:
    """A bitmap in 256 of its colours; its words are kept."""
    info = PngInfo()
    for key, text in words.items():
        info.add_text(key, text)
    image, small = Image.open(content), io.BytesIO()
    in_few_colours(image).save(
        small, "png", optimize=True, pnginfo=info, dpi=image.info.get("dpi", (DOTS_PER_INCH, DOTS_PER_INCH))
    )
    return small.getvalue()


def _metadata(kind: str, title: str, fingerprint: str) -> dict[str, Any]:
    source = f"configuration {fingerprint}" if fingerprint else ""
    if kind == "png":
        return {"Title": title, "Software": "phasemap", "Source": source}
    if kind == "pdf":
        return {"Title": title, "Creator": "phasemap", "Subject": source, "CreationDate": None}
    return {"Title": title, "Creator": "phasemap", "Source": source, "Date": None}
