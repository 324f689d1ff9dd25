"""Networks without matrices of 1000, 4000 and 16,000 units, extrapolated in 1/M, against networks of 1000 with them.

    python tests/benchmarks/bench_lazy_networks.py [largest size] [networks]

At three points: a hard gate, which keeps the trace; a steep one; and one where it is lost. m(100) after a kick of 0.5.
"""

import math
import sys
import time

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import make_parameters
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.solver import kicked

POINTS = [{"g_h": 2.0, "alpha_z": math.inf}, {"g_h": 1.5, "alpha_z": 10.0}, {"g_h": 3.0, "alpha_z": 3.0}]
DELAYS = (3.0, 100.0)


def main(largest: int = 16_000, networks: int = 3) -> None:
    """Print m at the delays for every size, extrapolated, and of networks with matrices; CPU seconds of each."""
    sizes = tuple(size for size in (1000, 4000, 16_000) if size <= largest)
    for values in POINTS:
        p = make_parameters(values)
        for way, group, count in (("dense", (1000,), 4 * networks), ("lazy", sizes, networks)):
            options = ProtocolOptions(
                amplitude=0.5, relax=100.0, delays=DELAYS, sizes=group, networks=count, couplings=way
            )
            start = time.process_time()
            found = kicked(p, options, np.random.SeedSequence(1))
            seconds = time.process_time() - start
            times = found.runs[found.largest][0].times
            for size in group:
                m = readings.at_delays(found.combined(readings.overlaps, size), times, DELAYS)
                print(f"{values} {way} {size}: {_in_words(m.value, m.error)}", flush=True)
            if len(group) > 1:
                limit = readings.at_delays(found.extrapolated(readings.overlaps), times, DELAYS)
                print(f"{values} {way} extrapolated: {_in_words(limit.value, limit.error)}", flush=True)
            print(f"    {seconds:.0f} s of CPU", flush=True)


def _in_words(value: np.ndarray, error: np.ndarray) -> str:
    return ", ".join(f"m({d:g}) = {v:.3f} ± {e:.3f}" for d, v, e in zip(DELAYS, value, error, strict=True))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
