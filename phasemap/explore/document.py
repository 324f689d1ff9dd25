"""The data of a page: everything that it shows, as one JSON document made from a result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from phasemap import __version__, strict_json
from phasemap.dataset import Axis, Result
from phasemap.errors import PhasemapError
from phasemap.explore import words
from phasemap.explore.checks import check_block
from phasemap.explore.command import point_settings
from phasemap.explore.fine import fine_blocks, fine_frame
from phasemap.explore.lines import line_blocks
from phasemap.explore.numbers import codes, packed, rounded
from phasemap.explore.quantities import Block, quantity_block, wanted
from phasemap.explore.symbols import as_html, as_words
from phasemap.figures.captions.caption import caption_of
from phasemap.figures.draw import Request
from phasemap.figures.scenes.fields import can_label, default_quantity, evidence, parameter_over, phase_field
from phasemap.figures.scenes.scene import short_units
from phasemap.figures.scenes.stage import axis_of
from phasemap.model.parameters import PARAMETERS
from phasemap.quantities import REGISTRY


@dataclass
class Document:
    """The data of a page and what did not fit in. left_out: names of quantities."""

    data: dict[str, Any]
    left_out: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The document as JSON that can stand inside a script element: no sign in it opens or closes a tag."""
        return _inert(strict_json.text(self.data, None))


def make_document(result: Result, asked: Sequence[str], room: int, file: str = "") -> Document:
    """The data of a page of at most `room` bytes.

    asked: the quantities; without any, those of the result's figures and of its labels first, then all others.
    file:  name of the file, for commands.

    Raises:
        PhasemapError: a quantity that is not stored, or not even one has room.
    """
    names = wanted(result, asked)
    data = _frame(result, file)
    data["checks"] = check_block(result, names)
    data["fine"] = fine_frame(result, names, _axis_block, _phase_block)
    left = room - _size(data)
    held = [name for name in names if name in result.fields]
    blocks, left_out, left = _that_fit((quantity_block(result, result.fields, name) for name in held), left)
    if not blocks and result.fields and names[0] in result.fields:
        raise PhasemapError(
            f"Not even {names[0]} fits into a page of 8 MB: choose a smaller quantity with --quantity, or look at the "
            "file itself with phasemap explore FILE, which has no such limit."
        )
    keys = {key for block in [*blocks, *(data["checks"] or {}).get("quantities", [])] for key in block["cites"]}
    data |= {"quantities": blocks, "leftOut": left_out, "citations": words.citations(keys)}
    if data["fine"] is not None:  # what the page cannot do without has got its room
        there = [block["name"] for block in blocks]
        left -= _size(data["citations"])
        data["fine"]["quantities"], data["fine"]["leftOut"], _ = _that_fit(fine_blocks(result, there), left)
    return Document(data, left_out)


def _that_fit(blocks: Iterable[Block], room: int) -> tuple[list[Block], list[str], int]:
    """The blocks, the first ones first, while there is room; the names of the others; and the room that is left."""
    held, left_out = [], []
    for block in blocks:
        size = _size(block) + 2
        if size <= room:
            held.append(block)
            room -= size
        else:
            left_out.append(block["name"])
    return held, left_out, room


def _size(part: Any) -> int:
    """Bytes of a part of the document."""
    return len(_inert(strict_json.text(part, None)).encode())


def _frame(result: Result, file: str) -> dict[str, Any]:
    """Everything but the quantities."""
    meta = result.metadata
    done, total = result.progress
    return {
        "title": as_words(meta.title),
        "description": as_words(meta.description).strip(),
        "file": file,
        "version": __version__,
        "hash": meta.config_hash[:12],
        "caption": as_words(caption_of(result, Request())) if result.fields else "",
        "progress": [done, total],
        "first": default_quantity(result),
        "axes": [_axis_block(axis) for axis in result.axes],
        "labels": {name: _labels(values) for name, values in result.labels.items()},
        "dimensions": {
            name: {"symbol": as_html(d.symbol), "description": d.description, "units": d.units}
            for name, d in result.dimensions.items()
        },
        "phase": _phase_block(result),
        "lines": line_blocks(result),
        "settings": point_settings(result, REGISTRY),
        "derived": _derived_block(result),
        "statuses": words.status_words(),
        "phases": words.phase_words(result),
        "branches": words.branch_words(),
        "scales": words.colour_scales(),
        "parameters": words.parameter_words(),
        "fixed": {name: strict_json.plain(value) for name, value in meta.parameters.items()},
        "live": None,
    }  # fmt: skip


def _axis_block(axis: Axis) -> dict[str, Any]:
    """An axis: stored values, and the places at which they are drawn (an infinite one beyond the others)."""
    drawn = axis_of(axis)
    return {
        "name": axis.name,
        "symbol": as_html(axis.symbol) or axis.name,
        "description": axis.description,
        "units": "" if axis.units in ("", "1") else short_units(axis.units),
        "values": rounded(axis.values),
        "places": rounded(drawn.values),
        "edges": rounded(drawn.edges),
        "log": drawn.log,
        "parameter": axis.name in PARAMETERS,
    }


def _labels(values: np.ndarray) -> list[Any]:
    """Labels along a dimension: words as they are shown, or numbers."""
    return [as_words(str(v)) for v in values] if values.dtype.kind in "UOS" else rounded(values)


def _phase_block(result: Result) -> dict[str, Any] | None:
    """Phases and the facts behind them at every point; None where nothing stored decides them."""
    if not can_label(result):
        return None
    facts = {text: codes(np.broadcast_to(fact, result.shape)) for text, fact in evidence(result).items()}
    field = phase_field(result)
    return {"codes": codes(field.value), "status": codes(field.status), "facts": facts}


def _derived_block(result: Result) -> dict[str, str]:
    """Parameters that follow from the axes, at every point."""
    names = [name for name in result.metadata.settings.get("derived", {}) if name in PARAMETERS]
    return {name: packed(np.broadcast_to(parameter_over(result, name, None), result.shape)) for name in names}


def _inert(text: str) -> str:
    """JSON without signs that mean something to HTML, or that a script may not contain."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
