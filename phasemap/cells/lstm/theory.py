"""Static mean field of the LSTM: c+ = f c + i g, h+ = o tanh(c+), gates sigma(U_k h + b_k), g = tanh(U_g h).

At a fixed point c = w g with w = i T, T = 1 / (1 - f) = 1 + exp(x_f), and C = <h^2> = <o^2> <tanh^2(w g)>. Functions of
w alone are tabulated over ln w once, and averaged over the input and forget gates by interpolation.
(docs/cells.md)
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np
from scipy.optimize import brentq

from phasemap.cells.lstm.interpolation import LogGrid
from phasemap.cells.nodes import NODES_REACH, Array, gaussian_nodes, logistic
from phasemap.cells.static.cell import Cell, slow_gate

_LOG_STEP = 0.125
_TOP = 8.6
_FINEST = 0.01
_FURTHEST = 200.0  # of a gate's field; S, which weighs units by the square of their times, is a bound beyond
_NEARLY = 180.0  # from here on, exp(180 - 200) of a unit's w can be wrong
_TAIL = 6.0  # standard deviations beyond which 1e-9 of a Gaussian is left
_HIGHEST_POWER = 600.0  # of e, in what has no finite mean in practice


class Candidates(NamedTuple):
    """g = tanh(x) > 0, its weights, and the weights of sign(x) times the recurrent part of x."""

    g: Array
    weights: Array
    pull: Array


class Mixture(NamedTuple):
    """Input and forget gates at one C: value and fields, joint weights (n_i, n_f), ln w on a grid, its measure."""

    i: Array
    x_i: Array
    x_f: Array
    weights: Array
    grid: LogGrid
    measure: Array


@dataclass(frozen=True)
class Lstm(Cell):
    """Gains a, mean biases b and their spreads s, which hold static inputs."""

    gain_name: ClassVar[str] = "a_g"
    candidate: ClassVar[tuple[str, ...]] = ("b_g", "s_g")

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
    b_g: float = 0.0
    s_g: float = 0.0

    def second_moment(self, C: float) -> float:
        """F(C) = <o^2> <tanh^2(i g T)>."""
        mixture = self._mixture(C)
        candidates = self._candidates(C, mixture.grid.nodes[-1])
        squares = np.tanh(np.exp(mixture.grid.nodes)[:, None] * candidates.g) ** 2 @ candidates.weights
        return self.moments("o", C).square * float(mixture.measure @ squares)

    def slope_variance(self, C: float) -> float:
        """S = E(1): heavy-tailed, as 1 / (1 - f)^2 weighs units that hardly forget; the edge is the better number."""
        return self._condition(C, 0.0)

    def is_slope_bound(self, C: float) -> bool:
        """Whether the units that make up S have forget gates steeper than those followed.

        S weighs fields x_f by exp(x_f): T^2 times the share 1 / w of candidates that are small enough for tanh(c).
        """
        variance = self.a_f**2 * C + self.s_f**2
        return self.b_f + variance + _TAIL * math.sqrt(variance) > _FURTHEST

    def left_out(self, C: float) -> float:
        """Of units with x_i and -x_f both below some -180 only the sign of ln(i T) is lost: at most all of <o^2>."""
        limits = [
            (_NEARLY + side * getattr(self, f"b_{gate}")) / math.sqrt(2.0) for side, gate in ((1, "i"), (-1, "f"))
        ]
        widths = [math.hypot(a * math.sqrt(C), s) for a, s in ((self.a_i, self.s_i), (self.a_f, self.s_f))]
        shares = [0.5 * math.erfc(at / width) if width else 0.0 for at, width in zip(limits, widths, strict=True)]
        return shares[0] * shares[1] * self.moments("o", C).square / C

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

    def longitudinal(self, C: float, beyond: float = 0.0) -> float:
        """<h [o' tanh(c) y_o / lambda + o sech^2(c)(c f' y_f + g i' y_i + i g' y_g) / (lambda - f)]> / C.

        y_k are the recurrent parts of the fields.
        """
        mixture, output = self._mixture(C), self.moments("o", C)
        x_i, x_f = mixture.x_i, mixture.x_f
        f, forgets = logistic(x_f), logistic(-x_f)
        w = np.exp(mixture.grid.nodes)
        by_g, by_pull = (
            mixture.grid.at_points(table * (1.0 + w) ** 2).reshape(mixture.weights.shape)
            for table in self._slopes(C, w)
        )
        w_at = mixture.i[:, None] / forgets
        own = w_at * f * forgets * self.recurrent("f", x_f, C)
        own = own + (mixture.i * (1.0 - mixture.i) * self.recurrent("i", x_i, C))[:, None]
        inside = (own * by_g + mixture.i[:, None] * by_pull) / (1.0 + w_at) ** 2 / (beyond + forgets)
        second = self.second_moment(C)
        direct = output.along * second / output.square / (1.0 + beyond)
        return float((direct + output.square * float((mixture.weights * inside).sum())) / second)

    def kept(self) -> float:
        """sigma(b_f)."""
        return 1.0 / (1.0 + math.exp(-self.b_f))

    def zero_multiplier(self) -> float:
        """sigma(b_f) + sigma(b_i) sigma(b_o) a_g; with spread r.m.s. of the gates, and the mean b_f."""
        return self.kept() + self.a_g * math.sqrt(self.moments("i", 0.0).square * self.moments("o", 0.0).square)

    def zero_gain(self) -> float:
        """1 / sqrt(<sigma(b_i)^2> <sigma(b_o)^2> <(1 - sigma(b_f))^-2>)."""
        v = self.s_f**2
        powers = (min(self.b_f + v / 2.0, _HIGHEST_POWER), min(2.0 * self.b_f + 2.0 * v, _HIGHEST_POWER))
        slowness = 1.0 + 2.0 * math.exp(powers[0]) + math.exp(powers[1])
        product = self.moments("i", 0.0).square * self.moments("o", 0.0).square * slowness
        return 1.0 / math.sqrt(product) if product > 0.0 else math.inf

    def tricritical_ratio(self) -> float:
        """Factor by which (a_i, a_f, a_o) exceed the static tricritical point."""
        s_i, s_f, s_o = (1.0 / (1.0 + math.exp(-b)) for b in (self.b_i, self.b_f, self.b_o))
        left = self.a_o**2 * (1.0 - s_o) * (2.0 - 3.0 * s_o) + self.a_i**2 * (1.0 - s_i) * (2.0 - 3.0 * s_i)
        left += self.a_f**2 * s_f * (1.0 + s_f)
        right = 2.0 * self.zero_gain() ** 2 + 2.0 / s_o**2
        return math.sqrt(max(left, 0.0) / right)

    def dynamic_tricritical_ratio(self) -> float:
        """Factor by which (a_i, a_f, a_o) exceed the dynamic tricritical point."""
        s_i, s_f, s_o = (1.0 / (1.0 + math.exp(-b)) for b in (self.b_i, self.b_f, self.b_o))
        left = self.a_o**2 * slow_gate(s_o) + self.a_i**2 * slow_gate(s_i)
        left += self.a_f**2 * (s_f / 2.0 + s_f**2 / 3.0)
        return math.sqrt(max(left, 0.0) / (self.zero_gain() ** 2 + 1.0 / s_o**2))

    def _mixture(self, C: float) -> Mixture:
        variances = (self.a_i**2 * C + self.s_i**2, self.a_f**2 * C + self.s_f**2)
        return _mixture(self.b_i, math.sqrt(variances[0]), self.b_f, math.sqrt(variances[1]))

    def _candidates(self, C: float, largest_log: float) -> Candidates:
        """|x| on a logarithmic grid, as tanh(w g) is a step of width 1 / w; both signs of x weigh in."""
        variance = self.a_g**2 * C
        deviation = max(math.sqrt(variance + self.s_g**2), 1e-150)
        step = _LOG_STEP * min(1.0, max(2.0 * deviation / (abs(self.b_g) + deviation), _FINEST))
        low = min(math.log(deviation) - 28.0, -largest_log - 12.0)
        x = np.exp(np.arange(math.log(_TOP * deviation + abs(self.b_g)), low, -step))
        either = [np.exp(-0.5 * ((x - side) / deviation) ** 2) * (x / deviation) for side in (self.b_g, -self.b_g)]
        scale = step / math.sqrt(2.0 * math.pi)
        share = variance / (variance + self.s_g**2) if variance > 0.0 else 0.0
        pull = either[0] * (x - self.b_g) + either[1] * (x + self.b_g)
        return Candidates(np.tanh(x), (either[0] + either[1]) * scale, pull * (share * scale))

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
        output = self.moments("o", C)
        squares = self.second_moment(C) / output.square if self.a_o > 0.0 else 0.0
        direct = self.a_o**2 * output.slope * squares / (1.0 + beyond) ** 2
        return direct + output.square * float(along.sum())

    def _windows(self, C: float, w: Array) -> tuple[Array, Array]:
        """<sech^4(w g) g^2> and <sech^4(w g) (1 - g^2)^2> over the candidates, for every w."""
        if C == 0.0 and self.rests:
            return np.zeros(w.size), np.ones(w.size)
        g, gaussian, _ = self._candidates(C, math.log(w[-1]))
        # sech^2 in exponentials: 1 - tanh^2 would lose all digits beyond the window.
        decay = np.exp(-2.0 * w[:, None] * g)
        window = (4.0 * decay / (1.0 + decay) ** 2) ** 2
        return window @ (gaussian * g**2), window @ (gaussian * (1.0 - g**2) ** 2)

    def _slopes(self, C: float, w: Array) -> tuple[Array, Array]:
        """<tanh sech^2(w g) g> and <tanh sech^2(w g) g' y> over the candidates, y their recurrent part, for every w."""
        g, gaussian, pull = self._candidates(C, math.log(w[-1]))
        decay = np.exp(-2.0 * w[:, None] * g)
        slopes = np.tanh(w[:, None] * g) * (4.0 * decay / (1.0 + decay) ** 2)
        return slopes @ (gaussian * g), slopes @ (pull * (1.0 - g**2))

    def _inner_edge(self, C: float) -> float:
        """Below 1, where the forget gate is the same for every unit."""
        kept = 1.0 / (1.0 + math.exp(-self.b_f))

        def excess(value: float) -> float:
            """The bulk's condition at lambda < 1; zero on its edge."""
            return self._condition(C, value - 1.0) - 1.0

        return float(brentq(excess, kept + 1e-12, 1.0, xtol=1e-13, rtol=1e-13))


