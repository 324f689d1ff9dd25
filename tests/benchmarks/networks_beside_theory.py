"""One point of the mean field and networks without matrices beside it, computed and kept part by part."""

import json
import math
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.status import Status, name_of
from phasemap.simulation.estimators.extrapolation import extrapolate_to_infinite_size
from phasemap.simulation.lazy.couplings import LazyCouplings
from phasemap.simulation.lazy.tangent import Tangent
from phasemap.simulation.network.disorder import child, realisation_seed
from phasemap.simulation.protocols.setup import Setup
from phasemap.simulation.threads import single_threaded_blas
from phasemap.theory.mean_field import solve_points

QUANTITIES = ("variance", "relaxation_time", "lyapunov_max")
# Networks of every size in one round, and rounds: at least two (scatter has to be seen), more until the variance is
# known to this part. Of M = 1000 units one in four freezes, where the mean field moves: they lie on no line in 1 / M.
ROUND = {2000: 2, 4000: 1, 8000: 1}
FEWEST, MOST, KNOWN = 2, 5, 0.02
# Ages are this many relaxation times, between these two: beyond the second, networks of this size freeze.
TIMES, YOUNGEST, OLDEST = 10.0, 300.0, 1500.0
# Averages are over the last part of a run, in this many pieces; the growth rate is that of the tangent over it.
FROM, PIECES = 0.4, 24
_AT = BRANCHES.index(FLUCTUATING)
_TANGENT = 5


@dataclass(frozen=True)
class Number:
    """A value, its error, and the name of its status."""

    value: float
    error: float
    status: str

    def __str__(self) -> str:
        """The number as it is printed."""
        mark = {"upper_bound": "< ", "lower_bound": "> ", "converged": ""}.get(self.status, f"{self.status} ")
        return f"{mark}{self.value:.4g}" + (f"({self.error:.1g})" if self.error > 0.0 else "")


def theory(p: Parameters, relative_error: float, seed: int) -> dict[str, Number]:
    """What the mean field says of a point, by the names of the quantities; and the CPU seconds it took."""
    start = time.process_time()
    found = solve_points([p], EnsembleOptions(relative_error=relative_error), [np.random.SeedSequence(seed)])
    numbers = {}
    for name in QUANTITIES:
        one = found[name]
        value, error = (math.nan if part is None else float(part[0, _AT]) for part in (one.value, one.error))
        numbers[name] = Number(value, error, name_of(Status(int(one.status[0, _AT]))))
    return numbers | {"seconds": Number(time.process_time() - start, 0.0, "converged")}


def age_for(numbers: dict[str, Number]) -> float:
    """How old networks have to be, by the relaxation time that the mean field knows."""
    relaxation = numbers["relaxation_time"].value
    return min(max(TIMES * relaxation, YOUNGEST), OLDEST) if math.isfinite(relaxation) else OLDEST


def run_network(p: Parameters, age: float, size: int, number: int, seed: int, *, tangent: bool) -> list[float]:
    """Variance, growth rate and CPU seconds of one network of this size."""
    start = time.process_time()
    setup = Setup(p, size, realisation_seed(np.random.SeedSequence(seed), size, number), True, 0.0)
    return [*_run(setup, age, tangent), time.process_time() - start]


def combined(runs: dict[int, FloatArray]) -> dict[str, Number]:
    """Variance and growth rate as 1 / M -> 0, with the 1 / M bias at the largest size.

    Scatter goes as 1 / sqrt(M): that of all networks says how far each size may be off.
    """
    runs = {size: runs[size] for size in ROUND if size in runs}
    several = {size: rows for size, rows in runs.items() if len(rows) > 1}
    pooled = np.sqrt(np.mean([size * rows.var(axis=0, ddof=1) for size, rows in several.items()], axis=0))
    found = {"seconds": Number(float(sum(rows[:, 2].sum() for rows in runs.values())), 0.0, "converged")}
    for k, name in enumerate(("variance", "growth")):
        means = {size: float(rows[:, k].mean()) for size, rows in runs.items()}
        errors = {size: float(pooled[k]) / math.sqrt(size * len(rows)) for size, rows in runs.items()}
        if all(math.isfinite(one) and one > 0.0 for one in errors.values()):
            fit = extrapolate_to_infinite_size(list(means), list(means.values()), list(errors.values()))
            found[name] = Number(fit.limit, fit.error, "converged")
            found[f"{name} bias"] = Number(means[max(runs)] - fit.limit, errors[max(runs)], "converged")
    return found


