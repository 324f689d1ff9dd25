"""Networks without matrices of 1000, 4000 and 16,000 units, extrapolated in 1/M, against networks of 1000 with them.

    python tests/benchmarks/bench_lazy_networks.py [case, or all] [largest size] [networks]

Kicks of 0.5 at three points: a hard gate, which keeps the trace; a steep one; and one where it is lost. Resets of such
a trace by z, r and both. The fit in 1/M is read at M = 1000 as well, where dense networks must lie: not at its limit.
"""

import math
import sys
import time

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.results import FloatArray
from phasemap.simulation.estimators.extrapolation import extrapolate_to_infinite_size
from phasemap.simulation.estimators.outcomes import Outcome
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.reset import ResetRun
from phasemap.simulation.protocols.solver import cleared, kicked

# Networks of each size, in multiples: the noise of m falls as one over the square root of the size.
COUNTS = {1000: 6, 4000: 3, 16_000: 1}
DELAYS = (3.0, 100.0)
KICKS = {
    "hard": {"g_h": 2.0, "alpha_z": math.inf},
    "steep": {"g_h": 1.5, "alpha_z": 10.0},
    "lost": {"g_h": 3.0, "alpha_z": 3.0},
}
RESETS = ("z", "r", "both")


def main(case: str = "all", largest: int = 16_000, networks: int = 2) -> None:
    """Print numbers of dense and lazy networks of every size, extrapolated and at 1000; CPU seconds of each."""
    for one in (*KICKS, *RESETS) if case == "all" else (case,):
        _case(one, tuple(size for size in COUNTS if size <= largest), networks)


def _case(case: str, sizes: tuple[int, ...], networks: int) -> None:
    found: dict[tuple[str, str, int], Outcome] = {}
    for way, size, count in (
        ("dense", 1000, 6 * networks),
        *(("lazy", size, COUNTS[size] * networks) for size in sizes),
    ):
        start = time.process_time()
        for name, read in _run(case, way, size, count).items():
            found[name, way, size] = read
            print(f"{case} {way} {size} {name}: {_in_words(read)}", flush=True)
        print(f"    {time.process_time() - start:.0f} s of CPU", flush=True)
    for name in sorted({name for name, _, _ in found}):
        _compare(case, name, found[name, "dense", 1000], {size: found[name, "lazy", size] for size in sizes})


def _run(case: str, way: str, size: int, count: int) -> dict[str, Outcome]:
    common = {"amplitude": 0.5, "relax": 100.0, "size": size, "networks": count, "couplings": way}
    seed = np.random.SeedSequence(1)
    if case in KICKS:
        runs = kicked(make_parameters(KICKS[case]), ProtocolOptions(delays=DELAYS, **common), seed)
        return {"m": readings.at_delays(runs.combined(readings.overlaps), runs.runs[size][0].times, DELAYS)}
    p = make_parameters(g_h=2.0, alpha_z=math.inf, alpha_r=10.0)
    options = ProtocolOptions(gate=case, at=20.0, duration=10.0, read=30.0, strengths=(0.0, 1.0), **common)
    cleared_ones = cleared(p, options, seed)
    return {"m": cleared_ones.combined(_overlap_left), "r": cleared_ones.combined(readings.distances_after)}


def _overlap_left(run: ResetRun) -> tuple[FloatArray, FloatArray]:
    return run.overlap, np.sqrt(run.distance / run.size)


def _compare(case: str, name: str, dense: Outcome, lazy: dict[int, Outcome]) -> None:
    """The fit of lazy networks in 1/M: its limit, its value at M = 1000, and by how many errors dense ones differ."""
    for k in range(dense.value.size):
        values, errors = ([float(getattr(one, part)[k]) for one in lazy.values()] for part in ("value", "error"))
        if min(errors) <= 0.0:
            continue
        fit = extrapolate_to_infinite_size(list(lazy), values, errors)
        at, weights = 1.0 / np.array(list(lazy)), 1.0 / np.array(errors)
        (slope, limit), cov = np.polyfit(at, values, 1, w=weights, cov="unscaled")
        line = np.array([1e-3, 1.0])
        there, error = float(line @ (slope, limit)), float(np.sqrt(line @ cov @ line))
        gap = (float(dense.value[k]) - there) / math.hypot(error, float(dense.error[k]))
        print(
            f"{case} {name}[{k}] extrapolated: {fit.limit:.4f} ± {fit.error:.4f}; at 1000: {there:.4f} ± {error:.4f}"
            f", dense {float(dense.value[k]):.4f} ± {float(dense.error[k]):.4f}: {gap:+.1f} errors",
            flush=True,
        )


def _in_words(found: Outcome) -> str:
    return ", ".join(f"{v:.4f} ± {e:.4f}" for v, e in zip(found.value, found.error, strict=True))


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:]))
