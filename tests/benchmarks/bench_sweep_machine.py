"""What the sweep machine costs and gains, printed: overhead per block, scaling over workers, merging of shards.

    python tests/benchmarks/bench_sweep_machine.py

Run it on an idle machine. Everything is compiled before anything is timed, but workers start anew each time.
"""

import math
import multiprocessing
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from support.toy_registry import CONFIG, TOYS

from phasemap.config import SweepConfig, make_config
from phasemap.kernels.arithmetic.dense import matrix_product
from phasemap.quantities import REGISTRY
from phasemap.sweeps.executors.processes import Executor, InProcess, Processes
from phasemap.sweeps.files.merge import merge_files
from phasemap.sweeps.run import open_sweep

PLANE = {
    "quantities": ["lyapunov_max"],
    "axes": {"g_h": {"from": 2.2, "to": 4, "points": 190}, "alpha_r": {"from": 0, "to": 10, "points": 190}},
}

POINT = {"quantities": ["lyapunov_max"], "parameters": {"alpha_r": 2.0}, "axes": {"g_h": [3.0]}}


def timed_run(
    config: SweepConfig, output: Path, executor: Executor, ends: list[float] | None = None
) -> tuple[float, float, int]:
    """(wall seconds, seconds in solvers, blocks) of a sweep; `ends` receives the times at which blocks came in."""
    started, solving, blocks = time.perf_counter(), 0.0, 0
    with open_sweep(config, output, force=True) as sweep:
        for block in sweep.run(executor):
            solving, blocks = solving + block.seconds, blocks + 1
            if ends is not None:
                ends.append(time.perf_counter() - started)
    return time.perf_counter() - started, solving, blocks


def overhead(folder: Path) -> None:
    """Blocks that take no time at all: everything else is the machine's own."""
    config = make_config(CONFIG, TOYS, ["axes.g_h.points=40", "axes.alpha_r.points=25", "noise_h=2"])
    for name, executor in {"in process": InProcess(), "1 worker": Processes(1), "2 workers": Processes(2)}.items():
        wall, solving, blocks = timed_run(config, folder / "overhead.h5", executor)
        print(f"overhead, {name}: {1e3 * (wall - solving) / blocks:.2f} ms per block ({blocks} blocks)")


def scaling(folder: Path) -> None:
    """A plane of dynamic mean-field points on one and on two workers, and what a second worker can bring at best."""
    config, point = make_config(PLANE, REGISTRY), make_config(POINT, REGISTRY)
    timed_run(point, folder / "compiled.h5", Processes(1))
    wall, solving, _ = timed_run(point, folder / "start.h5", Processes(1))
    print(f"a worker's start and first point: {wall:.2f} s ({solving:.2f} s in the solver: compiled code, tables)")
    walls = {}
    for workers in (1, 2):
        walls[workers], solving, blocks = timed_run(config, folder / "scaling.h5", Processes(workers), ends := [])
        inside = f"{blocks} blocks, {solving:.1f} s in the solver, {ends[-1] - ends[-2]:.2f} s between the last two"
        print(f"{math.prod(config.shape):,} mean-field points, {workers} workers: {walls[workers]:.1f} s ({inside})")
    print(f"speed-up from the second worker: {walls[1] / walls[2]:.2f}; arithmetic alone: {limit():.2f}")


def arithmetic(products: int) -> float:
    """Seconds for products of small matrices: compiled code that stays in the cache of its core."""
    matrix, out = np.eye(48), np.empty((48, 48))
    matrix_product(matrix, matrix, out)
    started = time.perf_counter()
    for _ in range(products):
        matrix_product(matrix, matrix, out)
    return time.perf_counter() - started


def limit(products: int = 60_000, repetitions: int = 5) -> float:
    """Speed-up of pure arithmetic on two processors, in processes that share nothing: 2 on an ideal machine.

    From the fastest of several runs of each kind: the others met something else on the machine.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as alone, context.Pool(2) as both:
        for pool in (alone, both):
            pool.map(arithmetic, [10] * 4, chunksize=1)
        single = min(max(alone.map(arithmetic, [products])) for _ in range(repetitions))
        return 2.0 * single / min(max(both.map(arithmetic, [products] * 2, chunksize=1)) for _ in range(repetitions))


def merging(folder: Path) -> None:
    """10,000 points in 16 shards."""
    config = make_config(CONFIG, TOYS, ["axes.g_h.points=100", "axes.alpha_r.points=100", "noise_h=0.05"])
    paths = [folder / f"shard{number}.h5" for number in range(1, 17)]
    for number, path in enumerate(paths, 1):
        with open_sweep(config, path, shard=(number, 16)) as sweep:
            for _ in sweep.run(InProcess()):
                pass
    started = time.perf_counter()
    merged = merge_files(paths, folder / "merged.h5")
    wall = time.perf_counter() - started
    tracemalloc.start()
    merge_files(paths, folder / "again.h5")
    peak = tracemalloc.get_traced_memory()[1]
    size = (folder / "merged.h5").stat().st_size
    print(
        f"merging 10,000 points in 16 files: {wall:.2f} s, peak memory {peak / 1e6:.1f} MB, "
        f"result {size / 1e6:.1f} MB, complete: {merged.result.complete}"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        overhead(Path(name))
        merging(Path(name))
        scaling(Path(name))
