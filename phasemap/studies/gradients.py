"""Gradients at one point: the mean field, networks beside it, and how well they agree."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.config import Point
from phasemap.dataset import Result, Session
from phasemap.errors import ParameterError, UnsupportedError
from phasemap.model.options import GradientOptions, NetworkGradientOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.numerics.few_cases import as_normal
from phasemap.quantities import REGISTRY
from phasemap.simulation.gradients import solver as network_solver
from phasemap.simulation.gradients.networks import NetworkGradients, network_gradients
from phasemap.simulation.threads import single_threaded_blas
from phasemap.studies.single import single_config, single_result
from phasemap.theory.gradients import solver
from phasemap.theory.gradients.records import Gradients

_GOOD = (Status.CONVERGED, Status.NOT_CONVERGED)


@dataclass(frozen=True)
class Report:
    """Gradients of one point.

    theory: at the lags asked for, and then at those of `lag_of_level.SCAN`. networks: None if none were asked for.
    refused: why there are no networks, where they were.
    """

    parameters: Parameters
    options: GradientOptions
    network_options: NetworkGradientOptions
    theory: Gradients
    networks: NetworkGradients | None
    refused: str = ""

    @property
    def lags(self) -> FloatArray:
        """The lags asked for (n,)."""
        return np.array(self.options.lags, dtype=float)

    def pulls(self, name: str) -> FloatArray:
        """Networks minus theory over the combined standard error (n,), in the logarithm; NaN where one is missing.

        In errors of the normal distribution: the standard error of a few networks is itself uncertain.
        """
        nothing = np.full(len(self.lags), np.nan)
        if self.networks is None:
            return nothing
        known = self.theory.numbers[name]
        k, count = NAMES.index(name), len(self.lags)
        good = np.isin(known.status[:count], _GOOD)
        with np.errstate(divide="ignore", invalid="ignore"):
            if name == "retained_overlap":  # it may have either sign in a network
                own, error = self.networks.error[k], known.value_error[:count]
                return self._apart(good, self.networks.value[k] - known.value[:count], own, error)
            own, error = self.networks.mean_log_error[k], known.error[:count]
            return self._apart(good, self.networks.mean_log[k] - known.logarithm[:count], own, error)

    def _apart(
        self, good: NDArray[np.bool_], difference: FloatArray, own: FloatArray, of_theory: FloatArray
    ) -> FloatArray:
        """Differences in errors, NaN where there is no good number; degrees of freedom by Welch's formula."""
        assert self.networks is not None
        error = np.hypot(own, of_theory)
        freedom = (self.networks.networks - 1) * (error / own) ** 4
        return np.where(good, as_normal(difference / error, freedom), np.nan)


def parse_lags(text: str) -> tuple[float, ...]:
    """Numbers with commas between them.

    Raises:
        ParameterError: something else, or lags that are not positive.
    """
    try:
        lags = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ParameterError(f"--lags {text!r} is not understood: write numbers, for example --lags 1,2,4,8.") from None
    solver.check_request(lags, "attractor")
    return lags


def gradients(settings: Point, lags: tuple[float, ...], state: str, networks: int, size: int, error: float) -> Report:
    """Compute everything about gradients at a point; networks: how many, 0 for none.

    Raises:
        ParameterError: an unknown state, or lags that are not positive.
    """
    solver.check_request(lags, state)
    options = replace(settings.options["gradients"], lags=lags, state=state)
    own = replace(
        settings.options["network_gradients"], lags=lags, state=state, size=size, networks=max(networks, 1), error=error
    )
    seed = np.random.SeedSequence(settings.seed)
    theory = solver.solve_point(settings.parameters, options, seed)
    found, refused = None, ""
    if networks > 0:
        try:
            with single_threaded_blas():
                found = network_gradients(settings.parameters, state, own, seed)
        except UnsupportedError as problem:
            refused = str(problem)
    return Report(settings.parameters, options, own, theory, found, refused)


def as_result(settings: Point, report: Report, session: Session, began: float) -> Result:
    """The report in the format of a sweep over one value of g_h."""
    count = len(report.lags)
    estimates = solver.as_estimates([report.theory], 1, count)
    tables: dict[str, dict[str, Any]] = {}
    tables["gradients"] = {"lags": list(report.options.lags), "state": report.options.state}
    if report.networks is not None:
        estimates |= network_solver.as_estimates([report.networks], count)
        own = report.network_options
        tables["network_gradients"] = {
            "lags": list(own.lags), "state": own.state, "size": own.size, "networks": own.networks, "error": own.error,
        }  # fmt: skip
    config = single_config(settings, list(estimates), tables, REGISTRY)
    return single_result(config, estimates, session, began)