def _run(setup: Setup, age: float, tangent: bool) -> tuple[float, float]:
    """Variance of h over units and late times of one network, and its growth rate there."""
    with single_threaded_blas():
        stepper = setup.relaxed()
        network = stepper.network
        stepper.advance_to(0.5 * FROM * age)
        if tangent:  # it has half of the time before the averages to turn to the direction that grows
            own = LazyCouplings(setup.parameters, setup.size, child(setup.seed, _TANGENT))
            stepper.tangents.append(Tangent(network, setup.direction(), own))
        times = np.linspace(FROM * age, age, PIECES + 1)
        read = []
        for at in times:
            stepper.advance_to(float(at))
            read.append((float(network.h[0].var()), stepper.tangents[0].log_length if tangent else math.nan))
    variances, logs = np.array(read).T
    return float(variances.mean()), float((logs[-1] - logs[0]) / (times[-1] - times[0]))


def load(path: Path) -> dict[str, Any]:
    """What is stored of a point, as far as it is: {"theory": numbers, "age": age, "networks": {size: (count, 3)}}."""
    stored = json.loads(path.read_text()) if path.exists() else {}
    if "theory" in stored:
        stored["theory"] = {name: Number(*one) for name, one in stored["theory"].items()}
    stored["networks"] = {int(size): np.array(rows) for size, rows in stored.get("networks", {}).items()}
    return dict(stored)


def save(path: Path, parts: dict[str, Any]) -> None:
    """Store the parts of a point, whole or not at all."""
    data = dict(parts)
    if "theory" in parts:
        data["theory"] = {name: astuple(one) for name, one in parts["theory"].items()}
    data["networks"] = {size: rows.tolist() for size, rows in parts["networks"].items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".tmp").write_text(json.dumps(data))
    path.with_suffix(".tmp").replace(path)


def next_size(runs: dict[int, FloatArray]) -> int | None:
    """The size of the network to be run next, smallest first in every round; None when they are enough."""
    for rounds in range(1, MOST + 1):
        for size, count in ROUND.items():
            if len(runs.get(size, ())) < rounds * count:
                return size
        if rounds >= FEWEST and is_known(combined(runs)):
            return None
    return None


def is_known(found: dict[str, Number]) -> bool:
    """Whether networks know the variance well enough for a comparison."""
    variance = found.get("variance")
    return variance is not None and variance.error <= KNOWN * variance.value


def complete(path: Path, p: Parameters, relative_error: float, seed: int, most: int, *, tangent: bool) -> int:
    """Compute parts of a point that are not stored, `most` of them, one after another; returns how many were computed.

    Each is stored when it is there: what the mean field says, and every network.
    """
    parts, done = load(path), 0
    if "theory" not in parts and done < most:
        parts["theory"] = theory(p, relative_error, seed)
        parts["age"] = age_for(parts["theory"])
        save(path, parts)
        done += 1
        print({name: str(one) for name, one in parts["theory"].items()}, flush=True)
    runs = parts["networks"]
    while done < most and (size := next_size(runs)) is not None:
        kept = runs.get(size, np.empty((0, 3)))
        one = run_network(p, parts["age"], size, len(kept), seed, tangent=tangent)
        runs[size] = np.vstack([kept, one])
        save(path, parts)
        done += 1
        print(size, one, flush=True)
    return done
