"""W(s) where the update gate moves: P and the noise's load are matrices of their own on every path."""

import math

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.tangent_spectrum.level import COUNTS, LEAST, SWEEPS, TOLERANCE, Level
from phasemap.theory.tangent_spectrum.moving_gate.modes import MovingModes
from phasemap.theory.tangent_spectrum.moving_gate.resolvents import Averages, one_path


class MovingFlow:
    """The self-consistent equations at one s and one regulator eta (docs/theory.md (16.4))."""

    def __init__(self, modes: MovingModes, s: float, eta: float) -> None:
        self.modes, self.s, self.eta = modes, s, eta
        tau = modes.slopes.tau_z
        # |G_z|^2 of the gate's variable, which is eliminated, and its derivative by s.
        self.filter = 1.0 / ((1.0 + tau * s) ** 2 + (tau * modes.frequencies) ** 2)
        self.filter_slope = -2.0 * tau * (1.0 + tau * s) * self.filter**2
        self.uncoupled = s * np.eye(modes.size) + modes.derivative()
        self.free, self.free_slopes = self._uncoupled_units()

    def solve(self, start: FloatArray | None = None) -> Level:
        """Iterate the kernels' symbols (2, 1, highest + 1), as logarithms."""
        shape = (2, 1, self.modes.highest + 1)
        first = np.zeros(shape) if start is None else _fitted(start, shape[2])

        def size(change: FloatArray, x: FloatArray) -> float:
            """Largest change of a symbol, where Tr ab is large enough to count in W."""
            a, b = np.exp(x.reshape(shape))
            counts = np.minimum(a * b / (COUNTS * (a * b).max()), 1.0)
            return float((np.abs(change.reshape(shape)) * counts).max())

        def image(x: FloatArray) -> FloatArray:
            """Logarithms of the symbols that follow."""
            symbols = np.exp(x.reshape(shape))[:, 0]
            return np.log(self._fresh(self._averages(symbols))).ravel()

        found = anderson.solve(image, first.ravel(), TOLERANCE, SWEEPS, lambda x: x, size=size)
        symbols = np.exp(found.x.reshape(shape))[:, 0]
        groups, slope = self._levels(symbols, self._averages(symbols))
        return Level(groups, slope, found.x.reshape(shape), 0.0, found.converged)

    def _averages(self, symbols: FloatArray) -> Averages:
        """Averages over paths at symbols (2, highest + 1) of a and b."""
        modes = self.modes
        a, b = symbols
        loads = np.concatenate([a[modes.pick], (a * self.filter)[modes.pick]])
        out = Averages.none(modes.size, len(modes.slopes.weights))
        for path, weight in enumerate(modes.slopes.weights):
            gate, response, slope = modes.matrices(path)
            load = np.hstack([modes.slopes.gain * gate, response])
            found = one_path(load, self.uncoupled + gate, slope, (loads, b[modes.pick]), self.eta)
            out.add(path, float(weight), found)
        return out

    def _fresh(self, found: Averages) -> FloatArray:
        """New symbols (2, highest + 1), their common gauge fixed."""
        gauge = math.sqrt(found.noise_trace / found.tangent_trace)
        average = self.modes.averaged
        a = average(found.activity) * gauge
        b = (average(found.gate) + self.filter * average(found.response)) / gauge
        return np.maximum(np.stack([a, b]), LEAST)

    def _levels(self, symbols: FloatArray, found: Averages) -> tuple[FloatArray, float]:
        """W of each group (groups,), and -W' of all paths."""
        modes, slopes = self.modes, self.modes.slopes
        a, b = symbols
        common = -modes.traced(a * b) - self.eta * (found.noise_trace + found.tangent_trace)
        each = (slopes.weights * (found.logarithms - 2.0 * self.free)).reshape(slopes.groups, -1).sum(axis=1)
        by_filter = 0.5 * modes.traced(a * self.filter_slope * modes.averaged(found.response))
        slope = float(slopes.weights @ (found.slopes - self.free_slopes)) + by_filter
        return 0.5 * (common + each * slopes.groups) / slopes.period, -slope / slopes.period

    def _uncoupled_units(self) -> tuple[FloatArray, FloatArray]:
        """ln |det P| (paths,) of uncoupled units and its derivative by s, with the sign of what grows.

        It is |x| T / 2 where x = s + the mean of the gate, and x T / 2 is to be taken off, also on a path whose gate
        happens to be nearly shut.
        """
        period = self.modes.slopes.period
        logarithms, traces = np.empty((2, len(self.modes.slopes.weights)))
        for path in range(len(logarithms)):
            flow = self.uncoupled + self.modes.matrices(path)[0]
            logarithms[path] = np.linalg.slogdet(flow)[1]
            traces[path] = np.trace(np.linalg.inv(flow))
        below = np.minimum(self.s + self.modes.mean_gates, 0.0) * period
        return logarithms + below, traces + period * (below < 0.0)


def _fitted(symbols: FloatArray, count: int) -> FloatArray:
    """Logarithms of symbols (2, 1, any), cut off or continued by a line to `count` modes."""
    known = symbols.shape[2]
    if count <= known:
        return symbols[:, :, :count]
    back = max(1, known // 4)
    slope = np.minimum((symbols[:, :, -1] - symbols[:, :, -1 - back]) / back, 0.0)
    more = symbols[:, :, -1:] + slope[:, :, None] * np.arange(1, count - known + 1)
    return np.concatenate([symbols, np.maximum(more, math.log(LEAST))], axis=2)
