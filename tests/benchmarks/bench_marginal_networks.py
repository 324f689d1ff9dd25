"""Ten random points of the marginally stable region, g_h to 4 and alpha_z to 30, against networks without matrices.

    python tests/benchmarks/bench_marginal_networks.py [--store DIR] [--only K ...] [--parts N] [--error 0.02] [--table]

Points are drawn uniformly in the plane and kept where the unstable fixed point is pinned. At each the mean field is
solved to --error, and networks of M = 2000, 4000 and 8000 units (4, 2 and 2 of them, up to 10, 5 and 5 until the
variance is known; in law dense networks of that size) run for 10 relaxation times, between 300 and 1500 time units;
variance and growth rate are extrapolated in 1/M, and what the largest networks are off by is printed.
A point is comparable where the networks know the variance to 2 % and the mean field has a value or a bound of the
exponent; it agrees where the variances lie within 3 % + 3 errors and the growth rate within 3 errors of what the mean
field allows. Parts that --store holds are not computed again; --only computes these points; the table is always of all
that is stored.
"""

import argparse
import math
import tempfile
from pathlib import Path

import numpy as np
from networks_beside_theory import ROUND, Number, combined, complete, is_known, load, next_size

from phasemap.model.parameters import Parameters, make_parameters
from phasemap.theory.static.fixed_points import solve_points
from phasemap.theory.static.quantities import PINNED

# Allowed between variances beside the errors.
ALLOWED, ERRORS = 0.03, 3.0


def marginal_points(count: int, seed: int) -> list[Parameters]:
    """The first random points of the plane that are pinned."""
    rng, found = np.random.default_rng(seed), list[Parameters]()
    while len(found) < count:
        drawn = [(rng.uniform(1.05, 4.0), rng.uniform(2.0, 30.0)) for _ in range(8)]
        points = [make_parameters(g_h=round(g, 3), alpha_z=round(a, 2), beta_z=0.0) for g, a in drawn]
        ratios = np.asarray(solve_points(points)["pinning_ratio"].value)[:, 1:]
        found += [p for p, of_p in zip(points, ratios, strict=True) if np.nanmax(of_p) <= PINNED]
    return found[:count]


def verdict(mean_field: dict[str, Number], found: dict[str, Number]) -> tuple[bool, bool]:
    """Whether theory and networks can be compared, and whether they agree."""
    variance, rate = found.get("variance"), found.get("growth")
    if not is_known(found) or mean_field["variance"].status != "converged":
        return False, False
    assert variance is not None
    gap = abs(variance.value - mean_field["variance"].value)
    good = gap <= ALLOWED * variance.value + ERRORS * math.hypot(variance.error, mean_field["variance"].error)
    one = mean_field["lyapunov_max"]
    if rate is None or one.status not in ("converged", "upper_bound"):
        return one.status in ("converged", "upper_bound"), good
    most = one.value + (ERRORS * one.error if one.status == "converged" else 0.0)
    least = one.value - ERRORS * one.error if one.status == "converged" else -math.inf
    return True, good and least - ERRORS * rate.error <= rate.value <= most + ERRORS * rate.error


def print_table(points: list[Parameters], store: Path) -> None:
    """One line for each point, and how many can be compared and agree."""
    names = ("variance", "networks", "1/M bias", "lambda", "growth", "tau_R")
    print("      g_h alpha_z " + "".join(f"{name:15}" for name in names) + "   age CPU-s")
    comparable = agree = 0
    for k, p in enumerate(points):
        parts = load(store / f"{k}.json")
        if "theory" not in parts or not set(ROUND) <= set(parts["networks"]):
            print(f"{k:2} {p.g_h:6.3f} {p.alpha_z:6.2f}  not computed")
            continue
        one, two = parts["theory"], combined(parts["networks"])
        can, does = verdict(one, two)
        comparable, agree = comparable + can, agree + does
        columns = [one["variance"], two.get("variance", "-"), two.get("variance bias", "-"), one["lyapunov_max"]]
        row = "".join(f"{column!s:14} " for column in [*columns, two.get("growth", "-"), one["relaxation_time"]])
        words = "agree" if does else "DIFFER" if can else "not comparable"
        words += "" if next_size(parts["networks"]) is None else ", not complete"
        spent = f"{parts['age']:6.0f} {one['seconds'].value:5.0f} {two['seconds'].value:5.0f}"
        print(f"{k:2} {p.g_h:6.3f} {p.alpha_z:6.2f}  {row}{spent}  {words}")
    print(f"{comparable} of {len(points)} comparable, {agree} agree")


def main() -> None:
    """Compute what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, default=Path(tempfile.gettempdir()) / "marginal_networks")
    parser.add_argument("--only", type=int, nargs="+", default=list(range(10)))
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--error", type=float, default=0.02)
    parser.add_argument(
        "--parts", type=int, default=250, help="most parts computed in one go: 9 to 21 a point, 1 to 40 s each"
    )
    parser.add_argument("--table", action="store_true", help="compute nothing")
    chosen = parser.parse_args()
    points = marginal_points(10, chosen.seed)
    left = 0 if chosen.table else chosen.parts
    for k in chosen.only:
        left -= complete(chosen.store / f"{k}.json", points[k], chosen.error, chosen.seed + k, left, tangent=True)
    print_table(points, chosen.store)


if __name__ == "__main__":
    main()
