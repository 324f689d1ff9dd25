"""One network without its matrix: activity and maximum exponent over time, in the format of simulated networks."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.unit.nonlinearities import activation
from phasemap.simulation.estimators.outcomes import Outcome, as_estimates, nothing, outcome
from phasemap.simulation.estimators.statistics import mean_over_time, stationary_from
from phasemap.simulation.lazy.couplings import LazyCouplings
from phasemap.simulation.lazy.rule import StepRule
from phasemap.simulation.lazy.steps import Stepper
from phasemap.simulation.lazy.tangent import Tangent
from phasemap.simulation.network.disorder import realisation_seed
from phasemap.simulation.protocols.setup import Setup
from phasemap.simulation.threads import single_threaded_blas

# Time between samples.
_SAMPLING = 0.5


@dataclass(frozen=True)
class LazyRecord:
    """estimates: quantities of the network by their names in the registry, (1,) each. rank: directions drawn of M."""

    parameters: Parameters
    size: int
    estimates: dict[str, Estimate]
    rank: int
    steps: int


def simulate_lazy(p: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> LazyRecord:
    """A network of `options.size` units without its matrix (docs/theory.md, section 15 b): the same in law.

    Variance, activity and maximum exponent, the derivative of this network, with errors by blocks in time. Hard gates
    have no tangent flow: the exponent is then absent. Steps are `time_step` at most.
    """
    size, own = options.size, realisation_seed(seed, options.size, 0)
    rule = StepRule(shortest=min(options.time_step, 0.1), longest=options.time_step)
    setup = Setup(p, size, own, True, options.transient, options.initial_amplitude, rule=rule)
    with single_threaded_blas():
        stepper = setup.relaxed()
        tangent = _tangent(stepper, setup)
        count = max(1, round(options.duration / _SAMPLING))
        times = (_SAMPLING * np.arange(1, count + 1)).tolist()
        rows = np.array([_sample(stepper, tangent, p) for _ in stepper.visit(times)])
    couplings = stepper.network.couplings
    rank = couplings.rank if isinstance(couplings, LazyCouplings) else size
    return LazyRecord(p, size, as_estimates([_outcomes(rows)]), rank, stepper.network.steps)


def _tangent(stepper: Stepper, setup: Setup) -> Tangent | None:
    try:
        tangent = Tangent(stepper.network, setup.direction())
    except UnsupportedError:
        return None
    stepper.tangents.append(tangent)
    return tangent


def _sample(stepper: Stepper, tangent: Tangent | None, p: Parameters) -> tuple[float, float, float]:
    h = stepper.network.h[0]
    activity = float((activation(h, p.g_h, p.beta_h) ** 2).mean())
    return float(((h - h.mean()) ** 2).mean()), activity, math.nan if tangent is None else tangent.log_length


def _outcomes(rows: FloatArray) -> dict[str, Outcome]:
    first = stationary_from(rows[:, 0])
    stationary = first < len(rows)
    kept = rows[first if stationary else 0 :]
    found = {
        "network_variance": outcome(*mean_over_time(kept[:, 0]), good=stationary),
        "network_activity_variance": outcome(*mean_over_time(kept[:, 1]), good=stationary),
        "network_lyapunov_max": nothing(),
    }
    if np.isfinite(kept[:, 2]).all() and len(kept) > 1:
        growth = np.diff(kept[:, 2]) / _SAMPLING
        found["network_lyapunov_max"] = outcome(*mean_over_time(growth[len(growth) // 5 :]), good=stationary)
    return found
