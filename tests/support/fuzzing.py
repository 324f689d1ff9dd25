"""Damages by a fixed seed. `PHASEMAP_FUZZ=full` asks for all of them, a number for that many of each kind."""

import os
import random
from collections.abc import Iterator

FULL = 300


def count(reduced: int, full: int = FULL) -> int:
    """How many damages to try."""
    wanted = os.environ.get("PHASEMAP_FUZZ", "")
    return full if wanted == "full" else int(wanted) if wanted.isdecimal() else reduced


def damages(content: bytes, number: int, seed: int) -> Iterator[bytes]:
    """Damaged versions of `content`, none of them the same as it."""
    chance = random.Random(seed)
    made = 0
    while made < number:
        damaged = chance.choice(_KINDS)(bytearray(content), chance)
        if damaged != content:
            made += 1
            yield bytes(damaged)


def _place(content: bytearray, chance: random.Random) -> int:
    """Anywhere, half of the time near the start, where the structure is."""
    return chance.randrange(len(content) if chance.random() < 0.5 else min(len(content), 20_000))


def _flip(content: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 1, 1, 3, 20))):
        content[_place(content, chance)] ^= 1 << chance.randrange(8)
    return content


def _zeros(content: bytearray, chance: random.Random) -> bytearray:
    start, length = _place(content, chance), chance.choice((1, 8, 64, 512, 4096))
    content[start : start + length] = bytes(len(content[start : start + length]))
    return content


def _noise(content: bytearray, chance: random.Random) -> bytearray:
    start, length = _place(content, chance), chance.choice((1, 4, 8, 64, 512))
    content[start : start + length] = chance.randbytes(len(content[start : start + length]))
    return content


def _number(content: bytearray, chance: random.Random) -> bytearray:
    """An integer or float of an odd value over eight bytes."""
    odd = chance.choice(
        (b"\xff" * 8, b"\xff" * 7 + b"\x7f", b"\0\0\0\0\0\0\xf0\x7f", b"\0\0\0\0\0\0\xf8\x7f", b"\0" * 8)
    )
    start = _place(content, chance) & ~7
    content[start : start + 8] = odd[: len(content[start : start + 8])]
    return content


def _cut(content: bytearray, chance: random.Random) -> bytearray:
    return content[: chance.randrange(len(content))]


def _move(content: bytearray, chance: random.Random) -> bytearray:
    """A piece copied to another place, as a failing disk or network does."""
    length = chance.choice((8, 64, 512, 4096))
    there, here = _place(content, chance), _place(content, chance)
    piece = content[there : there + length]
    content[here : here + len(piece)] = piece
    return content


def _insert(content: bytearray, chance: random.Random) -> bytearray:
    place = _place(content, chance)
    content[place:place] = chance.randbytes(chance.choice((1, 8, 100)))
    return content


_KINDS = (_flip, _flip, _zeros, _noise, _number, _cut, _move, _insert)


_ODD_VALUES = (
    "inf", "-inf", "nan", "1" + "0" * 400, "1" + "0" * 5000, "-1", "0", "1e308", "1e-308", "5e-324", ".5", "true", '""',
    '"\\u0000"', '"\\u001b[2J"', "[]", "[[]]", "{}", "[" * 500 + "]" * 500, "[" * 5000 + "]" * 5000, "1979-05-27",
    '"' + "x" * 100_000 + '"', "[1, 2", "'", "1_0__0", "0x7fffffffffffffffff", "[nan, inf]", '["g_h", 3]',
    "\x00", "\ufeff",
)  # fmt: skip
_ODD_LINES = (
    "quantities = 3", "[axes]", "[[axes]]", "[simulation]\nduration = inf", "[simulation]\nsize = 10000000000000",
    "[simulation]\nsizes = [10, -3]", "[ensemble]\npaths = 0", "[figures]\nx = 3", "[figures.x]\nslice = 3",
    "[axes]\nrefine = 3", "[output]\nfile = \"\"", "[output]\nfile = \"a\\u0000b\"", "[parameters]\ng_h = \"x\"",
    "\n".join(f"k{k} = {k}" for k in range(100_000)), "k" * 1_000_000 + " = 1", "quick = [3]", "[limits]\nx = 1",
    "[axes]\ntau_z = [1.0, 1.0]", "[simulation]\npoints = [[1e400, 2]]", "[simulation]\npoints = 1",
)  # fmt: skip


def configurations(text: str, number: int, seed: int) -> Iterator[str]:
    """Configurations with something odd in them."""
    chance = random.Random(seed)
    for _ in range(number):
        lines = text.splitlines()
        for _ in range(chance.choice((1, 1, 2, 4))):
            if chance.random() < 0.35:
                lines.insert(chance.choice((0, len(lines))), chance.choice(_ODD_LINES))
                continue
            k = chance.choice([k for k, line in enumerate(lines) if "=" in line])
            parts = lines[k].split("=")
            parts[chance.randrange(1, len(parts))] = f" {chance.choice(_ODD_VALUES)}" + (
                " }" if "{" in lines[k] else ""
            )
            lines[k] = "=".join(parts)
        yield "\n".join(lines)


_ODD_LOCKS = (
    b"", b"null", b"[]", b"3", b"{}", b'{"host": 3}', b"\xff" * 100, b"[" * 5000, b'{"process": 1e400}', b"\0" * 5000,
)  # fmt: skip


def locks(content: bytes, number: int, seed: int) -> Iterator[bytes]:
    """Contents of lock files that no writer has left."""
    yield from _ODD_LOCKS[:number]
    yield from damages(content, max(number - len(_ODD_LOCKS), 0), seed)
