"""From approximate zero sets to exact ones: Newton projection, and pseudo-arclength correction along curves.

Coordinates are scaled to the unit cube. A `Residual` maps points (n, d) in it to m < d functions (n, m).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from phasemap.model.results import FloatArray

Residual = Callable[[FloatArray], FloatArray]
Mask = NDArray[np.bool_]

# What counts as solved, far below the 1e-8 that surfaces promise.
SOLVED = 1e-10
_DIFFERENCE = 3e-6
_ITERATIONS = 15
_LONGEST_STEP = 0.05
# Curves: largest distance between a chord and the curve, and the number of times that chords are halved for it.
_SAG = 1e-4
_ROUNDS = 30
_CUTS = np.array([0.5, 0.25, 0.75])
_CLOSEST = 1e-5
# A vertex further above its chord than this is taken for one of another piece. (At a tip the curve stands steeply on
# its chord, so that the chord's length is no measure.)
_FARTHEST = 0.05


def jacobian(residual: Residual, points: FloatArray) -> FloatArray:
    """Central differences, one-sided at the faces of the cube: (n, d) -> (n, m, d)."""
    n, d = points.shape
    offsets = _DIFFERENCE * np.eye(d)
    high = np.minimum(points[:, None] + offsets, 1.0)
    low = np.maximum(points[:, None] - offsets, 0.0)
    width = np.einsum("nkk->nk", high - low)
    values = residual(np.concatenate([high, low]).reshape(-1, d)).reshape(2, n, d, -1)
    return np.swapaxes((values[0] - values[1]) / width[..., None], 1, 2)


def project(
    residual: Residual, points: FloatArray, held: Mask | None = None, directions: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Move points (n, d) onto the zero set by the shortest Newton steps, inside the unit cube.

    held:       (n, d) coordinates that stay.
    directions: (n, d) the points stay in the planes normal to these (pseudo-arclength correction).

    Returns (points, largest residual of each); those that did not converge have a residual above `SOLVED`.
    """
    points = points.copy()
    worst = np.abs(residual(points)).max(axis=1) if len(points) else np.zeros(0)
    active = np.arange(len(points))
    for _ in range(_ITERATIONS):
        active = active[worst[active] > 1e-3 * SOLVED]
        if not len(active):
            break
        here = points[active]
        slopes, value = jacobian(residual, here), residual(here)
        if held is not None:
            slopes = np.where(held[active][:, None], 0.0, slopes)
        if directions is not None:
            slopes = np.concatenate([slopes, directions[active][:, None]], axis=1)
            value = np.concatenate([value, np.zeros((len(here), 1))], axis=1)
        step = np.einsum("ndm,nm->nd", np.linalg.pinv(slopes, rcond=1e-11), value)
        length = np.abs(step).max(axis=1)
        step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(length, 1e-300))[:, None]
        moved = np.clip(here - step, 0.0, 1.0)
        now = np.abs(residual(moved)).max(axis=1)
        # At the level of rounding a step may not help any more: keep the better point, and stop there.
        better = (now < worst[active]) | (worst[active] > SOLVED)
        points[active[better]], worst[active[better]] = moved[better], now[better]
        active = active[better]
    return points, worst


def smooth_curve(residual: Residual, curve: FloatArray) -> FloatArray:
    """Refine a polyline (n, d) whose vertices are on a curve until no chord sags by more than a tolerance.

    Chords are cut by pseudo-arclength steps: a point of the chord is the predictor, the plane normal to the chord the
    constraint. The middle comes first; where nothing is found above it (at a tip, where the curve is not smooth) the
    quarters are tried, so that vertices accumulate towards the tip from both sides. Around turning points of any
    coordinate the chords are kept short, so that extrema are met.
    """
    curve = _without_reversals(curve)
    attempts = np.zeros(max(len(curve) - 1, 0), dtype=int)
    for _ in range(_ROUNDS):
        chord = np.diff(curve, axis=0)
        length = np.linalg.norm(chord, axis=1)
        todo = np.flatnonzero((attempts < len(_CUTS)) & (length > _CLOSEST))
        if not len(todo):
            break
        cut = curve[todo] + _CUTS[attempts[todo], None] * chord[todo]
        solved, worst = project(residual, cut, directions=chord[todo] / length[todo, None])
        sag = np.linalg.norm(solved - cut, axis=1)
        found = (worst < SOLVED) & (sag < _FARTHEST)
        bent = (sag > _SAG) | _turns(curve)[todo] | (attempts[todo] > 0)
        attempts[todo] = np.where(found, len(_CUTS), attempts[todo] + 1)
        insert = found & bent
        attempts[todo[insert]] = 0
        places = todo[insert] + 1
        curve = np.insert(curve, places, solved[insert], axis=0)
        attempts = np.insert(attempts, places, 0)
    return curve


def _turns(curve: FloatArray) -> Mask:
    """Chords (n - 1,) next to a vertex at which some coordinate turns round."""
    chord = np.diff(curve, axis=0)
    turning = np.zeros(len(curve), dtype=bool)
    if len(chord) > 1:
        turning[1:-1] = (chord[1:] * chord[:-1] < 0).any(axis=1)
    return turning[1:] | turning[:-1]


def _without_reversals(curve: FloatArray) -> FloatArray:
    """Drop vertices at which the polyline runs back on itself, which projection can leave behind, and doublets."""
    for _ in range(20):
        chord = np.diff(curve, axis=0)
        length = np.linalg.norm(chord, axis=1)
        bad = np.zeros(len(curve), dtype=bool)
        if len(chord) > 1:
            bad[1:-1] = ((chord[1:] * chord[:-1]).sum(axis=1) < 0) | (length[:-1] < _CLOSEST)
            bad[1:-1] &= ~np.roll(bad, 1)[1:-1]
        if not bad.any():
            break
        curve = curve[~bad]
    return curve
