"""Fixed points of networks: drawn with the network, or searched for in it; what they are like, and what they cost.

Run by hand:  python tests/benchmarks/bench_equilibria.py [units] [networks]

The additive network (no gates) at several gains. Static mean field gives the variance of independent Gaussian fields;
networks drawn given a fixed point must have it. A search (Newton's method and a homotopy) in networks drawn freely
finds others where there are many: the variance of those that Kac-Rice counts, which weights fields by |det| of the
Jacobian, is solved for here at N -> infinity (annealed, from the scalar saddle point) to compare.
"""

import math
import sys
import time

import numpy as np
from scipy.optimize import brentq

from phasemap.model.parameters import make_parameters
from phasemap.simulation.fixed_points.conditioned import draw_conditioned_network
from phasemap.simulation.fixed_points.equilibria import random_starts, solve_equilibrium
from phasemap.simulation.network.disorder import draw_network
from phasemap.theory.static.fixed_points import solve_points

GAINS = (1.3, 1.6, 2.0, 2.5, 3.0)
# Longer paths of the homotopy are given up; these searches count as failed.
MOST_STEPS = 1500


def counted(gain):
    """Mean h^2 and static gain S of the fixed points that Kac and Rice count.

    Their fields have the density exp(-h^2 / 2C + k phi^2) sqrt(1 + w phi'^2), with C = <phi^2>.
    """
    h = np.linspace(-9.0, 9.0, 6001)
    squares, slopes = np.tanh(gain * h) ** 2, (gain / np.cosh(gain * h) ** 2) ** 2
    c, w, k = 0.5, 0.1, 0.0
    for _ in range(6000):
        density = np.exp(-h * h / (2 * c) + k * squares) * np.sqrt(1 + w * slopes)
        density /= density.sum()
        variance = density @ (h * h)
        c = 0.9 * c + 0.1 * (density @ squares)
        k = 0.9 * k + 0.1 * (variance / c - 1) / (2 * c)
        excess = density @ slopes - 1
        root = brentq(lambda w: density @ (slopes / (1 + w * slopes)) - 1, 0.0, 1e4) if excess > 0 else 0.0  # noqa: B023
        w = 0.9 * w + 0.1 * root
    return float(variance), float(density @ slopes)


def mean_and_error(values):
    return np.mean(values), np.std(values, ddof=1) / math.sqrt(len(values))


def conditioned(p, size, networks):
    seeds = [np.random.SeedSequence([k, size]) for k in range(networks)]
    return [np.var(draw_conditioned_network(p, size, seed).state[0]) for seed in seeds]


def searched(p, size, networks):
    found = []
    for k in range(networks):
        (start,) = random_starts(size, 1, (0.5, 1.0), np.random.default_rng(k))
        equilibrium = solve_equilibrium(
            draw_network(p, size, np.random.SeedSequence([k, size])), start, max_steps=MOST_STEPS
        )
        if equilibrium is not None and np.var(equilibrium.state[0]) > 1e-12:
            found.append(np.var(equilibrium.state[0]))
    return found


def timed(f, *arguments):
    start = time.process_time()
    return f(*arguments), time.process_time() - start


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    networks = int(sys.argv[2]) if len(sys.argv) > 2 else 24
    print(f"variance of h over units, {networks} networks of {size} units; CPU time per network")
    for gain in GAINS:
        p = make_parameters(g_h=gain)
        static = solve_points([p])
        theory, gain_theory = (static[name].value[0, -1] for name in ("delta_h", "static_gain"))
        variance, static_gain = counted(gain)
        drawn, per_drawn = timed(conditioned, p, size, networks)
        found, per_found = timed(searched, p, size, networks)
        (a, da), (b, db) = mean_and_error(drawn), mean_and_error(found)
        each, every = 1e3 * per_drawn / networks, 1e3 * per_found / networks
        print(f"g_h = {gain}:  mean field {theory:.4f} (S = {gain_theory:.3f})")
        print(f"            counted {variance:.4f} (S = {static_gain:.3f})")
        print(f"            drawn {a:.4f}({da:.4f}), {each:.1f} ms each")
        print(f"            found {b:.4f}({db:.4f}), {every:.0f} ms each, in {len(found)} of {networks} networks")


if __name__ == "__main__":
    main()
