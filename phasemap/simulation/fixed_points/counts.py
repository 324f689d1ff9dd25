"""Solvers "fixed_point_search" and "fixed_point_integral": numbers of fixed points of networks of finite size."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.options import CountOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.counting import is_noisy, reduce, what_is_missing
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome, as_estimates, nothing
from phasemap.simulation.fixed_points.enumeration import take_census
from phasemap.simulation.fixed_points.kac_rice import expected_count
from phasemap.simulation.network.disorder import Stream, generator, realisation_seed

Seeds = Sequence[np.random.SeedSequence]
# An integral counts as converged with this many effective samples and the identity fulfilled to this many errors.
_EFFECTIVE, _MISMATCH = 100.0, 4.0


class Search(NamedTuple):
    """Mean number of non-zero fixed points found, and the fraction of networks whose search is complete.

    reason: why there is no number, or empty.
    """

    mean: Outcome
    complete_fraction: float
    reason: str = ""


class Integral(NamedTuple):
    """Expected number of non-zero fixed points, effective samples, and the identity of signs: two (value, error)."""

    mean: Outcome
    effective_samples: float
    signed: tuple[float, float]
    known: tuple[float, float]
    reason: str = ""


def search(point: Parameters, options: CountOptions, seed: np.random.SeedSequence) -> Search:
    """Fixed points found in `options.networks` networks; a lower bound where some search is not complete."""
    if is_noisy(point):
        return Search(nothing(), math.nan, "noise leaves no fixed point")
    try:
        census = take_census(point, options.size, options.networks, options.starts, seed)
    except UnsupportedError as error:
        return Search(nothing(status=Status.NOT_SOUGHT), math.nan, str(error))
    status = Status.CONVERGED if census.complete.all() else Status.LOWER_BOUND
    return Search(_outcome(*census.mean, status), float(census.complete.mean()))


def integral(point: Parameters, options: CountOptions, seed: np.random.SeedSequence) -> Integral:
    """The expected number of non-zero fixed points by the Kac-Rice integral."""
    unknown = (math.nan, math.nan)
    if is_noisy(point):
        return Integral(nothing(), math.nan, unknown, unknown, "noise leaves no fixed point")
    at = reduce(point)
    missing = what_is_missing(point)
    if math.isinf(at.alpha):
        missing = "not available with a hard output gate (alpha_r = inf): its slope has no values"
    if missing or at.g <= 0.0:
        found = nothing(status=Status.NOT_SOUGHT) if missing else _outcome(0.0, 0.0, Status.CONVERGED)
        return Integral(found, math.nan, unknown, unknown, missing)
    rng = generator(realisation_seed(seed, options.size, 0), Stream.EQUILIBRIUM)
    expected = expected_count(at, options.size, options.samples, rng)
    if expected is None:
        return Integral(
            nothing(status=Status.FAILED), math.nan, unknown, unknown, "no proposal for the fields was found"
        )
    good = expected.effective_samples >= _EFFECTIVE and expected.sign_mismatch <= _MISMATCH
    status = Status.CONVERGED if good else Status.NOT_CONVERGED
    outcome = _outcome(expected.count, expected.error, status)
    return Integral(outcome, expected.effective_samples, expected.signed, expected.known)


def solve_search(points: Sequence[Parameters], options: CountOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Fixed points of small networks, searched for (docs/theory.md, section 8); (n_points,).

        network_fixed_point_count   mean number of non-zero fixed points over `options.networks` networks of
                                    `options.size` units, with its standard error. LOWER_BOUND where the degree
                                    identity (the signs of all determinants add up to 1) fails in some network.

    NOT_SOUGHT with a hard output gate and with input to h outside an update gate that varies; ABSENT with noise.
    """
    found = [search(point, options, seed) for point, seed in zip(points, seeds, strict=True)]
    return as_estimates([{"network_fixed_point_count": one.mean} for one in found])


def solve_integral(points: Sequence[Parameters], options: CountOptions, seeds: Seeds) -> dict[str, Estimate]:
    """The expected number of fixed points at any size, exactly (docs/theory.md, section 8); (n_points,).

        expected_fixed_points   E[non-zero fixed points] of networks of `options.size` units: the Kac-Rice integral
                                from `options.samples` weighted samples, with its standard error. NOT_CONVERGED with
                                fewer than 100 effective samples, or where the identity of signs is violated.

    NOT_SOUGHT with biases, static inputs and a hard output gate; ABSENT with noise.
    """
    found = [integral(point, options, seed) for point, seed in zip(points, seeds, strict=True)]
    return as_estimates([{"expected_fixed_points": one.mean} for one in found])


def _outcome(value: float, error: float, status: Status) -> Outcome:
    return Outcome(np.array(value), np.array(error), np.array(status, dtype=np.uint8))
