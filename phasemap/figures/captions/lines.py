"""What the lines of a figure are: critical lines over a map, uprights and branches along an axis."""

from collections.abc import Mapping

from phasemap.dataset import Result
from phasemap.dataset.marginal_region import MARGINALLY_STABLE, is_behind_hard_gate
from phasemap.figures.captions.words import listed
from phasemap.figures.layout.visibility import visible_names
from phasemap.figures.scenes.stage import stage_line, surfaces_of
from phasemap.model.branches import BRANCH_MEANINGS
from phasemap.model.results import CriticalSurface

MEANINGS: dict[str, tuple[str, str]] = {
    "zero_instability": ("solid black", "the zero state loses stability"),
    "static_fold": ("dashed black", "a pair of static states appears"),
    "dynamic_fold": ("dash-dotted violet", "a pair of fluctuating states appears: chaos begins at a finite amplitude"),
    "marginal_boundary": ("dotted green", "f S = 1, where marginal stability behind a hard update gate ends"),
    "pinning_limit": ("long-dashed green", "the update gate no longer pins the fixed point"),
    "slow_edge": ("dash-dotted green", "marginal stability ends at a finite steepness of the gate"),
    "static_gain_one": ("dashed green", "S = 1, a static state loses stability"),
    "lyapunov_zero": ("solid violet", "the maximum Lyapunov exponent changes sign"),
    "complexity_onset": ("long-dashed brown", "Σ = 0, beyond which fixed points proliferate"),
    "static_tricritical": ("diamond", "static states turn from appearing continuously to appearing in pairs"),
    "dynamic_tricritical": ("star", "chaos turns from beginning continuously to beginning at a fold"),
    "complexity_tricritical": ("plus", "proliferation turns from beginning continuously to beginning at a finite size"),
}
"""Critical line or point -> how it is drawn on a map, and what happens there."""


def critical_lines_in_words(result: Result) -> str:
    """The critical lines and points that can be seen in the plane of the two axes; or all surfaces of a box."""
    if len(result.axes) == 2:
        lines, markers = surfaces_of(result)
        seen = [*visible_names(result, lines), *(kind.name for kind in markers)]
        return " ".join(
            part for part in (_sentence("Lines", seen, result.surfaces, looks=True), regions_in_words(result)) if part
        )
    if len(result.axes) == 3:
        names = [name for name in result.surfaces if set(result.axis_names) <= set(result.surfaces[name].columns)]
        told = [_sentence("Surfaces and lines", names, result.surfaces, looks=False), regions_in_words(result)]
        return " ".join(part for part in told if part)
    return ""


def regions_in_words(result: Result) -> str:
    """The region that is outlined and dotted in the plane of the two axes, or enclosed by a sheet in a box."""
    region = result.regions.get(MARGINALLY_STABLE)
    if region is None:
        return ""
    hard = is_behind_hard_gate(result.metadata.parameters)
    condition = "f S < 1 < S" if hard else f"S > 1 and a pinning ratio p ≤ {region.level:g}"
    look = "Enclosed by a sheet" if len(region.triangles) else "Dotted and outlined in green"
    return f"{look}: the marginally stable region, where fixed points are pinned, {condition}."


def branches_in_words(result: Result, quantity: str, branch: str | None, at: Mapping[str, str]) -> str:
    """The lines of a figure along one axis: branches, and uprights at critical points."""
    scene = stage_line(result, quantity, branch, at)
    meanings = {name.replace("_", " "): words for name, words in BRANCH_MEANINGS.items()}
    named = [f"{name} ({meanings[name]})" if name in meanings else name for name in scene.names if name]
    first, last = scene.x.values[0], scene.x.values[-1]
    seen = [name for name, _, places in scene.uprights if ((places >= first) & (places <= last)).any()]
    uprights = _sentence("Upright lines", seen, result.surfaces, looks=False)
    bars = any(layer.error is not None and (layer.error > 0.0).any() for layer in scene.layers)
    errors = "Bands and bars are the stated errors." if bars else ""
    return " ".join(part for part in (f"Lines: {'; '.join(named)}." if named else "", errors, uprights) if part)


def _sentence(start: str, names: list[str], surfaces: Mapping[str, CriticalSurface], looks: bool) -> str:
    """'Lines: static fold (dashed black), a pair of static states appears; ….'"""
    told = []
    for name in names:
        look, meaning = MEANINGS.get(name, ("", surfaces[name].condition))
        told.append(f"{name.replace('_', ' ')}{f' ({look})' if look and looks else ''}, {meaning}")
    return f"{start}: {'; '.join(told)}." if told else ""


def phases_in_words(names: Mapping[int, str], present: set[int]) -> str:
    """The phases that a map shows."""
    shown = [words for code, words in names.items() if code in present]
    return f"Shown are the regions {listed([f'“{words}”' for words in shown])}." if shown else ""
