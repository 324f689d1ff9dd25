"""Draw, write, read, locate: where weights of 256 units lie that `phasemap init` drew, over 20 seeds.

    python tests/benchmarks/bench_init.py [SEEDS] [SIZE]

Every line is a place that was asked for: the smallest and largest factor to the line of the zero state, the same of the
multiplier of the matrices themselves, of the memory in steps (of theory and of the matrices), and the phases found. In
both conventions of the GRU weights are the same; that with the reset gate before is written as Keras has it.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from phasemap.cells.static.phases import place_of
from phasemap.cells.static.zero_state import memory_steps
from phasemap.cells.weights.formats.stored import read_arrays
from phasemap.cells.weights.frameworks.recognise import find_layers
from phasemap.cells.weights.statistics import theory_of
from phasemap.cells.weights.zero_state import zero_factor, zero_multiplier, zero_multiplier_of_matrix
from phasemap.studies.cells.initial import Wish, draw, write

PLACES = {
    "gru": ("critical", "stable", "chaotic", "marginal", "memory=3", "memory=30", "memory=300"),
    "lstm": ("critical", "stable", "chaotic", "memory=3", "memory=30", "memory=300"),
    "vanilla": ("critical", "stable", "chaotic", "memory=30"),
}


def span(values: list[float]) -> str:
    return f"{min(values):9.5g} ... {max(values):9.5g}"


def report(cell: str, place: str, reset: str, seeds: int, size: int) -> str:
    factors, own, memory, own_memory, phases = [], [], [], [], Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            path = Path(folder) / f"{seed}.safetensors"
            write(path, draw(Wish(cell, size, 4, place, reset), seed)[1], "keras" if reset == "before" else "torch")
            (layer,) = find_layers(read_arrays(path))
            factors.append(zero_factor(layer))
            own.append(zero_multiplier_of_matrix(layer))
            memory.append(memory_steps(zero_multiplier(layer)))
            own_memory.append(memory_steps(own[-1]))
            phases[place_of(theory_of(layer)).phase] += 1
    found = ", ".join(f"{phase} {count}" for phase, count in phases.items())
    return f"{span(factors)} | {span(own)} | {span(memory)} | {span(own_memory)} | {found}"


if __name__ == "__main__":
    n_seeds, n_units = (int(word) for word in (*sys.argv[1:3], *("20", "256")[len(sys.argv) - 1 :]))
    print("factor to the line | multiplier of the matrix | memory (steps), theory | of the matrix | phases")
    for cell, places in PLACES.items():
        for place in places:
            for reset in ("after", "before") if cell == "gru" and not place.startswith("memory") else ("after",):
                began = time.process_time()
                told = report(cell, place, reset, n_seeds, n_units)
                print(f"{cell} {reset} {place:10s} {told} ({time.process_time() - began:.0f} s)", flush=True)
