"""What commands print with: rich on a terminal, plain lines in a pipe.

Texts come from files, configurations and names that somebody else wrote. All that is printed goes through `clean`, and
nothing is read as markup.
"""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from phasemap.cli.plain import clean

_LONGEST_MESSAGE = 6000


class PlainConsole(Console):
    """A console to which strings are strings: no markup, no emoji, no control characters."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Every string that is printed, or stands in a table, passes here."""
        return super().render_str(clean(text), **{**options, "markup": False, "emoji": False})

    def print(self, *objects: Any, **options: Any) -> None:
        """Ready-made texts, too: their places are coloured, so that every character is replaced by one other."""
        for item in objects:
            if isinstance(item, Text):
                item.plain = "".join(char if clean(char) == char else "?" for char in item.plain)
        super().print(*objects, **options)


def make_console(stderr: bool = False) -> Console:
    """A console that does not wrap or colour what goes into a pipe."""
    console = PlainConsole(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = PlainConsole(
            stderr=stderr, highlight=False, markup=False, emoji=False, width=1000, no_color=True, force_terminal=False
        )
    return console


def print_error(message: str) -> None:
    """One red paragraph."""
    make_console(stderr=True).print(f"Error: {_shortened(message)}", style="bold red", soft_wrap=True)


def print_warning(message: str) -> None:
    """One yellow paragraph."""
    make_console(stderr=True).print(f"Note: {_shortened(message)}", style="yellow", soft_wrap=True)


def _shortened(message: str) -> str:
    if len(message) <= _LONGEST_MESSAGE:
        return message
    return f"{message[: _LONGEST_MESSAGE - 1000]} [...] {message[-900:]}"


def make_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> Table:
    """A table without frames; all columns but the first are aligned to the right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for position, name in enumerate(columns):
        table.add_column(name, justify="left" if position == 0 else "right", no_wrap=position == 0)
    for row in rows:
        table.add_row(*row)
    return table


def duration(seconds: float) -> str:
    """A duration in words of two units at most: 0.4 s, 12 s, 3 min 5 s, 2 h 7 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int) -> str:
    """A file size in words."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def percent(part: int, whole: int) -> str:
    """A share in percent."""
    return f"{100 * part / whole:.0f} %" if whole else "-"


def plural(count: int, noun: str, several: str = "") -> str:
    """A number and a noun: 1 point, 2 points."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"
