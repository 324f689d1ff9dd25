"""Finished networks of a protocol beside its file, so that a run that was stopped goes on from there.

FILE.networks.npz holds what each network gave, under the key of the configuration that it was run under: what networks
depend on, and not how many of them, or of which sizes, were asked for. Network k of size N is drawn from the child
(N, k) of the seed, so that one that is read is the one that would be run again.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.unit.inputs import InputCourse
from phasemap.simulation.protocols.drive import DriveRun
from phasemap.simulation.protocols.integrator import StaircaseRun
from phasemap.simulation.protocols.kick import KickRun
from phasemap.simulation.protocols.reset import ResetRun
from phasemap.simulation.protocols.switch import SwitchRun
from phasemap.storage.archives import Entry, check_archive, key_from, read_archive, write_archive

_RECORDS: Mapping[str, Any] = {one.__name__: one for one in (DriveRun, KickRun, ResetRun, StaircaseRun, SwitchRun)}
_FORMAT = "phasemap-networks"
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
    return key_from([protocol, p._asdict(), counted, seed, list(map(repr, courses)), samples, repr(more)])


class KeptNetworks:
    """Networks that are finished; those of the same key in the file are there from the start.

    Raises:
        ResultFileError: the name belongs to a file that is something else.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = check_archive(path, "a file of finished networks"), key
        self.runs: dict[str, Any] = _records(read_archive(self.path, _FORMAT, key))

    def take(self, size: int, k: int, way: str) -> Any | None:
        """What network k of a size gave, if that is known."""
        return self.runs.get(_place(size, k, way))

    def keep(self, size: int, k: int, way: str, run: Any) -> None:
        """Put a network that is finished beside the file."""
        self.runs[_place(size, k, way)] = run
        entries = {at: Entry(type(one).__name__, _arrays(one)) for at, one in self.runs.items()}
        write_archive(self.path, _FORMAT, self.key, entries)

    def remove(self) -> None:
        """Take the file away: the result is whole."""
        self.path.unlink(missing_ok=True)


def _place(size: int, k: int, way: str) -> str:
    return f"{size}/{k}/{way}"


def _arrays(run: Any) -> dict[str, np.ndarray]:
    return {field.name: np.asarray(getattr(run, field.name)) for field in fields(run)}


def _records(found: Mapping[str, Entry]) -> dict[str, Any]:
    """What the entries of a file were made of; none if the file is of a program with other records."""
    try:
        return {at: _record(entry) for at, entry in found.items()}
    except (KeyError, TypeError):
        return {}


def _record(entry: Entry) -> Any:
    made = _RECORDS[entry.kind]
    stored = {field.name: entry.arrays[field.name] for field in fields(made)}
    return made(**{field: array.item() if array.ndim == 0 else array for field, array in stored.items()})
