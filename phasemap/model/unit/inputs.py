"""Time courses of inputs: what drives h, z or r beside the static inputs, and how they are written.

On the command line a course is one word, FIELD:KIND:NAME=VALUE,...; in a configuration the table [input] holds such
words, or tables with the same names, under the fields h, z and r:

    --input h:pulse:at=0,duration=1,strength=0.5

    [input]
    h = "pulse:at=0,duration=1,strength=0.5"
    z = { kind = "sinusoid", strength = 0.5, period = 20 }
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from phasemap.errors import ConfigError
from phasemap.model.results import FloatArray
from phasemap.model.unit.shared_noise import shared_noise

FIELDS: tuple[str, ...] = ("h", "z", "r")
COMMON, EACH = "common", "each"


class Kind(NamedTuple):
    """A kind of course: what it is, the numbers it needs and those that it takes beside them."""

    description: str
    needed: tuple[str, ...]
    taken: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "pulse": Kind("`strength` from `at` for a time `duration`, else 0", ("duration", "strength"), ("at",)),
    "step": Kind("0 before `at`, then `strength`", ("strength",), ("at",)),
    "ramp": Kind("rises from 0 to `strength` over `duration` from `at` on, and stays", ("duration", "strength"),
                 ("at",)),
    "sinusoid": Kind("strength sin(2 pi (t - at) / period + phase) from `at` on", ("strength", "period"),
                     ("at", "phase", "duration")),
    "ou": Kind("Ornstein-Uhlenbeck noise of standard deviation `strength` and correlation time `tau`",
               ("strength", "tau")),
    "file": Kind("`strength` times a course from a file (.npy, .csv, HDF5) with its times, linear between them",
                 ("path",), ("strength", "at")),
}  # fmt: skip

_USUAL: dict[str, float] = {"at": 0.0, "phase": 0.0, "strength": 1.0, "duration": math.inf}
# Steps are not cut shorter than this at the times of a file: a jump is written as two times next to each other.
_SHORTEST = 1e-3
# Squares of what comes in are still numbers.
_LARGEST = 1e100
_ABOVE_ZERO = ("duration", "period", "tau")


@dataclass(frozen=True)
class InputCourse:
    """One time course to one field.

    field: h, z or r. kind: one of `KINDS`. numbers: its numbers by name, complete.
    units: "common", one course for all units; "each": the course times an independent standard normal number for
    every unit, or for "ou" an independent course for every unit. seed: of these numbers, and of noise that all share.
    samples: of a file: times (n,) increasing, and values (n,) or, one column for each unit, (n, N).
    """

    field: str
    kind: str
    numbers: Mapping[str, float] = dataclasses.field(default_factory=dict)
    units: str = COMMON
    seed: int = 0
    path: str = ""
    samples: tuple[FloatArray, FloatArray] | None = dataclasses.field(default=None, compare=False)

    def value(self, time: float, *, before: bool = False) -> float | FloatArray:
        """The course at a time; `before`: its limit from below, where it jumps. Of noise only what all units share."""
        n = self.numbers
        if self.kind == "ou":
            return n["strength"] * shared_noise(time, n["tau"], self.seed)
        since = time - n["at"]
        started = since > 0.0 if before else since >= 0.0
        if self.kind == "file":
            return n["strength"] * _interpolate(self.samples, since)
        if not started:
            return 0.0
        if self.kind == "ramp":
            return n["strength"] * min(since / n["duration"], 1.0)
        if self.kind in ("pulse", "sinusoid") and (since > n["duration"] or (since == n["duration"] and not before)):
            return 0.0
        wave = math.sin(2.0 * math.pi * since / n["period"] + n["phase"]) if self.kind == "sinusoid" else 1.0
        return n["strength"] * wave

    def ends(self, start: float, end: float) -> tuple[float | FloatArray, float | FloatArray]:
        """The course at both ends of a step, jumps taken from inside; of noise, which is rough, its mean, twice."""
        if self.kind != "ou":
            return self.value(start), self.value(end, before=True)
        parts = max(8, math.ceil(100.0 * (end - start) / self.numbers["tau"]))
        mean = float(np.mean([self.value(start + (k + 0.5) / parts * (end - start)) for k in range(parts)]))
        return mean, mean

    @property
    def is_noise(self) -> bool:
        """Whether every unit has a course of its own, which is known by its covariance alone."""
        return self.kind == "ou" and self.units == EACH

    @property
    def edges(self) -> tuple[float, ...]:
        """Times at which the course is not smooth: steps of an integrator land on them."""
        if self.kind == "ou":
            return ()
        at = self.numbers["at"]
        if self.kind == "file":
            return () if self.samples is None else (at + float(self.samples[0][0]), at + float(self.samples[0][-1]))
        end = at + self.numbers.get("duration", math.inf)
        return (at, end) if math.isfinite(end) else (at,)

    def finest_at(self, time: float) -> float:
        """Longest step from a time on that resolves the course; of a file, up to the next of its times."""
        parts = {"sinusoid": ("period", 40.0), "ou": ("tau", 4.0)}
        if self.samples is None:
            name, part = parts.get(self.kind, ("", 1.0))
            return self.numbers.get(name, math.inf) / part
        ahead = self.samples[0] - (time - self.numbers["at"])
        ahead = ahead[ahead > 1e-9]
        return max(float(ahead.min()), _SHORTEST) if ahead.size else math.inf

    @property
    def columns(self) -> int:
        """How many units the course of a file has values for; 1: the same for all."""
        return 1 if self.samples is None or self.samples[1].ndim == 1 else self.samples[1].shape[1]

    def is_on(self, start: float, end: float) -> bool:
        """Whether the course may be different from a constant between two times."""
        first, last = (self.edges or (-math.inf,))[0], (self.edges or (math.inf,))[-1]
        if self.kind in ("sinusoid",) and math.isinf(self.numbers["duration"]):
            last = math.inf
        return end > first and start < last and self.kind != "step"

    def stronger(self, strength: float) -> "InputCourse":
        """The same course with another strength."""
        return replace(self, numbers={**self.numbers, "strength": strength})

    def lasting(self, duration: float) -> "InputCourse":
        """The same course with another duration."""
        return replace(self, numbers={**self.numbers, "duration": duration})

    def at_times(self, samples: tuple[FloatArray, FloatArray]) -> "InputCourse":
        """The same course with what stands in its file."""
        return replace(self, samples=samples)


def _interpolate(samples: tuple[FloatArray, FloatArray] | None, time: float) -> float | FloatArray:
    if samples is None:
        raise ConfigError("The file of an input course has not been read.")
    times, values = samples
    if values.ndim == 1:
        return float(np.interp(time, times, values, left=0.0, right=0.0))
    if not times[0] <= time <= times[-1]:
        return np.zeros(values.shape[1])
    k = min(max(int(np.searchsorted(times, time)), 1), len(times) - 1)
    share = (time - times[k - 1]) / (times[k] - times[k - 1])
    return np.asarray((1.0 - share) * values[k - 1] + share * values[k])


def parse_input(text: str) -> InputCourse:
    """FIELD:KIND:NAME=VALUE,..., for example h:pulse:at=0,duration=1,strength=0.5.

    Raises:
        ConfigError: what is wrong with it, and what is allowed.
    """
    name, _, rest = text.partition(":")
    return _of_word(name.strip(), rest, f"--input {text!r}")


def read_table(table: Mapping[str, Any]) -> list[InputCourse]:
    """The courses of a table [input]: field -> a word KIND:NAME=VALUE,..., a table, or a list of these.

    Raises:
        ConfigError: as `parse_input`.
    """
    courses = []
    for name, entry in table.items():
        for one in entry if isinstance(entry, list) else [entry]:
            where = f"input.{name} = {one!r}"
            courses.append(_of_table(name, one, where) if isinstance(one, Mapping) else _of_word(name, str(one), where))
    return courses


def _of_word(name: str, word: str, where: str) -> InputCourse:
    kind, _, settings = word.partition(":")
    pairs = [pair.partition("=") for pair in settings.split(",") if pair.strip()]
    if any(not equals for _, equals, _ in pairs):
        raise ConfigError(f"{where} is not understood: write FIELD:KIND:NAME=VALUE,..., for example "
                          "h:pulse:at=0,duration=1,strength=0.5.")  # fmt: skip
    return make_course(name, kind.strip(), {key.strip(): value.strip() for key, _, value in pairs}, where)


def _of_table(name: str, table: Mapping[str, Any], where: str) -> InputCourse:
    settings = dict(table)
    return make_course(name, str(settings.pop("kind", "")), settings, where)


def make_course(name: str, kind: str, settings: Mapping[str, Any], where: str = "the input") -> InputCourse:
    """A validated course; raises `ConfigError` with what is allowed."""
    if name not in FIELDS:
        raise ConfigError(f"{where}: inputs go to {', '.join(FIELDS)}, not to {name!r}.")
    if kind not in KINDS:
        raise ConfigError(f"{where}: the kind {kind!r} is not known. Known are: {', '.join(KINDS)}.")
    allowed = (*KINDS[kind].needed, *KINDS[kind].taken, "units", "seed")
    unknown = [key for key in settings if key not in allowed]
    missing = [key for key in KINDS[kind].needed if key not in settings]
    if unknown or missing:
        words = [f"has no {key!r}" for key in unknown] + [f"needs {key!r}" for key in missing]
        raise ConfigError(f"{where}: a {kind} {' and '.join(words)}; it takes {', '.join(allowed)}.")
    units = str(settings.get("units", COMMON))
    if units not in (COMMON, EACH):
        raise ConfigError(f"{where}: units = {units!r} must be {COMMON} or {EACH}.")
    numbers = {key: _number(key, settings.get(key, _USUAL.get(key)), where) for key in allowed[:-2] if key != "path"}
    seed = _number("seed", settings.get("seed", 0), where)
    if seed < 0 or seed != int(seed):
        raise ConfigError(f"{where}: seed = {seed:g} must be a whole number that is not negative.")
    return InputCourse(name, kind, numbers, units, int(seed), str(settings.get("path", "")))


def _number(key: str, value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ConfigError(f"{where}: {key} = {value!r} must be a number.") from None
    if math.isnan(number) or (math.isinf(number) and key != "duration"):
        raise ConfigError(f"{where}: {key} = {value!r} must be a finite number.")
    if key == "strength" and abs(number) > _LARGEST:
        raise ConfigError(f"{where}: strength = {number:g} must be between -{_LARGEST:g} and {_LARGEST:g}.")
    if key == "period" and 0.0 < number < _SHORTEST:
        raise ConfigError(f"{where}: period = {number:g} must be at least {_SHORTEST:g}: faster inputs average out.")
    if key in _ABOVE_ZERO and number <= 0.0:
        raise ConfigError(f"{where}: {key} = {number:g} must be greater than 0.")
    return number
