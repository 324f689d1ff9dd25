"""Where a label of a given size fits: rectangles on a raster, clear of everything that is in the way.

Plain arrays, one raster cell to a typographic point, rows upwards; nothing here knows what is drawn.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
Point = tuple[float, float]
Segment = tuple[Point, Point]


@dataclass(frozen=True)
class Box:
    """A rectangle on the raster: centre and size, in points."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two rectangles share some area."""
        return (
            abs(self.x - other.x) < 0.5 * (self.width + other.width)
            and abs(self.y - other.y) < 0.5 * (self.height + other.height)
        )  # fmt: skip

    def anchor(self, target: Point) -> Point:
        """The place on the rectangle nearest to a point outside of it: where a leader starts."""
        return (
            float(np.clip(target[0], self.x - self.width / 2, self.x + self.width / 2)),
            float(np.clip(target[1], self.y - self.height / 2, self.y + self.height / 2)),
        )

    def distance(self, target: Point) -> float:
        """Distance from the rectangle to a point outside of it."""
        x, y = self.anchor(target)
        return float(np.hypot(x - target[0], y - target[1]))

    def crosses(self, a: Point, b: Point) -> bool:
        """Whether the segment a-b passes through the rectangle (sampled every half point)."""
        n = int(2 * np.hypot(b[0] - a[0], b[1] - a[1])) + 2
        x, y = np.linspace(a[0], b[0], n), np.linspace(a[1], b[1], n)
        return bool(((np.abs(x - self.x) < self.width / 2) & (np.abs(y - self.y) < self.height / 2)).any())

    def paint(self, mask: Mask, margin: float = 0.0) -> None:
        """Set the raster cells that the rectangle (and a margin) covers."""
        rows, columns = mask.shape
        left, right = self.x - self.width / 2 - margin, self.x + self.width / 2 + margin
        low, high = self.y - self.height / 2 - margin, self.y + self.height / 2 + margin
        mask[
            max(int(np.floor(low)), 0) : min(int(np.ceil(high)), rows),
            max(int(np.floor(left)), 0) : min(int(np.ceil(right)), columns),
        ] = True


def components(codes: NDArray[np.integer], code: int, smallest: int) -> list[Mask]:
    """Connected areas of one code, largest first, without those of fewer than `smallest` raster cells."""
    numbered, n = ndimage.label(codes == code)
    sizes = np.bincount(numbered.ravel(), minlength=n + 1)[1:]
    order = np.argsort(-sizes, kind="stable")
    return [numbered == k + 1 for k in order if sizes[k] >= smallest]


def pole(mask: Mask) -> tuple[float, float, float]:
    """Pole of inaccessibility of an area: (x, y) of the cell farthest from its border, and that distance."""
    distance = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    # Many cells may be equally far (a strip): take the one nearest to the middle of the ties.
    j, i = np.nonzero(distance >= distance.max() - 1e-9)
    k = int(np.argmin((j - j.mean()) ** 2 + (i - i.mean()) ** 2))
    return float(i[k]) + 0.5, float(j[k]) + 0.5, float(distance[j[k], i[k]])


def fit_inside(free: Mask, width: float, height: float) -> Box | None:
    """The rectangle of that size with the most room around it inside the free cells; None if it fits nowhere."""
    w, h = int(np.ceil(width)), int(np.ceil(height))
    room = _room(free, w, h)
    if room is None or not room.any():
        return None
    distance = ndimage.distance_transform_edt(np.pad(room, 1))[1:-1, 1:-1]
    # Beyond some room a label gains nothing: among the roomy places prefer the middle of the area.
    enough = np.minimum(distance, 0.9 * distance.max())
    j, i = np.nonzero(enough == enough.max())
    rows, columns = np.nonzero(free)
    middle = (rows.mean() - 0.5 * h, columns.mean() - 0.5 * w)
    k = int(np.argmin((j - middle[0]) ** 2 + (i - middle[1]) ** 2))
    return Box(i[k] + 0.5 * w, j[k] + 0.5 * h, width, height)


def fit_near(
    free: Mask,
    width: float,
    height: float,
    target: tuple[float, float],
    taken: list[Box],
    leaders: list[Segment],
) -> Box | None:
    """The rectangle of that size nearest to `target` whose leader to it crosses neither boxes nor other leaders.

    It covers no other leader either.
    """
    w, h = int(np.ceil(width)), int(np.ceil(height))
    room = _room(free, w, h)
    if room is None:
        return None
    j, i = np.nonzero(room)
    x, y = i + 0.5 * w, j + 0.5 * h
    # Distance from the target to the rectangle, not to its centre, so that wide labels are not put far off.
    away = np.hypot(np.maximum(np.abs(x - target[0]) - w / 2, 0), np.maximum(np.abs(y - target[1]) - h / 2, 0))
    for k in np.argsort(np.where(away < 10.0, 1e6 - away, away), kind="stable"):
        box = Box(float(x[k]), float(y[k]), width, height)
        leader = (box.anchor(target), target)
        if any(box.crosses(*other) or _cross(leader, other) for other in leaders):
            continue
        if not any(other.crosses(*leader) for other in taken):
            return box
    return None


def _cross(one: Segment, other: Segment) -> bool:
    """Whether two segments intersect."""

    def side(a: Point, b: Point, c: Point) -> float:
        """On which side of the line through a and b the point c lies, by its sign."""
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    (a, b), (c, d) = one, other
    return side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0


def _room(free: Mask, w: int, h: int) -> Mask | None:
    """(rows - h + 1, columns - w + 1): whether the rectangle with its lower left corner there is free."""
    if w > free.shape[1] or h > free.shape[0]:
        return None
    total = np.zeros((free.shape[0] + 1, free.shape[1] + 1), dtype=np.int64)
    total[1:, 1:] = np.cumsum(np.cumsum(~free, axis=0), axis=1)
    blocked: NDArray[np.int64] = total[h:, w:] - total[:-h, w:] - total[h:, :-w] + total[:-h, :-w]
    room: Mask = blocked == 0
    return room
