"""Paths in the few Fourier modes that the tangent flow mixes; what the others add is summed to first order.

Modes that the derivative makes stiff answer as if they were alone: those of high frequency meet |P|^2 / (eta + a),
which grows like the square of the frequency over a spectrum that falls (docs/theory.md (16.1)).
"""

import math

import numpy as np
import scipy.fft

from phasemap.model.results import FloatArray
from phasemap.theory.tangent_spectrum.slopes import Slopes

# Bytes of a batch of matrices: what stays in a core's cache.
_CACHE = 4e5


def basis(steps: int, highest: int) -> FloatArray:
    """Orthonormal 1, cos, sin, cos, ... (2 highest + 1, steps) up to a mode."""
    angle = 2.0 * math.pi * np.arange(1, highest + 1)[:, None] * np.arange(steps) / steps
    out = np.empty((2 * highest + 1, steps))
    out[0] = 1.0 / math.sqrt(steps)
    out[1::2], out[2::2] = math.sqrt(2.0 / steps) * np.cos(angle), math.sqrt(2.0 / steps) * np.sin(angle)
    return out


class Modes:
    """Slopes of sampled paths between modes |k| <= highest, and what other modes see of them.

    couplings: (paths, blocks n, blocks n), n = 2 highest + 1, from noise of h and of r to tangents of h and of r.
    power: transforms (blocks, blocks, steps) of the mean power of the slope from a source to a tangent.
    low: (steps,) which modes are kept. pick: (n,) index of the mode of every function of the basis.
    """

    def __init__(self, slopes: Slopes, highest: int) -> None:
        self.slopes, self.highest = slopes, highest
        self.steps, self.blocks = slopes.d.shape[2], len(slopes.rates)
        index = np.arange(self.steps)
        self.low = np.minimum(index, self.steps - index) <= highest
        self.pick = np.concatenate([[0], np.repeat(np.arange(1, highest + 1), 2)])
        self.couplings = self._couplings()
        self.power = self._power()
        self.batch = max(1, int(_CACHE / (8.0 * self.couplings.shape[1] ** 2)))

    def _couplings(self) -> FloatArray:
        """D^T in the basis: d_1 and d_3 lead to the tangent of h, d_2 from h's noise to that of r."""
        waves = basis(self.steps, self.highest)
        n, paths = len(waves), self.slopes.d.shape[1]
        out = np.zeros((paths, self.blocks * n, self.blocks * n))
        places = [(0, 0), (n, 0), (0, n)]
        for (row, column), d in zip(places, self.slopes.d, strict=False):
            for path, along in enumerate(d):
                out[path, row : row + n, column : column + n] = (waves * along) @ waves.T
        return out

    def _power(self) -> FloatArray:
        spectra = np.abs(scipy.fft.fft(self.slopes.d, axis=2)) ** 2
        mean = np.einsum("p,dpt->dt", self.slopes.weights, spectra) / self.steps**2
        table = np.zeros((self.blocks, self.blocks, self.steps))
        for (row, column), one in zip([(0, 0), (1, 0), (0, 1)], mean, strict=False):
            table[row, column] = one
        return np.asarray(scipy.fft.fft(table, axis=2).real)

    def onto_tangents(self, b: FloatArray) -> FloatArray:
        """Mean diagonal (blocks, steps) of D^T b D for symbols b (blocks, steps)."""
        return np.asarray(scipy.fft.ifft(np.einsum("ecm,cm->em", self.power, scipy.fft.fft(b))).real)

    def onto_noise(self, v: FloatArray) -> FloatArray:
        """Mean diagonal (blocks, steps) of D v D^T for symbols v (blocks, steps)."""
        return np.asarray(scipy.fft.ifft(np.einsum("ecm,em->cm", self.power, scipy.fft.fft(v))).real)

    def picked(self, symbols: FloatArray) -> FloatArray:
        """Symbols (blocks, steps) of the modes kept, along the basis (blocks n,)."""
        return np.ascontiguousarray(symbols[:, self.pick]).ravel()

    def spread(self, diagonal: FloatArray, symbols: FloatArray) -> None:
        """Write the diagonal (blocks n,) of a matrix in the basis to the modes kept of symbols (blocks, steps)."""
        rows = diagonal.reshape(self.blocks, -1)
        half = np.concatenate([rows[:, :1], 0.5 * (rows[:, 1::2] + rows[:, 2::2])], axis=1)
        symbols[:, : self.highest + 1] = half
        if self.highest:
            symbols[:, -self.highest :] = half[:, :0:-1]
