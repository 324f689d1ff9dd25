"""What drives the two-time mean field from outside: means and covariances over units of inputs to h and r, in time."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import EACH, InputCourse
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate
from phasemap.theory.transient.columns import refused_columns
from phasemap.theory.transient.nodes import Layout

Course = Callable[[FloatArray], FloatArray]
"""Of gated membrane times (n,): what comes in (n,); of noise: its covariance over units (n, n)."""

# Samples of a course around each node.
_PARTS = 40


@dataclass(frozen=True)
class Drive:
    """Time courses of inputs to h and r (already inside the bracket), functions of gated membrane time.

    common: the same for all units. per_unit: multiply independent standard Gaussian vectors over units, one each, the
    same vector in all copies. noise: covariances of Gaussian courses that are independent in every unit, the same in
    all copies; with a column for every unit in a file, that of the columns.
    """

    common_h: tuple[Course, ...] = ()
    common_r: tuple[Course, ...] = ()
    per_unit_h: tuple[Course, ...] = ()
    per_unit_r: tuple[Course, ...] = ()
    noise_h: tuple[Course, ...] = ()
    noise_r: tuple[Course, ...] = ()

    def means(self, p: Parameters, layout: Layout) -> FloatArray:
        """Means of h and of r over units (2, n) at the nodes, from 0; the static ones of the parameters included."""
        tau = p.tau_r * gated_rate(p)
        return np.stack([_mean(layout, self.common_h, p.m_h * _scale(p), 1.0),
                         _mean(layout, self.common_r, p.m_r, tau)])  # fmt: skip

    def covariances(self, p: Parameters, layout: Layout) -> tuple[FloatArray, FloatArray]:
        """Covariances of the inputs to h and to r over units (n, n) at pairs of nodes."""
        return (_covariance(layout, self.per_unit_h, self.noise_h, p.s_h * _scale(p)),
                _covariance(layout, self.per_unit_r, self.noise_r, p.s_r))  # fmt: skip


def _scale(p: Parameters) -> float:
    """Of an input to h as it stands in the bracket."""
    return 1.0 if p.input_inside == 1.0 else 1.0 / gated_rate(p)


def _mean(layout: Layout, courses: Sequence[Course], constant: float, tau: float) -> FloatArray:
    """Mean of x with tau x' = -x + course + constant at the nodes, from 0; the course is linear in time over a step."""
    mean = np.zeros(len(layout.time))
    if not courses and constant == 0.0:
        return mean
    values = constant + sum((course(layout.time) for course in courses), np.zeros(len(layout.time)))
    for p, q in enumerate(layout.previous):
        if q < 0:
            continue
        step = layout.step[p] / tau
        if step == 0.0:
            mean[p] = mean[q]
            continue
        after = 1.0 + math.expm1(-step) / step
        mean[p] = math.exp(-step) * mean[q] + (-math.expm1(-step) - after) * values[q] + after * values[p]
    return mean


def _covariance(layout: Layout, per_unit: Sequence[Course], noise: Sequence[Course], static: float) -> FloatArray:
    n = len(layout.time)
    total = np.full((n, n), static**2)
    for course in per_unit:
        values = course(layout.time)
        total += np.outer(values, values)
    for covariance in noise:
        total += covariance(layout.time)
    return total


def refusal(courses: Sequence[InputCourse]) -> str:
    """Why there is no theory of these inputs; empty if there is."""
    return refused_columns(courses)


def drive_of(p: Parameters, courses: Sequence[InputCourse], start: float = 0.0) -> Drive:
    """Courses on the nodes of the two-time mean field; their clock starts at `start`, and nothing comes before.

    Inputs to z change nothing: the update gate stands still here.

    Raises:
        UnsupportedError: the update gate is closed for good.
    """
    rate = gated_rate(p)
    if rate == 0.0:
        raise UnsupportedError("An update gate that is closed for good lets nothing into h: set beta_z.")

    def of(field: str, *, common: bool) -> tuple[Course, ...]:
        """The courses to a field that all units share, or that each has its own multiple of."""
        scale = _scale(p) if field == "h" else 1.0
        return tuple(_averaged(_on_nodes(c, rate, scale, start)) for c in courses
                     if c.field == field and not c.is_noise and (c.units != EACH) == common)  # fmt: skip

    def noise(field: str) -> tuple[Course, ...]:
        """Covariances of the noise to a field, and of courses that units have of their own."""
        scale = _scale(p) if field == "h" else 1.0
        own = [c for c in courses if c.field == field]
        columns = [_on_nodes(c, rate, scale, start) for c in own if c.columns > 1]
        return (*(_noise(c, rate, scale, start) for c in own if c.is_noise), *([_spread(columns)] if columns else []))

    return Drive(of("h", common=True), of("r", common=True), of("h", common=False), of("r", common=False),
                 noise("h"), noise("r"))  # fmt: skip


def _width(gated: FloatArray) -> float:
    """Of the cell around a node: the shortest step."""
    return float(np.diff(np.unique(gated)).min())


def _on_nodes(course: InputCourse, rate: float, scale: float, start: float) -> Course:
    """The course at nodes in gated time, its mean from halfway to the last node to halfway to the next one.

    Straight lines between nodes then keep the integral of a jump, wherever it lies between them.
    """

    def values(gated: FloatArray) -> FloatArray:
        """The course at nodes in gated time, averaged over the width of a step."""
        around = _width(gated) / rate * ((np.arange(_PARTS) + 0.5) / _PARTS - 0.5)
        nodes, of_node = np.unique(gated / rate - start, return_inverse=True)
        nothing = np.zeros(course.columns) if course.columns > 1 else 0.0
        at_nodes = [np.mean([np.asarray(course.value(t + d) if t + d >= 0.0 else nothing) for d in around], axis=0)
                    for t in nodes]  # fmt: skip
        return np.asarray(scale * np.array(at_nodes)[of_node])

    return values


def _averaged(course: Course) -> Course:
    """The mean over units of a course that each has its own of; what all share stays what it is."""

    def values(gated: FloatArray) -> FloatArray:
        """At nodes (n,) in gated time."""
        found = course(gated)
        return found if found.ndim == 1 else np.asarray(found.mean(axis=1))

    return values


def _spread(columns: Sequence[Course]) -> Course:
    """Covariance over units of courses (n, N) that each unit has its own of, all together."""

    def values(gated: FloatArray) -> FloatArray:
        """At pairs of nodes (n, n) in gated time."""
        total = sum((course(gated) for course in columns[1:]), columns[0](gated))
        apart = total - total.mean(axis=1, keepdims=True)
        return np.asarray(apart @ apart.T / apart.shape[1])

    return values


def _noise(course: InputCourse, rate: float, scale: float, start: float) -> Course:
    """Covariance of Ornstein-Uhlenbeck noise between the cells around nodes, stationary from `start` on."""
    strength, tau = scale * course.numbers["strength"], course.numbers["tau"] * rate

    def values(gated: FloatArray) -> FloatArray:
        """strength^2 e^{-|t - t'| / tau}, averaged over both cells."""
        ratio = _width(gated) / tau
        apart = np.abs(gated[:, None] - gated[None, :]) / tau
        neighbours = np.exp(-np.maximum(apart - ratio, 0.0)) * (np.expm1(-ratio) / ratio) ** 2
        same = 2.0 / ratio * (1.0 + np.expm1(-ratio) / ratio)
        share = np.clip((gated - start * rate) / _width(gated) + 0.5, 0.0, 1.0)
        return np.asarray(strength**2 * np.outer(share, share) * np.where(apart < 0.5 * ratio, same, neighbours))

    return values
