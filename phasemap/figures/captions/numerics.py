"""How the numbers of a figure were computed, in one sentence, and which networks stand beside them."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from phasemap.dataset import Field, Result
from phasemap.figures.captions.words import listed, number
from phasemap.figures.scenes.finest import finer_of
from phasemap.model.status import STATUS_WORDS, Status

_TIMES = "membrane times"
# Option -> words around its value; what is not listed stands as "name = value", what is None says nothing to a reader.
_WORDS: dict[str, str | None] = {
    "size": "N = {} units", "sizes": "N = {} units", "realisations": "{} realisations a point",
    "networks": "{} networks", "time_step": f"time step {{}} {_TIMES}", "duration": f"averages over {{}} {_TIMES}",
    "transient": f"a transient of {{}} {_TIMES}", "relative_error": "relative error of the variance {}",
    "ensemble_error": "relative error of the variance {}", "paths": "at least {} paths",
    "longest_window": f"windows up to {{}} {_TIMES}", "lags": f"lags of {{}} {_TIMES}", "state": "{} state",
    "adjoints": "{} adjoint vectors", "samples": "{} samples", "slow_rate": "slow modes below a modulus of {}",
    "starts": "{} starts a network", "initial_amplitude": None, "traces": None, "exponents": None,
    "single_precision": None, "path_steps": None, "lyapunov_error": None, "dimension_error": None,
    "entropy_error": None, "max_duration": None, "max_seconds": None, "error": None, "most_networks": None,
}  # fmt: skip


def numerics_in_words(result: Result, name: str) -> str:
    """'Numerics: dynamic mean field on a grid of 129 × 97 points; 1019 of 1020 values converged, …'."""
    field = result.fields.get(name)
    if (finer := finer_of(result, name)) is not None:
        return numerics_in_words(result.over(finer), name)
    grid = " × ".join(str(len(axis)) for axis in result.axes if len(axis) > 1)
    points = f" at {grid} points" if grid else ""
    if field is None:
        return f"Numerics: labels from the stored numbers{points}." if name else _surfaces(result)
    known = result.metadata.solvers.get(field.solver)
    solver = known.description if known is not None and known.description else "mean-field theory"
    options = _options(result, [field.solver])
    how = f" ({'; '.join(options)})" if options else ""
    return f"Numerics: {solver}{points}{how}; {_quality(field)}."


def networks_in_words(result: Result, twins: Iterable[Field]) -> str:
    """The networks that a figure shows: what they are, how large, how many, at how many points."""
    shown = [field for field in twins if field is not None]
    if not shown:
        return ""
    known = result.metadata.solvers
    solvers = list(dict.fromkeys(field.solver for field in shown))
    kinds = [known[name].description for name in solvers if name in known and known[name].description]
    own = len(shown[0].own_dims)
    count = int(np.prod(shown[0].value.shape[: shown[0].value.ndim - own])) if shown[0].value.ndim > own else 1
    options = _options(result, solvers) or _sizes(result)
    where = "one point" if count == 1 else f"{count} points"
    how = f" ({'; '.join(options)})" if options else ""
    return f"Circles: {listed(kinds) or 'simulated networks'} at {where}{how}."


def _sizes(result: Result) -> list[str]:
    """The sizes of networks in a file that does not say what its solvers read."""
    stored = result.metadata.settings.get("options", {}).get("simulation", {})
    return _phrases({name: stored[name] for name in ("sizes", "size", "realisations") if stored.get(name)})


def _options(result: Result, solvers: Iterable[str]) -> list[str]:
    """The options that counted for these solvers, in words."""
    tables: Mapping[str, Mapping[str, Any]] = result.metadata.settings.get("options", {})
    phrases: list[str] = []
    for name in solvers:
        about = result.metadata.solvers.get(name)
        if about is not None and about.table in tables:
            stored = tables[about.table]
            phrases += _phrases({key: stored[key] for key in stored if key in about.options})
    if result.metadata.settings.get("cell"):
        phrases = [phrase.replace(_TIMES, "steps") for phrase in phrases]
    return list(dict.fromkeys(phrases))


def _phrases(chosen: Mapping[str, Any]) -> list[str]:
    """Options with their values in words; of the size and the sizes only one is read."""
    left_out = {"size"} if chosen.get("sizes") else {"sizes"}
    phrases = []
    for name, value in chosen.items():
        words = _WORDS.get(name, f"{name.replace('_', ' ')} = {{}}")
        if words is not None and name not in left_out:
            phrases.append(words.format(_value(value)))
    return phrases


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return listed([_value(one) for one in value])
    return number(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _rounded(error: float) -> str:
    """An error with two digits, with a power of ten only where it is needed."""
    return f"{error:.2g}" if 1e-3 <= error < 1e4 else f"{error:.1e}"


def _quality(field: Field) -> str:
    """How many values are good, what the others are, and the largest error."""
    counts = {status: int((field.status == status).sum()) for status in Status}
    present = field.status.size - counts[Status.ABSENT]
    parts = [f"{counts[Status.CONVERGED]} of {present} values converged"]
    others = [status for status in Status if status not in (Status.CONVERGED, Status.ABSENT)]
    parts += [f"{counts[status]} {STATUS_WORDS[status]}" for status in others if counts[status]]
    worst = _largest_error(field)
    if worst is not None:
        parts.append(f"errors at most {_rounded(worst)}")
    return ", ".join(parts)


def _largest_error(field: Field) -> float | None:
    """The largest stated error of the good values; None where none is stated, or where it is rounding."""
    good = np.isin(field.status, (Status.CONVERGED, Status.INTERPOLATED))
    if field.error is None or not np.isfinite(field.error[good]).any():
        return None
    return float(np.nanmax(field.error[good]))


def _surfaces(result: Result) -> str:
    """What critical surfaces are worth, where they are the whole figure."""
    if not result.surfaces:
        return ""
    worst = max(float(np.max(surface.residual, initial=0.0)) for surface in result.surfaces.values())
    return f"Numerics: critical surfaces by continuation, with residuals up to {worst:.1e}."
