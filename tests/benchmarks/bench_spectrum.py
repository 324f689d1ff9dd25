"""The Jacobian's spectrum: time per point, mass of the density, agreement with networks, pinching of the edge.

    python tests/benchmarks/bench_spectrum.py [--figure results/jacobian_spectra.png] [--size 2000]

With --figure only the spectra for (alpha_z, alpha_r) in {low, high}^2 are drawn (and, beside them, the distributions).
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from support.spectral_mass import integrated_density
from support.steep_gate_law import pinching_rate

from phasemap.cli.spectrum import scene_of
from phasemap.cli.titles import title_of
from phasemap.figures.kinds.spectra.eigenvalues import draw_eigenvalues
from phasemap.figures.kinds.spectra.jacobian_spectrum import DistributionScene, draw_distributions
from phasemap.figures.style.page import save
from phasemap.model.parameters import make_parameters
from phasemap.studies.spectrum import Request, spectral_report
from phasemap.theory.jacobian.spectral_points import solve_points
from phasemap.theory.jacobian.spectrum import Spectrum
from phasemap.theory.jacobian.states import fixed_point_ensembles
from phasemap.theory.jacobian.support import Support
from phasemap.theory.static import fixed_points

POINTS = {
    "no gates": {"g_h": 3.0},
    "update gate": {"g_h": 3.0, "alpha_z": 10.0},
    "output gate": {"g_h": 3.0, "alpha_r": 3.0},
    "both gates": {"g_h": 3.0, "alpha_z": 10.0, "alpha_r": 3.0, "tau_r": 0.5},
    "both steep": {"g_h": 3.0, "alpha_z": 30.0, "alpha_r": 20.0, "tau_r": 0.5},
}
CAPTION = """\
{name}: Eigenvalues of the Jacobian at the largest fixed point, theory over one network of {size} units drawn from the \
mean field (seed 0).

{name}_distributions: Distributions of their real parts and moduli. Kolmogorov-Smirnov distances of the two, and the \
fraction of the eigenvalues outside the boundary, at (alpha_z, alpha_r) = {facts}. Eigenvalues at the atom, of the \
update gate's own variables, are left out of all three. Drawn by python tests/benchmarks/bench_spectrum.py --figure.
"""
LOW_AND_HIGH = [(1.0, 0.5), (20.0, 0.5), (1.0, 5.0), (20.0, 5.0)]


def seconds_per_point() -> None:
    for name, values in POINTS.items():
        point = make_parameters(values)
        solve_points([point])
        best = min(_timed(lambda point=point: solve_points([point])) for _ in range(3))
        print(f"{name:12s} all spectral quantities of all fixed points: {1e3 * best:6.1f} ms")


def _timed(run) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def masses() -> None:
    for name in ("no gates", "update gate", "output gate"):
        spectrum = Spectrum(fixed_point_ensembles(make_parameters(POINTS[name]), 0.7)["upper"])
        print(f"{name:12s} density integrates to {integrated_density(spectrum, 5, 1e-5):.6f}")


def pinching() -> None:
    alphas = np.array([40.0, 60.0, 90.0, 120.0])
    points = [make_parameters(g_h=2.0, alpha_z=a) for a in alphas]
    known = fixed_points.solve_points(points[:1])
    predicted = pinching_rate(*(float(known[name].value[0, 3]) for name in ("static_gain", "delta_z")))
    edges = [Support(fixed_point_ensembles(p)["upper"]).edge for p in points]
    print(
        f"edge against alpha_z: fitted rate {-np.polyfit(alphas, np.log(edges), 1)[0]:.5f}, predicted {predicted:.5f}"
    )


def networks(sizes: tuple[int, ...]) -> None:
    for size in sizes:
        # As many eigenvalues of each size: the fraction outside varies from network to network.
        count = 4 * max(sizes) // size
        found = spectral_report(make_parameters(g_h=3.0, alpha_z=3.0), Request(size=size, realisations=count)).agreement
        print(f"N = {size}, {count} networks: outside {found.outside:.4f}, "
              f"KS {found.real_part:.4f} and {found.modulus:.4f}", flush=True)  # fmt: skip


def figure(path: Path, size: int) -> None:
    scenes, curves, facts = [], [], []
    for alpha_z, alpha_r in LOW_AND_HIGH:
        p = make_parameters(g_h=3.0, alpha_z=alpha_z, alpha_r=alpha_r)
        start = time.process_time()
        report = spectral_report(p, Request(size=size))
        title = title_of(p)
        scenes.append(scene_of(report, title))
        found = report.agreement
        parts = [(one.x, one.theory) for one in (report.real_part, report.modulus)]
        curves.append(DistributionScene(*parts, report.free, (found.real_part, found.modulus), title))
        facts.append(f"({alpha_z:g}, {alpha_r:g}): {found.real_part:.4f}, {found.modulus:.4f}, {found.outside:.4f}")
        print(f"N = {size}, KS of real part and modulus, outside {facts[-1]}; "
              f"edge {report.spectrum.support.edge:.6g}, {time.process_time() - start:.0f} s", flush=True)  # fmt: skip
    for name in (path, path.with_suffix(".pdf")):
        save(draw_eigenvalues(scenes, 2, "double"), name)
    save(draw_distributions(curves), path.with_name(f"{path.stem}_distributions.png"))
    caption = CAPTION.format(name=path.stem, size=size, facts="; ".join(facts))
    path.with_suffix(".txt").write_text(caption, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--size", type=int, default=2000)
    chosen = parser.parse_args()
    if chosen.figure is not None:
        figure(chosen.figure, chosen.size)
    else:
        seconds_per_point()
        masses()
        pinching()
        networks((500, 1000, 2000))
