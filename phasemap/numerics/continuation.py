"""From approximate zero sets to exact ones: Newton projection, and pseudo-arclength correction along curves.

Coordinates are scaled to the unit cube. A `Residual` maps points (n, d) in it to m < d functions (n, m).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasemap.numerics.arrays import FloatArray

Residual = Callable[[FloatArray], FloatArray]
Mask = NDArray[np.bool_]


class _Tolerances(NamedTuple):
    """Newton's method on zero sets, and how closely curves are followed; lengths are those of the unit cube."""

    solved: float = 1e-10  # residual that counts as solved, far below the 1e-8 that surfaces promise
    difference: float = 3e-6  # step of numerical derivatives: truncation and rounding are then alike
    iterations: int = 15  # Newton steps, at most
    longest_newton: float = 0.05  # step of Newton's method, which may leave its piece of the set otherwise
    sag: float = 1e-4  # largest distance between a chord and the curve: unseen in print
    rounds: int = 12  # of halving chords for it
    closest: float = 1e-5  # vertices that are nearer are one
    steepest: float = 0.5  # a vertex further from the middle of its chord, in chords, belongs to another piece
    gap: float = 1e-3  # longer ones are bridged by continuation
    shortest: float = 1e-5  # step of the continuation
    unseen: float = 4.0  # shortest steps that make a gap which is seen
    longest: float = 0.02  # step of the continuation
    most_steps: int = 200  # of one continuation
    polished: float = 1e-3  # share of what counts as solved at which Newton's method ends
    flat: float = 1e-11  # singular values below this share of the largest are directions in which nothing changes


_TOLERANCES = _Tolerances()
SOLVED = _TOLERANCES.solved


def jacobian(residual: Residual, points: FloatArray) -> FloatArray:
    """Central differences, one-sided at the faces of the cube: (n, d) -> (n, m, d)."""
    n, d = points.shape
    offsets = _TOLERANCES.difference * np.eye(d)
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
    values = residual(points) if len(points) else np.zeros((0, 1))
    worst = np.abs(values).max(axis=1)
    active = np.arange(len(points))
    for _ in range(_TOLERANCES.iterations):
        active = active[worst[active] > _TOLERANCES.polished * SOLVED]
        if not len(active):
            break
        here, value = points[active], values[active]
        slopes = jacobian(residual, here)
        if held is not None:
            slopes = np.where(held[active][:, None], 0.0, slopes)
        if directions is not None:
            slopes = np.concatenate([slopes, directions[active][:, None]], axis=1)
            value = np.concatenate([value, np.zeros((len(here), 1))], axis=1)
        step = np.einsum("ndm,nm->nd", np.linalg.pinv(slopes, rcond=_TOLERANCES.flat), value)
        length = np.abs(step).max(axis=1)
        step *= np.minimum(1.0, _TOLERANCES.longest_newton / np.maximum(length, 1e-300))[:, None]
        moved = np.clip(here - step, 0.0, 1.0)
        found = residual(moved)
        now = np.abs(found).max(axis=1)
        # At the level of rounding a step may not help any more: keep the better point, and stop there.
        better = (now < worst[active]) | (worst[active] > SOLVED)
        points[active[better]], values[active[better]], worst[active[better]] = (
            moved[better],
            found[better],
            now[better],
        )
        active = active[better]
    return points, worst


def smooth_curve(
    residual: Residual, curve: FloatArray, shortest: float = _TOLERANCES.shortest, drawn: int | None = None
) -> FloatArray:
    """Refine a polyline (n, d = m + 1) whose vertices are on a curve until no chord sags by more than a tolerance.

    Chords are halved by pseudo-arclength steps: the middle of the chord is the predictor, the plane normal to the chord
    the constraint. Around turning points of any coordinate the chords are kept short, so that extrema are met. Where
    nothing is found above a chord (the curve has a tip there, or bends within less than the chord), and at ends inside
    the cube, the curve is followed by pseudo-arclength continuation, in steps of `shortest` or more.

    drawn: how many leading coordinates are seen, for whom steps of `shortest` are as good as none; None: all count.
    """
    curve = _without_reversals(curve)
    pending = np.ones(max(len(curve) - 1, 0), dtype=bool)
    stuck = np.zeros_like(pending)
    for _ in range(_TOLERANCES.rounds):
        chord = np.diff(curve, axis=0)
        length = np.linalg.norm(chord, axis=1)
        todo = np.flatnonzero(pending & (length > _TOLERANCES.closest))
        if not len(todo):
            break
        middle = 0.5 * (curve[todo] + curve[todo + 1])
        solved, worst = project(residual, middle, directions=chord[todo] / length[todo, None])
        sag = np.linalg.norm(solved - middle, axis=1)
        found = (worst < SOLVED) & (sag < _TOLERANCES.steepest * length[todo])
        pending[todo], stuck[todo] = False, ~found
        insert = found & ((sag > _TOLERANCES.sag) | _turns(curve)[todo])
        pending[todo[insert]] = True
        places = todo[insert] + 1
        curve = np.insert(curve, places, solved[insert], axis=0)
        pending, stuck = np.insert(pending, places, True), np.insert(stuck, places, False)
    chord = np.diff(curve, axis=0)[:, :drawn]
    gap = _TOLERANCES.gap if drawn is None else _TOLERANCES.unseen * shortest
    return _complete(residual, curve, stuck & (np.linalg.norm(chord, axis=1) > gap), shortest)


