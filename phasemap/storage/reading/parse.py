"""From the objects of a result file to the records in memory. What it meets may be damaged, copied or hostile."""

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Axis, Checks, Dimension, Failure, Field, Metadata, Result, Session
from phasemap.dataset.records import CHECK, Fine, SolverRecord
from phasemap.model.branches import branch_name
from phasemap.model.results import CriticalSurface, Region
from phasemap.storage.reading.attributes import Words
from phasemap.storage.reading.source import Source

# How descriptions begin in older files, which say there that a protocol was stopped.
_STOPPED = "Stopped before the end"


class MissingPartError(KeyError):
    """Something that the file says it holds is not in it."""


def parse(file: Source) -> Result:
    """The content of a file.

    Raises:
        whatever reading damaged files raises: `KeyError`, `ValueError`, `OSError` and others.
    """
    words = file.words
    metadata = _metadata(words)
    names = tuple(str(name) for name, _ in metadata.settings["axes"])
    axes = tuple(_axis(file, name) for name in names)
    labels: dict[str, NDArray[Any]] = {}
    dimensions: dict[str, Dimension] = {}
    result = Result(
        axes=axes,
        fields=_fields(file, names, labels, dimensions),
        labels=labels,
        dimensions=dimensions,
        metadata=metadata,
        failures=_reasons(words.text("failures")),
        remarks=_reasons(words.text("remarks", "[]")),
    )
    if "checks" in file:
        group = file.below("checks")
        result.checks = Checks({name: group.array(name, np.float64) for name in names})
        result.checks.fields = _fields(group, (CHECK,), labels, dimensions)
    _surfaces(file, result)
    if "regions" in file:  # older files have none
        group = file.below("regions")
        result.regions = {name: _region(name, group.below(name)) for name in group.names()}
    finer = {}
    for part in (name for name in ("fine", "refined") if name in file):
        group = file.below(part)
        finer[part] = Fine(tuple(_axis(group, name) for name in names), _fields(group, names, labels, dimensions))
    result.fine, result.refined = finer.get("fine"), finer.get("refined")
    _check_complete(words, result)
    return result


def _reasons(text: str) -> tuple[Failure, ...]:
    """Reasons by point, which are stored by reason."""
    return tuple(
        Failure(str(group["part"]), str(group["name"]), int(index), str(group["reason"]))
        for group in json.loads(text)
        for index in group["indices"]
    )


def _check_complete(words: Words, result: Result) -> None:
    """Whether everything is there that the root lists (files of format 1 list nothing)."""
    listed = json.loads(words.text("quantities")) if "quantities" in words else {}
    there = {"grid": result.fields, "checks": result.checks.fields if result.checks else {}}
    for part, names in listed.items():
        for name in names:
            if name not in there[part]:
                raise MissingPartError(f"{name} ({part})")


def _metadata(words: Words) -> Metadata:
    settings = json.loads(words.text("settings"))
    parameters = json.loads(words.text("parameters"))
    if not (isinstance(settings, dict) and isinstance(parameters, dict)):
        raise ValueError("the settings are no table")
    return Metadata(
        title=words.text("title"),
        description=words.text("description"),
        config=words.text("config"),
        config_hash=words.text("config_hash"),
        settings=settings,
        parameters={name: float(value) for name, value in parameters.items()},
        seed=words.whole("seed"),
        sessions=tuple(_session(entry) for entry in json.loads(words.text("sessions"))),
        modified=words.text("modified"),
        format_version=words.whole("format_version"),
        solvers={name: _solver(entry) for name, entry in json.loads(words.text("solvers", "{}")).items()},
        stopped=words.text("stopped", "") or _stopped(words.text("description")),
    )


def _stopped(description: str) -> str:
    """What older files say in their description of a protocol that was stopped."""
    return f"{description.partition('.')[0]}." if description.startswith(_STOPPED) else ""


def _solver(entry: dict[str, Any]) -> SolverRecord:
    about = SolverRecord(**{**entry, "options": tuple(entry["options"])})
    if not all(isinstance(text, str) for text in (about.description, about.table, *about.options)):
        raise ValueError("a solver is not described in words")
    return about


