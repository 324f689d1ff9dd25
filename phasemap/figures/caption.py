"""Captions made from the file: what was computed, where, with which numerics, and how much of it is good."""

from dataclasses import replace
from typing import Any

import numpy as np

from phasemap.dataset import Axis, Field, Result
from phasemap.figures.draw import Request, drawn_at, shows_surfaces
from phasemap.figures.kinds.curves.protocol_curves import is_protocol
from phasemap.figures.scenes.fields import PHASE, check_quantity, default_quantity
from phasemap.model.status import STATUS_WORDS, Status

# Parameters that say nothing at these values: absent gates and inputs.
_SILENT = {"beta_h": 0.0, "s_h": 0.0, "s_z": 0.0, "s_r": 0.0, "m_h": 0.0, "m_z": 0.0, "m_r": 0.0, "noise_h": 0.0,
           "noise_z": 0.0, "noise_r": 0.0, "tau_noise": 0.0, "input_inside": 0.0}  # fmt: skip


def caption_of(result: Result, request: Request) -> str:
    """A few sentences in plain text; every number in them is stored in the file."""
    if is_protocol(result):
        panels = "; ".join(f"{field.description}, {field.symbol}" for field in result.fields.values())
        return f"{result.metadata.title}. {result.metadata.description} Shown: {panels}. {_source(result)}"
    checked = {} if result.checks is None else result.checks.fields
    if request.quantity in checked and request.quantity not in result.fields:
        name, shown = request.quantity, replace(result, fields=dict(checked))
    elif shows_surfaces(result, request):
        name, shown = "", result
    else:
        name = default_quantity(result) if request.quantity is None else check_quantity(result, request.quantity)
        shown = result
    parts = [
        _subject(shown, name, request),
        _place(result, request),
        _quality(shown, name),
        _surfaces(result, request),
        _simulation(result),
        _numerics(result),
        _source(result),
    ]
    return " ".join(part for part in parts if part)


def _subject(result: Result, name: str, request: Request) -> str:
    if name == PHASE:
        return "Phase, from the stored numbers."
    if not name:
        return result.metadata.title and f"{result.metadata.title}."
    field = result.fields[name]
    words = field.description or name
    branch = f" on the {request.branch.replace('_', ' ')} branch" if request.branch else ""
    units = "" if field.units in ("", "1") else f", in units of {field.units}"
    solver = f", computed by the solver {field.solver!r}" if field.solver else ""
    return f"{words[:1].upper()}{words[1:]} ({name}){branch}{units}{solver}."


def _place(result: Result, request: Request) -> str:
    axes = [_axis(axis) for axis in result.axes if axis.name not in request.at]
    held = [f"{name} = {value}" for name, value in drawn_at(result, request).items()]
    fixed = [
        f"{name} = {value:g}"
        for name, value in result.metadata.parameters.items()
        if name not in result.axis_names and _SILENT.get(name, np.nan) != value
    ]
    return f"Axes: {'; '.join(axes)}. Fixed: {', '.join([*held, *fixed])}."


def _axis(axis: Axis) -> str:
    spacing = "" if axis.scale == "linear" else f", {axis.scale}"
    return f"{axis.name} from {axis.values[0]:g} to {axis.values[-1]:g} ({len(axis)} values{spacing})"


def _quality(result: Result, name: str) -> str:
    if name == PHASE or not name:
        return ""
    field = result.fields[name]
    counts = {status: int((field.status == status).sum()) for status in Status}
    present = field.status.size - counts[Status.ABSENT]
    parts = [f"{counts[Status.CONVERGED]} of {present} existing values converged"]
    others = [status for status in Status if status not in (Status.CONVERGED, Status.ABSENT)]
    parts += [f"{counts[status]} {STATUS_WORDS[status]}" for status in others if counts[status]]
    worst = _largest_error(field)
    if worst is not None:
        parts.append(f"largest stated error {worst:.1e}")
    return ", ".join(parts) + "."


def _largest_error(field: Field) -> float | None:
    good = np.isin(field.status, (Status.CONVERGED, Status.INTERPOLATED))
    if field.error is None or not np.isfinite(field.error[good]).any():
        return None
    return float(np.nanmax(field.error[good]))


def _surfaces(result: Result, request: Request) -> str:
    if not result.surfaces:
        return ""
    worst = max((float(np.max(s.residual, initial=0.0)) for s in result.surfaces.values()), default=0.0)
    names = ", ".join(name.replace("_", " ") for name in result.surfaces)
    meshes = any(len(surface.triangles) for surface in result.surfaces.values())
    text = f"Critical {'surfaces' if meshes else 'lines'}: {names}; largest residual of a vertex {worst:.1e}."
    if meshes and set(request.at) & set(result.axis_names):
        # Next to a crease of the surface that can be much more than the residual.
        text += " Lines in the section are interpolated between the vertices of triangles."
    return text


def _simulation(result: Result) -> str:
    """Which networks stand beside the theory, and where."""
    where, fields = "every point", result.fields
    if result.checks is not None:
        where, fields = f"{len(result.checks)} points", result.checks.fields
    names = dict.fromkeys(field.solver for field in fields.values())
    known = result.metadata.solvers
    kinds = [known[name].description for name in names if name in known and known[name].simulated]
    if result.checks is not None and not kinds:
        kinds = ["simulated networks"]
    return f"Also, at {where}: {'; '.join(kinds)}." if kinds else ""


def _numerics(result: Result) -> str:
    """The options that counted for what is stored, with their values as stored."""
    tables: dict[str, dict[str, Any]] = result.metadata.settings.get("options", {})
    read = _options_read(result)
    words = []
    for table, options in tables.items():
        chosen = {name: value for name, value in options.items() if name in read.get(table, options)}
        chosen.pop("size" if chosen.get("sizes") else "sizes", None)  # of the two, only one is read
        if chosen:
            words.append(f"{table}: {', '.join(f'{name} = {_plain(value)}' for name, value in chosen.items())}")
    return f"Numerics: {'; '.join(words)}." if words else ""


def _options_read(result: Result) -> dict[str, set[str]]:
    """Table -> options that a solver of any stored quantity read; tables of unknown solvers are left out."""
    fields = [*result.fields.values(), *(result.checks.fields.values() if result.checks is not None else ())]
    known = result.metadata.solvers
    read: dict[str, set[str]] = {}
    for about in (known[name] for name in {field.solver for field in fields} if name in known):
        read.setdefault(about.table, set()).update(about.options)
    return read


def _plain(value: Any) -> str:
    return f"[{', '.join(_plain(v) for v in value)}]" if isinstance(value, list | tuple) else f"{value}"


def _source(result: Result) -> str:
    meta = result.metadata
    versions = meta.sessions[-1].versions if meta.sessions else {}
    program = f"phasemap {versions['phasemap']}" if "phasemap" in versions else "phasemap"
    revision = f" ({meta.sessions[-1].revision})" if meta.sessions and meta.sessions[-1].revision else ""
    done, total = result.progress
    partly = "" if done == total else f"; {done} of {total} evaluations are computed"
    return f"{program}{revision}, configuration {meta.config_hash[:12]}, seed {meta.seed}{partly}."
