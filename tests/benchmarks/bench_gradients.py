"""Gradients: cost and accuracy of the marches, and the mean field beside networks at a point in each phase.

Run by hand:  python tests/benchmarks/bench_gradients.py [networks] [units] [figure.png]

Times are process CPU times, warm. Without networks only the marches are measured.
"""

import math
import sys
import time
from pathlib import Path

import numpy as np

from phasemap.config import make_point
from phasemap.model.options import GradientOptions
from phasemap.model.parameters import make_parameters
from phasemap.quantities import REGISTRY
from phasemap.studies.gradients import gradients
from phasemap.theory.gradients.states import gradients_of

MARCHES = {
    "additive, g 2.5": {"g_h": 2.5},
    "output gate (3, 2)": {"g_h": 3.0, "alpha_r": 2.0},
    "steep output gate (2, 20)": {"g_h": 2.0, "alpha_r": 20.0},
    "near the onset, g 1.05": {"g_h": 1.05},
    "static, hard update gate": {"g_h": 2.0, "alpha_z": math.inf},
    "update gate (3, 3), paths": {"g_h": 3.0, "alpha_z": 3.0},
}
# Name, state and parameters of a point in each phase.
POINTS = (
    ("zero", {"g_h": 0.8}),
    ("static", {"g_h": 1.8, "alpha_r": 20}),
    ("attractor", {"g_h": 3, "alpha_r": 2}),
    ("attractor", {"g_h": 3, "alpha_z": 3}),
    ("attractor", {"g_h": 1.5}),
    ("attractor", {"g_h": 2, "alpha_z": "inf"}),
)
# Slow: younger networks have not come near the stationary state. Measured, not drawn.
SLOW = ("attractor", {"g_h": 1.5, "alpha_z": 10, "network_gradients.transient": 400})


def measure(name, values):
    parameters, seed = make_parameters(values), np.random.SeedSequence(0)
    longest = 24.0 if "paths" in name else 48.0
    lags = np.array([8.0, longest])
    gradients_of(parameters, GradientOptions(paths=512), np.array([1.0]), seed)
    began = time.process_time()
    found = gradients_of(parameters, GradientOptions(), lags, seed)
    seconds = time.process_time() - began
    of_h = found.numbers["adjoint_variance"]
    text = ", ".join(f"ln A({lag:g}) = {value:.7f} +- {error:.1e}" for lag, value, error in
                     zip(lags, of_h.logarithm, of_h.error, strict=True))  # fmt: skip
    print(f"{name:28s} {seconds:6.2f} s   {text}")


def beside_networks(networks, size, slow=True):
    reports = []
    for state, values in (*POINTS, SLOW)[: len(POINTS) + slow]:
        settings = make_point({}, REGISTRY, [f"{name}={value}" for name, value in values.items()], "")
        began = time.process_time()
        report = gradients(settings, (1.0, 2.0, 4.0, 8.0), state, networks, size, 0.0)
        print(f"{values} {state}: {time.process_time() - began:.0f} s; pulls of networks at lags 1, 2, 4, 8")
        for name in ("adjoint_variance", "gradient_variance_h", "gradient_variance_z", "gradient_variance_r"):
            pulls = report.pulls(name)
            if np.isfinite(pulls).any():
                print(f"    {name:22s}", " ".join(f"{pull:+5.1f}" for pull in pulls))
        reports.append(report)
    return reports


def main():
    networks, size = (int(argument) for argument in (sys.argv[1:3] + ["0", "1000"][len(sys.argv[1:3]) :]))
    for name, values in MARCHES.items():
        measure(name, values)
    if networks > 0:
        reports = beside_networks(networks, size)
        if len(sys.argv) > 3:
            from phasemap.cli.gradients import scene_of
            from phasemap.figures.kinds.curves.gradients import draw_gradients
            from phasemap.figures.style.page import save

            save(
                draw_gradients([scene_of(report) for report in reports[: len(POINTS)]], columns=3, width="double"),
                Path(sys.argv[3]),
                compact=True,
            )


if __name__ == "__main__":
    main()
