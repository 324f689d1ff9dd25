"""Cost of the number of fixed points: a point, and a map with its onset line. Run with `python`, prints CPU times."""

import itertools
import time

import numpy as np

from phasemap.model.parameters import make_parameters
from phasemap.theory.complexity import onset_surface
from phasemap.theory.complexity.points import solve

POINTS = [{"g_h": 2.0}, {"g_h": 3.0, "alpha_r": 2.0}, {"g_h": 1.8, "alpha_r": 20.0}, {"g_h": 1.55, "alpha_r": 20.0}]


def cpu(call, *arguments) -> float:
    start = time.process_time()
    call(*arguments)
    return time.process_time() - start


def main() -> None:
    first = cpu(solve, [make_parameters(one) for one in POINTS])
    print(f"first call, compilation or cache included: {first:.1f} s")
    for one in POINTS:
        repeated = [make_parameters(one)] * 20
        print(f"{one}: {1e3 * cpu(solve, repeated) / 20:.2f} ms a point")
    grid = itertools.product(np.linspace(1.0, 4.0, 97), np.linspace(0.0, 20.0, 81))
    points = [make_parameters(g_h=float(g), alpha_r=float(alpha)) for g, alpha in grid]
    print(f"map of 97 x 81 points: {cpu(solve, points):.1f} s on one core")
    box = {"g_h": (1.0, 4.0), "alpha_r": (0.0, 20.0)}
    print(f"onset line: {cpu(onset_surface.trace, make_parameters(alpha_r=1.0), box):.2f} s on one core")


if __name__ == "__main__":
    main()
