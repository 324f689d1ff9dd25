"""A sweep of toys in a process of its own, to be killed: says on stdout which blocks are safe, as soon as they are.

python killable.py OUTPUT WORKERS
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # a process of its own

from support.toy_registry import CONFIG, TOYS

import phasemap.sweeps.run
from phasemap.config import SweepConfig, make_config
from phasemap.sweeps.executors.processes import InProcess, Processes
from phasemap.sweeps.run import open_sweep


def configuration(pause: float = 0.025) -> SweepConfig:
    """81 blocks of 25 ms, and a few quick ones."""
    overrides = ["axes.g_h.points=9", "axes.alpha_r.points=9", "noise_h=2", f"tau_noise={pause}"]
    return make_config(CONFIG, TOYS, overrides)


def main(output: Path, workers: int) -> None:
    """Run the sweep; the result file is brought up to date very often, to be hit while that happens."""
    phasemap.sweeps.run._ASSEMBLY_SHARE = 1e9
    with open_sweep(configuration(), output) as sweep:
        sweep.assemble_every = 0.05
        print("begun", flush=True)
        for block in sweep.run(Processes(workers) if workers else InProcess()):
            places = " ".join(f"{block.part}/{block.name}/{index}" for index in block.indices)
            print(places, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
