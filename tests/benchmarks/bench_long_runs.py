"""A network without its matrix to t = 1e5, in steps that grow with its age: steps, variance and CPU seconds.

python tests/benchmarks/bench_long_runs.py [units] [end]
"""

import sys
import time

import numpy as np

from phasemap.model.parameters import make_parameters
from phasemap.simulation.protocols.setup import Setup


def main(size: int = 1000, end: float = 1e5) -> None:
    """The marginal region and a hard gate: mean square of h at times evenly spaced in their logarithm."""
    for name, values in (("steep", {"g_h": 1.5, "alpha_z": 10.0}), ("hard", {"g_h": 2.0, "alpha_z": np.inf})):
        start = time.process_time()
        stepper = Setup(make_parameters(values), size, np.random.SeedSequence(1), lazy=True, relax=0.0).relaxed()
        for at in stepper.visit(np.geomspace(10.0, end, 5).tolist()):
            square = float((stepper.network.h[0] ** 2).mean())
            seconds = time.process_time() - start
            print(f"{name}, M = {size}, t = {at:g}: <h^2> {square:.4f}; {seconds:.1f} s of CPU", flush=True)


if __name__ == "__main__":
    main(*(kind(one) for kind, one in zip((int, float), sys.argv[1:], strict=False)))
