"""The page itself: one HTML file with its data, its scripts, its style and the plotting library inside."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from phasemap.dataset import Result
from phasemap.errors import PhasemapError
from phasemap.explore.document import Document, make_document
from phasemap.storage import check_replaceable

MOST_BYTES = 8_000_000
SCRIPTS = (
    "data", "grids/fine", "text", "state", "scales", "plots", "regions", "layers", "map", "cuts", "table", "networks",
    "point", "curves", "controls", "live", "main",
)  # fmt: skip
"""Scripts in the order in which they are run; each adds its part to one object, `explore`."""

_MARK = b"<!-- phasemap explore -->"
# A page from disk may load nothing at all; scripts and styles stand in it.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; {more}"


@dataclass
class Page:
    """A page as bytes. left_out: quantities that did not fit in."""

    content: bytes
    left_out: list[str] = field(default_factory=list)


def make_page(result: Result, asked: Sequence[str] = (), file: str = "") -> Page:
    """A page that opens from disk and needs nothing else; the same result gives the same bytes.

    Raises:
        PhasemapError: plotly is not installed, a quantity is not stored, or nothing fits in.
    """
    frame = assembled(Document({}), "connect-src 'none'")
    document = make_document(result, asked, MOST_BYTES - len(frame), file)
    return Page(assembled(document, "connect-src 'none'"), document.left_out)


def assembled(document: Document, more: str) -> bytes:
    """The whole page around a document. more: what it may load, for its content security policy."""
    parts = {
        "policy": html.escape(_POLICY.format(more=more)),
        "title": html.escape(document.data.get("title") or document.data.get("file") or "phasemap"),
        "style": asset("style/page.css"),
        "plotly": plotly(),
        "data": document.text(),
        "scripts": "\n".join(f"<script>\n{asset(f'script/{name}.js')}</script>" for name in SCRIPTS),
    }
    return _filled(asset("page.html"), parts).encode()


def asset(name: str) -> str:
    """The text of a file of the page."""
    return (files("phasemap") / "explore" / "assets" / name).read_text(encoding="utf-8")


def _filled(template: str, parts: dict[str, Any]) -> str:
    """The template with its places {{name}} filled in one pass: what is filled in is not looked at again."""
    pieces = template.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled += [parts[name], rest]
    return "".join(filled)


def plotly() -> str:
    """The plotting library of the browser, as the Python package carries it.

    Raises:
        PhasemapError: the package is not installed.
    """
    found = find_spec("plotly")
    if found is None or found.origin is None:
        raise PhasemapError("The page needs Plotly, which is not installed: pip install 'phasemap[explore]'.")
    return (Path(found.origin).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def check_page_target(path: Path, *inputs: Path) -> Path:
    """The file behind the name of a page, if it may be written there.

    Raises:
        PhasemapError: it is no .html, there is no such folder, or something that is no page of ours has that name.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise PhasemapError(f"The page {str(path)!r} must end in .html.")
    if not path.parent.is_dir():
        raise PhasemapError(f"Cannot write {path}: there is no folder {path.parent}. Create it, or choose another.")
    return check_replaceable(path, "a page that phasemap made", lambda content: _MARK in content, inputs)
