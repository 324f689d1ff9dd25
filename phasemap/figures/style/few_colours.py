"""Bitmaps in 256 colours: a third as large, without steps in what is smooth."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import cKDTree

_MOST = 256
# Colours that are taken because they cover much; the others are those that lie farthest from all taken.
_FREQUENT = 144
# Colours so near to a taken one (of 255 steps in any channel) need none of their own.
_ALIKE = 2

Colours = NDArray[np.int16]


def in_few_colours(image: Image.Image) -> Image.Image:
    """An image with at most 256 colours, each pixel in the nearest of them.

    The colours of areas are kept as they are; what is left of the palette bounds how far the others, which are those of
    the edges of lines and letters, are off.
    """
    pixels = np.asarray(image.convert("RGB")).astype(np.int32)
    packed = (pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2]
    found, place, counts = np.unique(packed, return_inverse=True, return_counts=True)
    own = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=-1).astype(np.int16)
    palette = own[_chosen(own, counts)]
    _, nearest = cKDTree(palette).query(own, p=np.inf)
    few = Image.fromarray(np.asarray(nearest).astype(np.uint8)[place].reshape(packed.shape))
    few.putpalette(palette.astype(np.uint8).ravel().tolist())
    return few


def _chosen(own: Colours, counts: NDArray[np.intp]) -> list[int]:
    """Which colours stay: frequent ones, then each time the one that is farthest from all that stay."""
    chosen: list[int] = []
    distance = np.full(len(own), _MOST)
    while len(chosen) < _MOST and distance.max() > 0:
        worth = np.where(distance > _ALIKE, counts, -1) if len(chosen) < _FREQUENT else distance
        if worth.max() < 0:
            worth = distance
        chosen.append(int(np.argmax(worth)))
        distance = np.minimum(distance, np.abs(own - own[chosen[-1]]).max(axis=-1))
    return chosen
