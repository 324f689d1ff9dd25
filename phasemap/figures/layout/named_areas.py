"""Under which name the points of an outlined region go, where the stored numbers do not decide the phase."""

import numpy as np
from matplotlib.path import Path
from numpy.typing import NDArray

from phasemap.dataset.marginal_region import MARGINALLY_STABLE
from phasemap.dataset.phases import Phase
from phasemap.figures.scenes.scene import Line, Scene

_NAMES = {MARGINALLY_STABLE: Phase.MARGINALLY_STABLE}


def codes_to_name(scene: Scene) -> NDArray[np.uint8] | None:
    """(len(y), len(x)) the phases that a map writes, None where it has none.

    A point without a phase inside an outlined region goes under the region's name: the fixed points are pinned there,
    and only how slow the chaos is stays open, where no more than a bound of the exponent is known. What is labelled
    keeps its label. So the name stands in the region, not beside the few points whose bound is tight enough.
    """
    if scene.phases is None:
        return None
    codes = scene.phases.copy()
    for area in scene.areas:
        if area.name in _NAMES:
            codes[(codes == Phase.UNDETERMINED) & _inside(scene, area)] = _NAMES[area.name]
    return codes


def _inside(scene: Scene, area: Line) -> NDArray[np.bool_]:
    """(len(y), len(x)) whether the points lie in a region of several pieces, whose holes are pieces as well."""
    places = np.stack(np.meshgrid(scene.x.values, scene.y.values), axis=-1).reshape(-1, 2)
    inside = np.zeros(len(places), dtype=bool)
    for piece in area.pieces:
        inside ^= Path(piece, closed=True).contains_points(places)
    return inside.reshape(len(scene.y.values), len(scene.x.values))
