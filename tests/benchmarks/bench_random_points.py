"""25 random points of the whole box: CPU seconds and what is known at each.

    python tests/benchmarks/bench_random_points.py [--points 25] [--seed 21] [--limit 150] [--store FILE] [--only 3 7]

Every parameter is drawn: gains to 5, smooth, hard and constant gates, time constants from 0.1 to 10, biases, static and
common inputs on either side of the update gate, white and coloured noise. A point is open if a number of its largest
fluctuating state is neither converged, nor a bound, absent, infinite or not sought, nor known with a wider error than
was asked for and a reason, which is printed. Points that --store holds already are not computed again; --limit is in
CPU seconds.
"""

import argparse
import json
import math
import signal
import time
from pathlib import Path

import numpy as np

from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import different, make_parameters
from phasemap.model.status import Status, name_of
from phasemap.theory.mean_field import solve_points

QUANTITIES = ("variance", "relaxation_time", "lyapunov_max")
OPEN = {name_of(status) for status in (Status.NOT_CONVERGED, Status.FAILED, Status.OUT_OF_TIME)}
BRANCH = BRANCHES.index(FLUCTUATING)


def _gate(rng, letter):
    """Steepness, bias and time constant of a gate: smooth in three cases of five, else hard or constant."""
    kind = rng.choice(["smooth", "hard", "constant"], p=[0.6, 0.2, 0.2])
    steepness = {"smooth": rng.uniform(0.5, 20.0), "hard": math.inf, "constant": 0.0}[kind]
    bias, tau = rng.uniform(-2.0, 2.0) * rng.integers(2), math.exp(rng.uniform(math.log(0.1), math.log(10.0)))
    return {f"alpha_{letter}": steepness, f"beta_{letter}": bias, f"tau_{letter}": tau}


def random_point(rng):
    """One point of the box; an optional part is there with a probability of its own."""

    def maybe(value, probability=0.3):
        """The value, or nothing."""
        return value if rng.random() < probability else 0.0

    values = {"g_h": rng.uniform(0.5, 5.0), **_gate(rng, "z"), **_gate(rng, "r"), "beta_h": maybe(rng.uniform(-1, 1))}
    values |= {f"s_{k}": maybe(rng.uniform(0.0, 1.0)) for k in "hzr"}
    values |= {f"m_{k}": maybe(rng.uniform(-1.0, 1.0)) for k in "hzr"}
    values |= {f"noise_{k}": maybe(rng.uniform(0.0, 1.0)) for k in "hzr"}
    values |= {"tau_noise": maybe(rng.uniform(0.1, 5.0), 0.5), "input_inside": float(rng.integers(2))}
    return make_parameters({name: round(float(value), 3) for name, value in values.items()})


class _OverError(Exception):
    """The CPU seconds of a point are over."""


def _over(*_):
    raise _OverError


def solved(point, limit, seed):
    """{seconds, status of every quantity, value, reasons} of a point."""
    signal.signal(signal.SIGPROF, _over)
    signal.setitimer(signal.ITIMER_PROF, limit)
    start = time.process_time()
    try:
        found = solve_points([point], EnsembleOptions(), [np.random.SeedSequence(seed)])
    except _OverError:
        return {"seconds": limit, "status": ["out_of_time"] * 3, **dict.fromkeys(("value", "error"), [math.nan] * 3),
                "reasons": []}  # fmt: skip
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    return {
        "seconds": time.process_time() - start,
        "status": [name_of(found[name].status[0, BRANCH]) for name in QUANTITIES],
        "value": [float(found[name].value[0, BRANCH]) for name in QUANTITIES],
        "error": [float(found[name].error[0, BRANCH]) for name in QUANTITIES],
        "reasons": sorted({remark for _, remark in found.remarks}),
    }


def is_open(row):
    """Whether a number is neither settled, nor known with an error and a reason."""
    left = [error for error, status in zip(row["error"], row["status"], strict=True) if status in OPEN]
    return bool(left) and not (row["reasons"] and all(math.isfinite(error) for error in left))


def _print_row(number, point, row):
    columns = zip(row["value"], row["error"], row["status"], strict=True)
    numbers = "  ".join(f"{value:.4g} ± {error:.1g} {status}" for value, error, status in columns)
    mark = "OPEN " if is_open(row) else ""
    print(f"{number:3} {row['seconds']:8.2f} s  {mark}{numbers}")
    print("     " + " ".join(f"{name}={value:g}" for name, value in different(point).items()))
    for reason in row["reasons"]:
        print(f"     {reason[:160]}", flush=True)


def main():
    """Print the table and its summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=25)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--limit", type=float, default=150.0)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--only", type=int, nargs="+", default=[])
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    points = [random_point(rng) for _ in range(chosen.points)]
    known = json.loads(chosen.store.read_text()) if chosen.store and chosen.store.exists() else {}
    for gate in ({"alpha_r": 2.0, "tau_r": 0.5}, {"alpha_z": 1.0}):  # compiles
        solve_points([make_parameters(g_h=2.5, **gate)], EnsembleOptions(), [np.random.SeedSequence(0)])
    for number in chosen.only or range(chosen.points):
        if chosen.only or str(number) not in known:
            known[str(number)] = solved(points[number], chosen.limit, chosen.seed + number)
            if chosen.store:
                chosen.store.write_text(json.dumps(known))
        _print_row(number, points[number], known[str(number)])
    seconds = [row["seconds"] for row in known.values()]
    undecided = sum(is_open(row) for row in known.values())
    print(f"{len(known)} points: median {np.median(seconds):.2f} s, longest {max(seconds):.2f} s, {undecided} open")


if __name__ == "__main__":
    main()
