"""What lies under a critical line altogether: a colour bar and a legend name what can be seen, and nothing else."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from phasemap.figures.layout.cut_cells import Pixels
from phasemap.figures.layout.visibility import fractions
from phasemap.figures.scenes.scene import Array, Axis, Kind, Layer, Line

# Labels on a larger share of the map are seen, whatever lies above them.
_FEW = 0.02
# Half the width of a line with its casing, as a share of the page.
_UNDER = 0.012


def without_hidden(pixels: Pixels, layer: Layer, x: Axis, y: Axis, lines: tuple[Line, ...]) -> Pixels:
    """The pixels of a map, those of a label that is all under lines given to what lies beside them."""
    if layer.kind is not Kind.LABELS:
        return pixels
    codes = layer.value.ravel()[pixels.source]
    hidden = np.zeros(codes.shape, dtype=bool)
    for code in np.unique(codes[np.isfinite(codes)]):
        here = codes == code
        if is_hidden(here, pixels, x, y, lines):
            hidden |= here
    if not hidden.any() or hidden.all():
        return pixels
    j, i = distance_transform_edt(hidden, return_distances=False, return_indices=True)
    return replace(pixels, source=pixels.source[j, i])


def is_hidden(here: NDArray[np.bool_], pixels: Pixels, x: Axis, y: Axis, lines: tuple[Line, ...]) -> bool:
    """Whether these pixels are few, and all of them under lines."""
    return bool(here.mean() < _FEW) and _is_under(_centres(pixels, here), x, y, lines)


def _centres(pixels: Pixels, here: NDArray[np.bool_]) -> Array:
    """(n, 2) the middles of some pixels along x and y."""
    j, i = np.nonzero(here)
    columns = [edges[k : len(edges) - 1 + k] for edges in (pixels.x_edges, pixels.y_edges) for k in (0, 1)]
    x_middle, y_middle = 0.5 * (columns[0] + columns[1]), 0.5 * (columns[2] + columns[3])
    return np.column_stack([x_middle[i], y_middle[j]])


def _is_under(places: Array, x: Axis, y: Axis, lines: tuple[Line, ...]) -> bool:
    """Whether each place is nearer to a line than half its width."""
    far = np.full(len(places), np.inf)
    here = fractions(places, x, y)
    for piece in (fractions(piece, x, y) for line in lines for piece in line.pieces if len(piece) > 1):
        start, along = piece[:-1], np.diff(piece, axis=0)
        offset = here[:, None] - start
        share = np.clip((offset * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-30), 0.0, 1.0)
        far = np.minimum(far, np.linalg.norm(offset - share[..., None] * along, axis=-1).min(axis=1))
    return bool((far < _UNDER).all())
