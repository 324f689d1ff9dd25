"""Finished networks of a protocol beside its file, so that a run that was stopped goes on from there.

FILE.networks.npz holds what each network gave, under the key of the configuration that it was run under: what networks
depend on, and not how many of them, or of which sizes, were asked for. Network k of size N is drawn from the child
(N, k) of the seed, so that one that is read is the one that would be run again.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

import phasemap
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.unit.inputs import InputCourse
from phasemap.simulation.protocols.drive import DriveRun
from phasemap.simulation.protocols.integrator import StaircaseRun
from phasemap.simulation.protocols.kick import KickRun
from phasemap.simulation.protocols.reset import ResetRun
from phasemap.simulation.protocols.switch import SwitchRun
from phasemap.storage import check_replaceable
from phasemap.storage.durable import write_atomically

_RECORDS: Mapping[str, Any] = {one.__name__: one for one in (DriveRun, KickRun, ResetRun, StaircaseRun, SwitchRun)}
_ABOUT, _FORMAT = "about", "phasemap-networks"
# How the first entry of our archives is called in their first bytes.
_NAME = f"{_ABOUT}.npy".encode()
_START = slice(30, 30 + len(_NAME))
# What theory alone depends on, and which networks are asked for.
_NOT_OF_NETWORKS = ("state", "networks", "size", "sizes", "couplings")


def kept_beside(target: Path) -> Path:
    """Where finished networks of a protocol's file are kept until it is whole."""
    return target.with_suffix(".networks.npz")


def key_of(
    protocol: str, p: Parameters, options: ProtocolOptions, seed: int, courses: tuple[InputCourse, ...], more: Any
) -> str:
    """What a network depends on beside its size and number; more: what the options do not hold."""
    counted = {name: value for name, value in asdict(options).items() if name not in _NOT_OF_NETWORKS}
    samples = [part.tobytes().hex() for course in courses for part in course.samples or ()]
    words = [phasemap.__version__, protocol, p._asdict(), counted, seed, list(map(repr, courses)), samples, repr(more)]
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


class KeptNetworks:
    """Networks that are finished; those of the same key in the file are there from the start.

    Raises:
        ResultFileError: the name belongs to a file that is something else.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = check_replaceable(path, "a file of finished networks", lambda start: start[_START] == _NAME)
        self.key = key
        self.runs: dict[str, Any] = _read(self.path, key) if self.path.exists() else {}

    def take(self, size: int, k: int, way: str) -> Any | None:
        """What network k of a size gave, if that is known."""
        return self.runs.get(_place(size, k, way))

    def keep(self, size: int, k: int, way: str, run: Any) -> None:
        """Put a network that is finished beside the file."""
        self.runs[_place(size, k, way)] = run
        names = {at: type(one).__name__ for at, one in self.runs.items()}
        about = np.array(json.dumps({"format": _FORMAT, "key": self.key, "records": names}))
        arrays = {
            f"{at}/{field.name}": np.asarray(getattr(one, field.name))
            for at, one in self.runs.items() for field in fields(one)
        }  # fmt: skip
        content = io.BytesIO()
        np.savez(content, **{_ABOUT: about, **arrays})  # type: ignore[arg-type]
        write_atomically(self.path, content.getvalue())

    def remove(self) -> None:
        """Take the file away: the result is whole."""
        self.path.unlink(missing_ok=True)


def _place(size: int, k: int, way: str) -> str:
    return f"{size}/{k}/{way}"


def _read(path: Path, key: str) -> dict[str, Any]:
    """Networks of a key; none of a file that another configuration, or a crash, has left."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            about = json.loads(str(archive[_ABOUT]))
            if about["format"] != _FORMAT or about["key"] != key:
                return {}
            return {at: _record(name, at, archive) for at, name in about["records"].items()}
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return {}


def _record(name: str, at: str, archive: Any) -> Any:
    made = _RECORDS[name]
    stored = {field.name: archive[f"{at}/{field.name}"] for field in fields(made)}
    return made(**{field: array.item() if array.ndim == 0 else array for field, array in stored.items()})
