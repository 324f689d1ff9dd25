"""Check values of protocols (docs/memory.md), each beside ours: what was computed apart, what we have, its error.

    python tests/benchmarks/protocols/check_values.py [theory, lazy, or networks]

theory: seconds. lazy: networks without their matrices, half a minute. networks: traces of finite kicks in networks of
1000 units with hard and steep gates, two minutes.
"""

import math
import sys

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import make_parameters
from phasemap.simulation.lazy.couplings import LazyCouplings
from phasemap.simulation.lazy.drive import make_drive
from phasemap.simulation.lazy.network import ReplicaNetwork
from phasemap.simulation.lazy.tangent import Tangent
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.setup import Setup
from phasemap.simulation.protocols.solver import kicked
from phasemap.theory.transient.memory.attractor import static_units
from phasemap.theory.transient.memory.frozen import FrozenUnits
from phasemap.theory.transient.memory.reset import Pulse, retained_fraction
from phasemap.theory.transient.nodes import one_copy
from phasemap.theory.transient.protocols import kick, relax
from phasemap.theory.transient.solve import two_times

SEED = np.random.SeedSequence(1)
OVERLAPS = [(10.0, 1.0, 0.667363), (10.0, 100.0, 0.242284), (30.0, 10.0, 0.449749), (30.0, 1000.0, 0.366203)]
RESETS = [(2.0, 1.0, 0.36121), (2.0, 4.0, 0.03032), (10.0, 0.5, 0.49256)]
SLOPES = (-1.44040, -2.25129, -3.42568, -5.38348)
# Gain, steepness, and m(1000) after a kick of 0.5 in networks of 1000 units.
TRACES = [
    (1.25, math.inf, "0.33"), (1.5, math.inf, "0.25 to 0.30"), (2.0, math.inf, "0.24"), (2.5, math.inf, "0.22"),
    (2.0, 3.0, "-0.03"), (2.0, 10.0, "0.00"), (2.0, 30.0, "0.15"), (2.0, 100.0, "0.19"),
]  # fmt: skip


def main(part: str = "theory") -> None:
    """Print one part."""
    {"theory": theory, "lazy": lazy, "networks": networks}[part]()


def say(what: str, known: object, ours: float, error: float) -> None:
    """A line of the list."""
    print(f"{what}: {known}; {ours:.6g} ({error:.1e})", flush=True)


def units(**values: float) -> FrozenUnits:
    """Gates at the static solution."""
    found = static_units(make_parameters(values))
    assert found is not None
    return found


def theory() -> None:
    """Frozen units, and the two-time mean field."""
    for alpha, time, known in OVERLAPS:
        m = units(g_h=2.0, alpha_z=alpha).overlap(time)
        say(f"m({time:g}), alpha_z = {alpha:g}", known, m.value, m.error)
    hard = units(g_h=2.0, alpha_z=math.inf)
    for name, gates, known in (("no", units(g_h=2.0), math.exp(-3.0)), ("hard", hard, 0.5 + 0.5 * math.exp(-3.0))):
        say(f"m(3), {name} gate", round(known, 9), gates.overlap(3.0).value, gates.overlap(3.0).error)
    for duration, strength, known in RESETS:
        left = retained_fraction(hard, Pulse(20.0, duration, strength, 30.0))
        say(f"reset, d = {duration:g}, B = {strength:g}", known, left.value, left.error)
    additive = make_parameters(g_h=2.0)
    for step, known in ((0.2, 0.47998), (0.1, 0.48087)):
        found = two_times(additive, one_copy(100.0, round(100.0 / step)), 1.0)
        say(f"Var h at a step of {step}", known, found.membrane[-1, -1], 0.0)
    _relaxed("g_h = 2", {"g_h": 2.0}, (0.481201, 0.112458, 0.65006))
    _relaxed("(3, alpha_r 2)", {"g_h": 3.0, "alpha_r": 2.0}, (0.107995, 0.13197, None))
    _relaxed("(1.80, alpha_r 20)", {"g_h": 1.8, "alpha_r": 20.0}, (0.030761, None, None), 0.0325)
    below = relax(make_parameters(g_h=1.7, alpha_r=20.0), 80.0, np.array([1.0]), step=0.4)
    say("(1.70, alpha_r 20), Var h at 80", "decays", below.variance.value[-1], below.variance.error[-1])
    times = np.array([1.0, 2.0, 4.0, 8.0])
    r = kick(make_parameters(g_h=0.8), 1e-3, times, relaxation=40.0).distance
    for time, known_slope, value, error in zip(times, SLOPES, r.value, r.error, strict=True):
        say(f"ln r({time:g}), SCS 0.8", known_slope, math.log(value), error / value)


