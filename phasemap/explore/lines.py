"""Critical lines in the plane of the map, for every place of the sliders along the other axes; borders of regions."""

from itertools import islice, product
from typing import Any

import numpy as np

from phasemap.dataset import Result
from phasemap.dataset.sections import cut_region, cut_surface
from phasemap.explore.numbers import rounded
from phasemap.model.results import CriticalSurface, Region

# Seen on white and on black, over every map, and beside the branches in the cuts, whose colours they do not share.
_COLOURS = ("#000000", "#2f9e5b", "#b0499b", "#99933a", "#7b6be0", "#3fa7a0", "#a8603c")

_BORDER = "#00523f"

MOST_SECTIONS = 200
"""Sections of a surface in more than two axes beyond which a page would be made of nothing else."""


def line_blocks(result: Result) -> list[dict[str, Any]]:
    """Every critical surface: its name and condition, and its lines by the place of the sliders ("3,0"; "" for none).

    A line is a list of pieces, a piece a list of points along the map's axes; a single point is a special point. The
    border of a region is a line with a level, whose pieces are closed.
    """
    shown = result.axis_names[:2]
    blocks = []
    for k, (name, surface) in enumerate(result.surfaces.items()):
        if not set(result.axis_names) <= set(surface.columns):
            continue
        blocks.append({
            "name": name,
            "words": name.replace("_", " "),
            "condition": surface.condition,
            "residual": float(f"{np.max(surface.residual, initial=0.0):.2g}"),
            "colour": _COLOURS[k % len(_COLOURS)],
            "pieces": {key: _pieces(one, shown) for key, one in _sections(result, surface)},
            "level": None,
        })  # fmt: skip
    return blocks + [_region_block(result, region) for region in result.regions.values() if len(result.axes) < 4]


def _region_block(result: Result, region: Region) -> dict[str, Any]:
    """A region as its border, at every place along a third axis, with what decides it."""
    shown, sections = result.axis_names[:2], {"": region}
    if len(result.axes) == 3:
        values = result.axes[2].values[:MOST_SECTIONS]
        sections = {str(k): cut_region(region, result.axes[2], float(value)) for k, value in enumerate(values)}
    return {
        "name": region.name,
        "words": region.name.replace("_", " ") + " region",
        "condition": f"{region.condition}, level {region.level:g}",
        "residual": float(f"{np.max(region.residual, initial=0.0):.2g}"),
        "colour": _BORDER,
        "pieces": {key: _pieces(one, shown) for key, one in sections.items()},
        "level": region.level,
    }


def _sections(result: Result, surface: CriticalSurface) -> list[tuple[str, CriticalSurface]]:
    """The surface at every combination of grid values along the axes beyond the first two."""
    others = result.axes[2:]
    sections = []
    for places in islice(product(*(range(len(axis)) for axis in others)), MOST_SECTIONS):
        here = surface
        for axis, place in zip(others, places, strict=True):
            here = cut_surface(here, axis.name, float(axis.values[place]))
        sections.append((",".join(map(str, places)), here))
    return sections


def _pieces(surface: CriticalSurface, shown: tuple[str, ...]) -> list[list[Any]]:
    """Pieces along the shown axes; a mesh that is not cut has none."""
    if len(surface.triangles):
        return []
    columns = [surface.columns.index(name) for name in shown]
    return [rounded(piece[:, columns]) for piece in surface.pieces if len(piece)]
