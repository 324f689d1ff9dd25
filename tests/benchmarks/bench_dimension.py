"""Dimension and entropy in the mean field: honest errors, and networks of several sizes extrapolated in 1/N beside it.

    python tests/benchmarks/bench_dimension.py pulls [--seeds 6]
    python tests/benchmarks/bench_dimension.py bias
    python tests/benchmarks/bench_dimension.py networks --store PARTS [--part participation/1/2000/0]

`pulls` solves points with several seeds: distances of values from their mean, in stated errors.

`networks` measures every part that the folder PARTS does not hold yet and prints the table of what it holds; or it
measures the one part that is named by quantity, point, size and realisation. It can be stopped at any time.
Participation ratios are those of the program, from eight trajectories of the same couplings. Spectra are those of the
program, a third more exponents than the mean field's dimension, in single precision.

`bias` puts the naive ratio, the one of a record cut into segments, and that of four trajectories beside what eight long
trajectories of the same networks give.
"""

import argparse
import json
import math
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np

from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.simulation.estimators.autocorrelations import participation_ratio
from phasemap.simulation.estimators.participation import ratio_of_trajectories
from phasemap.simulation.lyapunov.spectra import spectrum_steps
from phasemap.simulation.network.disorder import draw_network, realisation_seed
from phasemap.simulation.network.integrators import start_from
from phasemap.simulation.network.together import Trajectories
from phasemap.simulation.solvers.dimension import ratios as network_ratios
from phasemap.simulation.threads import single_threaded_blas
from phasemap.theory.dimension import solver as participation
from phasemap.theory.tangent_spectrum import solver as spectrum

POINTS = ({"g_h": 3.0, "alpha_r": 2.0}, {"g_h": 2.5, "alpha_r": 5.0}, {"g_h": 1.9, "alpha_r": 20.0})
NUMBERS = {"participation": ("participation_ratio", "participation_ratio_activity"),
           "spectrum": ("kaplan_yorke_per_unit", "entropy_rate_per_unit")}  # fmt: skip
REALISATIONS = {"participation": {500: 16, 1000: 8, 2000: 4}, "spectrum": {500: 3, 1000: 2, 2000: 1}}
TIME_OF_SPECTRUM = {500: 1500.0, 1000: 600.0, 2000: 250.0}
TRAJECTORIES = 8
SEED = np.random.SeedSequence(31)


def point_of(index: int) -> Parameters:
    return make_parameters({"beta_r": 0.0, **POINTS[index]})


def theory(index: int, quantity: str) -> dict[str, tuple[float, float]]:
    """Values and errors in the mean field."""
    point, at = [point_of(index)], (0, BRANCHES.index(FLUCTUATING))
    solve = participation.solve_points if quantity == "participation" else spectrum.solve_points
    found = solve(point, None, [SEED])
    return {name: (float(found[name].value[at]), float(found[name].error[at])) for name in NUMBERS[quantity]}


# --- errors -----------------------------------------------------------------------------------------------------------


def pulls(seeds: int) -> None:
    for values in ({"g_h": 3.0}, *POINTS, {"g_h": 2.0, "alpha_r": 20.0}):
        p, at = make_parameters({"beta_r": 0.0, **values}), (0, BRANCHES.index(FLUCTUATING))
        began = time.process_time()
        found = [spectrum.solve_points([p], None, [np.random.SeedSequence(k)]) for k in range(seeds)]
        seconds = (time.process_time() - began) / seeds
        print(values, f"{seconds:.1f} s a point")
        for name in spectrum.NAMES:
            value = np.array([one[name].value[at] for one in found])
            error = np.array([one[name].error[at] for one in found])
            away = (value - value.mean()) / error
            print(f"  {name:26} {value.mean():.5e}  scatter {value.std(ddof=1):.1e}  stated {error.min():.1e} to "
                  f"{error.max():.1e}  rms pull {math.sqrt((away**2).mean()):.2f}, largest {abs(away).max():.2f}",
                  flush=True)  # fmt: skip


