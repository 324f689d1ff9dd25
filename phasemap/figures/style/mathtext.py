"""Texts with formulas that matplotlib cannot set: they are drawn as they are written, dollar signs and all.

Titles come from the command line and symbols from files. Only where a figure fails are its texts looked at.
"""

from dataclasses import replace
from typing import TypeVar

from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text

from phasemap.dataset import Axis, Field, Result

Named = TypeVar("Named", Axis, Field)


def is_settable(text: str) -> bool:
    """Whether every line of a text can be set."""
    parser = MathTextParser("path")
    try:
        for line in text.splitlines():
            if line.replace("\\$", "").count("$") % 2 == 0:
                parser.parse(line)
    except ValueError:
        return False
    return True


def settable(text: str) -> str:
    """The text, its dollar signs escaped if it cannot be set."""
    return text if is_settable(text) else text.replace("$", r"\$")


def with_settable_texts(result: Result) -> Result:
    """The same result with names that can be set."""
    return replace(
        result,
        axes=tuple(_settable(axis) for axis in result.axes),
        fields={name: _settable(entry) for name, entry in result.fields.items()},
        checks=result.checks
        and replace(result.checks, fields={name: _settable(entry) for name, entry in result.checks.fields.items()}),
    )


def _settable(entry: Named) -> Named:
    symbol, about, units = (settable(text) for text in (entry.symbol, entry.description, entry.units))
    return replace(entry, symbol=symbol, description=about, units=units)


def show_as_written(figure: Figure) -> None:
    """Switch formulas off in those texts of a figure that cannot be set."""
    for text in figure.findobj(Text):
        if isinstance(text, Text) and not is_settable(text.get_text()):
            text.set_parse_math(False)