def _session(entry: dict[str, Any]) -> Session:
    session = Session(**entry)
    texts = (session.started, session.host, session.machine, session.revision, *session.versions.values())
    if not all(isinstance(text, str) for text in texts) or not isinstance(session.process, int):
        raise ValueError("a session is not described in words")
    if not isinstance(session.workers, int) or not isinstance(session.wall_seconds, int | float):
        raise ValueError("a session has no duration")
    return session


def _codes(source: Source, name: str) -> NDArray[np.uint8]:
    values = source.array(name)
    if values.dtype.kind not in "iu" or ((values < 0) | (values > 255)).any():
        raise ValueError(f"{name} holds no status codes")
    return values.astype(np.uint8)


def _axis(file: Source, name: str) -> Axis:
    values, words = file.array(name, np.float64), file.about(name)
    return Axis(
        name=name,
        values=values,
        symbol=words.text("symbol"),
        description=words.text("long_name"),
        units=words.text("units"),
        scale=words.text("scale"),
    )


def _fields(
    group: Source, lead: tuple[str, ...], labels: dict[str, NDArray[Any]], dimensions: dict[str, Dimension]
) -> dict[str, Field]:
    names = [name for name in group.names() if group.is_dataset(name) and "solver" in group.about(name)]
    fields = {name: _field(group, name, len(lead)) for name in names}
    for entry in fields.values():
        if entry.dims[: len(lead)] != lead:
            raise ValueError(f"{entry.name} is not over {', '.join(lead)}")
        for dim, length in zip(entry.own_dims, entry.own_shape, strict=True):
            if dim not in labels:
                labels[dim], dimensions[dim] = _labels(group, dim), _dimension(group.about(dim))
            if len(labels[dim]) != length:
                raise ValueError(f"{entry.name} does not have the length of {dim}")
    return fields


def _field(group: Source, name: str, lead: int) -> Field:
    words = group.about(name)
    dims = tuple(words.text("dimensions").split()) if "dimensions" in words else group.scales(name)
    values = group.array(name, np.float64)
    if values.ndim != len(dims):
        raise ValueError(f"{name} has {values.ndim} dimensions and names {len(dims)}")
    return Field(
        name=name,
        dims=dims,
        value=values,
        status=_codes(group, f"{name}_status"),
        error=group.array(f"{name}_error", np.float64) if _has_error(group, name, words) else None,
        symbol=words.text("symbol"),
        description=words.text("long_name"),
        units=words.text("units"),
        solver=words.text("solver"),
        own_dims=dims[lead:],
        cites=tuple(words.text("cites", "").split()),
    )


def _has_error(group: Source, name: str, words: Words) -> bool:
    return f"{name}_error" in words.text("ancillary_variables").split()


def _labels(group: Source, dim: str) -> NDArray[Any]:
    values = group.array(dim)
    return values if values.dtype.kind in "fiu" else np.array([branch_name(str(label)) for label in values.ravel()])


def _dimension(words: Words) -> Dimension:
    return Dimension(words.text("long_name", ""), words.text("units", "1"), words.text("symbol", ""))


def _surfaces(file: Source, result: Result) -> None:
    group = file.below("surfaces")
    words = group.words
    result.wanted_surfaces = tuple(map(str, json.loads(words.text("wanted"))))
    result.surfaces = {name: _surface(name, group.below(name)) for name in group.names()}
    for name in json.loads(words.text("traced")) if "traced" in words else ():
        if name not in result.surfaces:
            raise MissingPartError(f"surface {name}")


def _surface(name: str, group: Source) -> CriticalSurface:
    words = group.words
    columns = tuple(str(column) for column in group.array("column").ravel())
    vertices, there = group.array("vertices", np.float64), group.names()
    return CriticalSurface(
        name=name,
        condition=words.text("condition"),
        columns=columns,
        vertices=vertices.reshape(math.prod(vertices.shape[:1]), len(columns)),
        residual=group.array("residual", np.float64),
        offsets=group.array("offsets", np.int64),
        **({"triangles": group.array("triangles", np.int64)} if "triangles" in there else {}),
    )


def _region(name: str, group: Source) -> Region:
    return Region(**vars(_surface(name, group)), level=group.words.number("level"))
