"""What the files of shards are called, and which of them lie beside a result."""

import re
from pathlib import Path

MOST_SHARDS = 100_000
"""Parts that a sweep may be cut into."""

_SHARD = re.compile(r"\.shard-([1-9]\d{0,5})-of-([1-9]\d{0,5})$")


def shard_path(output: Path, number: int, of: int) -> Path:
    """The file of part `number` of `of` of the result `output`."""
    stem, suffix = name_parts(output)
    return output.with_name(f"{stem}.shard-{number}-of-{of}{suffix}")


def name_parts(output: Path) -> tuple[str, str]:
    """A file's name in two parts, between which shards put theirs; the second begins with a dot or is empty."""
    return output.stem, output.suffix


def shard_of(path: Path) -> tuple[int, int] | None:
    """(number, of) if a file has the name of a shard."""
    for name in (path.stem, path.name):  # a result without a suffix: what stands last belongs to the name
        found = _SHARD.search(name)
        if found:
            number, of = int(found[1]), int(found[2])
            return (number, of) if number <= of else None
    return None


def shards_beside(output: Path) -> dict[tuple[int, int], Path]:
    """(number, of) -> file, of all shards of `output` in its folder, in order."""
    stem, suffix = name_parts(output)
    found = {}
    for path in output.parent.iterdir() if output.parent.is_dir() else ():
        place = shard_of(path)
        if place is not None and path.name == f"{stem}.shard-{place[0]}-of-{place[1]}{suffix}":
            found[place] = path
    return dict(sorted(found.items(), key=lambda item: (item[0][1], item[0][0])))
