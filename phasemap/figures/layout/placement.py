"""Where a label of a given size fits: rectangles on a raster, clear of everything that is in the way.

Plain arrays, one raster cell to a typographic point, rows upwards; nothing here knows what is drawn.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Box:
    """A rectangle on the raster: centre and size, in points."""

    x: float
    y: float
    width: float
    height: float

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


def fit_turned(free: Mask, width: float, height: float, angle: float) -> Box | None:
    """`fit_inside` for a rectangle that is turned by an angle (degrees): its centre is a place of the raster."""
    if angle == 0.0:
        return fit_inside(free, width, height)
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    middle, side = np.array(free.shape[::-1]) / 2.0, int(np.ceil(np.hypot(*free.shape)))
    along, across = np.meshgrid(*2 * [np.arange(side) + 0.5 - side / 2.0])
    i = np.floor(middle[0] + along * cosine - across * sine).astype(int)
    j = np.floor(middle[1] + along * sine + across * cosine).astype(int)
    on_page = (i >= 0) & (j >= 0) & (i < free.shape[1]) & (j < free.shape[0])
    turned = on_page & free[np.where(on_page, j, 0), np.where(on_page, i, 0)]
    found = fit_inside(turned, width, height)
    if found is None:
        return None
    u, v = found.x - side / 2.0, found.y - side / 2.0
    return Box(float(middle[0] + u * cosine - v * sine), float(middle[1] + u * sine + v * cosine), width, height)


def _room(free: Mask, w: int, h: int) -> Mask | None:
    """(rows - h + 1, columns - w + 1): whether the rectangle with its lower left corner there is free."""
    if w > free.shape[1] or h > free.shape[0]:
        return None
    total = np.zeros((free.shape[0] + 1, free.shape[1] + 1), dtype=np.int64)
    total[1:, 1:] = np.cumsum(np.cumsum(~free, axis=0), axis=1)
    blocked: NDArray[np.int64] = total[h:, w:] - total[:-h, w:] - total[h:, :-w] + total[:-h, :-w]
    room: Mask = blocked == 0
    return room
