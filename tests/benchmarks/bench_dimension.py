"""Dimension and entropy in the mean field: honest errors, and networks of several sizes extrapolated in 1/N beside it.

    python tests/benchmarks/bench_dimension.py pulls [--seeds 6]
    python tests/benchmarks/bench_dimension.py networks --store PARTS [--part participation/1/2000/0]

`pulls` solves points with several seeds: distances of values from their mean, in stated errors.

`networks` measures every part that the folder PARTS does not hold yet and prints the table of what it holds; or it
measures the one part that is named by quantity, point, size and realisation. It can be stopped at any time.
Participation ratios are unbiased: a batch of trajectories of the same couplings, squares of covariances taken between
different ones, by a Runge-Kutta scheme of this file in single precision. Spectra are those of the program, a third more
exponents than the mean field's dimension, in single precision.
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
from phasemap.simulation.lyapunov.spectra import spectrum_steps
from phasemap.simulation.network.disorder import draw_network, realisation_seed
from phasemap.simulation.network.integrators import start_from
from phasemap.simulation.threads import single_threaded_blas
from phasemap.theory.dimension import solver as participation
from phasemap.theory.tangent_spectrum import solver as spectrum

POINTS = ({"g_h": 3.0, "alpha_r": 2.0}, {"g_h": 2.5, "alpha_r": 5.0}, {"g_h": 1.9, "alpha_r": 20.0})
NUMBERS = {"participation": ("participation_ratio", "participation_ratio_activity"),
           "spectrum": ("kaplan_yorke_per_unit", "entropy_rate_per_unit")}  # fmt: skip
REALISATIONS = {"participation": {500: 16, 1000: 8, 2000: 4}, "spectrum": {500: 3, 1000: 2, 2000: 1}}
TIME_OF_SPECTRUM = {500: 1500.0, 1000: 600.0, 2000: 250.0}
STEP, TRANSIENT, DURATION, EVERY, BATCH = 0.1, 60.0, 200.0, 10, 24
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


# --- networks ---------------------------------------------------------------------------------------------------------


def trajectories(p: Parameters, size: int, seed: np.random.SeedSequence) -> np.ndarray:
    """Samples of h (batch, times, units) from as many trajectories through the same couplings, in single precision."""
    network = draw_network(p, size, seed)
    J_h, J_r = (np.asarray(J, dtype=np.float32) for J in (network.J_h, network.J_r))
    rng = np.random.default_rng(seed.spawn(1)[0])
    state = [rng.standard_normal((size, BATCH)).astype(np.float32) for _ in range(2)]

    def flow(h: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        phi = np.tanh(np.float32(p.g_h) * h)
        gate = np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5 * p.alpha_r) * r)
        return J_h @ (phi * gate) - h, (J_r @ phi - r) / np.float32(p.tau_r)

    samples, step = [], np.float32(STEP)
    for k in range(round((TRANSIENT + DURATION) / STEP)):
        first = flow(*state)
        middle = flow(*(x + 0.5 * step * dx for x, dx in zip(state, first, strict=True)))
        state = [x + step * dx for x, dx in zip(state, middle, strict=True)]
        if k * STEP >= TRANSIENT and k % EVERY == 0:
            samples.append(state[0].T)
    return np.stack(samples, axis=1)


def unbiased_ratio(samples: np.ndarray) -> float:
    """PR / N from samples (groups, times, units) of independent trajectories about a mean of zero."""
    groups, times, size = samples.shape
    covariances = [one.T @ one / times for one in samples]
    total = sum(covariances)
    squares = (float((total**2).sum()) - sum(float((one**2).sum()) for one in covariances)) / (groups * (groups - 1))
    return float(np.trace(total) / groups) ** 2 / squares / size


def measure_participation(p: Parameters, size: int, seed: np.random.SeedSequence) -> dict[str, float]:
    h = trajectories(p, size, seed)
    moving = (h[:, -1] ** 2).mean(axis=1) > 1e-4
    alive = h[moving]
    parts = np.split(alive[: len(alive) // 4 * 4], 4)
    grouped = [one.reshape(1, -1, size) for one in parts]
    if not moving.all():
        print(f"{(~moving).sum()} of {BATCH} trajectories came to rest")
    return {
        "participation_ratio": unbiased_ratio(np.concatenate(grouped)),
        "participation_ratio_activity": unbiased_ratio(np.concatenate([np.tanh(p.g_h * one) for one in grouped])),
    }


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
    parser.add_argument("what", choices=("pulls", "networks"))
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--part", nargs="*", help="quantity/point/size/realisation")
    parser.add_argument("--table", action="store_true", help="measure nothing, print what is there")
    chosen = parser.parse_args()
    if chosen.what == "pulls":
        sys.exit(pulls(chosen.seeds))
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
