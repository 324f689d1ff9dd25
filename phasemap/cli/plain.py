"""Text that a terminal or a pipe can only show. Light: every command imports it."""

import sys
import unicodedata
from collections.abc import Mapping
from typing import Any

_KEPT = "\n\t"
# Control characters, unassigned and private ones, those that turn the direction of writing, separators of lines.
_FILTERED = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def clean(text: str) -> str:
    """Text that a terminal can only show: whatever could command it is written out (ESC as \\x1b)."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(
        char if char in _KEPT or unicodedata.category(char) not in _FILTERED else _written_out(char) for char in text
    )


def _written_out(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def say(text: str, aside: bool = False) -> None:
    """One or more lines for programs or people, as they are except for control characters.

    aside: on standard error, where standard output is one document for a program.
    """
    (sys.stderr if aside else sys.stdout).write(clean(text) + "\n")


def say_json(facts: Mapping[str, Any]) -> None:
    """One document for a program."""
    from phasemap import strict_json

    say(strict_json.text(facts))
