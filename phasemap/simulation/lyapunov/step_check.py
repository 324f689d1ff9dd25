"""Whether the time step of a network is short enough: one stretch of its path, with the step and with half of it."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics.steps import whole_steps
from phasemap.simulation.network.integrators import Integrator

# Times, in membrane time constants, over which the paths are compared, before chaos drives them apart, and the growth
# rates of their tangent vectors.
_STRETCH, _LONG_STRETCH = 1.0, 5.0
# Largest relative deviation of the two paths that is allowed. Without noise, variances were measured to be off by less
# than this. With noise the paths differ by what noise does within a step, whose sign is random: statistics feel its
# square (a unit driven by white noise: the variance is off by step^2 / 12).
_ALLOWED, _ALLOWED_WITH_NOISE = 0.02, 0.1
# Looks at the paths within the first of them: at one moment the state of one or two units may be close to nothing.
_PIECES = 5
# Sizes below this are rounding.
_NOTHING = 1e-12
# What steep gates add to the growth at a crossing scatters with the times at which steps end: a mean of so many looks.
_LOOKS_AT_CROSSINGS = 4
# Paths that differ by more than this multiple of their size have nothing in common: the step is unstable.
_LOST = 10.0


@dataclass(frozen=True)
class StepCheck:
    """What halving the step changed.

    step: the step that was checked. deviation: largest root mean square over units of the difference of the two paths
    within one time constant, over the largest of the finer one, of the field for which that is most; allowed: up to
    which it is good.
    growth_error: error of the tangent vector's growth rate by the step, 16/15 of the difference at order 4, 4/3 with
    steep gates (order 2); 0 with noise, where it is unknown, and where no tangent vector was carried.
    """

    step: float
    deviation: float
    allowed: float
    growth_error: float = 0.0

    @property
    def good(self) -> bool:
        """Whether the step is short enough."""
        return self.deviation <= self.allowed

    @property
    def unstable(self) -> bool:
        """Whether the path has nothing to do with the network's: it overflows, or is on its way there."""
        return not self.deviation < _LOST

    @property
    def reason(self) -> str:
        """One sentence where the step is too long, else nothing."""
        if self.good:
            return ""
        if self.unstable:
            return (
                f"The time step {self.step:g} is unstable: the state grows beyond all bounds, and there are no "
                "numbers. Reduce simulation.time_step."
            )
        return (
            f"The time step {self.step:g} is too long: half of it moves the state by {self.deviation:.0%} of its size "
            f"within {max(_STRETCH, self.step):g} time constants (allowed: {self.allowed:.0%}), so that nothing here "
            "is converged. Reduce simulation.time_step."
        )


def check_step(integrator: Integrator, *, tangent: bool = False) -> StepCheck:
    """Follow both steps from the present state, with the same noise, over a stretch of the path.

    Costs three times the stretch. Leaves `integrator` as it is.
    """
    noisy = integrator.noise_is_on
    deviation, growth, start = 0.0, [0.0], integrator
    for look in range(_LOOKS_AT_CROSSINGS if tangent and any(integrator.steep_gates) and not noisy else 1):
        coarse, fine, found = _follow(start, tangent=tangent)
        deviation = max(deviation, found)
        if tangent and not noisy:
            order = 4.0 / 3.0 if any(integrator.steep_gates) else 16.0 / 15.0
            growth[look:] = [order * _log_ratio(coarse, fine) / (coarse.time - start.time)]
        start = coarse
    growth_error = float(np.mean(growth))
    return StepCheck(
        step=integrator.step,
        deviation=deviation,
        allowed=_ALLOWED_WITH_NOISE if noisy else _ALLOWED,
        growth_error=growth_error if math.isfinite(growth_error) else 0.0,
    )


def _follow(start: Integrator, *, tangent: bool) -> tuple[Integrator, Integrator, float]:
    """The integrators with both steps at the end of the stretch, and how far they had parted early on."""
    first = max(1, whole_steps(_STRETCH / start.step))
    more = max(0, whole_steps(_LONG_STRETCH / start.step) - first) if tangent else 0
    coarse, fine = start.twins(first + more)
    for twin in (coarse, fine):
        twin.normalise_tangent()
    apart, size = np.zeros(3), _sizes(start.state)
    for piece in np.diff(np.linspace(0, first, min(first, _PIECES) + 1).astype(int)):
        coarse.advance(piece, tangent=tangent)
        fine.advance(2 * piece, tangent=tangent)
        apart = np.maximum(apart, _sizes(coarse.state - fine.state))
        size = np.maximum(size, _sizes(fine.state))
    coarse.advance(more, tangent=tangent)
    fine.advance(2 * more, tangent=tangent)
    carried = np.array(start.network.carried)
    return coarse, fine, float(np.max(apart[carried] / np.maximum(size[carried], _NOTHING)))


def _sizes(state: FloatArray) -> FloatArray:
    """Root mean square of each field (3, N) over units; infinite where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.nan_to_num(np.sqrt((state**2).mean(axis=1)), nan=math.inf))


def _log_ratio(coarse: Integrator, fine: Integrator) -> float:
    lengths = coarse.normalise_tangent(), fine.normalise_tangent()
    return math.log(lengths[0] / lengths[1]) if all(0.0 < one < math.inf for one in lengths) else math.nan
