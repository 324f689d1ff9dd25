"""Times in milliseconds and rates in hertz: a result whose membrane time constant has a length."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from phasemap.dataset import Axis, Checks, Field, Result
from phasemap.dataset.records import Fine
from phasemap.errors import PhasemapError, shown
from phasemap.figures.scenes.fields import PHASE, can_label, phase_field
from phasemap.figures.scenes.finest import decides
from phasemap.model.parameters import PARAMETERS
from phasemap.model.results import CriticalSurface

TIME, RATE = "membrane time constant", "1 / membrane time constant"
MEMBRANE = "membrane_milliseconds"
"""Key of the settings of a result in milliseconds: how long its membrane time constant is."""

# A surface, or a region, which is one with a level.
Outlined = TypeVar("Outlined", bound=CriticalSurface)

_SCALES = {"us": 1e-3, "ms": 1.0, "s": 1e3}


def milliseconds_of(text: str) -> float:
    """Milliseconds of a time such as 20ms, 0.02s or 500us.

    Raises:
        PhasemapError: it is none, or not positive.
    """
    number = text.strip().rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = text.strip()[len(number) :]
    try:
        value = float(number) * _SCALES[unit]
    except (ValueError, KeyError):
        value = 0.0
    if not 0.0 < value < np.inf:
        raise PhasemapError(f"The membrane time constant {shown(text)} is no time: give one such as 20ms or 0.02s.")
    return value


def in_milliseconds(result: Result, membrane: float) -> Result:
    """The same result in milliseconds and hertz, if the membrane time constant has `membrane` milliseconds.

    Phases are labelled before, because their thresholds are in units of the membrane time constant.
    """
    times = {axis.name for axis in result.axes if axis.units == TIME}
    times |= {name for name, about in PARAMETERS.items() if about.units == TIME}
    labelled = {PHASE: phase_field(result)} if can_label(result) else {}
    lags = {name for name, about in result.dimensions.items() if about.units == TIME}
    return replace(
        result,
        axes=tuple(_axis(axis, membrane) for axis in result.axes),
        fields={**_fields(result.fields, membrane), **labelled},
        labels={name: values * membrane if name in lags else values for name, values in result.labels.items()},
        dimensions={
            name: replace(about, units="ms") if name in lags else about for name, about in result.dimensions.items()
        },
        surfaces={name: _surface(surface, times, membrane) for name, surface in result.surfaces.items()},
        regions={name: _surface(region, times, membrane) for name, region in result.regions.items()},
        fine=_finer(result, result.fine, membrane),
        refined=_finer(result, result.refined, membrane),
        checks=None if result.checks is None else _checks(result.checks, times, membrane),
        metadata=replace(
            result.metadata,
            settings={**result.metadata.settings, MEMBRANE: membrane},
            parameters={
                name: value * membrane if name in times else value for name, value in result.metadata.parameters.items()
            },
        ),
    )


def _finer(result: Result, finer: Fine | None, membrane: float) -> Fine | None:
    """A finer grid in milliseconds and hertz, with the phases where all that decides them is on it."""
    if finer is None:
        return None
    labels = {PHASE: phase_field(result.over(finer))} if decides(result, finer) else {}
    return Fine(tuple(_axis(axis, membrane) for axis in finer.axes), {**_fields(finer.fields, membrane), **labels})


def _factor(units: str, membrane: float) -> tuple[float, str]:
    """By what numbers in these units are multiplied, and the new units."""
    return {TIME: (membrane, "ms"), RATE: (1e3 / membrane, "Hz")}.get(units, (1.0, units))


def _axis(axis: Axis, membrane: float) -> Axis:
    factor, units = _factor(axis.units, membrane)
    return replace(axis, values=axis.values * factor, units=units)


def _fields(fields: Mapping[str, Field], membrane: float) -> dict[str, Field]:
    return {name: _field(field, membrane) for name, field in fields.items()}


def _field(field: Field, membrane: float) -> Field:
    factor, units = _factor(field.units, membrane)
    error = None if field.error is None else field.error * factor
    return replace(field, value=field.value * factor, error=error, units=units)


def _surface(surface: Outlined, times: set[str], membrane: float) -> Outlined:
    factors = np.array([membrane if name in times else 1.0 for name in surface.columns])
    return replace(surface, vertices=surface.vertices * factors)


def _checks(checks: Checks, times: set[str], membrane: float) -> Checks:
    places = {name: v * membrane if name in times else v for name, v in checks.parameters.items()}
    return Checks(places, _fields(checks.fields, membrane))
