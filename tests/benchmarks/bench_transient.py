"""Two-time mean field: accuracy and CPU seconds at the points whose values are known from elsewhere.

    python tests/benchmarks/bench_transient.py

Goals: additive network to 1e-5 in 2 s, alpha_r = 20 to 1e-4 in 15 s. Steps are halved twice and extrapolated.
"""

import time

import numpy as np

from phasemap.model.parameters import make_parameters
from phasemap.theory.transient.protocols import kick, relax

# Parameters, duration, step, Var h and lambda at the end (docs/theory.md; None: the step's own error tells).
RELAXATIONS = [
    ("additive, g_h = 2", {"g_h": 2.0}, 100.0, 0.2, 0.481201, 0.112458),
    ("(3, alpha_r 2)", {"g_h": 3.0, "alpha_r": 2.0}, 100.0, 0.2, 0.107995, 0.13197),
    ("(1.80, alpha_r 20)", {"g_h": 1.8, "alpha_r": 20.0}, 100.0, 0.2, 0.030761, None),
]


def main() -> None:
    """Print values, their own errors, differences from what is known, and CPU seconds."""
    relax(make_parameters(g_h=2.0, alpha_r=1.0), 4.0, np.zeros(1))  # compiles
    for name, values, duration, step, variance, exponent in RELAXATIONS:
        start = time.process_time()
        found = relax(make_parameters(values), duration, np.array([4.0]), step=step)
        seconds = time.process_time() - start
        value, error = found.variance.value[-1], found.variance.error[-1]
        print(f"{name}: Var h {value:.7f} ± {error:.1e} (known {variance}, {value - variance:+.1e})", end="; ")
        growth, spread = found.exponent.value[0], found.exponent.error[0]
        print(f"lambda {growth:.6f} ± {spread:.1e} (known {exponent}); {seconds:.1f} s")
    for name, values in (("additive, g_h = 2", {"g_h": 2.0}), ("(1.80, alpha_r 20)", {"g_h": 1.8, "alpha_r": 20.0})):
        start = time.process_time()
        distance = kick(make_parameters(values), 0.5, np.array([1.0, 4.0, 10.0]), relaxation=30.0).distance
        print(f"{name}, kick of 0.5: r {distance.value} ± {distance.error}; {time.process_time() - start:.1f} s")


if __name__ == "__main__":
    main()
