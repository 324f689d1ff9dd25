"""What drives a network from outside, unit by unit and replica by replica, at both ends of a step."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.errors import ConfigError, shown
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import EACH, FIELDS, InputCourse
from phasemap.simulation.network.disorder import Stream, child, generator


@dataclass(frozen=True)
class Bound:
    """A course bound to the units of a network: pattern (N,) multiplies it; replicas: which ones it drives, or all."""

    course: InputCourse
    pattern: FloatArray
    replicas: tuple[int, ...] | None = None


@dataclass
class Noise:
    """Gaussian noise to one field, the same in all replicas; tau = 0: white, of amplitude `strength`.

    A course of its own for every unit, whose values are drawn step by step from their exact law.
    """

    field: int
    strength: float
    tau: float
    rng: np.random.Generator
    value: FloatArray | None = None

    def ends(self, step: float, size: int) -> tuple[FloatArray, FloatArray]:
        """The input at the start and at the end of the next step; white noise: its mean over the step, twice."""
        xi = self.rng.standard_normal(size)
        if self.tau == 0.0:
            mean = self.strength / math.sqrt(step) * xi
            return mean, mean
        if self.value is None:
            self.value = self.strength * self.rng.standard_normal(size)
        before, decay = self.value, math.exp(-step / self.tau)
        self.value = decay * before + self.strength * math.sqrt(-math.expm1(-2.0 * step / self.tau)) * xi
        return before, self.value


class Drive:
    """All inputs of a network: static ones (3, N), bound courses and noise."""

    def __init__(self, static: FloatArray, bound: tuple[Bound, ...] = (), noise: tuple[Noise, ...] = ()) -> None:
        self.static, self.bound, self.noise = static, bound, noise

    @property
    def longest_step(self) -> float:
        """Longest step under noise, which never ends."""
        return min([max(0.25 * one.tau, _WHITE_STEP) for one in self.noise], default=math.inf)

    def longest_step_at(self, time: float) -> float:
        """Longest step that resolves every course that is on at a time."""
        return min(
            [self.longest_step, *(b.course.finest_at(time) for b in self.bound if b.course.is_on(time, time + _NOW))]
        )

    def ends(self, start: float, end: float, replicas: int) -> tuple[FloatArray, FloatArray]:
        """Inputs (replicas, 3, N) at the start of a step and at its end, jumps taken from inside the step."""
        first, last = (np.repeat(self.static[None], replicas, axis=0) for _ in range(2))
        for one in self.bound:
            places = slice(None) if one.replicas is None else list(one.replicas)
            row = FIELDS.index(one.course.field)
            a, b = one.course.ends(start, end)
            first[places, row] += a * one.pattern
            last[places, row] += b * one.pattern
        for noise in self.noise:
            a, b = noise.ends(end - start, self.static.shape[1])
            first[:, noise.field] += a
            last[:, noise.field] += b
        return first, last

    def at(self, time: float, replicas: int) -> FloatArray:
        """Static inputs and courses (replicas, 3, N) at a time, without noise."""
        return Drive(self.static, self.bound).ends(time, time, replicas)[0]


_WHITE_STEP = 0.1
# Time in which a course that is on at its beginning counts as on: one that ends just now does not.
_NOW = 1e-9


def bind(course: InputCourse, size: int, replicas: tuple[int, ...] | None = None) -> Bound:
    """A course with its pattern over the units, drawn from the course's own seed.

    Raises:
        ConfigError: the course is of a file with values for another number of units.
    """
    if course.columns not in (1, size):
        raise ConfigError(
            f"The input course {shown(course.path)} has values for {course.columns} units, and the network has {size}: "
            "a file has one column of values beside its times, for all units, or one for every unit."
        )
    pattern = np.ones(size)
    if course.units == EACH:
        pattern = np.random.Generator(np.random.PCG64(course.seed)).standard_normal(size)
    return Bound(course, pattern, replicas)


def make_drive(p: Parameters, size: int, seed: np.random.SeedSequence, courses: tuple[InputCourse, ...] = ()) -> Drive:
    """Static inputs and noise of the parameters, as a simulated network with this seed draws them, and courses."""
    spread, mean = np.array([p.s_h, p.s_z, p.s_r]), np.array([p.m_h, p.m_z, p.m_r])
    static = mean[:, None] + spread[:, None] * generator(seed, Stream.STATIC_INPUT).standard_normal((3, size))
    own = child(seed, Stream.NOISE)
    noise = tuple(
        Noise(k, amplitude, p.tau_noise, np.random.default_rng(child(own, k)))
        for k, amplitude in enumerate((p.noise_h, p.noise_z, p.noise_r))
        if amplitude > 0.0
    )
    return with_courses(Drive(static, (), noise), courses)


def with_courses(drive: Drive, courses: tuple[InputCourse, ...]) -> Drive:
    """The same drive and these courses, to all replicas."""
    size = drive.static.shape[1]
    bound = tuple(bind(course, size) for course in courses if not course.is_noise)
    noise = tuple(_noise_of(course) for course in courses if course.is_noise)
    return Drive(drive.static, (*drive.bound, *bound), (*drive.noise, *noise))


def _noise_of(course: InputCourse) -> Noise:
    rng = np.random.Generator(np.random.PCG64(course.seed))
    strength, tau = course.numbers["strength"], course.numbers["tau"]
    return Noise(FIELDS.index(course.field), strength, tau, rng)
