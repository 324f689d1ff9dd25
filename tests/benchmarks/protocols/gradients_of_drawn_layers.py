"""By how much gradients of PyTorch's GRU layers exceed those of infinite ones, with and without their biases.

    python tests/benchmarks/protocols/gradients_of_drawn_layers.py [layers of 512 units]

Decades of the mean logarithm, after 5, 10 and 20 steps, and N times them (docs/cells.md, 6): some twenty CPU seconds.
"""

import math
import sys
from dataclasses import replace

import numpy as np

from phasemap.cells.gru.theory import Gru
from phasemap.cells.initial.defaults import DEFAULTS, draw_default
from phasemap.cells.running.free_run import growth_from_zero
from phasemap.cells.static.zero_state import log_gradient_at_zero

STEPS = (5, 10, 20)


def main(count: int = 80) -> None:
    """Print them."""
    ideal = Gru(a_h=DEFAULTS["gru"]["PyTorch"].gain)
    known = np.array([log_gradient_at_zero(ideal, steps) for steps in STEPS])
    for biases in (True, False):
        for size, layers in ((128, 5 * count // 2), (512, count)):
            found = np.array([_growth(size, k, biases) for k in range(layers)]) - known
            mean, error = found.mean(axis=0) / math.log(10.0), found.std(axis=0, ddof=1) / math.log(10.0) / layers**0.5
            print(
                f"N = {size} ({layers}), biases {'as drawn' if biases else 'none'}: {mean} ± {error}; N x {size * mean}"
            )


def _growth(size: int, k: int, biases: bool) -> np.ndarray:
    layer = draw_default("gru", "PyTorch", size, np.random.default_rng((size, k)))
    if not biases:
        none = {gate: np.zeros_like(bias) for gate, bias in layer.biases.items()}
        layer = replace(layer, biases=none, inner=np.zeros_like(layer.inner))
    return np.asarray(growth_from_zero(layer, STEPS))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
