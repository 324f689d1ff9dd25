"""What stands before e^(N Sigma) (docs/theory.md (8.8) to (8.11))."""

import math
import sys

import numpy as np
import pytest

from phasemap.model.quantities.counting import Reduced
from phasemap.model.status import Status
from phasemap.theory.complexity.prefactor import (
    CountedUnits,
    inner_hessian,
    predicted_count,
    prefactor,
)
from phasemap.theory.complexity.saddles import NOTHING, Saddle, counted

UNGATED = -math.inf


def factor(g: float, alpha: float, beta: float) -> float:
    at = Reduced(g, alpha, beta)
    return prefactor(at, counted(at))[0]


def test_factors_of_the_notes() -> None:
    found = [math.log(factor(*at)) for at in [(1.55, 20, 0), (1.8, 20, 0), (2, 0, UNGATED), (3, 2, 0)]]
    assert found == pytest.approx([-0.4643, -0.2451, 0.8672, 0.7047], abs=6e-5)


@pytest.mark.parametrize("beta", [0.0, 0.7, -0.7])
def test_a_flat_gate_gives_the_factor_of_the_additive_network(beta: float) -> None:
    """Two formulas of different dimension: seven variables and four vectors, three variables and one condition."""
    rest = 1.0 / (1.0 + math.exp(beta))
    assert factor(2.0 / rest, 1e-3, beta) == pytest.approx(factor(2.0, 0.0, UNGATED), rel=1e-6)


def test_factor_at_the_onset_diverges_without_a_gate_and_is_finite_with_one() -> None:
    scaled = [math.sqrt(eps) * factor(1.0 + eps, 0.0, UNGATED) for eps in (0.004, 0.008, 0.016)]
    assert scaled == pytest.approx([scaled[0]] * 3, rel=0.05)
    assert factor(2.01, 1.0, 0.0) == pytest.approx(factor(2.02, 1.0, 0.0), rel=0.01)


def test_inner_derivatives_are_those_of_the_logarithm_of_the_determinant() -> None:
    """Finite differences of (8.2) with the measure held."""
    at = Reduced(3.0, 2.0, 0.0)
    theta = counted(at).theta
    assert theta is not None
    units = CountedUnits(at, theta, 1.0)

    def exponent(y: np.ndarray) -> float:
        """(8.2) before it is made stationary."""
        x, t, u = np.exp(y)
        W = (1.0 + t * units.f**2) * (1.0 + u * units.s**2) + x * units.p**2
        return 0.5 * units.mean(np.log(W)) - 0.5 * (x + t * u / x)

    steps, centre = 1e-3 * np.eye(3), theta[4:]
    assert [exponent(centre + a) - exponent(centre - a) for a in steps] == pytest.approx([0.0] * 3, abs=1e-8)
    second = [
        [sum(s * r * exponent(centre + s * a + r * b) for s in (1, -1) for r in (1, -1)) / 4e-6 for b in steps]
        for a in steps
    ]
    assert np.abs(inner_hessian(units) - second).max() < 1e-5 * np.abs(second).max()


def test_predicted_number_is_the_law_and_says_how_far_it_goes() -> None:
    at = Reduced(2.0, 0.0, UNGATED)
    saddle = counted(at)
    value, error, status = predicted_count(at, saddle, 400)
    assert value == pytest.approx(factor(*at[:3]) * math.exp(400 * saddle.value), rel=1e-12)
    assert status == Status.CONVERGED and 0.005 < error / value < 0.01
    # The integral gives 2.41(1) at N = 12.
    value, error, status = predicted_count(at, saddle, 12)
    assert status == Status.NOT_CONVERGED and 0.2 * error < abs(value - 2.41) < error


def test_no_number_is_predicted_where_the_law_has_none() -> None:
    def status(g: float, alpha: float, beta: float, size: int = 40) -> Status:
        """Status of the prediction, whose value is a number only beside a good one."""
        at = Reduced(g, alpha, beta)
        value, _, found = predicted_count(at, counted(at), size)
        assert math.isfinite(value) == (found in (Status.CONVERGED, Status.NOT_CONVERGED, Status.LOWER_BOUND))
        return found

    assert status(0.9, 0.0, UNGATED) == status(1.0, 0.0, UNGATED) == status(0.0, 0.0, UNGATED) == Status.ABSENT
    assert status(1.3, 20.0, 0.0) == status(1.0, math.inf, 0.0) == Status.ABSENT
    assert status(1.6, math.inf, 0.0) == status(1.0 + 1e-6, 0.0, UNGATED) == Status.NOT_SOUGHT
    assert status(1.02, 0.0, UNGATED) == Status.NOT_CONVERGED
    assert status(3.0, 4.0, 1.0, 400) == status(3.0, 4.0, -1.0, 400) == Status.CONVERGED
    assert status(5.0, 0.0, UNGATED, 10_000) == Status.LOWER_BOUND
    assert predicted_count(Reduced(5.0, 0.0, UNGATED), counted(Reduced(5.0, 0.0, UNGATED)), 10_000)[0] == (
        sys.float_info.max
    )
    lost = Saddle(math.nan, math.nan, found=False)
    assert predicted_count(Reduced(2.0, 2.0, 0.0), lost, 40)[2] == Status.FAILED
    assert predicted_count(Reduced(2.0, 2.0, 0.0), NOTHING, 40)[2] == Status.ABSENT
