"""Static mean field of the LSTM: c+ = f c + i g, h+ = o tanh(c+), gates sigma(U_k h + b_k), g = tanh(U_g h).

At a fixed point c = w g with w = i T, T = 1 / (1 - f) = 1 + exp(x_f), and C = <h^2> = <o^2> <tanh^2(w g)>. Functions of
w alone are tabulated over ln w once, and averaged over the input and forget gates by interpolation.
(docs/cells.md)
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
from scipy.optimize import brentq

from phasemap.cells.lstm.interpolation import LogGrid
from phasemap.cells.nodes import Array, gaussian_nodes, logistic

_LOG_STEP = 0.125
_TOP = 8.6


class Moments(NamedTuple):
    """<sigma^2>, <sigma'^2> of a gate."""

    square: float
    slope: float


class Mixture(NamedTuple):
    """Input and forget gates at one C: their values, joint weights (n_i, n_f), ln w on a grid, its measure."""

    i: Array
    x_f: Array
    weights: Array
    grid: LogGrid
    measure: Array


@dataclass(frozen=True)
class Lstm:
    """Gains a, mean biases b and their spreads s (which hold static inputs); the candidate g has no bias."""

    a_g: float = 1.0
    a_i: float = 0.0
    a_f: float = 0.0
    a_o: float = 0.0
    b_i: float = 0.0
    b_f: float = 0.0
    b_o: float = 0.0
    s_i: float = 0.0
    s_f: float = 0.0
    s_o: float = 0.0

    @property
    def gain(self) -> float:
        """a_g."""
        return self.a_g

    @property
    def rests(self) -> bool:
        """The candidate has no bias: h = c = 0 is a fixed point."""
        return True

    def with_gain(self, gain: float) -> Self:
        """The same cell with another a_g."""
        return replace(self, a_g=gain)

    def second_moment(self, C: float) -> float:
        """F(C) = <o^2> <tanh^2(i g T)>."""
        mixture = self._mixture(C)
        g, gaussian = self._candidates(C, mixture.grid.nodes[-1])
        squares = np.tanh(np.exp(mixture.grid.nodes)[:, None] * g) ** 2 @ gaussian
        return self._output(C).square * float(mixture.measure @ squares)

    def slope_variance(self, C: float) -> float:
        """S = E(1): heavy-tailed, as 1 / (1 - f)^2 weighs units that hardly forget; the edge is the better number."""
        return self._condition(C, 0.0)

    def edge(self, C: float) -> float:
        """Radius of the bulk of the Jacobian of (h, c) in one step, from E(lambda) = 1 solved on ln(lambda - 1)."""
        if C == 0.0 and self.s_f == 0.0:
            return self.zero_multiplier()
        if self.slope_variance(C) <= 1.0:
            return 1.0 if self.a_f > 0.0 or self.s_f > 0.0 else self._inner_edge(C)

        def excess(logarithm: float) -> float:
            """The bulk's condition at ln(lambda - 1); zero on its edge."""
            return self._condition(C, math.exp(logarithm)) - 1.0

        high = 0.0
        while excess(high) > 0.0:
            high += 1.0
        low = high - 1.0
        while excess(low) < 0.0:
            low -= 2.0
        return 1.0 + math.exp(float(brentq(excess, low, high, xtol=1e-12, rtol=1e-12)))

    def zero_multiplier(self) -> float:
        """sigma(b_f) + sigma(b_i) sigma(b_o) a_g; with spread r.m.s. of the gates, and the mean b_f."""
        kept = 1.0 / (1.0 + math.exp(-self.b_f))
        return kept + self.a_g * math.sqrt(self._gate(self.b_i, self.s_i).square * self._output(0.0).square)

    def zero_gain(self) -> float:
        """1 / sqrt(<sigma(b_i)^2> <sigma(b_o)^2> <(1 - sigma(b_f))^-2>)."""
        v = self.s_f**2
        slowness = 1.0 + 2.0 * math.exp(self.b_f + v / 2.0) + math.exp(2.0 * self.b_f + 2.0 * v)
        product = self._gate(self.b_i, self.s_i).square * self._output(0.0).square * slowness
        return 1.0 / math.sqrt(product) if product > 0.0 else math.inf

    def tricritical_ratio(self) -> float:
        """Factor by which (a_i, a_f, a_o) exceed the static tricritical point."""
        s_i, s_f, s_o = (1.0 / (1.0 + math.exp(-b)) for b in (self.b_i, self.b_f, self.b_o))
        left = self.a_o**2 * (1.0 - s_o) * (2.0 - 3.0 * s_o) + self.a_i**2 * (1.0 - s_i) * (2.0 - 3.0 * s_i)
        left += self.a_f**2 * s_f * (1.0 + s_f)
        right = 2.0 * self.zero_gain() ** 2 + 2.0 / s_o**2
        return math.sqrt(max(left, 0.0) / right)

    def _gate(self, mean: float, deviation: float) -> Moments:
        x, weights = gaussian_nodes(mean, deviation)
        gate = logistic(x)
        return Moments(float(weights @ gate**2), float(weights @ (gate * (1.0 - gate)) ** 2))

    def _output(self, C: float) -> Moments:
        return self._gate(self.b_o, math.sqrt(self.a_o**2 * C + self.s_o**2))

    def _mixture(self, C: float) -> Mixture:
        variances = (self.a_i**2 * C + self.s_i**2, self.a_f**2 * C + self.s_f**2)
        return _mixture(self.b_i, math.sqrt(variances[0]), self.b_f, math.sqrt(variances[1]))

    def _candidates(self, C: float, largest_log: float) -> tuple[Array, Array]:
        """g = tanh(x) at x > 0 on a logarithmic grid: tanh(w g) is a step of width 1 / w."""
        deviation = max(self.a_g * math.sqrt(C), 1e-150)
        low = min(math.log(deviation) - 28.0, -largest_log - 12.0)
        u = np.arange(math.log(_TOP * deviation), low, -_LOG_STEP)
        x = np.exp(u)
        xi = x / deviation
        return np.tanh(x), np.exp(-0.5 * xi * xi) * xi * (_LOG_STEP * 2.0 / math.sqrt(2.0 * math.pi))

    def _condition(self, C: float, beyond: float) -> float:
        """E(lambda) at lambda = 1 + beyond."""
        mixture = self._mixture(C)
        i, x_f, weights = mixture.i, mixture.x_f, mixture.weights
        f, forgets = logistic(x_f), logistic(-x_f)
        log_w = mixture.grid.nodes
        # Tables that stay smooth for large w, where sech^4 leaves a window of width 1 / w.
        w = np.exp(log_w)
        tables = self._windows(C, w)
        by_cell, by_candidate = (
            mixture.grid.at_points(table * growth).reshape(weights.shape)
            for table, growth in zip(tables, ((1.0 + w) ** 3, 1.0 + w), strict=True)
        )
        w_at = i[:, None] / forgets
        by_cell, by_candidate = by_cell / (1.0 + w_at) ** 3, by_candidate / (1.0 + w_at)
        slope_i = (i * (1.0 - i))[:, None]
        cells = (self.a_f**2 * (w_at * f * forgets) ** 2 + self.a_i**2 * slope_i**2) * by_cell
        total = cells + self.a_g**2 * i[:, None] ** 2 * by_candidate
        along = weights * total / (beyond + forgets) ** 2
        output = self._output(C)
        squares = self.second_moment(C) / output.square if self.a_o > 0.0 else 0.0
        direct = self.a_o**2 * output.slope * squares / (1.0 + beyond) ** 2
        return direct + output.square * float(along.sum())

    def _windows(self, C: float, w: Array) -> tuple[Array, Array]:
        """<sech^4(w g) g^2> and <sech^4(w g) (1 - g^2)^2> over the candidates, for every w."""
        if C == 0.0:
            return np.zeros(w.size), np.ones(w.size)
        g, gaussian = self._candidates(C, math.log(w[-1]))
        # sech^2 in exponentials: 1 - tanh^2 would lose all digits beyond the window.
        decay = np.exp(-2.0 * w[:, None] * g)
        window = (4.0 * decay / (1.0 + decay) ** 2) ** 2
        return window @ (gaussian * g**2), window @ (gaussian * (1.0 - g**2) ** 2)

    def _inner_edge(self, C: float) -> float:
        """Below 1, where the forget gate is the same for every unit."""
        kept = 1.0 / (1.0 + math.exp(-self.b_f))

        def excess(value: float) -> float:
            """The bulk's condition at lambda < 1; zero on its edge."""
            return self._condition(C, value - 1.0) - 1.0

        return float(brentq(excess, kept + 1e-12, 1.0, xtol=1e-13, rtol=1e-13))


@lru_cache(maxsize=8)
def _mixture(b_i: float, sd_i: float, b_f: float, sd_f: float) -> Mixture:
    """The gates' nodes; those of the forget gate reach up to where exp(x_f) times the Gaussian is negligible."""
    x_i, weights_i = gaussian_nodes(b_i, sd_i)
    x_f, weights_f = gaussian_nodes(b_f, sd_f, above=sd_f)
    i = logistic(x_i)
    log_w = np.log(i)[:, None] + np.logaddexp(0.0, x_f)
    grid = LogGrid(log_w)
    weights = weights_i[:, None] * weights_f
    return Mixture(i, x_f, weights, grid, grid.measure(weights))
