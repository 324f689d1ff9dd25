"""CPU seconds of one map of the static theory, as `phasemap explore FILE` answers a dragged slider: points and lines.

    python tests/benchmarks/bench_static_maps.py [--quantity static_gain]

Every part is timed in this process after a first go that compiles: the least of three. The server spreads the parts
over its workers.
"""

import argparse
import time

import numpy as np

from phasemap.explore.serving.static_maps import LINES, SHAPE, Plane, tasks_of_map
from phasemap.model.parameters import make_parameters
from phasemap.sweeps.work import execute

CASES = {
    "output gate, beta_r = 0.3": ({"beta_r": 0.3}, Plane(("g_h", "alpha_r"), ((1.0, 4.0), (0.0, 20.0)))),
    "output gate, beta_r = 1": ({"beta_r": 1.0}, Plane(("g_h", "alpha_r"), ((1.0, 4.0), (0.0, 20.0)))),
    "output gate, g_h against beta_r": ({"alpha_r": 8.0}, Plane(("g_h", "beta_r"), ((0.5, 6.0), (-3.0, 1.5)))),
    "update gate": ({"beta_z": 0.2}, Plane(("g_h", "alpha_z"), ((0.5, 5.0), (0.0, 30.0)))),
    "update gate, g_h against beta_z": ({"alpha_z": 10.0}, Plane(("g_h", "beta_z"), ((0.5, 5.0), (-5.0, 5.0)))),
    "input outside a moving gate": (
        {"beta_z": 0.2, "s_h": 0.4, "input_inside": 0.0},
        Plane(("g_h", "alpha_z"), ((0.5, 5.0), (0.0, 10.0))),
    ),
    "input to h": ({"beta_r": 0.0, "g_h": 1.6}, Plane(("s_h", "alpha_r"), ((0.0, 1.2), (0.0, 20.0)))),
}


def cpu_seconds(base, plane, quantity, shape=SHAPE, goes=3):
    """Part -> CPU seconds of one map, the least of some goes."""
    point = make_parameters({**base, **{name: ends[0] for name, ends in zip(plane.names, plane.box, strict=True)}})
    times = {}
    for _ in range(goes):
        for task in tasks_of_map(point, plane, quantity, shape, 1):
            name = task.block.name if task.block.name in LINES else "points"
            start = time.process_time()
            execute(task)
            times[name] = min(time.process_time() - start, times.get(name, np.inf))
    return times


def main():
    """Print one row for each case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quantity", default="static_gain")
    quantity = parser.parse_args().quantity
    print(f"CPU seconds of a map of {SHAPE[0]} x {SHAPE[1]} points, {quantity}")
    print(f"{'':34}" + "".join(f"{name.replace('_', ' ')[:18]:>19}" for name in ["all", "points", *LINES]))
    for name, (base, plane) in CASES.items():
        cpu_seconds(base, plane, quantity, (8, 8), 1)
        times = cpu_seconds(base, plane, quantity)
        row = [sum(times.values()), *(times[part] for part in ["points", *LINES])]
        print(f"{name:34}" + "".join(f"{value:19.3f}" for value in row))


if __name__ == "__main__":
    main()
