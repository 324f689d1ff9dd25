"""Reports of protocols as strict JSON, and as curves that can be stored and drawn."""

from typing import Any

import numpy as np

from phasemap.dataset import Result
from phasemap.dataset.panels import LEVEL, NETWORKS, REFERENCE, THEORY, curve_name
from phasemap.dataset.runs import Run, run_key
from phasemap.simulation.estimators.outcomes import Outcome
from phasemap.strict_json import entry
from phasemap.studies.curves import Panel, curves_result
from phasemap.studies.protocols.report import Report

_TIME = "membrane time constant"
# What curves run over: symbol, description, units.
_AXES = {
    "delays": ("$t$", "time after the kick", _TIME),
    "strengths": ("$B$", "input to the gate during the pulse", "1"),
    "sums": (r"$\sum A$", "sum of the pulses", "1"),
    "hold_times": ("$t$", "time after the last pulse", _TIME),
    "times": ("$t$", "time", _TIME),
    "durations": ("$d$", "length of the pulse", _TIME),
}
# What is drawn.
_PANELS = {
    "retained_overlap": ("$m$", "overlap with the kick that is left"),
    "retained_distance": ("$r$", "squared distance over that at the kick"),
    "cosine": (r"$m / \sqrt{r}$", "cosine between the difference and the kick"),
    "retained_fraction": ("$m / m_0$", "share of the trace that is left"),
    "trace": (r"$\delta h \cdot u / |u|^2$", "trace along the direction of the pulses"),
    "held": (r"$\delta h \cdot u / |u|^2$", "trace after the last pulse"),
    "variance": (r"$\langle h^2 \rangle$", "mean square of h over units"),
    "activity_variance": (r"$\langle \phi^2 \rangle$", "mean square of the activity over units"),
    "smallest_strength": ("$A$", "strength of the weakest pulse that switches on"),
    "smallest_impulse": (r"$A\,d$", "its strength times its duration"),
}


def entries(found: Outcome) -> Any:
    """A number, or a list of numbers, with errors and statuses."""
    if found.value.ndim == 0:
        return entry(found.value, found.error, found.status)
    return [entry(*one) for one in zip(*found, strict=True)]


def facts(report: Report) -> dict[str, Any]:
    """Everything that a report says, for strict JSON."""
    found: dict[str, Any] = {
        "protocol": report.protocol,
        "parameters": report.parameters._asdict(),
        **report.settings,
        **dict(report.coordinates),
        **{name: entries(one) for name, one in report.theory.items()},
        "networks": None,
        "remarks": list(report.remarks),
        "stopped": report.stopped or None,
    }
    if report.networks is not None:
        found["networks"] = report.about_networks | {name: entries(one) for name, one in report.networks.items()}
    return found


def as_result(report: Report, title: str, command: str, seed: int) -> Result:
    """A report as curves: theory and networks side by side, one panel for each quantity."""
    networks = report.networks or {}
    panels = []
    runs = {}
    for name, (symbol, words) in _PANELS.items():
        coordinate = report.coordinate(name)
        curves = {}
        known = name in report.theory and _says_something(report.theory[name])
        if known:
            beside = name in networks and name in report.beside
            curves[curve_name("theory", REFERENCE if beside else THEORY)] = report.theory[name]
        if name in networks:
            curve, limit = "theory" if known else "networks", networks.get(f"{name}_extrapolated")
            curves[curve_name(curve, NETWORKS)] = networks[name] if limit is None else limit
            runs[run_key(name, curve)] = _run(report, limit is not None)
        if name == "retained_overlap" and "noise_floor" in networks:
            curves[curve_name("noise floor", LEVEL)] = networks["noise_floor"]
        if curves:
            panels.append(
                Panel(name, symbol, words, _AXES[coordinate], np.asarray(report.coordinates[coordinate]), curves)
            )
    result = curves_result(panels, report.parameters, title, f"Made by: {command}", seed, runs)
    result.metadata.stopped = report.stopped
    return result


def _run(report: Report, extrapolated: bool) -> Run:
    """Which networks a number is of; nothing where none could be run."""
    sizes = report.about_networks.get("sizes")
    if not sizes:
        return Run()
    largest, done = max(sizes), report.about_networks.get("done", {})
    return Run(done.get(str(largest), report.about_networks["count"]), largest, extrapolated)


def _says_something(found: Outcome) -> bool:
    return bool(np.isfinite(found.value).any())