def _relaxed(name: str, values: dict[str, float], known: tuple[float | None, ...], at_15: float | None = None) -> None:
    """Variance, exponent and correlation of a network that has relaxed for 100, and its variance on the way."""
    found = relax(make_parameters(values), 100.0, np.array([4.0]))
    parts = {"Var h": found.variance, "lambda": found.exponent, "C(t, t - 4) / C(t, t)": found.correlation}
    for (what, one), text in zip(parts.items(), known, strict=True):
        if text is not None:
            say(f"{name}, {what}", text, one.value[-1], one.error[-1])
    if at_15 is not None:
        say(f"{name}, Var h at 15", at_15, float(np.interp(15.0, found.times, found.variance.value)), 0.0)


def lazy() -> None:
    """Completed matrices, and the exponent of a tangent whose couplings are its own."""
    p, size = make_parameters(g_h=3.0, alpha_z=3.0, alpha_r=2.0), 200
    state = np.random.default_rng(0).standard_normal((1, 3, size))
    for tolerance, known in ((0.0, "5e-15"), (1e-13, "3e-8"), (1e-6, "3e-4")):
        couplings, drive = LazyCouplings(p, size, SEED, tolerance), make_drive(p, size, SEED)
        one = ReplicaNetwork(p, couplings, drive, state)
        for _ in range(20):
            one.step(0.1)
        other = ReplicaNetwork(p, couplings.complete(SEED), drive, state)
        for _ in range(20):
            other.step(0.1)
        say(f"lazy against its completed matrix, tol = {tolerance:g}", known, float(np.abs(one.x - other.x).max()), 0.0)
    for name, values, units_, runs, known in (
        ("g_h = 2", {"g_h": 2.0}, 2000, 2, "0.112, scatter 0.008"),
        ("(3, alpha_z 3)", {"g_h": 3.0, "alpha_z": 3.0}, 2000, 2, "0.1031(22) at M = 4000"),
    ):
        rates = [_growth(values, units_, np.random.SeedSequence(k)) for k in range(runs)]
        say(f"lambda of a lazy tangent, {name}, M = {units_}", known, float(np.mean(rates)),
            float(np.std(rates, ddof=1)) / math.sqrt(runs))  # fmt: skip


def _growth(values: dict[str, float], size: int, seed: np.random.SeedSequence) -> float:
    """Slope of the logarithm of a tangent with couplings of its own over 100 time units, 20 after its start."""
    setup = Setup(make_parameters(values), size, seed, lazy=True, relax=30.0)
    network = setup.relaxed().network
    tangent = Tangent(network, setup.direction(), setup.couplings(np.random.SeedSequence((7, *seed.generate_state(2)))))
    at = {}
    for k in range(600):
        tangent.follow(network.step(0.2))
        at[k + 1] = tangent.log_length
    return (at[600] - at[100]) / 100.0


def networks() -> None:
    """What is left of a kick of 0.5 after 1000 in four networks of 1000 units."""
    for gain, alpha, known in TRACES:
        options = ProtocolOptions(delays=(1000.0,), amplitude=0.5, relax=200.0, size=1000, networks=4)
        runs = kicked(make_parameters(g_h=gain, alpha_z=alpha), options, SEED)
        m = readings.at_delays(runs.combined(readings.overlaps), runs.runs[1000][0].times, (1000.0,))
        say(f"m(1000), g_h = {gain:g}, alpha_z = {alpha:g}", known, float(m.value[0]), float(m.error[0]))


if __name__ == "__main__":
    main(*sys.argv[1:2])
