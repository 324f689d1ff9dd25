"""CPU seconds per 10,000 points of planes over every axis, and their ratio to g_h x alpha_r, in one run.

    python tests/benchmarks/bench_planes.py [--shape 33 25] [--kinds statics dynamics lines] [--only tau_r beta_r ...]

Every plane is cut into blocks and computed as `phasemap sweep --workers 0` does it, after a first go of a few points
that compiles; what is remembered of curves and tables is forgotten before each. `statics`: all fixed points with their
leading edge; `dynamics`: variance, times and lambda_max at a constant update gate; `lines`: the critical lines, seconds
for the plane (they do not grow with its points).
"""

import argparse
import time

from phasemap.config import make_config
from phasemap.quantities import REGISTRY
from phasemap.sweeps.plan import make_plan
from phasemap.sweeps.work import execute, make_tasks
from phasemap.theory.dynamic.autocovariance import gaussian_pairs
from phasemap.theory.dynamic.curve import solution_curve
from phasemap.theory.surfaces import dynamic_fold

ENDS = {
    "g_h": (1.0, 4.0),
    "alpha_r": (0.0, 20.0),
    "tau_r": (0.2, 10.0),
    "tau_z": (0.2, 10.0),
    "beta_h": (0.0, 1.0),
    "beta_r": (-3.0, 3.0),
    "beta_z": (-3.0, 3.0),
    "alpha_z": (0.0, 10.0),
    "s_h": (0.0, 1.0),
    "s_r": (0.0, 1.0),
    "m_h": (0.0, 1.0),
    "m_r": (-1.0, 1.0),
    "noise_h": (0.0, 1.0),
    "noise_r": (0.0, 1.0),
    "tau_noise": (0.1, 5.0),
}
USUAL = {"g_h": 2.5, "alpha_r": 3.0, "beta_r": 0.0}
PLANES = {
    "statics": [
        ("g_h", "alpha_r", {}),
        *(
            (first, second, {})
            for first in ("g_h", "alpha_r")
            for second in ("tau_r", "beta_h", "beta_r", "s_h", "m_r")
        ),
        ("g_h", "alpha_z", {"beta_z": 0.0}),
        ("g_h", "tau_z", {"alpha_z": 5.0, "beta_z": 0.0}),
        ("alpha_r", "tau_z", {"alpha_z": 5.0, "beta_z": 0.0}),
        ("g_h", "beta_z", {"alpha_z": 5.0}),
        ("g_h", "s_h", {"alpha_z": 5.0, "beta_z": 0.0, "input_inside": 1.0}),
        ("g_h", "s_h", {"alpha_z": 5.0, "beta_z": 0.0}),
    ],
    "dynamics": [
        ("g_h", "alpha_r", {}),
        *(
            (first, second, {})
            for first in ("g_h", "alpha_r")
            for second in ("tau_r", "beta_h", "beta_r", "beta_z", "s_h", "s_r", "m_h", "m_r", "noise_h")
        ),
        ("g_h", "noise_h", {"tau_noise": 1.0}),
        ("g_h", "tau_noise", {"noise_h": 0.3}),
        ("beta_r", "tau_r", {}),
    ],
}
LINES = ("zero_instability", "static_fold", "static_gain_one", "dynamic_fold")
QUANTITIES = {
    "statics": ["fixed_point_count", "delta_h", "static_gain", "leading_edge"],
    "dynamics": ["variance", "relaxation_time", "lyapunov_max"],
    "lines": ["fixed_point_count"],
}


def config_of(plane, kind, shape):
    """The configuration of a plane."""
    first, second, values = plane
    axes = {
        name: {"from": ENDS[name][0], "to": ENDS[name][1], "points": points}
        for name, points in zip((first, second), shape, strict=True)
    }
    fixed = {name: value for name, value in {**USUAL, **values}.items() if name not in axes}
    lines = [name for name in LINES if "noise" not in second] if kind == "lines" else []
    return make_config({"quantities": QUANTITIES[kind], "surfaces": lines, "parameters": fixed, "axes": axes}, REGISTRY)


def forget():
    """Nothing of an earlier plane is known any more."""
    for remembered in (
        solution_curve._start,
        solution_curve._down,
        solution_curve._up,
        solution_curve._small_response,
        solution_curve._assembled,
        dynamic_fold.folds,
    ):
        remembered.cache_clear()
    gaussian_pairs._memory.__dict__.clear()


def cpu_seconds(plane, kind, shape):
    """(CPU seconds, points that failed) of the blocks of a plane."""
    solver = {"statics": "statics", "dynamics": "mean_field"}.get(kind)
    tasks = make_tasks(make_plan(config_of(plane, kind, shape)))
    tasks = [task for task in tasks if (task.block.part == "surface" if kind == "lines" else task.block.name == solver)]
    forget()
    start = time.process_time()
    failures = sum(len(execute(task).failures) for task in tasks)
    return time.process_time() - start, failures


def rows(kind, shape, only):
    """(plane, seconds per 10,000 points or of the lines, failures), one after another."""
    planes = PLANES["dynamics" if kind == "lines" else kind]
    for plane in planes:
        if only and plane is not planes[0] and not set(plane[:2]) & set(only):
            continue
        cpu_seconds(plane, kind, (2, 2))
        seconds, failures = cpu_seconds(plane, kind, shape)
        yield plane, seconds * (1.0 if kind == "lines" else 1e4 / (shape[0] * shape[1])), failures


def main():
    """Print one row for each plane."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", type=int, nargs=2, default=(33, 25))
    parser.add_argument("--kinds", nargs="+", default=["statics", "dynamics"], choices=list(QUANTITIES))
    parser.add_argument("--only", nargs="+", default=[], help="planes with one of these axes")
    chosen = parser.parse_args()
    for kind in chosen.kinds:
        print(f"{kind}, {chosen.shape[0]} x {chosen.shape[1]}: CPU seconds, of g_h x alpha_r", flush=True)
        reference = None
        for (first, second, values), seconds, failures in rows(kind, chosen.shape, chosen.only):
            reference = reference or seconds
            more = ", ".join(f"{name} = {value:g}" for name, value in values.items())
            failed = f"  {failures} failed" if failures else ""
            name = f"{first} x {second}" + (f" ({more})" if more else "")
            print(f"{name:62}{seconds:10.2f}{seconds / reference:8.2f}{failed}", flush=True)


if __name__ == "__main__":
    main()
