"""Captions made from the file: what is shown, of which network, what the lines are, how it was computed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from phasemap.dataset import Axis, Field, Result
from phasemap.figures.captions.lines import branches_in_words, critical_lines_in_words, phases_in_words
from phasemap.figures.captions.network import network_in_words, network_of_study
from phasemap.figures.captions.numerics import networks_in_words, numerics_in_words
from phasemap.figures.captions.words import described, listed, number, sentence, units_in_words
from phasemap.figures.draw import Request, drawn_at, section_of, shows_surfaces
from phasemap.figures.kinds.curves.protocol_curves import is_protocol
from phasemap.figures.layout.smooth import SMOOTH
from phasemap.figures.scenes.fields import (
    PHASE,
    branching,
    check_quantity,
    default_quantity,
    kind_of,
    own_numeric,
    phase_field,
    phase_names,
)
from phasemap.figures.scenes.stage import FATES, fates_of, twin_of
from phasemap.figures.style.look import wishes
from phasemap.model.status import Status
from phasemap.model.text.plain_symbols import as_plain

_EXPONENTS = ("lyapunov_max", "leading_edge", "lyapunov_times_relaxation")


@dataclass(frozen=True)
class Caption:
    """Its sentences, part by part; several panels share those that are the same."""

    subject: str
    network: str = ""
    lines: str = ""
    remark: str = ""
    circles: str = ""
    numerics: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(part for part in vars(self).values() if part)


def caption_of(result: Result, request: Request) -> str:
    """A few sentences in plain text; every number in them is stored in the file."""
    return caption_parts(result, request).text


def caption_of_panels(captions: Sequence[Caption], letters: Sequence[str]) -> str:
    """One caption of several panels: what all of them share is said once, after what each shows."""
    names = [part.name for part in fields(Caption)]
    shared = {
        name for name in names if len(captions) > 1 and len({getattr(caption, name) for caption in captions}) == 1
    }
    own = []
    for letter, caption in zip(letters, captions, strict=True):
        words = " ".join(getattr(caption, name) for name in names if name not in shared and getattr(caption, name))
        own.append(f"{letter} {words}".strip())
    return " ".join([*own, *(getattr(captions[0], name) for name in names if name in shared)]).strip()


def caption_parts(result: Result, request: Request) -> Caption:
    """The same in parts.

    Raises:
        PhasemapError: what is asked for is not in the result.
    """
    if is_protocol(result):
        return _of_protocol(result, request)
    if shows_surfaces(result, request):
        return Caption(
            sentence(_title(result)), network_in_words(result, {}), critical_lines_in_words(result),
            circles=_circles(result, ""), numerics=numerics_in_words(result, ""), source=_source(result),
        )  # fmt: skip
    section, _ = section_of(result, request)
    name = default_quantity(section) if request.quantity is None else check_quantity(section, request.quantity)
    return Caption(
        subject=_subject(result, section, name, request),
        network=network_in_words(result, _held(result, section)),
        lines=_lines(section, name, request),
        remark=_remark(section, name),
        circles=_circles(section, name),
        numerics=f"{numerics_in_words(section, name)} {_between(section, name, request)}".strip(),
        source=_source(result),
    )


def _of_protocol(result: Result, request: Request) -> Caption:
    """Panels of a study: its description, and what each panel shows."""
    chosen = [field for name, field in result.fields.items() if request.quantity in (None, name)]
    panels = listed([described(field.description, field.symbol) for field in chosen])
    about = " ".join(re.sub(r"Made by: .*", "", result.metadata.description).split())
    return Caption(
        subject=f"{sentence(_title(result))} {about} Shown: {panels}.".strip(),
        network=network_of_study(result),
        lines="" if "dots" in about else "Lines are theory, dots with bars networks with their standard errors.",
        source=_source(result),
    )


def _title(result: Result) -> str:
    return result.metadata.title.rstrip(".")


def _held(result: Result, section: Result) -> dict[str, float]:
    """Axes at which the figure is cut."""
    return {name: float(v) for name, v in section.metadata.parameters.items() if name in result.axis_names}


def _subject(result: Result, section: Result, name: str, request: Request) -> str:
    """'Maximum Lyapunov exponent, λ_max (in 1/ms), of the attractor, against g_h from 0.5 to 4 and ….'"""
    what = "phase diagram" if name == PHASE or not name else _quantity(section, name, request)
    own = [section.dimensions.get(dim) for dim in own_numeric(section, name, request.at)]
    along = [described(about.description, about.symbol) for about in own if about is not None and about.description]
    axes = [_axis(axis) for axis in section.axes if len(axis) > 1]
    lead = f"{'critical lines' if not name else what}, against {listed([*along, *axes])}"
    places = [
        f"{dim} {value}" for dim, value in drawn_at(result, request).items() if dim not in (*result.axis_names, "check")
    ]
    return sentence(f"{lead}{f' at {listed(places)}' if places else ''}")


def _quantity(result: Result, name: str, request: Request) -> str:
    field = result.fields[name]
    units = "" if field.units in ("", "1") else f" (in {units_in_words(field.units)})"
    dim = branching(result, name)
    if request.branch is not None and dim:
        return f"{described(field.description, field.symbol)}{units}, of the {request.branch.replace('_', ' ')} state"
    whole = len(result.axes) == 2 and dim
    of = (", of the attractor" if dim == "branch" else ", of the outermost fixed point") if whole else ""
    return f"{described(field.description, field.symbol) or name}{units}{of}"


def _axis(axis: Axis) -> str:
    units = "" if axis.units in ("", "1") else f" {units_in_words(axis.units)}"
    ends = f"{number(axis.values[0])} to {number(axis.values[-1])}{units}"
    return f"the {described(axis.description, axis.symbol or axis.name)} (from {ends})"


def _lines(section: Result, name: str, request: Request) -> str:
    """What the lines are, and which regions a map names."""
    if request.along is not None:
        other = next(axis for axis in section.axes if axis.name != request.along)
        return f"One line for each of {len(other)} values of {as_plain(other.symbol or other.name)}."
    if len(section.axes) == 1 and name and not own_numeric(section, name, request.at):
        at = {dim: value for dim, value in request.at.items() if dim in _dims(section, name)}
        return branches_in_words(section, name, request.branch, at)
    if len(section.axes) != 2:
        return ""
    words = critical_lines_in_words(section)
    if name == PHASE:
        present = set(np.unique(phase_field(section).value).astype(int).tolist())
        words = f"{phases_in_words(phase_names(section), present)} {words}".strip()
    return words


def _between(section: Result, name: str, request: Request) -> str:
    """What a map colours between its points."""
    field = section.fields.get(name)
    if len(section.axes) != 2 or request.along is not None or field is None or own_numeric(section, name, request.at):
        return ""
    good = field.value[np.isin(field.status, (Status.CONVERGED, Status.INTERPOLATED))]
    if not wishes().smooth or kind_of(name, good) not in SMOOTH:
        return ""
    return "Colours between the points are interpolated, across no line and from no state into another."


def _dims(section: Result, name: str) -> tuple[str, ...]:
    return section.fields[name].own_dims if name in section.fields else ()


def _remark(section: Result, name: str) -> str:
    """A gate without steepness is no degree of freedom: the strip at the edge of a map of exponents."""
    if not any(word in name for word in _EXPONENTS):
        return ""
    words = []
    for kind, gate in (("z", "update"), ("r", "output")):
        axis = next((axis for axis in section.axes if axis.name == f"alpha_{kind}"), None)
        if axis is not None and axis.values[0] == 0.0:
            words.append(
                f"At α_{kind} = 0 the {gate} gate is constant and no degree of freedom: its own rate −1/τ_{kind} does "
                "not count there."
            )
    return " ".join(words)


def _circles(section: Result, name: str) -> str:
    """The networks that stand beside the quantity; all of them beside surfaces."""
    checks = {} if section.checks is None else section.checks.fields
    if not name:
        return networks_in_words(section, checks.values())
    found: list[Field] = []
    for stored in (checks, section.fields):
        twin = twin_of(stored, name)
        if twin in stored and not found:
            found.append(stored[twin])
    fates = None if found or len(section.axes) != 2 else fates_of(section)
    if fates is not None:
        told = networks_in_words(section, [field for key, field in checks.items() if key in FATES])
        return told.replace("Circles: ", "Circles, filled where networks still move in the end: ")
    return networks_in_words(section, found)


def _source(result: Result) -> str:
    meta = result.metadata
    versions: Mapping[str, str] = meta.sessions[-1].versions if meta.sessions else {}
    program = f"phasemap {versions['phasemap']}" if "phasemap" in versions else "phasemap"
    revision = f" ({meta.sessions[-1].revision})" if meta.sessions and meta.sessions[-1].revision else ""
    done, total = result.progress
    partly = "" if done == total else f"; {done} of {total} evaluations are computed"
    return f"{program}{revision}, configuration {meta.config_hash[:12]}, seed {meta.seed}{partly}."