def without_doubles(curves: Sequence[FloatArray]) -> list[FloatArray]:
    """The polylines (n, d) but those that run along a longer one all the way: two pieces of a guess found one curve."""
    kept: list[FloatArray] = []
    for curve in sorted(curves, key=len, reverse=True):
        if len(curve) < 2 or not any(_along(curve, other) for other in kept):
            kept.append(curve)
    return [curve for curve in curves if any(curve is one for one in kept)]


def _along(points: FloatArray, curve: FloatArray) -> bool:
    """Whether all points are as near to a polyline as two sets of chords of one curve are."""
    if len(curve) < 2:
        return False
    start, chord = curve[:-1], np.diff(curve, axis=0)
    square = np.maximum((chord**2).sum(axis=1), 1e-300)
    for point in points:
        share = np.clip(((point - start) * chord).sum(axis=1) / square, 0.0, 1.0)
        if ((point - start - share[:, None] * chord) ** 2).sum(axis=1).min() > (2.0 * _TOLERANCES.sag) ** 2:
            return False
    return True


def _complete(residual: Residual, curve: FloatArray, wide: Mask, shortest: float) -> FloatArray:
    """Follow the curve from both sides into every chord that is `wide`, and beyond ends that are inside the cube."""
    if len(curve) < 2:
        return curve
    last = len(curve) - 1
    pieces = []
    closed = bool((curve[0] == curve[-1]).all())
    if not closed and _inside(curve[0]):
        pieces.append(follow(residual, curve[0], curve[0] - curve[1], shortest=shortest)[::-1])
    for k in range(last + 1):
        pieces.append(curve[k : k + 1])
        if k < last and wide[k]:
            onward = follow(residual, curve[k], curve[k] - curve[max(k - 1, 0)], curve[k + 1], shortest)
            goal = onward[-1] if len(onward) else curve[k]
            back = follow(residual, curve[k + 1], curve[k + 1] - curve[min(k + 2, last)], goal, shortest)
            pieces += [onward, back[::-1]]
    if not closed and _inside(curve[-1]):
        pieces.append(follow(residual, curve[-1], curve[-1] - curve[-2], shortest=shortest))
    return np.concatenate(pieces)


def _inside(point: FloatArray) -> bool:
    return bool(((point > 0.0) & (point < 1.0)).all())


def follow(
    residual: Residual,
    start: FloatArray,
    heading: FloatArray,
    goal: FloatArray | None = None,
    shortest: float = _TOLERANCES.shortest,
) -> FloatArray:
    """Pseudo-arclength continuation of a curve (d = m + 1) from `start` (d,), until it leaves the cube or ends.

    heading: (d,) which of the two ways to go.
    goal:    (d,) stop on reaching it.
    shortest: the curve is taken to end where steps of this length fail.

    Returns the new vertices (n, d), the last of them on the face of the cube where the curve leaves it.
    """
    path: list[FloatArray] = []
    here, step = start, _TOLERANCES.longest / 4
    direction = _tangent(residual, start, heading)
    while step > shortest and len(path) < _TOLERANCES.most_steps:
        ahead = here + step * direction
        outside = (ahead < 0.0) | (ahead > 1.0)
        if outside.any():
            landed = _land(residual, here, direction, step)
            if landed is not None:
                return np.array([*path, landed])
            step /= 2
            continue
        solved, worst = project(residual, ahead[None], directions=direction[None])
        there = solved[0]
        if worst[0] > SOLVED or np.linalg.norm(there - ahead) > 0.3 * step:
            step /= 2
            continue
        turned = _tangent(residual, there, direction)
        if turned @ direction < 0.9:
            step /= 2
            continue
        if goal is not None and np.linalg.norm(goal - there) < step:
            break
        path.append(there)
        here, direction, step = there, turned, min(1.5 * step, _TOLERANCES.longest)
    return np.array(path).reshape(-1, len(start))


def _tangent(residual: Residual, point: FloatArray, heading: FloatArray) -> FloatArray:
    tangent = np.linalg.svd(jacobian(residual, point[None])[0])[2][-1]
    return np.asarray(tangent if tangent @ heading >= 0 else -tangent)


def _land(residual: Residual, here: FloatArray, direction: FloatArray, step: float) -> FloatArray | None:
    """The point where the curve meets the face of the cube that the next step would cross; None if not found."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(direction > 0, (1.0 - here) / direction, np.where(direction < 0, -here / direction, np.inf))
    axis = int(room.argmin())
    guess = np.clip(here + room[axis] * direction, 0.0, 1.0)
    guess[axis] = 1.0 if direction[axis] > 0 else 0.0
    held = np.zeros((1, len(here)), dtype=bool)
    held[0, axis] = True
    landed, worst = project(residual, guess[None], held=held)
    near = np.linalg.norm(landed[0] - guess) < max(step, 10 * _TOLERANCES.shortest)
    return landed[0] if worst[0] < SOLVED and near else None


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
            bad[1:-1] = ((chord[1:] * chord[:-1]).sum(axis=1) < 0) | (length[:-1] < _TOLERANCES.closest)
            bad[1:-1] &= ~np.roll(bad, 1)[1:-1]
        if not bad.any():
            break
        curve = curve[~bad]
    return curve
