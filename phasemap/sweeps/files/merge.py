"""Shard files into one: everything that any of them has computed."""

import contextlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from phasemap.config import differences, make_config
from phasemap.dataset import Failure, Field, Result, Session
from phasemap.errors import ConfigError, ParameterError, ResultFileError
from phasemap.model.status import Status
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result, resolve_target, write_result
from phasemap.storage.durable import explaining_write_errors, remove_temporaries
from phasemap.sweeps.files.fine import add_fine
from phasemap.sweeps.files.regions import add_regions
from phasemap.sweeps.locking.lock import Lock


@dataclass(frozen=True)
class Merged:
    """What came of a merge: the result, and the files that were joined (the output itself, if it was there)."""

    result: Result
    files: tuple[Path, ...]


def merge_files(paths: Sequence[Path], output: Path, *, force: bool = False) -> Merged:
    """Join result files of one configuration, finished or not, into `output`.

    An output that exists already takes part, so that merging again, or later with more files, loses nothing.

    Args:
        paths: result files (with their loose blocks, if they have any).
        output: where the joined result goes.
        force: join even files that different versions of the code computed, and overwrite any other result.

    Raises:
        ResultFileError: a file cannot be read, or the files do not belong together; the message says what differs.
        LockedError: another process writes the output.
    """
    output = resolve_target(output)
    with explaining_write_errors(output):
        output.parent.mkdir(parents=True, exist_ok=True)
    with Lock(output):
        remove_temporaries(output.parent, output.name)
        sources = [path for path in paths if not _same(path, output)]
        if output.exists():
            sources.insert(0, output)
        results = [read_result(path) for path in sources]
        if force and output.exists() and len(results) > 1 and _hash(results[0]) != _hash(results[1]):
            sources, results = sources[1:], results[1:]
        joined = results[0]
        for path, result in zip(sources[1:], results[1:], strict=True):
            _check(joined, sources[0], result, path, force)
            join(joined, result)
        _add_what_completes(joined)
        joined.metadata.modified = datetime.now(UTC).isoformat(timespec="seconds")
        write_result(output, joined)
        return Merged(joined, tuple(sources))


def _add_what_completes(result: Result) -> None:
    """What a sweep adds at its end, where the parts are all there now; none for what this version does not read."""
    with contextlib.suppress(ConfigError, ParameterError, tomllib.TOMLDecodeError):
        config = make_config(tomllib.loads(result.metadata.config), REGISTRY)
        add_regions(config, result)
        add_fine(config, result)


def join(target: Result, other: Result) -> None:
    """Add to `target` whatever `other` has and it has not, in place."""
    failed_here, failed_there = set(map(_place, target.failures)), set(map(_place, other.failures))
    _join_fields("grid", target.fields, other.fields, failed_here, failed_there)
    if target.checks is not None and other.checks is not None:
        _join_fields("checks", target.checks.fields, other.checks.fields, failed_here, failed_there)
    target.regions.update({name: r for name, r in other.regions.items() if name not in target.regions})
    target.fine, target.refined = target.fine or other.fine, target.refined or other.refined
    target.surfaces.update({name: s for name, s in other.surfaces.items() if name not in target.surfaces})
    failures = {_place(failure): failure for failure in (*other.failures, *target.failures)}
    target.failures = tuple(
        sorted(f for place, f in failures.items() if _still_failed(target, place, failed_here, failed_there))
    )
    target.remarks = _joined_remarks(target, other)
    sessions = {session.key: session for session in target.metadata.sessions}
    for session in other.metadata.sessions:
        known = sessions.get(session.key)
        if known is None or known.wall_seconds < session.wall_seconds:
            sessions[session.key] = session
    target.metadata.sessions = tuple(sorted(sessions.values(), key=lambda session: session.key))


Place = tuple[str, str, int]


def _place(failure: Failure) -> Place:
    return (failure.part, failure.name, failure.index)


def _join_fields(
    part: str, target: dict[str, Field], other: dict[str, Field], here: set[Place], there: set[Place]
) -> None:
    """Take the points that are pending in the target, and those that failed there only."""
    for name, entry in target.items():
        source = other[name]
        take = entry.pending & ~source.pending
        for place in here - there:
            if place[:2] == (part, entry.solver) and not source.pending[place[2]]:
                take[place[2]] = True
        index = np.flatnonzero(take)
        rows = (-1, *entry.own_shape)
        error = None if source.error is None else source.error.reshape(rows)[index]
        entry.fill(index, source.value.reshape(rows)[index], source.status.reshape(rows)[index], error)


def _joined_remarks(target: Result, other: Result) -> tuple[Failure, ...]:
    """The remarks of both: a point is computed once, or says the same twice."""
    return tuple(sorted({*target.remarks, *other.remarks}))


def _still_failed(target: Result, place: Place, here: set[Place], there: set[Place]) -> bool:
    part, name, index = place
    if part == "surface":
        return name not in target.surfaces
    if place in here and place in there:
        return True
    fields = target.fields if part == "grid" else target.checks.fields if target.checks else {}
    mine = [entry for entry in fields.values() if entry.solver == name]
    return all((entry.status.reshape(-1, *entry.own_shape)[index] == Status.FAILED).all() for entry in mine)


def _check(first: Result, first_path: Path, other: Result, path: Path, force: bool) -> None:
    formats = first.metadata.format_version, other.metadata.format_version
    if formats[0] != formats[1]:
        raise ResultFileError(
            f"{first_path} has format {formats[0]} and {path} format {formats[1]}: old and new numbers are not joined. "
            "Compute the older one again."
        )
    if _hash(first) != _hash(other):
        names = (f"in {first_path.name}", f"in {path.name}")
        found = differences(first.metadata.settings, other.metadata.settings, *names)
        reasons = "; ".join(found) or "other versions of the code read their configuration differently"
        raise ResultFileError(f"{path} does not belong to {first_path}: {reasons}.")
    code_here, code_there = _code(first.metadata.sessions), _code(other.metadata.sessions)
    if code_here and code_there and code_here != code_there and not force:
        raise ResultFileError(
            f"{first_path} was computed by {' and '.join(sorted(code_here))}, {path} by "
            f"{' and '.join(sorted(code_there))}: compute one of them again, or give --force to join them anyway."
        )


def _hash(result: Result) -> str:
    return result.metadata.config_hash


def _code(sessions: Sequence[Session]) -> set[str]:
    return {f"phasemap {s.versions.get('phasemap', '?')} {s.revision}".strip() for s in sessions}


def _same(a: Path, b: Path) -> bool:
    return a.exists() and b.exists() and a.samefile(b)
