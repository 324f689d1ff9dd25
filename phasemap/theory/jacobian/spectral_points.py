"""Numbers of the spectrum at points of parameter space: solvers "spectrum" and "dynamic_spectrum"."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from phasemap.errors import NoFiniteSpectrumError, UnsupportedError
from phasemap.model.estimate import gathered
from phasemap.model.options import EnsembleOptions, SpectrumOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, Estimates, FloatArray, StatusArray
from phasemap.model.status import Status
from phasemap.theory.jacobian.local_ensemble import LocalEnsemble
from phasemap.theory.jacobian.slow_and_unstable_modes import Measure, measures
from phasemap.theory.jacobian.spectrum import Spectrum
from phasemap.theory.jacobian.states import FIXED_POINTS, dynamic_state, fixed_point_ensembles
from phasemap.theory.static import fixed_points

NAMES = ("slow_mode_fraction", "unstable_fraction", "support_components")
DYNAMIC_NAMES = ("dynamic_slow_mode_fraction", "dynamic_unstable_fraction", "dynamic_leading_edge")


class _Tolerances(NamedTuple):
    """Resolutions are (nodes of contours, resolution of averages)."""

    usual: tuple[int, float] = (10, 0.8)  # the number
    check: tuple[int, float] = (8, 0.6)  # what it is compared with: the difference is its error
    fine: tuple[int, float] = (24, 1.6)  # a second try
    difference: float = 1e-5  # a larger one calls for a second try
    least_error: float = 1e-7  # what the iteration of the resolvent leaves
    accepted: float = 1e-2  # a larger error, relative to 1 or to the number, is not converged
    parts: int = 5  # independent parts of samples, whose scatter gives the statistical error


_TOLERANCES = _Tolerances()


HARD_OUTPUT = (
    "A hard output gate (alpha_r = inf) has a slope without variance at a fixed point that is not at rest: its "
    "Jacobian has no finite spectrum. Give a finite alpha_r."
)

Build = Callable[[float], LocalEnsemble]


def solve_points(
    points: Sequence[Parameters], options: SpectrumOptions | None = None, seeds: Sequence[object] = ()
) -> dict[str, Estimate]:
    """Spectrum of the Jacobian at all fixed points of the mean field; arrays (n_points, fixed_point).

        slow_mode_fraction   fraction of the eigenvalues with |lambda| < options.slow_rate
        unstable_fraction    fraction with a positive real part
        support_components   connected pieces of the spectrum's support

    Fractions are of all eigenvalues: one per unit for h, and one for every gate that moves on a time of its own (a
    constant gate is no degree of freedom).
    Source: PRX 12, 011011, section IV; docs/theory.md (3.6).
    """
    options = options or SpectrumOptions()
    table = _Table((len(points), len(FIXED_POINTS)), NAMES)
    present = fixed_points.solve_points(points)["delta_phi"]
    for i, point in enumerate(points):
        table.fill(i, np.where(present.status[i] == Status.ABSENT, Status.ABSENT, Status.FAILED))
        try:
            names = fixed_point_ensembles(point, _TOLERANCES.check[1])
        except NoFiniteSpectrumError as error:
            table.diverge(i, str(error))
            continue
        if any(FIXED_POINTS[k] not in names for k in np.flatnonzero(present.status[i] != Status.ABSENT)):
            table.diverge(i, HARD_OUTPUT)
        for name, coarse in names.items():
            place = (i, FIXED_POINTS.index(name))
            for quantity, measure in measures(options.slow_rate).items():
                if quantity in NAMES:
                    table.put(quantity, place, *_number(coarse, _at(point, name), measure))
            table.put("support_components", place, float(len(Spectrum(coarse).support.intervals)), 0.0)
    return table.estimates()


def solve_dynamics(
    points: Sequence[Parameters], options: SpectrumOptions | None, seeds: Sequence[np.random.SeedSequence]
) -> dict[str, Estimate]:
    """Spectrum of the Jacobian along the fluctuating attractor; arrays (n_points,).

        dynamic_slow_mode_fraction, dynamic_unstable_fraction   as at fixed points
        dynamic_leading_edge                                    largest real part, that of a gate's own rate included

    An instantaneous Jacobian: its edge is no Lyapunov exponent. At constant update gate the error is that of the
    quadrature; otherwise the scatter between parts of the sample, one standard error.
    """
    options = options or SpectrumOptions()
    table = _Table((len(points),), DYNAMIC_NAMES)
    run = EnsembleOptions(exponents=False, relative_error=options.ensemble_error)
    for i, (point, seed) in enumerate(zip(points, seeds, strict=True)):
        table.fill(i, Status.FAILED)
        try:
            state = dynamic_state(point, run, seed, options.samples)
        except NoFiniteSpectrumError as error:
            table.diverge(i, str(error))
            continue
        except UnsupportedError as error:
            table.remarks.append((i, str(error)))
            continue
        if state is None:
            table.fill(i, Status.ABSENT)
            continue
        found = state.ensemble
        for quantity, measure in measures(options.slow_rate).items():
            name = f"dynamic_{quantity}"
            table.put(name, (i,), *_number(found, _same(found), measure))
    return table.estimates()


def _at(point: Parameters, name: str) -> Build:
    return lambda resolution: fixed_point_ensembles(point, resolution)[name]


def _same(ensemble: LocalEnsemble) -> Build:
    return lambda _: ensemble


def _number(coarse: LocalEnsemble, build: Build, measure: Measure) -> tuple[float, float]:
    """A number and its error: against a coarser quadrature, and between parts of a sample."""
    check = measure(Spectrum(coarse, _TOLERANCES.check[0]))
    value = measure(Spectrum(build(_TOLERANCES.usual[1]), _TOLERANCES.usual[0]))
    if not abs(value - check) <= _TOLERANCES.difference and coarse.units.independent:
        check, value = value, measure(Spectrum(build(_TOLERANCES.fine[1]), _TOLERANCES.fine[0]))
    error = abs(value - check) + _TOLERANCES.least_error
    if not coarse.units.independent:
        parts = [
            measure(Spectrum(coarse.part(k, _TOLERANCES.parts), _TOLERANCES.check[0])) for k in range(_TOLERANCES.parts)
        ]
        error = math.hypot(error, float(np.std(parts, ddof=1)) / math.sqrt(_TOLERANCES.parts))
    return value, error


class _Table:
    """Values, errors and statuses of the quantities of a solver."""

    def __init__(self, shape: tuple[int, ...], names: tuple[str, ...]) -> None:
        self.remarks: list[tuple[int, str]] = []
        self.value: dict[str, FloatArray] = {name: np.full(shape, np.nan) for name in names}
        self.error: dict[str, FloatArray] = {name: np.full(shape, np.nan) for name in names}
        self.status: dict[str, StatusArray] = {name: np.full(shape, Status.ABSENT, dtype=np.uint8) for name in names}

    def fill(self, i: int, status: "Status | StatusArray") -> None:
        """One status for all numbers of a point."""
        for array in self.status.values():
            array[i] = status

    def diverge(self, i: int, reason: str) -> None:
        """A Jacobian without a finite spectrum: DIVERGES wherever there is a state, and why."""
        for array in self.status.values():
            array[i] = np.where(array[i] == Status.FAILED, Status.DIVERGES, array[i])
        self.remarks.append((i, reason))

    def put(self, name: str, place: tuple[int, ...], value: float, error: float) -> None:
        """Store a number; NaN is a failure, a large error no convergence."""
        self.value[name][place], self.error[name][place] = value, error
        poor = Status.CONVERGED if error <= _TOLERANCES.accepted * max(1.0, abs(value)) else Status.NOT_CONVERGED
        self.status[name][place] = Status.FAILED if math.isnan(value) else poor

    def estimates(self) -> Estimates:
        """The table as estimates."""
        return Estimates(gathered(self.value, self.status, self.error), self.remarks)