# --- bias of estimators ----------------------------------------------------------------------------------------------


def naive(h: np.ndarray) -> float:
    """Of one pooled covariance of samples (T, N)."""
    covariance = np.cov(h.T)
    return float(np.trace(covariance) ** 2 / (covariance**2).sum())


def bias(size: int = 300, networks: int = 6) -> None:
    """Three estimators of the same networks, over what many long trajectories of them give."""
    p, length, count = point_of(0), 400.0, 8
    durations = (50.0, 100.0, 200.0, 400.0)
    ratio = {duration: np.zeros((networks, 3)) for duration in durations}
    truth = np.zeros(networks)
    for k in range(networks):
        seed = realisation_seed(SEED, size, k)
        together = Trajectories(draw_network(p, size, seed), SimulationOptions(size=size), seed, count)
        together.advance(600)
        h = np.empty((count, round(2.0 * length), size))
        for row in range(h.shape[1]):
            together.advance(5)
            h[:, row] = together.states[0]
        truth[k] = ratio_of_trajectories(h).value
        for duration in durations:
            few = h[:4, : round(2.0 * duration)]
            ratio[duration][k] = (naive(few[0]), participation_ratio(few[0]).value, ratio_of_trajectories(few).value)
    predicted = theory(0, "participation")["participation_ratio"][0]
    print(
        f"PR_h / N of {networks} networks of {size} units: {truth.mean() / size:.5f} +- "
        f"{truth.std(ddof=1) / math.sqrt(networks) / size:.5f}; mean field {predicted:.5f}"
    )
    print("duration   naive     one record, segments   four trajectories   (of that of 8 x 400 on the same networks)")
    for duration, found in ratio.items():
        of = found / truth[:, None]
        errors = of.std(axis=0, ddof=1) / math.sqrt(networks)
        each = (f"{mean:.3f}({error:.3f})" for mean, error in zip(of.mean(axis=0), errors, strict=True))
        print(f"{duration:8.0f}   " + "   ".join(each))


# --- networks ---------------------------------------------------------------------------------------------------------


def measure_participation(p: Parameters, size: int, seed: np.random.SeedSequence) -> dict[str, float]:
    options = SimulationOptions(size=size, duration=200.0, transient=60.0, trajectories=TRAJECTORIES, realisations=1)
    found, _ = network_ratios(draw_network(p, size, seed), options, seed)
    return {name: float(found[name].value) for name in NUMBERS["participation"]}


def measure_spectrum(p: Parameters, size: int, seed: np.random.SeedSequence, dimension: float) -> dict[str, float]:
    count = math.ceil(1.3 * dimension * size)
    options = SimulationOptions(
        size=size,
        exponents=count,
        duration=TIME_OF_SPECTRUM[size],
        transient=60.0,
        single_precision=True,
        realisations=1,
    )  # fmt: skip
    with single_threaded_blas():
        integrator = start_from(draw_network(p, size, seed), options, seed)
        integrator.advance(round(options.transient / integrator.step))
        steps = spectrum_steps(integrator, options, seed)
        while True:
            try:
                next(steps)
            except StopIteration as finished:
                found = finished.value
                break
    return {
        "kaplan_yorke_per_unit": found.dimension.value / size,
        "kaplan_yorke_per_unit_error": found.dimension.error / size,
        "entropy_rate_per_unit": found.entropy.value / size,
        "entropy_rate_per_unit_error": found.entropy.error / size,
        "exponents": [float(x) for x in found.exponents],
    }


def measure(store: Path, part: tuple[str, int, int, int]) -> None:
    """Write one part, if it is not there yet."""
    quantity, index, size, realisation = part
    path = store / ("-".join(map(str, part)) + ".json")
    if path.exists():
        return
    began, seed = time.process_time(), realisation_seed(SEED, size, realisation)
    if quantity == "participation":
        found = measure_participation(point_of(index), size, seed)
    else:
        found = measure_spectrum(point_of(index), size, seed, theory(index, quantity)["kaplan_yorke_per_unit"][0])
    path.write_text(json.dumps(found))
    shown = {name: value for name, value in found.items() if name != "exponents"}
    print(*part, shown, f"{time.process_time() - began:.0f} s", flush=True)


