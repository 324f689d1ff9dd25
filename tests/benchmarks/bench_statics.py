"""Static theory: time of a 256 x 256 plane with all its surfaces, and per point against a plain SciPy implementation.

Run by hand:  python tests/benchmarks/bench_statics.py [points per side] [scan of the SciPy implementation]

Everything is measured in this one run, warm (one call first compiles or loads the kernels). Times are process CPU
times but for the line that says wall time; the ratio compares one core with one core.
"""

import math
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.straightforward_statics import StaticMeanField

from phasemap.model.parameters import Parameters
from phasemap.theory.static.fixed_points import solve_points
from phasemap.theory.surfaces.static_surfaces import trace

BOX = {"g_h": (0.5, 6.0), "alpha_r": (0.0, 25.0)}
PLANES = {
    "no update gate": Parameters(beta_r=0.0),
    "update gate, alpha_z = 5": Parameters(beta_r=0.0, alpha_z=5.0, beta_z=0.0),
    "hard update gate": Parameters(beta_r=0.0, alpha_z=math.inf, beta_z=0.0),
    "static inputs inside": Parameters(beta_r=0.0, alpha_z=5.0, beta_z=0.0, s_h=0.1, s_r=0.1, input_inside=1.0),
    "static input outside": Parameters(beta_r=0.0, alpha_z=5.0, beta_z=0.0, s_h=0.1),
}
SURFACES = ("zero_instability", "static_fold", "static_gain_one", "marginal_boundary", "static_tricritical",
            "dynamic_tricritical")  # fmt: skip
CORES = 2


def plane(base, side):
    x, y = (np.linspace(*bounds, side) for bounds in BOX.values())
    return [base._replace(g_h=float(g), alpha_r=float(a)) for g in x for a in y]


def timed(f):
    wall, cpu = time.perf_counter(), time.process_time()
    result = f()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def measure_plane(name, base, side):
    points = plane(base, side)
    rows = [points[k : k + side] for k in range(0, len(points), side)]
    solve_points(points[:3])
    for surface in SURFACES:
        trace(surface, base, BOX)
    with ThreadPoolExecutor(CORES) as pool:

        def everything():
            traces = [pool.submit(trace, surface, base, BOX) for surface in SURFACES]
            list(pool.map(solve_points, rows))
            return [t.result() for t in traces]

        _, wall, cpu = timed(everything)
    _, _, maps = timed(lambda: [solve_points(row) for row in rows])
    _, _, surfaces = timed(lambda: [trace(surface, base, BOX) for surface in SURFACES])
    print(f"{name:28s} {maps / len(points) * 1e6:8.1f} us {maps:8.2f} s {surfaces:8.2f} s {cpu:8.2f} s {wall:8.2f} s")
    return maps / len(points)


def measure_scipy(base, scan):
    """Seconds per point, and the largest relative difference in <phi^2> and S."""
    seconds, worst = [], 0.0
    for g, a in ((1.8, 20.0), (3.0, 2.0)):
        point = base._replace(g_h=g, alpha_r=a)
        ours = solve_points([point])

        def straightforward(point=point):
            mean_field = StaticMeanField(point)
            roots = mean_field.fixed_points(scan)
            return [(q, mean_field.static_gain(q)) for q in roots]

        theirs, _, cpu = timed(straightforward)
        seconds.append(cpu)
        for k, (q, gain) in enumerate(theirs):
            slot = 4 - len(theirs) + k
            worst = max(worst, abs(ours["delta_phi"].value[0, slot] / q - 1))
            worst = max(worst, abs(ours["static_gain"].value[0, slot] / gain - 1))
    return float(np.mean(seconds)), worst


def main():
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    scan = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    print(f"{side} x {side} points in {', '.join(BOX)}, {len(SURFACES)} surfaces; {CORES} threads together")
    print(f"{'plane':28s} {'a point':>11s} {'maps':>10s} {'surfaces':>10s} {'all, CPU':>10s} {'all, wall':>10s}")
    per_point = {name: measure_plane(name, base, side) for name, base in PLANES.items()}
    slow, worst = measure_scipy(PLANES["no update gate"], scan)
    fast = per_point["no update gate"]
    print(f"SciPy (quad, scan of {scan}, brentq): {slow:.3f} s a point; here {fast * 1e6:.1f} us")
    print(f"ratio per point: {slow / fast:,.0f}")
    print(f"largest relative difference of <phi^2> and S between the two: {worst:.1e}")


if __name__ == "__main__":
    main()
