"""Archives of arrays beside a result: what a run that was stopped has finished, under the key of its configuration."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import phasemap
from phasemap.storage.durable import write_atomically
from phasemap.storage.targets import check_replaceable

_ABOUT = "about"
# How the first entry of our archives is called in their first bytes.
_NAME = f"{_ABOUT}.npy".encode()
_START = slice(30, 30 + len(_NAME))


class Entry(NamedTuple):
    """A finished part: what kind of record it is, and its arrays by name."""

    kind: str
    arrays: Mapping[str, np.ndarray]


def key_from(words: Sequence[Any]) -> str:
    """The key of all that the entries of an archive depend on; another version of the program has other keys."""
    return hashlib.sha256(json.dumps([phasemap.__version__, *words], sort_keys=True).encode()).hexdigest()


def check_archive(path: Path, noun: str) -> Path:
    """The file behind `path`, if an archive may be written there.

    Raises:
        ResultFileError: the name belongs to a file that is something else.
    """
    return check_replaceable(path, noun, lambda start: start[_START] == _NAME)


def write_archive(path: Path, family: str, key: str, entries: Mapping[str, Entry]) -> None:
    """Put entries, by where they belong, into an archive of a family."""
    kinds = {at: one.kind for at, one in entries.items()}
    about = np.array(json.dumps({"format": family, "key": key, "records": kinds}))
    arrays = {f"{at}/{name}": np.asarray(array) for at, one in entries.items() for name, array in one.arrays.items()}
    content = io.BytesIO()
    np.savez(content, **{_ABOUT: about, **arrays})  # type: ignore[arg-type]
    write_atomically(path, content.getvalue())


def read_archive(path: Path, family: str, key: str) -> dict[str, Entry]:
    """Entries of a key; none where there is no file, or one that another configuration, or a crash, has left."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            about: dict[str, Any] = json.loads(str(archive[_ABOUT]))
            if about["format"] != family or about["key"] != key:
                return {}
            names = [name for name in archive.files if name != _ABOUT]
            return {
                at: Entry(kind, {n.removeprefix(f"{at}/"): archive[n] for n in names if n.startswith(f"{at}/")})
                for at, kind in about["records"].items()
            }
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return {}