def extrapolated(sizes: np.ndarray, values: np.ndarray, errors: np.ndarray) -> tuple[float, float, float]:
    """Value and error at 1/N = 0 of a line through values with errors, and the slope."""
    rows = np.stack([np.ones(len(sizes)), 1.0 / sizes], axis=1) / errors[:, None]
    covariance = np.linalg.inv(rows.T @ rows)
    found = covariance @ rows.T @ (values / errors)
    return float(found[0]), math.sqrt(covariance[0, 0]), float(found[1])


def read(store: Path, quantity: str, index: int, name: str) -> dict[int, list[tuple[float, float]]]:
    """Values and their own errors of the realisations of every size that are there."""
    out: dict[int, list[tuple[float, float]]] = {}
    for path in sorted(store.glob(f"{quantity}-{index}-*.json")):
        found = json.loads(path.read_text())
        out.setdefault(int(path.stem.split("-")[2]), []).append((found[name], found.get(f"{name}_error", 0.0)))
    return dict(sorted(out.items()))


def table(store: Path) -> None:
    for (index, values), quantity in product(enumerate(POINTS), NUMBERS):
        predicted = theory(index, quantity)
        for name in NUMBERS[quantity]:
            found = read(store, quantity, index, name)
            means = np.array([np.mean([value for value, _ in one]) for one in found.values()])
            # One scatter for all sizes, relative, falling like 1 / N: few realisations do not tell their own.
            sizes = np.array(list(found), dtype=float)
            relative = [(value / mean - 1.0) * n for mean, (n, one) in zip(means, found.items(), strict=True)
                        for value, _ in one]  # fmt: skip
            freedom = max(1, len(relative) - len(means))
            spread = math.sqrt(sum(x**2 for x in relative) / freedom)
            counts = np.array([len(one) for one in found.values()])
            own = np.array([np.mean([error for _, error in one]) for one in found.values()])
            errors = np.sqrt(((means * spread / sizes) ** 2 + own**2) / counts)
            rows = zip(sizes, means, errors, strict=True)
            each = "  ".join(f"N={n:.0f} {mean:.5f}({error:.5f})" for n, mean, error in rows)
            print(f"{values} {name}: {each}")
            if len(sizes) > 1:
                limit, error, slope = extrapolated(sizes, means, errors)
                value, own_error = predicted[name]
                pull = (limit - value) / math.hypot(error, own_error)
                print(f"    1/N -> 0: {limit:.5f} +- {error:.5f} (slope {slope:.3g}); mean field {value:.5f} +- "
                      f"{own_error:.5f}; {limit / value - 1.0:+.1%}, {pull:+.1f} errors", flush=True)  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("pulls", "bias", "networks"))
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--part", nargs="*", help="quantity/point/size/realisation")
    parser.add_argument("--table", action="store_true", help="measure nothing, print what is there")
    chosen = parser.parse_args()
    if chosen.what == "pulls":
        sys.exit(pulls(chosen.seeds))
    if chosen.what == "bias":
        sys.exit(bias())
    if chosen.store is None:
        parser.error("networks: name a folder for the parts with --store")
    chosen.store.mkdir(exist_ok=True)
    every = [(quantity, index, size, k) for size in (500, 1000, 2000) for index in range(len(POINTS))
             for quantity in NUMBERS for k in range(REALISATIONS[quantity][size])]  # fmt: skip
    named = [(a, int(b), int(c), int(d)) for a, b, c, d in (one.split("/") for one in chosen.part or ())]
    for part in [] if chosen.table else named or every:
        measure(chosen.store, part)
    if not named:
        table(chosen.store)
