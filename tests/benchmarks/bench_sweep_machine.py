"""What the sweep machine costs and gains, printed: overhead per block, scaling over workers, merging of shards.

    python tests/benchmarks/bench_sweep_machine.py

Run it on an idle machine; workers and compiled code are warmed up before anything is timed.
"""

import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "sweep"))

from toy_registry import CONFIG, TOYS

from phasemap.config import SweepConfig, make_config
from phasemap.quantities import REGISTRY
from phasemap.sweep.executors import Executor, InProcess, Processes
from phasemap.sweep.merge import merge_files
from phasemap.sweep.run import open_sweep


def timed_run(config: SweepConfig, output: Path, executor: Executor) -> tuple[float, float, int]:
    """(wall seconds, seconds in solvers, blocks) of a sweep."""
    started = time.perf_counter()
    with open_sweep(config, output, force=True) as sweep:
        blocks = list(sweep.run(executor))
    return time.perf_counter() - started, sum(block.seconds for block in blocks), len(blocks)


def overhead(folder: Path) -> None:
    """Blocks that take no time at all: everything else is the machine's own."""
    config = make_config(CONFIG, TOYS, ["axes.g_h.points=40", "axes.alpha_r.points=25", "noise_h=2"])
    for name, executor in {"in process": InProcess(), "1 worker": Processes(1), "2 workers": Processes(2)}.items():
        wall, solving, blocks = timed_run(config, folder / "overhead.h5", executor)
        print(f"overhead, {name}: {1e3 * (wall - solving) / blocks:.2f} ms per block ({blocks} blocks)")


def scaling(folder: Path) -> None:
    """A plane of dynamic mean-field points on one and on two workers."""
    data = {
        "quantities": ["lyapunov_max"],
        "axes": {"g_h": {"from": 2.2, "to": 4, "points": 150}, "alpha_r": {"from": 0, "to": 10, "points": 150}},
    }
    config = make_config(data, REGISTRY)
    timed_run(make_config(data, REGISTRY, ["axes.g_h.points=2"]), folder / "warm.h5", Processes(2))
    walls = {}
    for workers in (1, 2):
        walls[workers], solving, blocks = timed_run(config, folder / "scaling.h5", Processes(workers))
        inside = f"{blocks} blocks, {solving:.1f} s in the solver"
        print(f"22,500 mean-field points, {workers} workers: {walls[workers]:.1f} s ({inside})")
    print(f"speed-up from the second worker: {walls[1] / walls[2]:.2f}")


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
