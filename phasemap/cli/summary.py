"""What a result says, in words."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from phasemap.cli.console import duration, percent, plural, size
from phasemap.dataset import Field, Result
from phasemap.dataset.marginal_region import NEEDED, is_behind_hard_gate, membership
from phasemap.dataset.phase_facts import PhaseRules
from phasemap.model.status import STATUS_WORDS, Status
from phasemap.model.text.stated import stated
from phasemap.model.unit.nonlinearities import gate_moves


def summary(result: Result, path: Path) -> list[str]:
    """A few sentences for the end of a sweep: what was found, how well, and what to do next."""
    done, total = result.progress
    sessions = result.metadata.sessions
    took = f" in {duration(sessions[-1].wall_seconds)}" if sessions else ""
    state = "Finished" if done == total else f"Done with {done:,} of {plural(total, 'evaluation')}"
    lines = [f"{state}{took}: {path} ({size(path.stat().st_size)}), {' × '.join(map(str, result.shape))} points."]
    lines += (
        phases(result)
        + quantities(result.fields)
        + surfaces(result)
        + regions(result)
        + agreement(result)
        + remarks(result)
        + failures(result)
    )
    if done < total:
        lines.append("This is a part of the sweep: join the parts with `phasemap merge`.")
    else:
        lines.append(f"Look at it: phasemap plot {path}")
    return lines


def phases(result: Result) -> list[str]:
    """Which share of the map each phase has: every point of the grid counts, computed or filled in by refinement."""
    from phasemap.dataset.phases import PHASE_NAMES, Phase
    from phasemap.figures.scenes.fields import can_label, phase_field

    if not can_label(result):
        return []
    labels = phase_field(result)
    known = labels.value[labels.status != Status.PENDING].astype(int)
    counts = [(int((known == phase).sum()), PHASE_NAMES[phase]) for phase in Phase]
    parts = [f"{name} {percent(count, known.size)}" for count, name in sorted(counts, reverse=True) if count]
    whole = known.size == labels.value.size
    return [f"Phases{'' if whole else ' of the points computed so far'}: {', '.join(parts)}."] if parts else []


def quantities(fields: Mapping[str, Field]) -> list[str]:
    """One line per quantity: range, worst error, and how many values are not good."""
    lines = []
    for entry in fields.values():
        good = entry.status == Status.CONVERGED
        if not good.any():
            lines.append(f"{entry.name}: {_problems(entry) or 'no value'}.")
            continue
        values = entry.value[good]
        line = f"{entry.name}: from {values.min():.4g} to {values.max():.4g}"
        if entry.error is not None and (entry.error[good] > 0).any():
            line += f", worst error {np.nanmax(entry.error[good]):.1e}"
        problems = _problems(entry)
        lines.append(f"{line}{'; ' + problems if problems else ''}.")
    return lines


def _problems(entry: Field) -> str:
    """Values that are missing or not to be trusted; absent branches are no problem."""
    counts = [
        (int((entry.status == status).sum()), STATUS_WORDS[status])
        for status in Status
        if status not in (Status.CONVERGED, Status.ABSENT)
    ]
    expected = int((entry.status != Status.ABSENT).sum())
    return ", ".join(f"{count:,} of {expected:,} {word}" for count, word in counts if count)


def surfaces(result: Result) -> list[str]:
    """The critical surfaces that were found, and how exactly."""
    parts = []
    for name, surface in result.surfaces.items():
        if len(surface.vertices):
            worst = np.nanmax(surface.residual)
            count = plural(len(surface.vertices), "vertex", "vertices")
            parts.append(f"{name} ({count}, residual ≤ {worst:.0e})")
        else:
            parts.append(f"{name} (does not cross this region)")
    return [f"Critical surfaces: {', '.join(parts)}."] if parts else []


def regions(result: Result) -> list[str]:
    """The regions that were outlined."""
    parts = []
    for name, region in result.regions.items():
        sheet = len(region.triangles)
        count = plural(sheet, "triangle") if sheet else plural(len(region.pieces), "polygon")
        decides = "f S < 1 < S" if is_behind_hard_gate(result.metadata.parameters) else f"level {region.level:g}"
        parts.append(f"{name} ({count}, {plural(len(region.vertices), 'vertex', 'vertices')}, {decides})")
    if not parts and result.complete and _holds_marginal_points(result):
        kind = "plane" if len(result.axes) == 2 else "box"
        return [f"The marginally stable region of this {kind} is not outlined in the file: `phasemap sweep` does that."]
    return [f"Regions: {', '.join(parts)}."] if parts else []


def _holds_marginal_points(result: Result) -> bool:
    """Whether the stored numbers of a plane or box put some of its points into the marginally stable region."""
    if len(result.axes) not in (2, 3) or not set(NEEDED) <= set(result.fields):
        return False
    fields = {name: result.fields[name] for name in NEEDED}
    axes = dict(zip(result.axis_names, np.meshgrid(*(axis.values for axis in result.axes), indexing="ij"), strict=True))
    shape = fields[NEEDED[0]].status.shape[:-1]
    alpha_z = axes.get("alpha_z", np.asarray(result.metadata.parameters.get("alpha_z", 0.0)))
    beta_z = axes.get("beta_z", np.asarray(result.metadata.parameters.get("beta_z", -np.inf)))
    moving = np.broadcast_to(gate_moves(alpha_z, beta_z), shape)
    return bool((membership(fields, np.broadcast_to(alpha_z, shape), PhaseRules().pinned).inside & moving).any())


def agreement(result: Result) -> list[str]:
    """Simulated exponents beside the theory's, at the check points."""
    if result.checks is None:
        return []
    fields = result.checks.fields
    simulated = fields.get("network_lyapunov_max")
    if simulated is None:
        return []
    lines = []
    for k in range(len(result.checks)):
        place = ", ".join(f"{name} = {values[k]:g}" for name, values in result.checks.parameters.items())
        found = _value(simulated, k)
        lines.append(f"Check at {place}: networks {found}{_theory(result, k)}.")
    return lines


def _theory(result: Result, k: int) -> str:
    from phasemap.dataset.attractors import dominant_branch

    fields = result.checks.fields if result.checks else {}
    theory = fields.get("lyapunov_max")
    if theory is None or theory.own_dims != ("branch",):
        return ""
    branches = [str(label) for label in result.labels["branch"]]
    chosen = int(dominant_branch(theory, branches)[k])
    return f", mean field {_value(theory, (k, chosen))} ({branches[chosen]})" if chosen >= 0 else ""


def _value(entry: Field, place: int | tuple[int, ...]) -> str:
    error = None if entry.error is None else float(entry.error[place])
    return stated(float(entry.value[place]), error, int(entry.status[place]))


def remarks(result: Result) -> list[str]:
    """Why numbers are missing or infinite, one line a reason."""
    places: dict[tuple[str, str], int] = {}
    for remark in result.remarks:
        key = (remark.name, remark.reason)
        places[key] = places.get(key, 0) + 1
    return [f"{plural(count, 'point')} ({name}): {reason}" for (name, reason), count in places.items()]


def failures(result: Result) -> list[str]:
    """What failed, and why."""
    if not result.failures:
        return []
    first = result.failures[0]
    return [
        f"{plural(len(result.failures), 'evaluation')} failed; the first one ({first.name}, {first.part}): "
        f"{first.reason}. Give the same command again to try them once more."
    ]
