"""What multiplies along a path, as a matrix between the lowest Fourier modes."""

import math

import numpy as np
import scipy.fft

from phasemap.model.results import FloatArray
from phasemap.theory.tangent_spectrum.moving_gate.slopes import MovingSlopes


class MovingModes:
    """Slopes of sampled paths between modes |k| <= highest, in the orthonormal basis 1, cos, sin, cos, ... .

    All matrices are projected on these modes, and what is solved is a finite problem of its own (docs/theory.md
    (16.4)). frequencies: (highest + 1,). pick: (n,) index of the mode of every function of the basis.
    """

    def __init__(self, slopes: MovingSlopes, highest: int) -> None:
        self.slopes, self.highest = slopes, highest
        self.frequencies = 2.0 * math.pi / slopes.period * np.arange(highest + 1)
        self.pick = np.concatenate([[0], np.repeat(np.arange(1, highest + 1), 2)])
        self.size = self.pick.size
        self._coefficients = self._transforms()
        self._first, self._second, self._signs, self._norms = self._table()
        self.mean_gates = slopes.d[0].mean(axis=1)

    def matrices(self, path: int) -> FloatArray:
        """sigma_z, q and phi' of a path (3, n, n)."""
        known = self._coefficients[:, path]
        return np.asarray((known[:, self._first] + self._signs * known[:, self._second]) * self._norms)

    def derivative(self) -> FloatArray:
        """d/dt (n, n)."""
        out = np.zeros((self.size, self.size))
        cos = np.arange(1, self.size, 2)
        out[cos + 1, cos], out[cos, cos + 1] = -self.frequencies[1:], self.frequencies[1:]
        return out

    def averaged(self, diagonal: FloatArray) -> FloatArray:
        """Symbols (highest + 1,) from the diagonal (n,) of a matrix."""
        return np.concatenate([diagonal[:1], 0.5 * (diagonal[1::2] + diagonal[2::2])])

    def traced(self, symbols: FloatArray) -> float:
        """Trace of what has these symbols (highest + 1,)."""
        return float(symbols[0] + 2.0 * symbols[1:].sum())

    def _transforms(self) -> FloatArray:
        """Means of d cos and of d sin (3, paths, 2 (2 highest + 1)), multiples up to 2 highest one after the other."""
        steps = self.slopes.d.shape[2]
        spectrum = scipy.fft.fft(self.slopes.d, axis=2) / steps
        known = spectrum[:, :, np.arange(2 * self.highest + 1) % steps]
        return np.concatenate([known.real, -known.imag], axis=2)

    def _table(self) -> tuple[np.ndarray, np.ndarray, FloatArray, FloatArray]:
        """Entries of a matrix as sums of two coefficients: indices, sign of the second, and factors (n, n).

        2 cos k cos l = cos(k - l) + cos(k + l), and likewise; sines of negative multiples change their sign.
        """
        k, count = self.pick, 2 * self.highest + 1
        sine = np.zeros(self.size, dtype=bool)
        sine[2::2] = True
        less, more = np.abs(k[:, None] - k[None, :]), k[:, None] + k[None, :]
        mixed = sine[:, None] != sine[None, :]
        both = sine[:, None] & sine[None, :]
        # sin k cos l = (sin(k + l) + sin(k - l)) / 2, where the sine's own multiple comes first.
        own = np.where(sine[:, None], k[:, None] - k[None, :], k[None, :] - k[:, None])
        turned = np.where(mixed, np.sign(own), 1.0)
        first, second = less + count * mixed, more + count * mixed
        norms = np.where((k[:, None] == 0) ^ (k[None, :] == 0), 1.0 / math.sqrt(2.0), 1.0)
        norms[0, 0] = 0.5
        # The first coefficient carries the sign of its sine: it is put into the second's and the factor.
        signs = np.where(both, -1.0, 1.0) * np.where(turned == 0.0, 1.0, turned)
        factor = norms * np.where(turned == 0.0, 1.0, turned)
        return first, second, signs, factor