@lru_cache(maxsize=32)
def _mixture(b_i: float, sd_i: float, b_f: float, sd_f: float) -> Mixture:
    """The gates' nodes; those of the forget gate reach up to where exp(x_f) times the Gaussian is negligible."""
    x_i, weights_i = _within(*gaussian_nodes(b_i, sd_i))
    further = min(sd_f, max((_FURTHEST - b_f) / sd_f - NODES_REACH, 0.0)) if sd_f > 0.0 else 0.0
    x_f, weights_f = _within(*gaussian_nodes(b_f, sd_f, above=further))
    i = logistic(x_i)
    log_w = -np.logaddexp(0.0, -x_i)[:, None] + np.logaddexp(0.0, x_f)
    grid = LogGrid(log_w)
    weights = weights_i[:, None] * weights_f
    return Mixture(i, x_i, x_f, weights, grid, grid.measure(weights))


def _within(x: Array, weights: Array) -> tuple[Array, Array]:
    """Nodes beyond 200 become one on either side: what a gate so far open or shut adds is known to exp(-200)."""
    if x.size == 0 or np.abs(x).max() <= _FURTHEST:
        return x, weights
    kept = np.abs(x) < _FURTHEST
    sides = [(side, float(weights[side * x >= _FURTHEST].sum())) for side in (-1.0, 1.0)]
    more = [(side * _FURTHEST, weight) for side, weight in sides if weight > 0.0]
    return (
        np.concatenate([x[kept], [place for place, _ in more]]),
        np.concatenate([weights[kept], [weight for _, weight in more]]),
    )
